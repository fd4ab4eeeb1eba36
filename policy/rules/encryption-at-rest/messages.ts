import { fsbp, securityHub, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { at, is, isSet, shown } from "../values";
import { encrypted, KEY, keyed, keysSetting, kindOf, refused, SAME } from "./keys";

const QUEUE: Rule = {
  ...SAME,
  name: "sqs-queue-is-encrypted",
  says: "A queue is encrypted, with an SQS-owned key unless it has one of its own.",
  fix: "Leave sqsManagedSseEnabled on, or set kmsMasterKeyId.",
  controls: fsbp("SQS.1"),
  types: ["aws:sqs/queue:Queue"],
  settings: keysSetting(["aws-owned", "aws-managed", "customer"]),
  broken: ({ props: { sqsManagedSseEnabled: managed, kmsMasterKeyId: key } }, context) =>
    managed === false && !isSet(key)
      ? ["sqsManagedSseEnabled is false."]
      : refused(kindOf(key, "aws-owned"), context, "kmsMasterKeyId", key),
  remedy: ({ props }) => (isSet(props.kmsMasterKeyId) ? undefined : { sqsManagedSseEnabled: true }),
  passes: [
    { props: {} },
    { props: { sqsManagedSseEnabled: true } },
    { props: { sqsManagedSseEnabled: false, kmsMasterKeyId: KEY } },
    { props: { kmsMasterKeyId: KEY }, settings: { keys: ["customer"] } },
  ],
  fails: [
    { props: { sqsManagedSseEnabled: false } },
    { props: {}, settings: { keys: ["customer"] } },
    { props: { kmsMasterKeyId: "alias/aws/sqs" }, settings: { keys: ["customer"] } },
  ],
};

const STREAM: Rule = {
  ...SAME,
  name: "kinesis-stream-is-encrypted",
  says: "A stream is encrypted with a KMS key.",
  fix: "Set encryptionType = KMS, and kmsKeyId to a key of your own or to alias/aws/kinesis.",
  controls: fsbp("Kinesis.1"),
  types: ["aws:kinesis/stream:Stream"],
  settings: keysSetting(["aws-managed", "customer"]),
  broken: ({ props: { encryptionType: type, kmsKeyId: key } }, context) =>
    is(type, "KMS")
      ? refused(kindOf(key, "aws-managed"), context, "kmsKeyId", key)
      : [`encryptionType is ${shown(type)}.`],
  remedy: ({ props }) => ({ encryptionType: "KMS", kmsKeyId: props.kmsKeyId ?? "alias/aws/kinesis" }),
  passes: [
    { props: { encryptionType: "KMS", kmsKeyId: KEY } },
    { props: { encryptionType: "KMS", kmsKeyId: KEY }, settings: { keys: ["customer"] } },
  ],
  fails: [
    { props: {} },
    { props: { encryptionType: "NONE" } },
    { props: { encryptionType: "KMS", kmsKeyId: "alias/aws/kinesis" }, settings: { keys: ["customer"] } },
  ],
};

const FIREHOSE: Rule = {
  ...SAME,
  name: "firehose-stream-is-encrypted",
  says: "A delivery stream that producers write to directly is encrypted.",
  fix: "Set serverSideEncryption.enabled = true; one that reads a Kinesis or MSK stream is as encrypted as that.",
  controls: fsbp("DataFirehose.1"),
  types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
  broken: ({ props }) =>
    isSet(props.kinesisSourceConfiguration) ||
    isSet(props.mskSourceConfiguration) ||
    is(at(props, "serverSideEncryption", "enabled"), true)
      ? []
      : [`serverSideEncryption.enabled is ${shown(at(props, "serverSideEncryption", "enabled"))}.`],
  remedy: always({ serverSideEncryption: { enabled: true } }),
  passes: [
    { props: { serverSideEncryption: { enabled: true } } },
    { props: { kinesisSourceConfiguration: { kinesisStreamArn: "arn:aws:kinesis:us-east-1:1:stream/s" } } },
  ],
  fails: [{ props: {} }, { props: { serverSideEncryption: { enabled: false } } }],
};

const TOPIC: Rule = encrypted(
  {
    name: "sns-topic-is-encrypted",
    says: "A topic is encrypted with a KMS key.",
    controls: securityHub("SNS.1"),
    types: ["aws:sns/topic:Topic"],
  },
  [{ path: ["kmsMasterKeyId"] }],
  [{ kmsMasterKeyId: KEY }],
  [{}, { kmsMasterKeyId: "" }],
);

const LOG_GROUP: Rule = keyed(
  {
    name: "logs-group-is-encrypted",
    says: "A log group is encrypted with a key of an allowed kind.",
    controls: wellArchitected("SEC08-BP02"),
    types: ["aws:cloudwatch/logGroup:LogGroup"],
  },
  ["kmsKeyId"],
  "aws-owned",
  ["aws-owned", "aws-managed", "customer"],
);

const STATE_MACHINE: Rule = keyed(
  {
    name: "sfn-state-machine-is-encrypted",
    says: "A state machine's definition and history are encrypted with a key of an allowed kind.",
    controls: wellArchitected("SEC08-BP02"),
    types: ["aws:sfn/stateMachine:StateMachine"],
  },
  ["encryptionConfiguration", "kmsKeyId"],
  "aws-owned",
  ["aws-owned", "customer"],
);

export const MESSAGES_AT_REST: readonly Rule[] = [QUEUE, STREAM, FIREHOSE, TOPIC, LOG_GROUP, STATE_MACHINE];
