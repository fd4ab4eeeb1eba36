import assert from "node:assert/strict";
import { REFUSALS } from "../../functions/ad-exchange/bid-handler/call";
import { NO_BID } from "../../functions/ad-exchange/domain/openrtb/codes";
import { alarmLine, type Query } from "../support/alarm-lines";
import { listOf, statementsOf } from "../support/iam";
import { ONLY, type RecordedProgram, type RecordedResource, recordProgram } from "../support/recorded-program";

const WORKERS = ["bid-handler", "campaigns", "authorizer", "indexer", "snapshot", "key-rotation"];
const TABLES = ["campaigns", "audit", "changes", "tokens"];
const fn = (worker: string) => `{FunctionName=lambda-${worker}-ad-exchange-prod}`;
const own = (worker: string) => `{FunctionName=lambda-${worker}-ad-exchange-prod service=ad-exchange}`;
const LIVE = "{FunctionName=lambda-bid-handler-ad-exchange-prod Resource=lambda-bid-handler-ad-exchange-prod:live}";
const DAX = "{ClusterId=dax-adx-prod}";
const letters = (queue: string) =>
  `AWS/SQS ApproximateNumberOfMessagesVisible Maximum > 0 for 1 × 60 {QueueName=queue-${queue}-ad-exchange-prod}`;
const ERRORS: Readonly<Record<string, number>> = {
  "bid-handler": 10,
  campaigns: 10,
  indexer: 10,
  snapshot: 0,
  "key-rotation": 0,
};

/** `<signal>: <metric> <statistic> > <threshold> for <periods> × <seconds> {dimensions}`, but for the edge's. */
const ALARMS = [
  `decisions-p99: Sluice/AdExchange DecisionMilliseconds p99 > 100 for 3 × 10 ${own("bid-handler")}`,
  `decisions-p50: Sluice/AdExchange DecisionMilliseconds p50 > 20 for 3 × 10 ${own("bid-handler")}`,
  "failed-decisions: SUM(METRICS()) > 10 for 1 × 60",
  `malformed-requests: Sluice/AdExchange Malformed Sum > 1000 for 1 × 60 ${own("bid-handler")}`,
  `late-answers: Sluice/AdExchange LateAnswers Sum > 1000 for 1 × 60 ${own("bid-handler")}`,
  `index-age: Sluice/AdExchange IndexAgeSeconds Maximum > 120 for 1 × 60 ${own("bid-handler")}`,
  `ready-busy-bid-handler: AWS/Lambda ProvisionedConcurrencyUtilization Maximum > 0.9 for 2 × 300 ${LIVE}`,
  `spillover-bid-handler: AWS/Lambda ProvisionedConcurrencySpilloverInvocations Sum > 100 for 1 × 60 ${LIVE}`,
  `stale-snapshot: Sluice/AdExchange SnapshotAge Maximum > 750000 for 2 × 300 ${own("snapshot")}`,
  `refused-campaigns: Sluice/AdExchange SnapshotRefused Maximum > 0 for 1 × 600 ${own("snapshot")}`,
  `failed-changes: Sluice/AdExchange ChangesFailed Sum > 10 for 1 × 60 ${own("indexer")}`,
  `failures-authorizer: Sluice/AdExchange AuthorizerFailures Sum > 0 for 1 × 60 ${own("authorizer")}`,
  ...Object.entries(ERRORS).map(
    ([worker, above]) =>
      // Snapshots come every five minutes: over two of them, or the alarm would come and go with each.
      `errors-${worker}: AWS/Lambda Errors Sum > ${above} for 1 × ${worker === "snapshot" ? 600 : 60} ${fn(worker)}`,
  ),
  ...WORKERS.map((worker) => `throttles-${worker}: AWS/Lambda Throttles Sum > 0 for 1 × 60 ${fn(worker)}`),
  `crowding-bid-handler: AWS/Lambda ConcurrentExecutions Maximum > 270 for 1 × 60 ${fn("bid-handler")}`,
  `crowding-campaigns: AWS/Lambda ConcurrentExecutions Maximum > 9 for 1 × 60 ${fn("campaigns")}`,
  `crowding-authorizer: AWS/Lambda ConcurrentExecutions Maximum > 18 for 1 × 60 ${fn("authorizer")}`,
  `lag-indexer: AWS/Lambda IteratorAge Maximum > 60000 for 2 × 300 ${fn("indexer")}`,
  `losses-indexer: AWS/Lambda DestinationDeliveryFailures Sum > 0 for 1 × 60 ${fn("indexer")}`,
  `age-snapshot: AWS/Lambda AsyncEventAge Maximum > 150000 for 1 × 60 ${fn("snapshot")}`,
  `dropped-snapshot: AWS/Lambda AsyncEventsDropped Sum > 0 for 1 × 60 ${fn("snapshot")}`,
  "failed-snapshot: AWS/Events FailedInvocations Sum > 0 for 1 × 60 {EventBusName=default RuleName=rule-snapshot-ad-exchange-prod}",
  `letters-indexer: ${letters("indexer-dlq")}`,
  `letters-snapshot: ${letters("snapshot-dlq")}`,
  `letters-snapshot-undelivered: ${letters("snapshot-undelivered")}`,
  ...TABLES.flatMap((noun) => [
    ...["Read", "Write"].map(
      (kind) =>
        `throttled-${kind.toLowerCase()}s-${noun}: AWS/DynamoDB ${kind}ThrottleEvents Sum > 0 for 1 × 60 {TableName=table-${noun}-ad-exchange-prod}`,
    ),
    `system-errors-${noun}: SUM(METRICS()) > 10 for 2 × 300`,
  ]),
  `dax-cpu-ad-exchange: AWS/DAX CPUUtilization Average > 70 for 2 × 300 ${DAX}`,
  `dax-errors-ad-exchange: AWS/DAX ErrorRequestCount Sum > 0 for 2 × 300 ${DAX}`,
  `dax-faults-ad-exchange: AWS/DAX FaultRequestCount Sum > 0 for 1 × 60 ${DAX}`,
  `dax-throttles-ad-exchange: AWS/DAX ThrottledRequestCount Sum > 0 for 1 × 60 ${DAX}`,
  `dax-evictions-ad-exchange: AWS/DAX EvictedSize Sum > 0 for 2 × 300 ${DAX}`,
];

const lineOf = alarmLine("ad-exchange", "prod");

describe("Alarms of the ad exchange", () => {
  let program: RecordedProgram;
  let alarms: RecordedResource[];
  before(async () => {
    program = await recordProgram("prod", ONLY.adExchange);
    alarms = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm");
  });
  const behindTheEdge = () => alarms.filter(({ name }) => !name.endsWith("-edge-alarm"));

  it("watch decisions, each function and table, the index, the keys and the cache", () => {
    assert.deepEqual(behindTheEdge().map(lineOf).sort(), [...ALARMS].sort());
    assert.equal(alarms.length > behindTheEdge().length, true);
  });

  it("tell operations when they fire and when they are over, and take silence for good news but of the snapshot", () => {
    const operations = program.named("ad-exchange-operations-topic").state.arn;
    for (const { name, inputs } of alarms) {
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[operations], [operations]], name);
      const silence = name === "ad-exchange-stale-snapshot-alarm" ? "breaching" : "notBreaching";
      assert.equal(inputs.treatMissingData, silence, name);
      assert.match(String(inputs.alarmDescription), /.{20}/, name);
    }
  });

  it("count a decision that failed by reasons that are the exchange's own, as it names them", () => {
    const [, ...parts] = program.named("ad-exchange-failed-decisions-alarm").inputs.metricQueries as Query[];
    const reasons = parts.map(({ metric }) => String(metric?.dimensions.reason));
    assert.deepEqual(reasons, ["technicalError", "insufficientTime", "notReady"]);
    for (const reason of reasons) assert.equal(reason in NO_BID, true, reason);
  });

  it("read each table's errors by exactly the operations that functions may call of it", () => {
    const policies = program
      .ofType("aws:iam/rolePolicy:RolePolicy")
      .flatMap(({ inputs }) => statementsOf(inputs.policy));
    for (const noun of TABLES) {
      const granted = policies
        .filter(({ Resource }) => listOf(Resource).some((arn) => arn.endsWith(`table/table-${noun}-ad-exchange-prod`)))
        .flatMap(({ Action }) => listOf(Action).map((action) => action.slice("dynamodb:".length)))
        .filter((action) => action !== "DescribeTable");
      const [, ...parts] = program.named(`ad-exchange-system-errors-${noun}-alarm`).inputs.metricQueries as Query[];
      const read = parts.map(({ metric }) => String(metric?.dimensions.Operation));
      const inTransactions = read.includes("TransactWriteItems") ? ["PutItem"] : [];
      const unread = granted.filter((name) => !read.includes(name) && !inTransactions.includes(name));
      const unheard = read.filter((name) => name !== "TransactWriteItems" && !granted.includes(name));
      // The cache queries what it is in front of, whatever asks it.
      assert.deepEqual([unread, unheard], [[], []], noun);
    }
  });

  it("stand on one dashboard, every metric once, beside why there was no bid", () => {
    const { widgets } = JSON.parse(String(program.named("ad-exchange-dashboard").inputs.dashboardBody)) as {
      widgets: { x: number; y: number; properties: { title: string; metrics: unknown[][] } }[];
    };
    assert.equal(new Set(widgets.map(({ x, y }) => `${x} ${y}`)).size, widgets.length);
    const charted = JSON.stringify(widgets);
    for (const { inputs } of alarms) {
      const metrics = inputs.metricName
        ? [inputs.metricName]
        : (inputs.metricQueries as Query[]).flatMap(({ metric }) => metric?.metricName ?? []);
      for (const metric of metrics) assert.equal(charted.includes(`"${metric}"`), true, String(metric));
    }
    const reasons =
      widgets.find(({ properties }) => properties.title === "No bid, by reason")?.properties.metrics ?? [];
    assert.deepEqual(
      reasons.map((line) => line[line.indexOf("reason") + 1]),
      Object.keys(NO_BID),
    );
    const refused = widgets.find(({ properties }) => properties.title === "Refused requests, by reason");
    assert.deepEqual(
      refused?.properties.metrics.map((line) => [line[1], line[line.indexOf("reason") + 1]]),
      REFUSALS.map((reason) => ["RefusedRequests", reason]),
    );
  });

  it("are no more than what there is: without a cache and ready environments none watches them", async () => {
    const dev = await recordProgram("dev", ONLY.adExchange);
    const names = dev.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => /-(dax|ready-busy|spillover)-/.test(name)),
      [],
    );
    assert.equal(names.length, alarms.length - 7);
  });

  it("take their thresholds from the configuration", async () => {
    const settings = {
      ...{ p50Milliseconds: 5, p99Milliseconds: 50, errorsPerMinute: 1, failedPerMinute: 2, malformedPerMinute: 3 },
      ...{ latePerMinute: 4, indexAgeSeconds: 60, lagMilliseconds: 7, spilloverPerMinute: 8, warmPercent: 80 },
      ...{ crowdedPercent: 50, systemErrors: 9, daxCpuPercent: 60, daxEvictedBytes: 11 },
    };
    const other = await recordProgram("prod", { ...ONLY.adExchange, adExchangeAlarms: JSON.stringify(settings) });
    const thresholds = [
      ...["decisions-p50", "decisions-p99", "errors-campaigns", "failed-decisions", "malformed-requests"],
      ...["late-answers", "index-age", "lag-indexer", "spillover-bid-handler", "ready-busy-bid-handler"],
      ...["crowding-campaigns", "system-errors-tokens", "dax-cpu-ad-exchange", "dax-evictions-ad-exchange"],
    ].map((name) => other.named(`ad-exchange-${name}-alarm`).inputs.threshold);
    assert.deepEqual(thresholds, [5, 50, 1, 2, 3, 4, 60, 7, 8, 0.8, 5, 9, 60, 11]);
  });
});
