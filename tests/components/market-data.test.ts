import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { readConfig } from "../../components/config";
import { MarketData, type MarketDataArgs } from "../../components/market-data/market-data";
import { Names } from "../../components/shared/names";
import { recordResources } from "../support/recorded-program";

const argsOf = (settings: Partial<MarketDataArgs["settings"]> = {}): MarketDataArgs => ({
  names: new Names({ project: "sluice", environment: "dev" }),
  settings: { ...readConfig().marketData, ...settings },
  logRetentionDays: 7,
  keyDeletionDays: 7,
  notificationEmail: "operations@example.com",
  account: "123456789012",
  region: "us-east-1",
});

const refusalOf = async (settings: Partial<MarketDataArgs["settings"]>) => {
  let message = "";
  const made = recordResources(() => new MarketData("market-data", argsOf(settings)));
  await made.catch((error: Error) => {
    assert.ok(pulumi.ResourceError.isInstance(error) || pulumi.RunError.isInstance(error), String(error));
    message = error.message;
  });
  return message;
};

describe("MarketData", () => {
  it("stands twice in one stack without a collision", async () => {
    const program = await recordResources(() => {
      new MarketData("market-data", argsOf());
      new MarketData("crypto", argsOf());
    });
    const physical = program.resources.flatMap(({ type, inputs }) => {
      const name = inputs.name ?? inputs.dashboardName;
      const within = inputs.role ?? ""; // inline policies are named within their role
      return typeof name === "string" ? [`${type} ${within} ${name}`] : [];
    });
    assert.equal(new Set(physical).size, physical.length);
    assert.equal(program.resources.length % 2, 0);
    const logical = program.resources.map(({ type, name }) => `${type} ${name}`);
    assert.equal(new Set(logical).size, logical.length);
  });

  it("marks its resources with the system's name", async () => {
    const program = await recordResources(() => new MarketData("crypto", argsOf()));
    const tags = program.named("crypto-events-table").inputs.tags;
    assert.deepEqual(tags, { System: "crypto", Service: "MarketData", TableType: "Events" });
  });

  it("refuses to have no source", async () => {
    assert.equal(
      await refusalOf({ sources: [] }),
      "market-data: sources is empty; give at least one source, or a prefix ending in *.",
    );
  });

  it("refuses a source that would feed its own events to ingestion", async () => {
    assert.match(
      await refusalOf({ sources: ["slu*"] }),
      /sources has slu\*, which covers sluice\.market-data\.ingestion/,
    );
    assert.match(await refusalOf({ sources: ["*"] }), /sources has \*, which covers/);
    assert.match(
      await refusalOf({ sources: ["sluice.market-data.processing"] }),
      /the system's own source; give the exchanges'/,
    );
  });

  it("refuses rules that a standard parameter cannot hold", async () => {
    const rules = Array.from(
      { length: 80 },
      (_, n) => ({ id: `rule-number-${n}`, type: "halt", severity: "info" }) as const,
    );
    assert.match(
      await refusalOf({ alertRules: rules }),
      /marketDataAlertRules makes \d{4} characters of JSON; a standard parameter takes 4096/,
    );
  });
});
