import { wellArchitected } from "../controls";
import type { Resource, Rule } from "../rule";
import { MAPPING } from "../types";
import { at, is, isSet, listOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const STREAM = {
  eventSourceArn: "arn:aws:kinesis:us-east-1:1:stream/s",
  destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:us-east-1:1:q" } },
};

const BOUNDED = { ...STREAM, maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 };

const mappingDestinationOf = (props: unknown): unknown => at(props, "destinationConfig", "onFailure", "destinationArn");

const isOf = ({ eventSourceArn: source }: Resource["props"], services: RegExp): boolean =>
  source !== UNKNOWN && services.test(String(source));

/** Sources whose failed batches are lost unless a destination takes them; a queue keeps its own. */
const isStream = (props: Resource["props"]): boolean =>
  isOf(props, /:(kinesis|dynamodb|kafka):/) || isSet(props.selfManagedEventSource);

/** Streams that Lambda retries for ever unless told; of Kafka, the bounds are others. */
const isUnbounded = (props: Resource["props"]): boolean => isOf(props, /:(kinesis|dynamodb):/);

const bounded = (value: unknown): boolean => value === UNKNOWN || (typeof value === "number" && value >= 0);

const WITH_DESTINATION: Rule = {
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
  fails: [
    { props: { eventSourceArn: STREAM.eventSourceArn } },
    { props: { eventSourceArn: "arn:aws:kafka:us-east-1:1:cluster/c/1" } },
    { props: { selfManagedEventSource: { endpoints: { KAFKA_BOOTSTRAP_SERVERS: "broker:9092" } } } },
  ],
};

const WITHIN_BOUNDS: Rule = {
  ...SAME,
  name: "lambda-stream-mapping-retries-within-bounds",
  says: "A mapping of a stream bounds its retries and the age of records.",
  why: "By default Lambda retries a poison record for ever, and everything behind it in the shard expires.",
  fix: "Give maximumRetryAttempts and maximumRecordAgeInSeconds, both 0 or more.",
  controls: wellArchitected("REL05-BP03"),
  types: [MAPPING],
  broken: ({ props }) =>
    (["maximumRetryAttempts", "maximumRecordAgeInSeconds"] as const)
      .filter((key) => isUnbounded(props) && !bounded(props[key]))
      .map((key) => `${key} is ${shown(props[key])}, without bound.`),
  passes: [
    { props: BOUNDED },
    { props: { eventSourceArn: "arn:aws:sqs:us-east-1:1:q" } },
    { props: { eventSourceArn: "arn:aws:kafka:us-east-1:1:cluster/c/1" } },
  ],
  fails: [
    { props: STREAM },
    { props: { ...BOUNDED, maximumRetryAttempts: -1 } },
    { props: { ...BOUNDED, maximumRecordAgeInSeconds: -1 } },
  ],
};

const FROM_THE_HORIZON: Rule = {
  ...SAME,
  name: "lambda-stream-mapping-starts-at-the-horizon",
  says: "A mapping of a stream starts with the oldest record.",
  why: "LATEST skips what was written before the mapping was ready, at every first deployment.",
  fix: "Give startingPosition: TRIM_HORIZON.",
  types: [MAPPING],
  broken: ({ props }) =>
    isStream(props) && props.startingPosition === "LATEST" ? ['startingPosition is "LATEST".'] : [],
  passes: [{ props: { ...BOUNDED, startingPosition: "TRIM_HORIZON" } }],
  fails: [{ props: { ...BOUNDED, startingPosition: "LATEST" } }],
};

const BY_ITEM: Rule = {
  ...SAME,
  name: "lambda-mapping-reports-failed-items",
  says: "A mapping of a queue or a stream lets the function report which items of a batch failed.",
  why: "Otherwise one bad item has the whole batch processed again.",
  fix: "Give functionResponseTypes: [ReportBatchItemFailures], and let the function answer with batchItemFailures.",
  level: "advisory",
  types: [MAPPING],
  broken: ({ props, props: { functionResponseTypes: types } }) =>
    !isOf(props, /:(sqs|kinesis|dynamodb):/) ||
    types === UNKNOWN ||
    listOf(types).some((each) => is(each, "ReportBatchItemFailures"))
      ? []
      : [`functionResponseTypes is ${shown(types)}.`],
  passes: [{ props: { ...BOUNDED, functionResponseTypes: ["ReportBatchItemFailures"] } }],
  fails: [{ props: BOUNDED }],
};

export const STREAMS_KEPT: readonly Rule[] = [WITH_DESTINATION, WITHIN_BOUNDS, FROM_THE_HORIZON, BY_ITEM];
