import { wellArchitected } from "../controls";
import { always, type Resource, type Rule } from "../rule";
import { at, is, isSet, listOf, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const STREAM = {
  eventSourceArn: "arn:aws:kinesis:us-east-1:1:stream/s",
  destinationConfig: { onFailure: { destinationArn: "arn:aws:sqs:us-east-1:1:q" } },
};

const BOUNDED = { ...STREAM, maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 };

const mappingDestinationOf = (props: unknown): unknown => at(props, "destinationConfig", "onFailure", "destinationArn");

/** Sources whose failed batches are lost unless a destination takes them; a queue keeps its own. */
const isStream = ({ eventSourceArn: source }: Resource["props"]): boolean =>
  source !== UNKNOWN && /:(kinesis|dynamodb|kafka):/.test(String(source));

const bounded = (value: unknown): boolean => value === UNKNOWN || (typeof value === "number" && value >= 0);

const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

const LAMBDA_STREAM_MAPPING_HAS_A_FAILURE_DESTINATION: Rule = {
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
};

const LAMBDA_STREAM_MAPPING_RETRIES_WITHIN_BOUNDS: Rule = {
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
};

const LAMBDA_STREAM_MAPPING_STARTS_AT_THE_HORIZON: Rule = {
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
};

const LAMBDA_MAPPING_REPORTS_FAILED_ITEMS: Rule = {
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
};

export const STREAMS_KEPT: readonly Rule[] = [
  LAMBDA_STREAM_MAPPING_HAS_A_FAILURE_DESTINATION,
  LAMBDA_STREAM_MAPPING_RETRIES_WITHIN_BOUNDS,
  LAMBDA_STREAM_MAPPING_STARTS_AT_THE_HORIZON,
  LAMBDA_MAPPING_REPORTS_FAILED_ITEMS,
];
