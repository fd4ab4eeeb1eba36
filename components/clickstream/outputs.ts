import { type DescribedOutput, describing } from "../outputs";
import { capitalised } from "../shared/names";
import type { Clickstream } from "./clickstream";
import { PARAMETER_KEYS, type ParameterKey, TABLES, type TableNoun, WORKERS, type Worker } from "./names";

type Output = DescribedOutput<Clickstream>;

const described = describing<Clickstream>("clickstream");

const entrance = described("Entrance");
const OF_ENTRANCE = [
  entrance("LoadBalancerDnsName", "Where clients send", (s) => s.entrance.loadBalancer.dnsName),
  entrance("LoadBalancerArn", "Its ARN", (s) => s.entrance.loadBalancer.arn),
  entrance("LoadBalancerSecurityGroupId", "Who may call", (s) => s.entrance.securityGroup.id),
  entrance("CollectorTargetGroupArn", "Target group of the collector", (s) => s.entrance.targetGroups.collector.arn),
  entrance("ReaderTargetGroupArn", "Target group of the reader", (s) => s.entrance.targetGroups.reader.arn),
  entrance("AccessLogBucketName", "Bucket of access logs", (s) => s.entrance.accessLogs.bucket.bucket),
];

const stream = described("Stream");
const OF_STREAM = [
  stream("StreamName", "Stream of everything taken in", (s) => s.intake.stream.name),
  stream("StreamArn", "Its ARN", (s) => s.intake.stream.arn),
  stream("DataKeyArn", "Key that encrypts it, and what was given up on", (s) => s.intake.key.arn),
  stream("MappingId", "Event source mapping that hands it to processing", (s) => s.mapping.uuid),
];

const failures = described("Failures");
const OF_FAILURES = [
  failures("FailureBucketName", "Bucket of batches that were given up on", (s) => s.intake.failures.kept.bucket.bucket),
  failures("FailureBucketArn", "Its ARN", (s) => s.intake.failures.kept.bucket.arn),
  failures("LettersQueueUrl", "Queue with a letter for each of them", (s) => s.intake.failures.letters.queue.url, true),
  failures("LettersQueueArn", "That queue's ARN", (s) => s.intake.failures.letters.queue.arn),
];

function ofWorker(worker: Worker): Output[] {
  const one = described(capitalised(worker));
  const of = (system: Clickstream) => system.workers[worker];
  const prefix = capitalised(worker);
  return [
    one(`${prefix}FunctionName`, `Function of the ${worker}`, (s) => of(s).function.name),
    one(`${prefix}FunctionArn`, "Its ARN", (s) => of(s).function.arn),
    one(`${prefix}RoleArn`, "Its execution role", (s) => of(s).role.arn),
    one(`${prefix}LogGroupName`, "Its log group", (s) => of(s).logGroup.name),
    one(`${prefix}SecurityGroupId`, "Where it may go", (s) => of(s).securityGroup?.id ?? ""),
  ];
}

const TABLE_SAYS: Readonly<Record<TableNoun, string>> = {
  events: "Table of events by visitor and time, and by type",
  sessions: "Table of sessions by visitor and start",
  ids: "Table of message ids that are taken",
  links: "Table of who anonymous visitors turned out to be",
  quarantine: "Table of records that are no events, whole",
};
const table = described("Tables");
const ofTable = (noun: TableNoun): Output[] => [
  table(`${capitalised(noun)}TableName`, TABLE_SAYS[noun], (s) => s.tables[noun].name),
  table(`${capitalised(noun)}TableArn`, "Its ARN", (s) => s.tables[noun].arn),
];

const parameter = described("Parameters");
const ofParameter = (key: ParameterKey): Output =>
  parameter(`${capitalised(key)}Parameter`, `Parameter ${PARAMETER_KEYS[key]}`, (s) => s.parameters[key].name);

const observability = described("Observability");

/** Everything that a clickstream exports. */
export const CLICKSTREAM_OUTPUTS: readonly Output[] = [
  ...OF_ENTRANCE,
  ...OF_STREAM,
  ...OF_FAILURES,
  ...WORKERS.flatMap(ofWorker),
  ...TABLES.flatMap(ofTable),
  table("EventsTableStreamArn", "Its stream of changes", (s) => s.tables.events.streamArn),
  ...(Object.keys(PARAMETER_KEYS) as ParameterKey[]).map(ofParameter),
  observability("OperationsTopicName", "Topic of alarms", (s) => s.operations.topic.name),
  observability("OperationsTopicArn", "Its ARN", (s) => s.operations.topic.arn, true),
  observability("TopicsKeyArn", "Key that encrypts it", (s) => s.operations.key.arn),
  observability("AlarmNames", "Every alarm", (s) => s.watch.alarms.map(({ name }) => name)),
  observability("DashboardName", "Dashboard", (s) => s.watch.dashboard.dashboardName),
];
