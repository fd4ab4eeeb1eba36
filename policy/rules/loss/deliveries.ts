import type { Rule } from "../rule";
import { FUNCTION_ARN, QUEUE_ARN, SUBSCRIPTION, TARGET } from "../types";
import { at, is, isObject, isSet, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const REDRIVEN = JSON.stringify({ deadLetterTargetArn: `${QUEUE_ARN}-dead`, maxReceiveCount: 5 });

/** Protocols that deliver to people, who cannot be delivered to again. */
const TO_PEOPLE = ["email", "email-json", "sms", "application"];

const TO_S3 = "extendedS3Configuration";

/** Whether a stream to S3 does anything with records that can fail. */
const canFail = (given: unknown): boolean =>
  ["processingConfiguration", "dynamicPartitioningConfiguration", "dataFormatConversionConfiguration"].some((key) =>
    is(at(given, key, "enabled"), true),
  );

/** Destinations of a delivery stream and where each keeps what it could not deliver. */
const DELIVERIES: Readonly<Record<string, readonly string[]>> = {
  elasticsearchConfiguration: ["s3Configuration"],
  extendedS3Configuration: [],
  httpEndpointConfiguration: ["s3Configuration"],
  icebergConfiguration: ["s3Configuration"],
  opensearchConfiguration: ["s3Configuration"],
  opensearchserverlessConfiguration: ["s3Configuration"],
  redshiftConfiguration: ["s3Configuration"],
  snowflakeConfiguration: ["s3Configuration"],
  splunkConfiguration: ["s3Configuration"],
};

const TARGETS: Rule = {
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
};

const SCHEDULES: Rule = {
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
};

const FIREHOSE: Rule = {
  ...SAME,
  name: "firehose-stream-keeps-what-it-cannot-deliver",
  says: "A delivery stream that changes records, or delivers elsewhere than to S3, says where those go that fail.",
  why: "Without errorOutputPrefix they go under a prefix of Firehose's own beside the good ones, where queries find them and nobody else.",
  fix: "Give errorOutputPrefix in the configuration that writes to S3.",
  types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
  broken: ({ props }) =>
    Object.entries(DELIVERIES)
      .filter(([key]) => isObject(props[key]) && (key !== TO_S3 || canFail(props[key])))
      .map(
        ([key, inner]) =>
          [[key, ...inner, "errorOutputPrefix"], at(props, key, ...inner, "errorOutputPrefix")] as const,
      )
      .filter(([, prefix]) => !isSet(prefix))
      .map(([path, prefix]) => `${path.join(".")} is ${shown(prefix)}.`),
  passes: [
    { props: { extendedS3Configuration: { bucketArn: "arn:aws:s3:::lake" } } },
    {
      props: {
        extendedS3Configuration: { errorOutputPrefix: "errors/", processingConfiguration: { enabled: true } },
      },
    },
    { props: { httpEndpointConfiguration: { s3Configuration: { errorOutputPrefix: "errors/" } } } },
  ],
  fails: [
    {
      props: {
        extendedS3Configuration: {
          bucketArn: "arn:aws:s3:::lake",
          dynamicPartitioningConfiguration: { enabled: true },
        },
      },
    },
    { props: { httpEndpointConfiguration: { s3Configuration: {} } } },
  ],
};

const SUBSCRIPTIONS: Rule = {
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
};

const STREAMS = ["kinesisStreamParameters", "dynamodbStreamParameters"];

const PIPES: Rule = {
  ...SAME,
  name: "pipes-pipe-has-a-dead-letter-queue",
  says: "What a pipe cannot take out of a stream goes to a queue, after retries and an age that are bounded.",
  why: "A pipe retries a poison record until it expires, and everything behind it in the shard with it.",
  fix: "Give deadLetterConfig.arn, maximumRetryAttempts and maximumRecordAgeInSeconds in the stream's sourceParameters.",
  types: ["aws:pipes/pipe:Pipe"],
  broken: ({ props: { source, sourceParameters } }) => {
    if (source === UNKNOWN || !/:(kinesis|dynamodb):/.test(String(source))) return [];
    const given = STREAMS.map((key) => at(sourceParameters, key)).find(isSet);
    const wanted = [["deadLetterConfig", "arn"], ["maximumRetryAttempts"], ["maximumRecordAgeInSeconds"]];
    return wanted
      .filter((path) => !isSet(at(given, ...path)) || at(given, ...path) === -1)
      .map((path) => `${path.join(".")} is ${shown(at(given, ...path))}.`);
  },
  passes: [
    {
      props: {
        source: "arn:aws:kinesis:us-east-1:123456789012:stream/s",
        sourceParameters: {
          kinesisStreamParameters: {
            deadLetterConfig: { arn: QUEUE_ARN },
            maximumRetryAttempts: 3,
            maximumRecordAgeInSeconds: 3600,
            startingPosition: "TRIM_HORIZON",
          },
        },
      },
    },
    { props: { source: QUEUE_ARN } },
  ],
  fails: [
    { props: { source: "arn:aws:kinesis:us-east-1:123456789012:stream/s" } },
    {
      props: {
        source: "arn:aws:dynamodb:us-east-1:123456789012:table/t/stream/1",
        sourceParameters: {
          dynamodbStreamParameters: { deadLetterConfig: { arn: QUEUE_ARN }, maximumRetryAttempts: -1 },
        },
      },
    },
  ],
};

export const DELIVERIES_KEPT: readonly Rule[] = [PIPES, TARGETS, SCHEDULES, FIREHOSE, SUBSCRIPTIONS];
