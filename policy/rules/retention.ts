import { EXEMPTIONS, exempted, keeping } from "./exemptions";
import { always, type Resource, type Rule } from "./rule";
import { QUEUE, TABLE } from "./types";
import { is, matches, shown, UNKNOWN } from "./values";

/** Settings that every rule of this group has. */
const SETTINGS: NonNullable<Rule["settings"]> = {
  stacks: {
    type: "array",
    description: "Stacks in which the rule stops a deployment, `*` for any text; in others it advises.",
    items: { type: "string" },
    default: ["*"],
  },
  ...EXEMPTIONS,
};

const excuse: Rule["excuse"] = (context) => {
  const exemption = exempted(context);
  if (exemption !== undefined) return exemption;
  const stacks = context.settings.stacks as readonly string[];
  return stacks.some((each) => matches(each, context.stack))
    ? undefined
    : `Advice only: the setting stacks has ${stacks.join(", ")}.`;
};

const exempt = (until: string, stack = "prod") => ({
  exemptions: [{ stack, reason: "The auditors of 2026 hold this table.", until }],
});

type Same = Pick<Rule, "group" | "why" | "level" | "severity" | "controls" | "settings" | "excuse">;
const SAME: Same = {
  group: "No retain",
  why: "What `pulumi destroy` leaves behind costs money, holds names, and stops the next deployment.",
  level: "mandatory",
  severity: "high",
  controls: [],
  settings: SETTINGS,
  excuse,
};

/** A property that decides whether a resource goes with its stack, and the value with which it does. */
interface Keeper {
  readonly type: string;
  readonly property: string;
  readonly lets: unknown;
}

const keepers = (property: string, lets: unknown, types: readonly string[]): readonly Keeper[] =>
  types.map((type) => ({ type: `aws:${type}`, property, lets }));

/** Properties that keep a resource, or a copy of it, when its stack is destroyed, unless absent. */
const KEEPING: readonly Keeper[] = [
  ...keepers("deleteProtection", false, ["networkfirewall/firewall:Firewall"]),
  ...keepers("deletionProtection", false, [
    "docdb/cluster:Cluster",
    "docdb/globalCluster:GlobalCluster",
    "eks/cluster:Cluster",
    "neptune/cluster:Cluster",
    "neptune/globalCluster:GlobalCluster",
    "neptunegraph/graph:Graph",
    "rds/cluster:Cluster",
    "rds/globalCluster:GlobalCluster",
    "rds/instance:Instance",
  ]),
  ...keepers("deletionProtection", "INACTIVE", ["cognito/userPool:UserPool"]),
  ...keepers("deletionProtection", "DISABLED", ["verifiedpermissions/policyStore:PolicyStore"]),
  ...keepers("deletionProtectionEnabled", false, [
    "cloudwatch/logGroup:LogGroup",
    "dsql/cluster:Cluster",
    "dynamodb/table:Table",
    "dynamodb/tableReplica:TableReplica",
  ]),
  ...keepers("disableApiTermination", false, ["ec2/instance:Instance", "ec2/launchTemplate:LaunchTemplate"]),
  ...keepers("enableDeletionProtection", false, ["alb/loadBalancer:LoadBalancer", "lb/loadBalancer:LoadBalancer"]),
  ...keepers("finalSnapshot", false, ["ebs/volume:Volume"]),
  ...keepers("finalSnapshotIdentifier", undefined, [
    "elasticache/cluster:Cluster",
    "elasticache/replicationGroup:ReplicationGroup",
  ]),
  ...keepers("finalSnapshotName", undefined, ["memorydb/cluster:Cluster"]),
  ...keepers("retainOnDelete", false, ["cloudfront/distribution:Distribution"]),
  ...keepers("skipDestroy", false, [
    "cloudwatch/logGroup:LogGroup",
    "ecs/taskDefinition:TaskDefinition",
    "lambda/function:Function",
    "lambda/layerVersion:LayerVersion",
    "lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    "mq/configuration:Configuration",
    "rds/optionGroup:OptionGroup",
    "rds/parameterGroup:ParameterGroup",
    "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  ]),
  ...keepers("skipFinalBackup", true, ["fsx/lustreFileSystem:LustreFileSystem"]),
  ...keepers("terminationProtection", false, ["emr/cluster:Cluster"]),
];

/** Properties that must be set for destroy to succeed: AWS refuses or keeps a copy otherwise. */
const LETTING: readonly Keeper[] = [
  ...keepers("forceDelete", true, ["ecr/repository:Repository"]),
  ...keepers("forceDestroy", true, [
    "athena/database:Database",
    "athena/workgroup:Workgroup",
    "backup/vault:Vault",
    "ecrpublic/repository:Repository",
    "s3/bucket:Bucket",
    "s3/bucketV2:BucketV2",
    "s3/directoryBucket:DirectoryBucket",
    "s3tables/tableBucket:TableBucket",
  ]),
  ...keepers("recoveryWindowInDays", 0, ["secretsmanager/secret:Secret"]),
  ...keepers("skipFinalBackup", true, [
    "fsx/ontapVolume:OntapVolume",
    "fsx/openZfsFileSystem:OpenZfsFileSystem",
    "fsx/windowsFileSystem:WindowsFileSystem",
  ]),
  ...keepers("skipFinalSnapshot", true, [
    "docdb/cluster:Cluster",
    "neptune/cluster:Cluster",
    "rds/cluster:Cluster",
    "rds/instance:Instance",
    "redshift/cluster:Cluster",
  ]),
  ...keepers("terminationProtectionEnabled", false, ["cloudtrail/eventDataStore:EventDataStore"]),
];

const holding = (
  list: readonly Keeper[],
  { type, props }: Pick<Resource, "type" | "props">,
  tolerates: (value: unknown) => boolean = () => false,
): readonly Keeper[] =>
  list.filter(
    ({ type: of, property, lets }) => of === type && !is(props[property], lets) && !tolerates(props[property]),
  );

const said = ({ props }: Pick<Resource, "props">, held: readonly Keeper[]): readonly string[] =>
  held.map(({ property, lets }) => `${property} is ${shown(props[property])}, not ${shown(lets)}.`);

const freed = (held: readonly Keeper[]): Resource["props"] =>
  Object.fromEntries(held.filter(({ lets }) => lets !== undefined).map(({ property, lets }) => [property, lets]));

/** Off when nobody says anything. */
const unsaid = (value: unknown): boolean => value === undefined || value === null;

const typesOf = (list: readonly Keeper[]) => [...new Set(list.map(({ type }) => type))];

const KEYS = ["aws:kms/key:Key", "aws:kms/externalKey:ExternalKey", "aws:kms/replicaKey:ReplicaKey"];

export const RETENTION: readonly Rule[] = [
  {
    ...SAME,
    name: "aws-resource-is-not-retained",
    says: "No resource is protected or retained by Pulumi's options.",
    fix: "Remove `protect` and `retainOnDelete`, or exempt the stack with a reason and a date.",
    broken: keeping(({ opts }) =>
      (["protect", "retainOnDelete"] as const).filter((option) => opts[option]).map((option) => `${option} is true.`),
    ),
    passes: [
      { type: QUEUE, props: {} },
      { type: QUEUE, props: {}, opts: { protect: false } },
    ],
    fails: [
      { type: QUEUE, props: {}, opts: { protect: true } },
      { type: QUEUE, props: {}, opts: { retainOnDelete: true } },
      { type: QUEUE, props: {}, opts: { protect: true }, stack: "prod", settings: exempt("2026-06-29") },
      { type: QUEUE, props: {}, opts: { protect: true }, stack: "dev", settings: exempt("2026-06-30") },
    ],
  },
  {
    ...SAME,
    name: "aws-resource-has-no-deletion-protection",
    says: "No resource is kept by a protection of AWS or of the provider when its stack is destroyed.",
    fix: "Turn the property off, or exempt the stack with a reason and a date.",
    types: typesOf(KEEPING),
    broken: keeping((resource) => said(resource, holding(KEEPING, resource, unsaid))),
    remedy: (resource) => freed(holding(KEEPING, resource, unsaid)),
    passes: [
      { type: TABLE, props: {} },
      { type: TABLE, props: { deletionProtectionEnabled: false } },
      { type: "aws:cognito/userPool:UserPool", props: { deletionProtection: "INACTIVE" } },
    ],
    fails: KEEPING.map(({ type, property, lets }) => ({
      type,
      props: { [property]: typeof lets === "boolean" ? !lets : "ACTIVE" },
    })),
  },
  {
    ...SAME,
    name: "aws-resource-can-be-destroyed",
    says: "A bucket, repository, workgroup, database or secret is destroyed with its content, without a last copy.",
    fix: "Set the property, or exempt the stack with a reason and a date.",
    types: typesOf(LETTING),
    broken: keeping((resource) => said(resource, holding(LETTING, resource))),
    remedy: (resource) => freed(holding(LETTING, resource)),
    passes: [
      { type: "aws:s3/bucket:Bucket", props: { forceDestroy: true } },
      { type: "aws:rds/instance:Instance", props: { skipFinalSnapshot: true } },
      { type: "aws:secretsmanager/secret:Secret", props: { recoveryWindowInDays: 0 } },
    ],
    fails: LETTING.map(({ type }) => ({ type, props: {} })),
  },
  {
    ...SAME,
    name: "kms-key-says-how-long-it-stays",
    says: "A key says for how many days it waits for its deletion, at most as many as allowed.",
    why: "A key that a stack leaves waits for its deletion for 7 to 30 days; for 30 when nobody says so.",
    fix: "Give deletionWindowInDays, 7 to 30.",
    severity: "low",
    types: KEYS,
    settings: {
      ...SETTINGS,
      maximumDays: {
        type: "integer",
        description: "The longest window that is allowed, in days.",
        minimum: 7,
        maximum: 30,
        default: 30,
      },
    },
    broken: keeping(({ props: { deletionWindowInDays: days } }, { settings }) =>
      days === UNKNOWN || (typeof days === "number" && days <= Number(settings.maximumDays))
        ? []
        : [`deletionWindowInDays is ${shown(days)}; at most ${settings.maximumDays} are allowed.`],
    ),
    remedy: always({ deletionWindowInDays: 7 }),
    passes: [
      ...KEYS.map((type) => ({ type, props: { deletionWindowInDays: 30 } })),
      { props: { deletionWindowInDays: 7 }, settings: { maximumDays: 7 } },
    ],
    fails: [{ props: {} }, { props: { deletionWindowInDays: 30 }, settings: { maximumDays: 7 } }],
  },
];
