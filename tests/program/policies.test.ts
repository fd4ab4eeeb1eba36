import assert from "node:assert/strict";
import { type Request, verdict } from "../support/iam";
import { type RecordedProgram, recordProgram } from "../support/recorded-program";

const ACCOUNT = "123456789012";
const OTHER = "arn:aws:iam::999999999999:role/feed";
const role = (name: string, account = ACCOUNT) => `arn:aws:iam::${account}:role/${name}`;
const [INGESTION, PROCESSING] = [role("role-ingestion-market-data-dev"), role("role-processing-market-data-dev")];
const NOTIFICATION = role("role-notification-market-data-dev");

type Case = readonly [says: string, request: Partial<Request>, expected: ReturnType<typeof verdict>];

function check(
  policy: () => unknown,
  common: Pick<Request, "action"> & { resource: () => string },
  cases: readonly Case[],
): void {
  for (const [says, request, expected] of cases) {
    it(says, () => {
      assert.equal(verdict(policy(), { ...common, resource: common.resource(), ...request }), expected);
    });
  }
}

let program: RecordedProgram;

before("a program with producers", async () => {
  const producers = [
    { principal: "999999999999", sources: ["exchange.xlon"] },
    { principal: role("feed-handler"), sources: ["exchange.xnas", "exchange.us.*"] },
  ];
  program = await recordProgram("dev", { marketDataProducers: JSON.stringify(producers) });
});
const inputs = (name: string) => program.named(name).inputs;
const put = (source: string, type: string) => ({ "events:source": source, "events:detail-type": `MarketData.${type}` });

describe("The bus's policy", () => {
  const bus = () => String(program.named("market-data-bus").state.arn);
  check(() => inputs("market-data-bus-policy").policy, { action: "events:PutEvents", resource: bus }, [
    [
      "lets a configured account put raw events of its source",
      { identity: OTHER, context: put("exchange.xlon", "Raw") },
      "Allow",
    ],
    ["gives it no other source", { identity: OTHER, context: put("exchange.xnas", "Raw") }, "nothing"],
    ["keeps it from validated events", { identity: OTHER, context: put("exchange.xlon", "Validated") }, "Deny"],
    ["gives it no other type", { identity: OTHER, context: put("exchange.xlon", "Other") }, "nothing"],
    [
      "lets a configured role put raw events of its sources",
      { identity: role("feed-handler"), context: put("exchange.us.iex", "Raw") },
      "Allow",
    ],
    [
      "keeps a role of this account from other sources, whatever its own policy says",
      { identity: role("feed-handler"), context: put("exchange.xlon", "Raw") },
      "Deny",
    ],
    ["keeps it from other types", { identity: role("feed-handler"), context: put("exchange.xnas", "Other") }, "Deny"],
    [
      "leaves ingestion to its own policy for validated events",
      { identity: INGESTION, context: put("sluice.market-data.ingestion", "Validated") },
      "nothing",
    ],
    [
      "keeps ingestion from alert candidates",
      { identity: INGESTION, context: put("sluice.market-data.ingestion", "Alert") },
      "Deny",
    ],
    [
      "keeps processing from validated events",
      { identity: PROCESSING, context: put("sluice.market-data.processing", "Validated") },
      "Deny",
    ],
    [
      "leaves processing to its own policy for alert candidates",
      { identity: PROCESSING, context: put("sluice.market-data.processing", "Alert") },
      "nothing",
    ],
    [
      "keeps an administrator from forging validated events",
      { identity: role("admin"), context: put("sluice.market-data.ingestion", "Validated") },
      "Deny",
    ],
    [
      "keeps an administrator from forging alert candidates",
      { identity: role("admin"), context: put("sluice.market-data.processing", "Alert") },
      "Deny",
    ],
    [
      "does not stand in the way of a replay",
      { service: "events.amazonaws.com", context: put("sluice.market-data.ingestion", "Validated") },
      "nothing",
    ],
    [
      "gives a stranger nothing",
      { identity: role("x", "111111111111"), context: put("exchange.xnas", "Raw") },
      "nothing",
    ],
  ]);
});

describe("The alerts topic's policy", () => {
  const topic = () => String(program.named("market-data-alerts-topic").state.arn);
  const http = { "aws:SecureTransport": "false" };
  check(() => inputs("market-data-alerts-topic-policy").policy, { action: "sns:Publish", resource: topic }, [
    ["lets the notification role publish", { identity: NOTIFICATION }, "Allow"],
    ["but not over plain HTTP", { identity: NOTIFICATION, context: http }, "Deny"],
    ["keeps processing out", { identity: PROCESSING }, "Deny"],
    ["keeps an administrator out", { identity: role("admin") }, "Deny"],
    ["keeps CloudWatch out", { service: "cloudwatch.amazonaws.com" }, "Deny"],
    [
      "says nothing of subscriptions, which identities' own policies decide",
      { identity: role("desk"), action: "sns:Subscribe" },
      "nothing",
    ],
  ]);
});

describe("The operations topic's policy", () => {
  const topic = () => String(program.named("market-data-operations-topic").state.arn);
  const alarm = (account = ACCOUNT) => ({
    "aws:SourceAccount": account,
    "aws:SourceArn": `arn:aws:cloudwatch:us-east-1:${account}:alarm:alarm-errors-ingestion-market-data-dev`,
  });
  check(() => inputs("market-data-operations-topic-policy").policy, { action: "sns:Publish", resource: topic }, [
    ["lets this account's alarms publish", { service: "cloudwatch.amazonaws.com", context: alarm() }, "Allow"],
    ["not another account's", { service: "cloudwatch.amazonaws.com", context: alarm("999999999999") }, "nothing"],
    ["not CloudWatch on behalf of anything else", { service: "cloudwatch.amazonaws.com" }, "nothing"],
    ["not other services", { service: "events.amazonaws.com", context: alarm() }, "nothing"],
    ["keeps the notification role out", { identity: NOTIFICATION }, "Deny"],
    ["keeps an administrator out", { identity: role("admin") }, "Deny"],
  ]);
});

describe("The key's policy", () => {
  const use = { action: "kms:GenerateDataKey", resource: () => "*" };
  check(() => inputs("market-data-topics-key").policy, use, [
    [
      "lets CloudWatch encrypt for this account's alarms",
      { service: "cloudwatch.amazonaws.com", context: { "aws:SourceAccount": ACCOUNT } },
      "Allow",
    ],
    [
      "not for another account's",
      { service: "cloudwatch.amazonaws.com", context: { "aws:SourceAccount": "999999999999" } },
      "nothing",
    ],
    [
      "lets it do nothing else",
      {
        service: "cloudwatch.amazonaws.com",
        action: "kms:ScheduleKeyDeletion",
        context: { "aws:SourceAccount": ACCOUNT },
      },
      "nothing",
    ],
    ["leaves this account's identities to their own policies", { identity: NOTIFICATION }, "Allow"],
    ["gives another account nothing", { identity: OTHER }, "nothing"],
  ]);

  it("rotates the key, and keeps a deleted one restorable for the days of the configuration", async () => {
    assert.equal(inputs("market-data-topics-key").enableKeyRotation, true);
    assert.equal(inputs("market-data-topics-key").deletionWindowInDays, 7);
    assert.equal((await recordProgram("prod")).named("market-data-topics-key").inputs.deletionWindowInDays, 30);
  });
});

describe("A queue's policy", () => {
  const name = "market-data-raw-undelivered";
  const policy = () => inputs(`${name}-policy`).policy;
  const queue = () => String(program.named(`${name}-queue`).state.arn);
  const rule = (noun: string) => ({
    "aws:SourceArn": `arn:aws:events:us-east-1:${ACCOUNT}:rule/bus-market-data-dev/rule-${noun}-market-data-dev`,
  });
  check(policy, { action: "sqs:SendMessage", resource: queue }, [
    [
      "lets EventBridge leave what the rule could not deliver",
      { service: "events.amazonaws.com", context: rule("raw") },
      "Allow",
    ],
    ["not what another rule could not", { service: "events.amazonaws.com", context: rule("alert") }, "nothing"],
    ["refuses plain HTTP", { identity: role("admin"), context: { "aws:SecureTransport": "false" } }, "Deny"],
    [
      "refuses plain HTTP for reading, too",
      { identity: role("admin"), action: "sqs:ReceiveMessage", context: { "aws:SecureTransport": "false" } },
      "Deny",
    ],
  ]);

  it("of a failure queue lets nobody in by itself", () => {
    const failures = "market-data-ingestion-failures";
    const resource = String(program.named(`${failures}-queue`).state.arn);
    const request = { action: "sqs:SendMessage", resource, service: "events.amazonaws.com", context: rule("raw") };
    assert.equal(verdict(inputs(`${failures}-policy`).policy, request), "nothing");
  });
});
