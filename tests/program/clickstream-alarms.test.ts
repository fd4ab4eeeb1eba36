import assert from "node:assert/strict";
import { alarmLine, type Query } from "../support/alarm-lines";
import { listOf, statementsOf } from "../support/iam";
import { ONLY, type RecordedProgram, type RecordedResource, recordProgram } from "../support/recorded-program";

const WORKERS = ["collector", "processing", "reader"];
const TABLES = { events: "byType", sessions: undefined, ids: undefined, links: "byUser", quarantine: "byVisitor" };
const RESERVED: Readonly<Record<string, number>> = { collector: 50, processing: 100, reader: 5 };
const fn = (worker: string) => `{FunctionName=lambda-${worker}-clickstream-dev}`;
const STREAM = "{StreamName=stream-clickstream-dev}";
const BALANCER = "{LoadBalancer=app/alb-clickstream-dev/50dc6c495c0c9188}";
const kinds = ["Read", "Write"] as const;

/** `<signal>: <metric> <statistic> > <threshold> for <periods> × <seconds> {dimensions}`. */
const ALARMS = [
  ...WORKERS.flatMap((worker) => [
    `errors-${worker}: AWS/Lambda Errors Sum > 10 for 1 × 60 ${fn(worker)}`,
    `throttles-${worker}: AWS/Lambda Throttles Sum > 0 for 1 × 60 ${fn(worker)}`,
    `crowding-${worker}: AWS/Lambda ConcurrentExecutions Maximum > ${RESERVED[worker]! * 0.9} for 1 × 60 ${fn(worker)}`,
  ]),
  `lag-processing: AWS/Lambda IteratorAge Maximum > 60000 for 2 × 300 ${fn("processing")}`,
  `losses-processing: AWS/Lambda DestinationDeliveryFailures Sum > 0 for 1 × 60 ${fn("processing")}`,
  `failed-records: Sluice/Clickstream Failed Sum > 10 for 1 × 60 {FunctionName=lambda-processing-clickstream-dev service=clickstream}`,
  `quarantined-records: Sluice/Clickstream Quarantined Sum > 10 for 1 × 60 {FunctionName=lambda-processing-clickstream-dev service=clickstream}`,
  `lag-stream: AWS/Kinesis GetRecords.IteratorAgeMilliseconds Maximum > 60000 for 2 × 300 ${STREAM}`,
  `throttled-writes-stream: AWS/Kinesis WriteProvisionedThroughputExceeded Sum > 0 for 1 × 60 ${STREAM}`,
  `throttled-reads-stream: AWS/Kinesis ReadProvisionedThroughputExceeded Sum > 0 for 1 × 60 ${STREAM}`,
  "letters-processing: AWS/SQS ApproximateNumberOfMessagesVisible Maximum > 0 for 1 × 60 {QueueName=queue-processing-dlq-clickstream-dev}",
  `alb-failures-entrance: AWS/ApplicationELB HTTPCode_ELB_5XX_Count Sum > 0 for 1 × 60 ${BALANCER}`,
  `target-failures-entrance: AWS/ApplicationELB HTTPCode_Target_5XX_Count Sum > 0 for 1 × 60 ${BALANCER}`,
  `slow-answers-entrance: AWS/ApplicationELB TargetResponseTime p99 > 1 for 1 × 60 ${BALANCER}`,
  ...Object.entries(TABLES).flatMap(([noun, index]) => {
    const table = `TableName=table-${noun}-clickstream-dev`;
    const throttled = (kind: string, name: string, dimensions: string) =>
      `throttled-${kind.toLowerCase()}s-${name}: AWS/DynamoDB ${kind}ThrottleEvents Sum > 0 for 1 × 60 {${dimensions}}`;
    return [
      ...kinds.map((kind) => throttled(kind, noun, table)),
      ...(index
        ? kinds.map((kind) => throttled(kind, `${noun}-${index}`, `GlobalSecondaryIndexName=${index} ${table}`))
        : []),
      `system-errors-${noun}: SUM(METRICS()) > 10 for 2 × 300`,
    ];
  }),
];

const lineOf = alarmLine("clickstream", "dev");

describe("Alarms of clickstream", () => {
  let program: RecordedProgram;
  let alarms: RecordedResource[];
  before(async () => {
    program = await recordProgram("dev", ONLY.clickstream);
    alarms = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
  });

  it("watch the way in, the stream, each function and table, and what was given up on", () => {
    assert.deepEqual(alarms.map(lineOf).sort(), [...ALARMS].sort());
  });

  it("tell operations when they fire and when they are over, say what to do, and take silence for good news but of a reader", () => {
    const operations = program.named("clickstream-operations-topic").state.arn;
    for (const { name, inputs } of alarms) {
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[operations], [operations]], name);
      const silence = name === "clickstream-lag-stream-alarm" ? "breaching" : "notBreaching";
      assert.equal(inputs.treatMissingData, silence, name);
      assert.match(String(inputs.alarmDescription), /.{20}/, name);
    }
  });

  it("read each table's errors by exactly the operations that functions may call of it", () => {
    const policies = program
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ inputs }) => statementsOf(inputs.policy));
    for (const noun of Object.keys(TABLES)) {
      const table = `table-${noun}-clickstream-dev`;
      const granted = policies
        .filter(({ Resource }) => listOf(Resource).some((arn) => arn.includes(`table/${table}`)))
        .flatMap(({ Action }) => listOf(Action).map((action) => action.slice("dynamodb:".length)));
      const [, ...parts] = program.named(`clickstream-system-errors-${noun}-alarm`).inputs.metricQueries as Query[];
      for (const { metric } of parts)
        assert.deepEqual(
          [metric?.namespace, metric?.metricName, metric?.dimensions.TableName],
          ["AWS/DynamoDB", "SystemErrors", table],
        );
      const read = parts.map(({ metric }) => String(metric?.dimensions.Operation));
      // A transaction is one operation, and granted by what it is made of; what else stands alone must be read.
      const inTransactions = ["PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem"];
      assert.deepEqual(
        read.filter((name) => name !== "TransactWriteItems" && !granted.includes(name)),
        [],
        noun,
      );
      assert.deepEqual(
        granted.filter((name) => !read.includes(name) && !inTransactions.includes(name)),
        [],
        noun,
      );
    }
  });

  it("stand on one dashboard, every metric once, no chart over another", () => {
    const { widgets } = JSON.parse(String(program.named("clickstream-dashboard").inputs.dashboardBody)) as {
      widgets: { x: number; y: number; properties: { metrics: unknown[][] } }[];
    };
    const read = alarms.reduce(
      (sum, { inputs }) => sum + Math.max(1, ((inputs.metricQueries ?? []) as Query[]).length - 1),
      0,
    );
    const lines = widgets.flatMap(({ properties }) =>
      properties.metrics.map((line) => JSON.stringify(line.slice(0, -1))),
    );
    assert.deepEqual([lines.length, new Set(lines).size], [read, read]);
    assert.equal(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size, widgets.length);
  });

  it("take their thresholds from the configuration", async () => {
    const settings = {
      lagMilliseconds: 5,
      errorsPerMinute: 6,
      quarantinedPerMinute: 9,
      systemErrors: 7,
      slowMilliseconds: 800,
      crowdedPercent: 50,
    };
    const other = await recordProgram("dev", { ...ONLY.clickstream, clickstreamAlarms: JSON.stringify(settings) });
    const threshold = (name: string) => other.named(`clickstream-${name}-alarm`).inputs.threshold;
    assert.deepEqual(
      ["lag-processing", "lag-stream", "errors-reader", "system-errors-ids", "slow-answers-entrance"].map(threshold),
      [5, 5, 6, 7, 0.8],
    );
    assert.equal(threshold("crowding-processing"), 50);
  });
});
