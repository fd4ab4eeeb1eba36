import assert from "node:assert/strict";
import { ONLY, type RecordedProgram, recordProgram } from "../support/recorded-program";

/** Stage → what it takes, and from whom. */
const EDGES = {
  ingestion: {
    input: "raw",
    type: "MarketData.Raw",
    source: ["exchange.xnas", "exchange.xnys", "exchange.xlon", "exchange.xeur"],
  },
  processing: { input: "validated", type: "MarketData.Validated", source: ["sluice.market-data.ingestion"] },
  notification: { input: "alert", type: "MarketData.Alert", source: ["sluice.market-data.processing"] },
} as const;

describe("Edges of market data", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("dev", ONLY.marketData);
  });
  const arnOf = (name: string) => program.named(name).state.arn;

  for (const [stage, { input, type, source }] of Object.entries(EDGES)) {
    it(`hand ${stage} events by type and source`, () => {
      const rule = program.named(`market-data-${input}-rule`).inputs;
      assert.equal(rule.name, `rule-${input}-market-data-dev`);
      assert.equal(rule.eventBusName, "bus-market-data-dev");
      assert.equal(rule.state, "ENABLED");
      assert.deepEqual(JSON.parse(String(rule.eventPattern)), { source, "detail-type": [type] });
    });

    it(`let only that rule invoke ${stage}`, () => {
      assert.deepEqual(program.named(`market-data-${input}-permission`).inputs, {
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        function: `lambda-${stage}-market-data-dev`,
        sourceArn: arnOf(`market-data-${input}-rule`),
      });
    });

    it(`keep what cannot be delivered to ${stage}, and what it fails, in two queues`, () => {
      const target = program.named(`market-data-${input}-target`).inputs;
      assert.equal(target.arn, arnOf(`market-data-${stage}-function`));
      assert.deepEqual(target.retryPolicy, { maximumRetryAttempts: 185, maximumEventAgeInSeconds: 86_400 });
      assert.deepEqual(target.deadLetterConfig, { arn: arnOf(`market-data-${input}-undelivered-queue`) });
      const invocation = program.named(`market-data-${input}-invocation`).inputs;
      assert.equal(invocation.functionName, `lambda-${stage}-market-data-dev`);
      assert.equal(invocation.maximumRetryAttempts, 2);
      assert.equal(invocation.maximumEventAgeInSeconds, 21_600);
      assert.deepEqual(invocation.destinationConfig, {
        onFailure: { destination: arnOf(`market-data-${stage}-failures-queue`) },
      });
    });

    it(`give ${stage} one failure path: a destination, and no dead-letter queue of its own`, () => {
      assert.equal(program.named(`market-data-${stage}-function`).inputs.deadLetterConfig, undefined);
    });

    it(`start to flow to ${stage} only when permission, destination and queues stand`, () => {
      assert.deepEqual(program.named(`market-data-${input}-target`).dependsOn, [
        `market-data-${input}-permission`,
        `market-data-${input}-invocation`,
        `market-data-${input}-undelivered-policy`,
      ]);
      assert.deepEqual(program.named(`market-data-${input}-invocation`).dependsOn, [
        `market-data-${input}-failures-policy`,
        `market-data-${stage}-failures-policy`,
      ]);
    });
  }

  it("have no target without a failure queue", () => {
    const targets = program.ofType("aws:cloudwatch/eventTarget:EventTarget");
    assert.equal(targets.length, 3);
    assert.ok(targets.every(({ inputs }) => inputs.deadLetterConfig !== undefined));
    const invoked = program.ofType("aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig");
    assert.equal(invoked.length, program.ofType("aws:lambda/function:Function").length);
  });

  it("match sources by prefix where the configuration says so", async () => {
    const wide = await recordProgram("dev", { marketDataSources: '["exchange.*","feed.simulated"]' });
    const pattern = JSON.parse(String(wide.named("market-data-raw-rule").inputs.eventPattern)) as { source: unknown };
    assert.deepEqual(pattern.source, [{ prefix: "exchange." }, "feed.simulated"]);
    const tunables = JSON.parse(String(wide.named("market-data-tunables-parameter").inputs.insecureValue)) as Record<
      string,
      unknown
    >;
    assert.deepEqual(tunables.allowedSources, ["exchange.*", "feed.simulated"]);
  });

  it("archive every event of the bus", () => {
    const archive = program.named("market-data-archive").inputs;
    assert.equal(archive.eventSourceArn, arnOf("market-data-bus"));
    assert.equal(archive.retentionDays, 90);
    assert.equal(archive.eventPattern, undefined);
  });

  it("send both topics to the configured address", () => {
    const subscriptions = program.ofType("aws:sns/topicSubscription:TopicSubscription").map(({ inputs }) => inputs);
    assert.deepEqual(subscriptions.map(({ topic }) => topic).sort(), [
      arnOf("market-data-alerts-topic"),
      arnOf("market-data-operations-topic"),
    ]);
    for (const { protocol, endpoint } of subscriptions) {
      assert.deepEqual([protocol, endpoint], ["email", "market-systems-dev@example.com"]);
    }
  });

  it("encrypt both topics with the key that CloudWatch may use", () => {
    for (const topic of program.ofType("aws:sns/topic:Topic")) {
      assert.equal(topic.inputs.kmsMasterKeyId, arnOf("market-data-topics-key"));
    }
  });
});
