import assert from "node:assert/strict";
import { ONLY, type RecordedProgram, type RecordedResource, recordProgram } from "../support/recorded-program";

const STAGES = ["ingestion", "processing", "notification"];
const RULES = ["raw", "validated", "alert"];
const TABLES = ["events", "series", "audit", "alerts"];

/** `<alarm>: <namespace> <metric> <statistic> > <threshold> {dimensions}`. */
const on = (names: readonly string[], alarm: string, metric: string, dimensions: (name: string) => string) =>
  names.map((name) => `alarm-${alarm}-${name}-market-data-dev: ${metric} {${dimensions(name)}}`);
const fn = (stage: string) => `FunctionName=lambda-${stage}-market-data-dev`;
const rule = (name: string) => `EventBusName=bus-market-data-dev RuleName=rule-${name}-market-data-dev`;
const table = (name: string) => `TableName=table-${name}-market-data-dev`;

const ALARMS = [
  ...on(STAGES, "errors", "AWS/Lambda Errors Sum > 0", fn),
  ...on(STAGES, "throttles", "AWS/Lambda Throttles Sum > 0", fn),
  ...on(STAGES, "slowness", "AWS/Lambda Duration p99 > 3000", fn),
  ...on(STAGES, "age", "AWS/Lambda AsyncEventAge Maximum > 60000", fn),
  ...on(STAGES, "dropped", "AWS/Lambda AsyncEventsDropped Sum > 0", fn),
  ...on(STAGES, "losses", "AWS/Lambda DestinationDeliveryFailures Sum > 0", fn),
  ...on(
    STAGES,
    "letters",
    "AWS/SQS ApproximateNumberOfMessagesVisible Maximum > 0",
    (stage) => `QueueName=queue-${stage}-dlq-market-data-dev`,
  ),
  ...RULES.map(
    (name) =>
      `alarm-letters-${name}-undelivered-market-data-dev: AWS/SQS ApproximateNumberOfMessagesVisible Maximum > 0 {QueueName=queue-${name}-undelivered-market-data-dev}`,
  ),
  ...on(RULES, "failed", "AWS/Events FailedInvocations Sum > 0", rule),
  ...on(RULES, "lost", "AWS/Events InvocationsFailedToBeSentToDlq Sum > 0", rule),
  ...on(TABLES, "reads", "AWS/DynamoDB ConsumedReadCapacityUnits Sum > 600000", table),
  ...on(TABLES, "writes", "AWS/DynamoDB ConsumedWriteCapacityUnits Sum > 600000", table),
];

const lineOf = ({ inputs }: RecordedResource) => {
  const dimensions = Object.entries(inputs.dimensions as Record<string, string>).map(
    ([key, value]) => `${key}=${value}`,
  );
  const statistic = inputs.statistic ?? inputs.extendedStatistic;
  return `${inputs.name}: ${inputs.namespace} ${inputs.metricName} ${statistic} > ${inputs.threshold} {${dimensions.join(" ")}}`;
};

describe("Alarms of market data", () => {
  let program: RecordedProgram;
  let alarms: RecordedResource[];
  before(async () => {
    program = await recordProgram("dev", ONLY.marketData);
    alarms = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
  });

  it("watch each function, queue, rule and table", () => {
    assert.deepEqual(alarms.map(lineOf).sort(), [...ALARMS].sort());
  });

  it("look at one minute, tell operations when they fire and when they are over, and take silence for good news", () => {
    const operations = program.named("market-data-operations-topic").state.arn;
    for (const { name, inputs } of alarms) {
      assert.equal(inputs.period, 60, name);
      assert.equal(inputs.evaluationPeriods, 1, name);
      assert.equal(inputs.comparisonOperator, "GreaterThanThreshold", name);
      assert.equal(inputs.treatMissingData, "notBreaching", name);
      assert.deepEqual(inputs.alarmActions, [operations], name);
      assert.deepEqual(inputs.okActions, [operations], name);
      assert.ok(String(inputs.alarmDescription).length > 20, name);
    }
  });

  it("name in their dimensions only what the program has", () => {
    const names = new Set(program.resources.map(({ inputs }) => inputs.name));
    for (const { name, inputs } of alarms) {
      const dimensions = Object.values(inputs.dimensions as Record<string, string>);
      assert.ok(dimensions.length > 0, name);
      for (const value of dimensions) assert.ok(names.has(value), `${name}: there is no ${value}`);
    }
  });

  it("stand on one dashboard, every signal once, no chart over another", () => {
    const { dashboardName, dashboardBody } = program.named("market-data-dashboard").inputs;
    assert.equal(dashboardName, "dashboard-market-data-dev");
    const { widgets } = JSON.parse(String(dashboardBody)) as {
      widgets: { x: number; y: number; width: number; properties: { region: string; metrics: unknown[][] } }[];
    };
    assert.equal(widgets.flatMap(({ properties }) => properties.metrics).length, alarms.length);
    assert.equal(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size, widgets.length);
    assert.ok(widgets.every(({ x, width, properties }) => x + width <= 24 && properties.region === "us-east-1"));
  });

  it("take their thresholds from the configuration", async () => {
    const alarmSettings = {
      slowMilliseconds: 500,
      eventAgeSeconds: 30,
      readUnitsPerMinute: 10,
      writeUnitsPerMinute: 20,
    };
    const other = await recordProgram("dev", { marketDataAlarms: JSON.stringify(alarmSettings) });
    const threshold = (name: string) => other.named(`market-data-${name}-alarm`).inputs.threshold;
    assert.deepEqual(
      ["slowness-ingestion", "age-ingestion", "reads-audit", "writes-audit"].map(threshold),
      [500, 30_000, 10, 20],
    );
  });
});
