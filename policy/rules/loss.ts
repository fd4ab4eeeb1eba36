import { at, type Rule, shown } from "./rule";

type Same = Pick<Rule, "group" | "level" | "severity" | "controls">;
const SAME: Same = { group: "Nothing lost", level: "mandatory", severity: "high", controls: [] };

const DESTINATION = { destinationConfig: { onFailure: { destination: "arn:aws:sqs:us-east-1:1:q" } } };
const STREAM = { eventSourceArn: "arn:aws:kinesis:us-east-1:1:stream/s", ...DESTINATION };
const BOUNDED = { ...STREAM, maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 };

const destinationOf = (props: unknown): unknown => at(props, "destinationConfig", "onFailure", "destination");

/** Sources whose failed batches are lost unless a destination takes them; a queue keeps its own. */
const isStream = (props: unknown): boolean => /:(kinesis|dynamodb):/.test(String(at(props, "eventSourceArn") ?? ""));

const bounded = (value: unknown): boolean => typeof value === "number" && value >= 0;

export const LOSS: readonly Rule[] = [
  {
    ...SAME,
    name: "lambda-async-invocation-has-a-failure-destination",
    says: "Asynchronous invocations end, when they fail for good, in a destination.",
    why: "Lambda drops an event after its last retry.",
    fix: "Give destinationConfig.onFailure.destination, a queue's or topic's ARN.",
    types: ["aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"],
    broken: ({ props }) =>
      destinationOf(props) ? [] : [`destinationConfig.onFailure.destination is ${shown(destinationOf(props))}.`],
    passes: [{ props: DESTINATION }],
    fails: [{ props: {} }, { props: { destinationConfig: { onSuccess: { destination: "arn" } } } }],
  },
  {
    ...SAME,
    name: "lambda-stream-mapping-has-a-failure-destination",
    says: "What a mapping cannot process of a stream goes to a destination.",
    why: "A stream moves on after the last retry, and its records expire.",
    fix: "Give destinationConfig.onFailure.destination.",
    types: ["aws:lambda/eventSourceMapping:EventSourceMapping"],
    broken: ({ props }) =>
      !isStream(props) || destinationOf(props)
        ? []
        : [`destinationConfig.onFailure.destination is ${shown(destinationOf(props))}.`],
    passes: [{ props: STREAM }, { props: { eventSourceArn: "arn:aws:sqs:us-east-1:1:q" } }],
    fails: [{ props: { eventSourceArn: STREAM.eventSourceArn } }],
  },
  {
    ...SAME,
    name: "lambda-stream-mapping-retries-within-bounds",
    says: "A mapping of a stream bounds its retries and the age of records.",
    why: "By default Lambda retries a poison record for ever, and everything behind it in the shard expires.",
    fix: "Give maximumRetryAttempts and maximumRecordAgeInSeconds, both 0 or more.",
    types: ["aws:lambda/eventSourceMapping:EventSourceMapping"],
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
    types: ["aws:lambda/eventSourceMapping:EventSourceMapping"],
    broken: ({ props }) =>
      isStream(props) && props.startingPosition === "LATEST" ? ['startingPosition is "LATEST".'] : [],
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
    types: ["aws:lambda/eventSourceMapping:EventSourceMapping"],
    broken: ({ props: { functionResponseTypes: types } }) =>
      Array.isArray(types) && types.includes("ReportBatchItemFailures")
        ? []
        : [`functionResponseTypes is ${shown(types)}.`],
    passes: [{ props: { ...BOUNDED, functionResponseTypes: ["ReportBatchItemFailures"] } }],
    fails: [{ props: BOUNDED }],
  },
  {
    ...SAME,
    name: "eventbridge-target-has-a-dead-letter-queue",
    says: "An event that cannot be delivered to a target goes to a queue.",
    why: "EventBridge drops an event after its last attempt, or at once when it may not deliver.",
    fix: "Give deadLetterConfig.arn, a queue that lets the rule send.",
    types: ["aws:cloudwatch/eventTarget:EventTarget"],
    broken: ({ props }) =>
      at(props, "deadLetterConfig", "arn")
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
    controls: [{ framework: "AWS FSBP", id: "DynamoDB.2" }],
    types: ["aws:dynamodb/table:Table"],
    broken: ({ props }) =>
      at(props, "pointInTimeRecovery", "enabled") === true
        ? []
        : [`pointInTimeRecovery.enabled is ${shown(at(props, "pointInTimeRecovery", "enabled"))}.`],
    passes: [{ props: { pointInTimeRecovery: { enabled: true } } }],
    fails: [{ props: {} }, { props: { pointInTimeRecovery: { enabled: false } } }],
  },
];
