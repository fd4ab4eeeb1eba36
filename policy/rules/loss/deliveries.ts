import type { Rule } from "../rule";
import { at, is, isObject, isSet, shown } from "../values";
import { SAME } from "./same";

const TARGET = "aws:cloudwatch/eventTarget:EventTarget";

const SUBSCRIPTION = "aws:sns/topicSubscription:TopicSubscription";

const QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:q";

const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";

const REDRIVEN = JSON.stringify({ deadLetterTargetArn: `${QUEUE_ARN}-dead`, maxReceiveCount: 5 });

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

const EVENTBRIDGE_TARGET_HAS_A_DEAD_LETTER_QUEUE: Rule = {
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

const EVENTBRIDGE_SCHEDULE_HAS_A_DEAD_LETTER_QUEUE: Rule = {
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

const FIREHOSE_STREAM_KEEPS_WHAT_IT_CANNOT_DELIVER: Rule = {
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
};

const SNS_SUBSCRIPTION_HAS_A_DEAD_LETTER_QUEUE: Rule = {
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

export const DELIVERIES_KEPT: readonly Rule[] = [
  EVENTBRIDGE_TARGET_HAS_A_DEAD_LETTER_QUEUE,
  EVENTBRIDGE_SCHEDULE_HAS_A_DEAD_LETTER_QUEUE,
  FIREHOSE_STREAM_KEEPS_WHAT_IT_CANNOT_DELIVER,
  SNS_SUBSCRIPTION_HAS_A_DEAD_LETTER_QUEUE,
];
