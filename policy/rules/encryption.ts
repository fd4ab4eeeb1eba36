import { at, type Example, type Rule, shown } from "./rule";

type Same = Pick<Rule, "group" | "why" | "level" | "severity">;
const SAME: Same = {
  group: "Encryption at rest",
  why: "A copied disk, snapshot or object is then of no use without the key, and use of the key is on record.",
  level: "mandatory",
  severity: "high",
};

const fsbp = (...ids: readonly string[]): Rule["controls"] => ids.map((id) => ({ framework: "AWS FSBP", id }));

const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** One way to encrypt: the property by its path, and the value it must have; any value when left out. */
interface Way {
  readonly path: readonly string[];
  readonly value?: unknown;
}

const holds = ({ path, value }: Way, props: unknown): boolean =>
  value === undefined ? isSet(at(props, ...path)) : at(props, ...path) === value;

const said = ({ path, value }: Way): string =>
  `${path.join(".")} = ${value === undefined ? "a KMS key" : shown(value)}`;

/** A rule that one of several ways keeps. */
function encrypted(
  rule: Pick<Rule, "name" | "says" | "controls"> & { readonly types: readonly string[] },
  ways: readonly Way[],
  passes: readonly Example["props"][],
  fails: readonly Example["props"][] = [{}],
): Rule {
  const [first] = ways;
  const examples = (list: readonly Example["props"][]) =>
    rule.types.flatMap((type) => list.map((props) => ({ type, props })));
  return {
    ...SAME,
    ...rule,
    fix: `Set ${ways.map(said).join(", or ")}.`,
    broken: ({ props }) =>
      ways.some((way) => holds(way, props))
        ? []
        : [`${first!.path.join(".")} is ${shown(at(props, ...first!.path))}; set ${ways.map(said).join(", or ")}.`],
    passes: examples(passes),
    fails: examples(fails),
  };
}

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";

export const ENCRYPTION: readonly Rule[] = [
  {
    ...SAME,
    name: "dynamodb-table-is-encrypted",
    says: "A table is encrypted with a key of the kinds that are allowed.",
    why: "A table is always encrypted; with the AWS owned key, nobody can see or withdraw the key's use.",
    fix: "Set serverSideEncryption with enabled: true, and kmsKeyArn for a key of your own.",
    controls: [],
    types: ["aws:dynamodb/table:Table"],
    settings: {
      keys: {
        type: "array",
        description: "Kinds of key that are allowed.",
        items: { type: "string", enum: ["aws-owned", "aws-managed", "customer"] },
        default: ["aws-managed", "customer"],
      },
    },
    broken: ({ props }, { settings }) => {
      const enabled = at(props, "serverSideEncryption", "enabled") === true;
      const own = isSet(at(props, "serverSideEncryption", "kmsKeyArn"));
      const kind = !enabled ? "aws-owned" : own ? "customer" : "aws-managed";
      const keys = settings.keys as readonly string[];
      return keys.includes(kind) ? [] : [`the table's key is ${kind}; allowed are ${keys.join(", ")}.`];
    },
    passes: [
      { props: { serverSideEncryption: { enabled: true } } },
      { props: { serverSideEncryption: { enabled: true, kmsKeyArn: KEY } }, settings: { keys: ["customer"] } },
      { props: {}, settings: { keys: ["aws-owned"] } },
    ],
    fails: [
      { props: {} },
      { props: { serverSideEncryption: { enabled: false } } },
      { props: { serverSideEncryption: { enabled: true } }, settings: { keys: ["customer"] } },
    ],
  },
  encrypted(
    {
      name: "sqs-queue-is-encrypted",
      says: "A queue is encrypted with an SQS-owned or a KMS key.",
      controls: fsbp("SQS.1"),
      types: ["aws:sqs/queue:Queue"],
    },
    [{ path: ["sqsManagedSseEnabled"], value: true }, { path: ["kmsMasterKeyId"] }],
    [{ sqsManagedSseEnabled: true }, { kmsMasterKeyId: "alias/own" }],
    [{}, { sqsManagedSseEnabled: false }],
  ),
  encrypted(
    {
      name: "sns-topic-is-encrypted",
      says: "A topic is encrypted with a KMS key.",
      controls: fsbp("SNS.1"),
      types: ["aws:sns/topic:Topic"],
    },
    [{ path: ["kmsMasterKeyId"] }],
    [{ kmsMasterKeyId: KEY }],
    [{}, { kmsMasterKeyId: "" }],
  ),
  encrypted(
    {
      name: "kinesis-stream-is-encrypted",
      says: "A stream is encrypted with a KMS key.",
      controls: fsbp("Kinesis.1"),
      types: ["aws:kinesis/stream:Stream"],
    },
    [{ path: ["encryptionType"], value: "KMS" }],
    [{ encryptionType: "KMS", kmsKeyId: KEY }],
    [{}, { encryptionType: "NONE" }],
  ),
  encrypted(
    {
      name: "firehose-stream-is-encrypted",
      says: "A delivery stream that is written to directly is encrypted.",
      controls: fsbp("DataFirehose.1"),
      types: ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"],
    },
    [{ path: ["serverSideEncryption", "enabled"], value: true }, { path: ["kinesisSourceConfiguration"] }],
    [{ serverSideEncryption: { enabled: true } }, { kinesisSourceConfiguration: { kinesisStreamArn: "a" } }],
  ),
  encrypted(
    {
      name: "elasticache-group-is-encrypted",
      says: "A replication group is encrypted at rest.",
      controls: fsbp("ElastiCache.4"),
      types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
    },
    [{ path: ["atRestEncryptionEnabled"], value: true }],
    [{ atRestEncryptionEnabled: true }],
    [{}, { atRestEncryptionEnabled: false }],
  ),
  encrypted(
    {
      name: "dax-cluster-is-encrypted",
      says: "A DAX cluster is encrypted at rest.",
      controls: fsbp("DynamoDB.3"),
      types: ["aws:dax/cluster:Cluster"],
    },
    [{ path: ["serverSideEncryption", "enabled"], value: true }],
    [{ serverSideEncryption: { enabled: true } }],
  ),
  encrypted(
    {
      name: "rds-database-is-encrypted",
      says: "A database is encrypted at rest.",
      controls: fsbp("RDS.3", "RDS.27"),
      types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
    },
    [{ path: ["storageEncrypted"], value: true }],
    [{ storageEncrypted: true }],
  ),
  encrypted(
    {
      name: "ebs-volume-is-encrypted",
      says: "A volume is encrypted.",
      controls: fsbp("EC2.3"),
      types: ["aws:ebs/volume:Volume"],
    },
    [{ path: ["encrypted"], value: true }],
    [{ encrypted: true }],
  ),
  encrypted(
    {
      name: "kms-key-is-rotated",
      says: "A key is rotated every year.",
      controls: fsbp("KMS.4"),
      types: ["aws:kms/key:Key"],
    },
    [{ path: ["enableKeyRotation"], value: true }],
    [{ enableKeyRotation: true }],
  ),
];
