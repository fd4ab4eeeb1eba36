import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readConfig, type SluiceConfig } from "../../components/config";
import { readStackConfig } from "../../local/stack-config";
import { ROOT, type StackName } from "../support/recorded-program";

/** Reads the configuration of a stack as the program would. */
async function read(
  stack: string,
  overrides: Record<string, string> = {},
  without: readonly string[] = [],
): Promise<SluiceConfig> {
  const file: StackName = stack === "prod" || stack === "local" ? stack : "dev";
  const { project, config } = readStackConfig(ROOT, file, overrides);
  for (const key of without) delete config[key];
  await pulumi.runtime.setMocks(
    { newResource: ({ name }) => ({ id: name, state: {} }), call: () => ({}) },
    project,
    stack,
  );
  pulumi.runtime.setAllConfig(config, []);
  return readConfig();
}

const refusal = async (...args: Parameters<typeof read>): Promise<string> => {
  let message = "";
  await read(...args).catch((error: Error) => {
    assert.ok(pulumi.RunError.isInstance(error), String(error));
    message = error.message;
  });
  return message;
};

describe("The configuration", () => {
  it("has the figures of the service by default", async () => {
    const { region, logRetentionDays, marketData } = await read("dev");
    assert.equal(region, "us-east-1");
    assert.equal(logRetentionDays, 7);
    assert.equal(marketData.memoryMiB, 256);
    assert.equal(marketData.timeoutSeconds, 30);
    assert.equal(marketData.reservedConcurrency, 10);
    assert.equal(marketData.retryAttempts, 2);
    assert.equal(marketData.archiveDays, 90);
  });

  it("keeps prod's logs for at least 30 days", async () => {
    assert.ok((await read("prod")).logRetentionDays >= 30);
    const says = "sluice:logRetentionDays is 14: give 30 or more, because sluice:compliance is true.";
    assert.ok((await refusal("prod", { logRetentionDays: "14" })).includes(says));
    assert.equal((await read("prod", { logRetentionDays: "30" })).logRetentionDays, 30);
    assert.equal((await read("dev", { logRetentionDays: "14" })).logRetentionDays, 14);
  });

  it("tells every mistake at once: the key, the value, what to give", async () => {
    const message = await refusal("dev", {
      notificationEmail: "nobody",
      logRetentionDays: "8",
      keyDeletionDays: "6",
      compliance: "true",
      "aws:region": "mars-1",
      marketDataArchiveDay: "30",
      marketDataRetryAttempts: "three",
      marketDataSources: '["exchange.xnas","aws.ec2"]',
      marketDataProducers: '[{"principal":"123","sources":["exchange.xnas"]}]',
      marketDataAlertRules: '[{"id":"a","type":"crash","severity":"info"}]',
    });
    const lines = message.split("\n");
    assert.equal(lines[0], "The configuration of stack dev has 10 mistakes:");
    for (const says of [
      "sluice:notificationEmail is nobody: give an e-mail address, for example operations@example.com.",
      "sluice:logRetentionDays is 8: give a number of days that CloudWatch Logs takes: 1, 3, 5, 7,",
      "sluice:logRetentionDays is 8: give 30 or more, because sluice:compliance is true.",
      "sluice:keyDeletionDays is 6: give a whole number from 7 to 30.",
      "aws:region is mars-1: give an AWS region, for example us-east-1.",
      "sluice:marketDataArchiveDay is set: there is no such key; Pulumi.yaml lists them.",
      "sluice:marketDataRetryAttempts is three: give a whole number from 0 to 2.",
      "sluice:marketDataSources[1] is aws.ec2: give a source such as exchange.xnas",
      "sluice:marketDataProducers[0].principal is 123: give a 12-digit account id or a role's ARN.",
      "sluice:marketDataAlertRules[0].type is crash:",
    ]) {
      assert.ok(
        lines.some((line) => line.trim().startsWith(says)),
        `${says}\nnot in\n${message}`,
      );
    }
  });

  it("misses what has no default", async () => {
    const message = await refusal("dev", {}, ["sluice:notificationEmail", "sluice:owner"]);
    assert.match(message, /sluice:notificationEmail is missing: give an e-mail address/);
    assert.match(message, /sluice:owner is missing/);
  });

  it("takes stack names and suffixes that fit into names", async () => {
    assert.match(await refusal("Dev_1"), /the stack's name is Dev_1: give up to 16 lower-case letters/);
    assert.match(
      await refusal("dev", { environmentSuffix: "PR 7" }),
      /environmentSuffix is PR 7: give up to 16 lower-case/,
    );
    assert.equal((await read("dev", { environmentSuffix: "pr-7" })).environmentSuffix, "pr-7");
  });

  it("refuses two alert rules of one id", async () => {
    const rule = '{"id":"halted","type":"halt","severity":"info"}';
    assert.match(
      await refusal("dev", { marketDataAlertRules: `[${rule},${rule}]` }),
      /give each rule an id of its own/,
    );
  });

  it("refuses what AWS reserves among tags", async () => {
    assert.match(await refusal("dev", { tags: '{"aws:owner":"x"}' }), /sluice:tags/);
    assert.deepEqual((await read("dev", { tags: '{"Team":"Feeds"}' })).tags, { Team: "Feeds" });
  });
});
