import { BUCKETS, besides } from "../buckets";
import { cis, fsbp, wellArchitected } from "../controls";
import { refusesPlainHttp } from "../documents";
import { referring } from "../links";
import type { Among, Resource, Rule } from "../rule";
import { isSet, UNKNOWN } from "../values";
import { SAME } from "./same";

const QUEUE = "aws:sqs/queue:Queue";

const TOPIC = "aws:sns/topic:Topic";

const document = (effect: string, secure: string) =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: effect,
        Principal: "*",
        Action: "*",
        Resource: "*",
        Condition: { Bool: { "aws:SecureTransport": secure } },
      },
    ],
  });

const REFUSING = document("Deny", "false");

const ALLOWING = document("Allow", "true");

const ARN = "arn:aws:sqs:us-east-1:123456789012:q";

/** A rule about a resource whose policy, within it or beside it, has to deny what does not come over TLS. */
function refusing(
  about: Pick<Rule, "name" | "says" | "controls"> & { readonly types: readonly string[] },
  beside: { readonly type: string; readonly property: string },
  policiesOf: (resource: Resource, resources: readonly Resource[]) => readonly Resource[],
): Rule {
  const among = (policy: string, named: string): Among => [
    { type: beside.type, props: { [beside.property]: named, policy } },
  ];
  return {
    ...SAME,
    ...about,
    fix: `Add a ${beside.type.split(":")[2]} that denies every principal when aws:SecureTransport is false.`,
    ofStack: true,
    broken: (resource, { resources }) => {
      const policies = policiesOf(resource, resources);
      const documents = [resource.props.policy, ...policies.map(({ props }) => props.policy)];
      if (documents.some((each) => each === UNKNOWN || refusesPlainHttp(each))) return [];
      return [
        documents.some(isSet) ? "no statement of its policy denies aws:SecureTransport false." : "it has no policy.",
      ];
    },
    passes: [
      ...about.types.map((type) => ({ type, props: { policy: REFUSING } })),
      { props: { id: ARN }, among: among(REFUSING, ARN) },
      { props: { id: ARN }, among: [...among(ALLOWING, ARN), ...among(REFUSING, ARN)] },
    ],
    fails: [
      { props: { id: ARN } },
      { props: { policy: ALLOWING } },
      { props: { id: ARN }, among: among(REFUSING, `${ARN}-other`) },
    ],
  };
}

const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";

const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";

const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";

const S3_BUCKET_REFUSES_PLAIN_HTTP: Rule = refusing(
  {
    name: "s3-bucket-refuses-plain-http",
    says: "A bucket's policy refuses requests that do not come over TLS.",
    controls: [...fsbp("S3.5"), ...cis("3.1.1")],
    types: [...BUCKETS],
  },
  { type: BUCKET_POLICY, property: "bucket" },
  (bucket, resources) => besides(bucket, resources, "BucketPolicy"),
);

const SNS_TOPIC_REFUSES_PLAIN_HTTP: Rule = refusing(
  {
    name: "sns-topic-refuses-plain-http",
    says: "A topic's policy refuses requests that do not come over TLS.",
    controls: wellArchitected("SEC09-BP02"),
    types: [TOPIC],
  },
  { type: TOPIC_POLICY, property: "arn" },
  (topic, resources) => referring(resources, TOPIC_POLICY, "arn", topic),
);

const SQS_QUEUE_REFUSES_PLAIN_HTTP: Rule = refusing(
  {
    name: "sqs-queue-refuses-plain-http",
    says: "A queue's policy refuses requests that do not come over TLS.",
    controls: wellArchitected("SEC09-BP02"),
    types: [QUEUE],
  },
  { type: QUEUE_POLICY, property: "queueUrl" },
  (queue, resources) => referring(resources, QUEUE_POLICY, "queueUrl", queue),
);

export const POLICIES_IN_TRANSIT: readonly Rule[] = [
  S3_BUCKET_REFUSES_PLAIN_HTTP,
  SNS_TOPIC_REFUSES_PLAIN_HTTP,
  SQS_QUEUE_REFUSES_PLAIN_HTTP,
];
