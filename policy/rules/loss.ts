import { fsbp, wellArchitected } from "./controls";
import { ofType, referring, refersTo } from "./links";
import { type Among, always, type Resource, type Rule } from "./rule";
import { at, is, isObject, isSet, listOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity" | "controls">;
const SAME: Same = {
  group: "Nothing lost",
  level: "mandatory",
  severity: "high",
  controls: [],
};

const DESTINATION = { destinationConfig: { onFailure: { destination: "arn:aws:sqs:us-east-1:1:q" } } };
const STREAM = {
  eventSourceArn: "arn:aws:kinesis:us-east-1:1:stream/s",
  destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:us-east-1:1:q" } },
};
const BOUNDED = { ...STREAM, maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 };

const destinationOf = (props: unknown): unknown => at(props, "destinationConfig", "onFailure", "destination");
const mappingDestinationOf = (props: unknown): unknown => at(props, "destinationConfig", "onFailure", "destinationArn");

/** Sources whose failed batches are lost unless a destination takes them; a queue keeps its own. */
const isStream = ({ eventSourceArn: source }: Resource["props"]): boolean =>
  source !== UNKNOWN && /:(kinesis|dynamodb|kafka):/.test(String(source));

const bounded = (value: unknown): boolean => value === UNKNOWN || (typeof value === "number" && value >= 0);

const FUNCTION = "aws:lambda/function:Function";
const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";
const INVOCATION = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";
const QUEUE = "aws:sqs/queue:Queue";
const REDRIVE = "aws:sqs/redrivePolicy:RedrivePolicy";
const QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:q";
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";
const REDRIVEN = JSON.stringify({ deadLetterTargetArn: `${QUEUE_ARN}-dead`, maxReceiveCount: 5 });

/** Whatever invokes a function and does not wait for its answer, by the property that names the function. */
const INVOKERS: readonly (readonly [type: string, property: string])[] = [
  [TARGET, "arn"],
  [SUBSCRIPTION, "endpoint"],
  ["aws:s3/bucketNotification:BucketNotification", "lambdaFunctions"],
  ["aws:scheduler/schedule:Schedule", "target"],
];

/** Mappings by which functions consume a queue. */
const consumersOf = (queue: Resource, resources: readonly Resource[]) =>
  referring(resources, MAPPING, "eventSourceArn", queue);

const functionOf = (mapping: Resource, resources: readonly Resource[]): Resource | undefined =>
  ofType(resources, FUNCTION).find((each) => refersTo(mapping, "functionName", each));

const consumed = (timeout: number): Among => [
  { type: MAPPING, props: { eventSourceArn: QUEUE_ARN, functionName: FUNCTION_ARN } },
  { type: FUNCTION, props: { arn: FUNCTION_ARN, timeout } },
];

/** Protocols that deliver to people, who cannot be delivered to again. */
const TO_PEOPLE = ["email", "email-json", "sms", "application"];

/** Destinations of a delivery stream and where each keeps what it could not deliver. */
const DELIVERIES: Readonly<Record<string, readonly string[]>> = {
  extendedS3Configuration: [],
  httpEndpointConfiguration: ["s3Configuration"],
  icebergConfiguration: ["s3Configuration"],
  opensearchConfiguration: ["s3Configuration"],
  opensearchserverlessConfiguration: ["s3Configuration"],
  redshiftConfiguration: ["s3Configuration"],
  snowflakeConfiguration: ["s3Configuration"],
  splunkConfiguration: ["s3Configuration"],
};

export const LOSS: readonly Rule[] = [
  {
    ...SAME,
    name: "lambda-async-invocation-has-a-failure-destination",
    says: "Asynchronous invocations end, when they fail for good, in a destination.",
    why: "Lambda drops an event after its last retry.",
    fix: "Give destinationConfig.onFailure.destination, a queue's or topic's ARN.",
    types: [INVOCATION],
    broken: ({ props }) =>
      isSet(destinationOf(props)) ? [] : [`destinationConfig.onFailure.destination is ${shown(destinationOf(props))}.`],
    passes: [{ props: DESTINATION }],
    fails: [{ props: {} }, { props: { destinationConfig: { onSuccess: { destination: "arn" } } } }],
  },
  {
    ...SAME,
    name: "lambda-stream-mapping-has-a-failure-destination",
    says: "What a mapping cannot process of a stream goes to a destination.",
    why: "A stream moves on after the last retry, and its records expire.",
    fix: "Give destinationConfig.onFailure.destinationArn.",
    types: [MAPPING],
    broken: ({ props }) =>
      !isStream(props) || isSet(mappingDestinationOf(props))
        ? []
        : [`destinationConfig.onFailure.destinationArn is ${shown(mappingDestinationOf(props))}.`],
    passes: [{ props: STREAM }, { props: { eventSourceArn: "arn:aws:sqs:us-east-1:1:q" } }],
    fails: [{ props: { eventSourceArn: STREAM.eventSourceArn } }],
  },
  {
    ...SAME,
    name: "lambda-stream-mapping-retries-within-bounds",
    says: "A mapping of a stream bounds its retries and the age of records.",
    why: "By default Lambda retries a poison record for ever, and everything behind it in the shard expires.",
    fix: "Give maximumRetryAttempts and maximumRecordAgeInSeconds, both 0 or more.",
    controls: wellArchitected("REL05-BP03"),
    types: [MAPPING],
    broken: ({ props }) =>
      (["maximumRetryAttempts", "maximumRecordAgeInSeconds"] as const)
        .filter((key) => isStream(props) && !bounded(props[key]))
        .map((key) => `${key} is ${shown(props[key])}, without bound.`),
    passes: [{ props: BOUNDED }, { props: { eventSourceArn: "arn:aws:sqs:us-east-1:1:q" } }],
    fails: [
      { props: STREAM },
      { props: { ...BOUNDED, maximumRetryAttempts: -1 } },
      { props: { ...BOUNDED, maximumRecordAgeInSeconds: -1 } },
    ],
  },
  {
    ...SAME,
    name: "lambda-stream-mapping-starts-at-the-horizon",
    says: "A mapping of a stream starts with the oldest record.",
    why: "LATEST skips what was written before the mapping was ready, at every first deployment.",
    fix: "Give startingPosition: TRIM_HORIZON.",
    types: [MAPPING],
    broken: ({ props }) =>
      isStream(props) && props.startingPosition === "LATEST" ? ['startingPosition is "LATEST".'] : [],
    remedy: always({ startingPosition: "TRIM_HORIZON" }),
    passes: [{ props: { ...BOUNDED, startingPosition: "TRIM_HORIZON" } }],
    fails: [{ props: { ...BOUNDED, startingPosition: "LATEST" } }],
  },
  {
    ...SAME,
    name: "lambda-mapping-reports-failed-items",
    says: "A mapping lets the function report which items of a batch failed.",
    why: "Otherwise one bad item has the whole batch processed again.",
    fix: "Give functionResponseTypes: [ReportBatchItemFailures].",
    level: "advisory",
    types: [MAPPING],
    broken: ({ props: { functionResponseTypes: types } }) =>
      types === UNKNOWN || listOf(types).some((each) => is(each, "ReportBatchItemFailures"))
        ? []
        : [`functionResponseTypes is ${shown(types)}.`],
    remedy: always({ functionResponseTypes: ["ReportBatchItemFailures"] }),
    passes: [{ props: { ...BOUNDED, functionResponseTypes: ["ReportBatchItemFailures"] } }],
    fails: [{ props: BOUNDED }],
  },
  {
    ...SAME,
    name: "eventbridge-target-has-a-dead-letter-queue",
    says: "An event that cannot be delivered to a target goes to a queue.",
    why: "EventBridge drops an event after its last attempt, or at once when it may not deliver.",
    fix: "Give deadLetterConfig.arn, a queue that lets the rule send.",
    types: [TARGET],
    broken: ({ props }) =>
      isSet(at(props, "deadLetterConfig", "arn"))
        ? []
        : [`deadLetterConfig.arn is ${shown(at(props, "deadLetterConfig", "arn"))}.`],
    passes: [{ props: { deadLetterConfig: { arn: "arn:aws:sqs:us-east-1:1:q" } } }],
    fails: [{ props: {} }],
  },
  {
    ...SAME,
    name: "dynamodb-table-has-point-in-time-recovery",
    says: "A table can be restored to any second of the last 35 days.",
    why: "A bad deployment that deletes or overwrites rows cannot be undone otherwise.",
    fix: "Give pointInTimeRecovery.enabled: true.",
    controls: [...fsbp("DynamoDB.2"), ...wellArchitected("REL09-BP03")],
    types: ["aws:dynamodb/table:Table"],
    broken: ({ props }) =>
      is(at(props, "pointInTimeRecovery", "enabled"), true)
        ? []
        : [`pointInTimeRecovery.enabled is ${shown(at(props, "pointInTimeRecovery", "enabled"))}.`],
    remedy: always({ pointInTimeRecovery: { enabled: true } }),
    passes: [{ props: { pointInTimeRecovery: { enabled: true } } }],
    fails: [{ props: {} }, { props: { pointInTimeRecovery: { enabled: false } } }],
  },
  {
    ...SAME,
    name: "eventbridge-schedule-has-a-dead-letter-queue",
    says: "An invocation that a schedule could not make goes to a queue.",
    why: "EventBridge Scheduler drops an invocation after its last attempt.",
    fix: "Give target.deadLetterConfig.arn.",
    types: ["aws:scheduler/schedule:Schedule"],
    broken: ({ props }) =>
      isSet(at(props, "target", "deadLetterConfig", "arn"))
        ? []
        : [`target.deadLetterConfig.arn is ${shown(at(props, "target", "deadLetterConfig", "arn"))}.`],
    passes: [{ props: { target: { arn: FUNCTION_ARN, deadLetterConfig: { arn: QUEUE_ARN } } } }],
    fails: [{ props: { target: { arn: FUNCTION_ARN } } }],
  },
  {
    ...SAME,
    name: "firehose-stream-keeps-what-it-cannot-deliver",
    says: "A delivery stream writes what it could not deliver under a prefix of its own.",
    why: "Without errorOutputPrefix, failed records lie among good ones, or where nobody looks for them.",
    fix: "Give errorOutputPrefix in the configuration that writes to S3.",
    types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
    broken: ({ props }) =>
      Object.entries(DELIVERIES)
        .filter(([key]) => isObject(props[key]))
        .map(
          ([key, inner]) =>
            [[key, ...inner, "errorOutputPrefix"], at(props, key, ...inner, "errorOutputPrefix")] as const,
        )
        .filter(([, prefix]) => !isSet(prefix))
        .map(([path, prefix]) => `${path.join(".")} is ${shown(prefix)}.`),
    passes: [
      { props: { extendedS3Configuration: { bucketArn: "arn:aws:s3:::lake", errorOutputPrefix: "errors/" } } },
      { props: { httpEndpointConfiguration: { s3Configuration: { errorOutputPrefix: "errors/" } } } },
    ],
    fails: [
      { props: { extendedS3Configuration: { bucketArn: "arn:aws:s3:::lake" } } },
      { props: { httpEndpointConfiguration: { s3Configuration: {} } } },
    ],
  },
  {
    ...SAME,
    name: "lambda-async-function-has-a-failure-destination",
    says: "A function that is invoked without anyone waiting has a failure destination or a dead-letter queue.",
    why: "Lambda drops an event after its last retry, and whoever sent it has long been told that all is well.",
    fix: "Add a FunctionEventInvokeConfig with destinationConfig.onFailure, or give the function a deadLetterConfig.",
    types: [FUNCTION],
    ofStack: true,
    broken: (lambda, { resources }) => {
      const invoker = INVOKERS.flatMap(([type, property]) => referring(resources, type, property, lambda))[0];
      const covered =
        isSet(at(lambda.props, "deadLetterConfig", "targetArn")) ||
        referring(resources, INVOCATION, "functionName", lambda).some(({ props }) => isSet(destinationOf(props)));
      return invoker === undefined || covered ? [] : [`${invoker.name} invokes it, and nothing takes what fails.`];
    },
    passes: [
      { props: { arn: FUNCTION_ARN } },
      {
        props: { arn: FUNCTION_ARN, name: "f" },
        among: [
          { type: TARGET, props: { arn: FUNCTION_ARN } },
          { type: INVOCATION, props: { functionName: "f", ...DESTINATION } },
        ],
      },
      {
        props: { arn: FUNCTION_ARN, deadLetterConfig: { targetArn: QUEUE_ARN } },
        among: [{ type: SUBSCRIPTION, props: { protocol: "lambda", endpoint: FUNCTION_ARN } }],
      },
    ],
    fails: [
      { props: { arn: FUNCTION_ARN }, among: [{ type: TARGET, props: { arn: FUNCTION_ARN } }] },
      {
        props: { arn: FUNCTION_ARN, name: "f" },
        among: [
          { type: SUBSCRIPTION, props: { protocol: "lambda", endpoint: FUNCTION_ARN } },
          { type: INVOCATION, props: { functionName: "another", ...DESTINATION } },
        ],
      },
    ],
  },
  {
    ...SAME,
    name: "rds-database-has-backups",
    says: "A database can be restored to any second of its backup window.",
    why: "A bad deployment that deletes or overwrites rows cannot be undone otherwise.",
    fix: "Leave backupRetentionPeriod out of a cluster, or give 7 or more.",
    controls: [...fsbp("RDS.11"), ...wellArchitected("REL09-BP03")],
    types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
    broken: ({ type, props: { backupRetentionPeriod: days, replicateSourceDb: source } }) => {
      const unset = days === undefined || days === null;
      if (days === UNKNOWN || isSet(source) || (unset && type === "aws:rds/cluster:Cluster")) return [];
      return typeof days === "number" && days >= 7 ? [] : [`backupRetentionPeriod is ${shown(days)} (days).`];
    },
    remedy: always({ backupRetentionPeriod: 7 }),
    passes: [
      { props: { backupRetentionPeriod: 7 } },
      { props: { replicateSourceDb: "primary" } },
      { type: "aws:rds/cluster:Cluster", props: {} },
    ],
    fails: [{ props: {} }, { props: { backupRetentionPeriod: 0 } }],
  },
  {
    ...SAME,
    name: "sns-subscription-has-a-dead-letter-queue",
    says: "A message that cannot be delivered to a subscriber goes to a queue; of people, it is not asked.",
    why: "SNS drops a message after its last attempt, or at once when it may not deliver.",
    fix: "Give redrivePolicy with the deadLetterTargetArn of a queue that lets the topic send.",
    types: [SUBSCRIPTION],
    broken: ({ props: { protocol, redrivePolicy } }) =>
      is(protocol, ...TO_PEOPLE) || isSet(redrivePolicy) ? [] : [`redrivePolicy is ${shown(redrivePolicy)}.`],
    passes: [
      { props: { protocol: "sqs", redrivePolicy: REDRIVEN } },
      { props: { protocol: "email", endpoint: "operations@example.com" } },
    ],
    fails: [{ props: { protocol: "lambda", endpoint: FUNCTION_ARN } }],
  },
  {
    ...SAME,
    name: "sqs-queue-with-a-consumer-has-a-dead-letter-queue",
    says: "A queue that a function consumes gives up on a message into another queue.",
    why: "What cannot be processed is received again and again until it expires, and then is gone.",
    fix: "Give redrivePolicy with deadLetterTargetArn and maxReceiveCount, 5 or more.",
    types: [QUEUE],
    ofStack: true,
    broken: (queue, { resources }) => {
      const redriven = isSet(queue.props.redrivePolicy) || referring(resources, REDRIVE, "queueUrl", queue).length > 0;
      const [consumer] = consumersOf(queue, resources);
      return redriven || consumer === undefined ? [] : [`${consumer.name} consumes it, and redrivePolicy is absent.`];
    },
    passes: [
      { props: { arn: QUEUE_ARN, redrivePolicy: REDRIVEN }, among: consumed(30) },
      {
        props: { arn: QUEUE_ARN, url: "https://q" },
        among: [...consumed(30), { type: REDRIVE, props: { queueUrl: "https://q", redrivePolicy: REDRIVEN } }],
      },
      { props: { arn: `${QUEUE_ARN}-dead` }, among: consumed(30) },
    ],
    fails: [{ props: { arn: QUEUE_ARN }, among: consumed(30) }],
  },
  {
    ...SAME,
    name: "sqs-queue-hides-messages-six-times-as-long-as-its-consumer-runs",
    says: "A queue's visibility timeout is at least six times the timeout of the function that consumes it.",
    why: 'A message that shows itself while it is still being processed, or retried after throttling, is processed twice (Lambda developer guide, "Using Lambda with Amazon SQS").',
    fix: "Raise visibilityTimeoutSeconds, or lower the function's timeout.",
    types: [QUEUE],
    ofStack: true,
    broken: (queue, { resources }) => {
      const visible = queue.props.visibilityTimeoutSeconds ?? 30;
      return consumersOf(queue, resources).flatMap((mapping) => {
        const lambda = functionOf(mapping, resources);
        const timeout = lambda && (lambda.props.timeout ?? 3);
        if (typeof timeout !== "number" || typeof visible !== "number" || visible >= 6 * timeout) return [];
        return [`visibilityTimeoutSeconds is ${visible}, and ${lambda!.name} may run for ${timeout} s.`];
      });
    },
    passes: [
      { props: { arn: QUEUE_ARN, visibilityTimeoutSeconds: 180 }, among: consumed(30) },
      { props: { arn: `${QUEUE_ARN}-other` }, among: consumed(30) },
    ],
    fails: [
      { props: { arn: QUEUE_ARN, visibilityTimeoutSeconds: 179 }, among: consumed(30) },
      { props: { arn: QUEUE_ARN }, among: consumed(6) },
    ],
  },
];
