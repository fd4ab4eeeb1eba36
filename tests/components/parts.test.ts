import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { DeadLetters } from "../../components/shared/dead-letters";
import { matcherOf } from "../../components/shared/edges";
import { Lambda, type LambdaArgs } from "../../components/shared/lambda";
import { keyedTable } from "../../components/shared/stateful";
import { publishesTo, putsItemsIn, readsParameter, throughParameter } from "../../components/shared/verbs";
import { statementsOf } from "../support/iam";
import { type RecordedProgram, recordResources } from "../support/recorded-program";

const lambdaArgs: LambdaArgs<Record<string, never>> = {
  names: { function: "lambda-x-dev", role: "role-x-dev", logGroup: "/aws/lambda/lambda-x-dev" },
  description: "A sample",
  entry: "tests/support/sample-handler.ts",
  env: {},
  memoryMiB: 256,
  timeoutSeconds: 30,
  reservedConcurrency: 10,
  logRetentionDays: 7,
  type: "Sample",
};

describe("A Lambda", () => {
  it("runs on arm64 with traces and JSON logs in a log group that exists before it", async () => {
    const program = await recordResources(() => new Lambda("x", lambdaArgs, {}));
    const { inputs } = program.named("x-function");
    assert.equal(inputs.runtime, "nodejs22.x");
    assert.deepEqual(inputs.architectures, ["arm64"]);
    assert.deepEqual(inputs.tracingConfig, { mode: "Active" });
    assert.deepEqual(inputs.loggingConfig, { logFormat: "JSON", logGroup: "/aws/lambda/lambda-x-dev" });
    assert.equal(program.named("x-logs").inputs.retentionInDays, 7);
    assert.equal(inputs.deadLetterConfig, undefined);
  });

  it("has the environment and the permissions of the same Access values", async () => {
    const program = await recordResources(() => {
      const table = keyedTable("t", tableArgs, {});
      const parameter = new aws.ssm.Parameter("p", { name: "/x/t", type: "String", insecureValue: table.name });
      const env = {
        TABLE_PARAMETER: throughParameter(parameter, putsItemsIn(table)),
        RULES: readsParameter(parameter),
      };
      new Lambda("x", { ...lambdaArgs, env }, {});
    });
    assert.deepEqual(program.named("x-function").inputs.environment, {
      variables: { TABLE_PARAMETER: "/x/t", RULES: "/x/t" },
    });
    const actions = statementsOf(program.named("x-policy").inputs.policy).flatMap(({ Action }) => Action);
    assert.deepEqual(actions.sort(), [
      "dynamodb:PutItem",
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "ssm:GetParameters",
      "xray:PutTelemetryRecords",
      "xray:PutTraceSegments",
    ]);
  });

  for (const [key, value, bounds] of [
    ["memoryMiB", 64, "128 to 10240"],
    ["timeoutSeconds", 901, "1 to 900"],
    ["reservedConcurrency", 0, "1 to 10000"],
    ["reservedConcurrency", 1.5, "1 to 10000"],
  ] as const) {
    it(`refuses ${key} ${value}`, async () => {
      const made = recordResources(() => new Lambda("x", { ...lambdaArgs, [key]: value }, {}));
      await assert.rejects(made, (error: Error) => {
        assert.ok(pulumi.ResourceError.isInstance(error));
        assert.equal(error.message, `x: ${key} is ${value}; give a whole number from ${bounds}.`);
        return true;
      });
    });
  }
});

const tableArgs = {
  name: "table-t-dev",
  partitionKey: { name: "id", type: "S" },
  sortKey: { name: "at", type: "N" },
  type: "Sample",
} as const;

describe("A table", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordResources(() => {
      keyedTable("plain", tableArgs, {});
      const kind = { name: "kind", type: "S" } as const;
      const indexes = {
        globalIndex: { name: "byKind", partitionKey: kind, sortKey: tableArgs.sortKey },
        localIndex: { name: "byKindWithin", sortKey: kind },
      };
      keyedTable("full", { ...tableArgs, ...indexes, expiresAt: "expiresAt" }, {});
    });
  });

  it("is billed by request, encrypted with the AWS managed key, restorable and destroyable", () => {
    const { inputs } = program.named("plain");
    assert.equal(inputs.billingMode, "PAY_PER_REQUEST");
    assert.deepEqual(inputs.serverSideEncryption, { enabled: true });
    assert.deepEqual(inputs.pointInTimeRecovery, { enabled: true });
    assert.equal(inputs.deletionProtectionEnabled, false);
    assert.equal(inputs.ttl, undefined);
  });

  it("declares each key attribute once, and none that is in no key", () => {
    assert.deepEqual(program.named("full").inputs.attributes, [
      { name: "id", type: "S" },
      { name: "at", type: "N" },
      { name: "kind", type: "S" },
    ]);
    assert.deepEqual(program.named("full").inputs.ttl, { attributeName: "expiresAt", enabled: true });
  });
});

describe("Dead letters", () => {
  it("wait four days in an encrypted standard queue", async () => {
    const program = await recordResources(() => new DeadLetters("d", { name: "queue-d-dev" }, {}));
    const { inputs } = program.named("d-queue");
    assert.equal(inputs.messageRetentionSeconds, 345_600);
    assert.equal(inputs.visibilityTimeoutSeconds, 30);
    assert.equal(inputs.sqsManagedSseEnabled, true);
    assert.equal(inputs.fifoQueue, undefined);
  });

  it("refuse a retention that SQS refuses", async () => {
    const made = recordResources(() => new DeadLetters("d", { name: "queue-d-dev", retentionDays: 15 }, {}));
    await assert.rejects(made, /d: retentionDays is 15; give a whole number from 1 to 14\./);
  });
});

describe("Verbs", () => {
  it("let a publisher put one type of events of one source", async () => {
    await recordResources(() => {
      const bus = new aws.cloudwatch.EventBus("b", { name: "bus-b-dev" });
      const [only] = publishesTo(bus, "sluice.x", "X.Happened").grants;
      assert.deepEqual(only?.conditions, {
        StringEquals: { "events:source": "sluice.x", "events:detail-type": "X.Happened" },
      });
    });
  });

  it("match a source exactly, or by prefix when it ends in *", () => {
    assert.equal(matcherOf("exchange.xnas"), "exchange.xnas");
    assert.deepEqual(matcherOf("exchange.*"), { prefix: "exchange." });
  });
});
