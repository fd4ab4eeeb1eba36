import { BUCKETS, besides } from "../buckets";
import { cis, fsbp, wellArchitected } from "../controls";
import { refusesPlainHttp } from "../documents";
import { referring } from "../links";
import type { Among, Resource, Rule } from "../rule";
import { QUEUE } from "../types";
import { isSet, UNKNOWN } from "../values";
import { SAME } from "./same";

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
  beside: {
    readonly type: string;
    readonly property: string;
    readonly covering: readonly string[];
    readonly inside?: RegExp;
  },
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
      if (documents.some((each) => each === UNKNOWN || refusesPlainHttp(each, beside.covering, beside.inside)))
        return [];
      return [
        documents.some(isSet)
          ? "no statement of its policy denies everything when aws:SecureTransport is false."
          : "it has no policy.",
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
      { props: { policy: REFUSING.replace('"Action":"*"', '"Action":"kms:Decrypt"') } },
      { props: { policy: REFUSING.replace('"Principal":"*"', '"Principal":{"AWS":"123456789012"}') } },
      { props: { policy: REFUSING.replace('"Bool"', '"StringEquals":{"aws:PrincipalOrgID":"o-1"},"Bool"') } },
      { props: { id: ARN }, among: among(REFUSING, `${ARN}-other`) },
    ],
  };
}

const QUEUE_POLICY = "aws:sqs/queuePolicy:QueuePolicy";

const TOPIC_POLICY = "aws:sns/topicPolicy:TopicPolicy";

/** Every object of a bucket. */
const INSIDE = /^(\*|arn:[^:]+:s3:::[^/]+\/?\*)$/;

const BUCKET_POLICY = "aws:s3/bucketPolicy:BucketPolicy";

const BUCKETS_REFUSE: Rule = refusing(
  {
    name: "s3-bucket-refuses-plain-http",
    says: "A bucket's policy refuses requests that do not come over TLS.",
    controls: [...fsbp("S3.5"), ...cis("3.1.1")],
    types: [...BUCKETS],
  },
  { type: BUCKET_POLICY, property: "bucket", covering: ["*", "s3:*"], inside: INSIDE },
  (bucket, resources) => besides(bucket, resources, "BucketPolicy"),
);

const TOPICS_REFUSE: Rule = refusing(
  {
    name: "sns-topic-refuses-plain-http",
    says: "A topic's policy refuses requests that do not come over TLS.",
    controls: wellArchitected("SEC09-BP02"),
    types: [TOPIC],
  },
  { type: TOPIC_POLICY, property: "arn", covering: ["*", "sns:*", "sns:publish"] },
  (topic, resources) => referring(resources, TOPIC_POLICY, "arn", topic),
);

const QUEUES_REFUSE: Rule = refusing(
  {
    name: "sqs-queue-refuses-plain-http",
    says: "A queue's policy refuses requests that do not come over TLS.",
    controls: wellArchitected("SEC09-BP02"),
    types: [QUEUE],
  },
  { type: QUEUE_POLICY, property: "queueUrl", covering: ["*", "sqs:*", "sqs:sendmessage"] },
  (queue, resources) => referring(resources, QUEUE_POLICY, "queueUrl", queue),
);

export const POLICIES_IN_TRANSIT: readonly Rule[] = [BUCKETS_REFUSE, TOPICS_REFUSE, QUEUES_REFUSE];
