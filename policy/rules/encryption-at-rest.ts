import { BUCKETS, besides, takesAccessLogs } from "./buckets";
import { cis, fsbp, securityHub, wellArchitected } from "./controls";
import { ofType } from "./links";
import { always, type Context, type Example, type Rule } from "./rule";
import { at, is, isSet, listOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "why" | "level" | "severity">;
const SAME: Same = {
  group: "Encryption at rest",
  why: "A copied disk, snapshot or object is then of no use without the key, and use of the key is on record.",
  level: "mandatory",
  severity: "high",
};

const KEY = "arn:aws:kms:us-east-1:123456789012:key/1";

/** One way to encrypt: the property by its path, and the value it must have; any value when left out. */
interface Way {
  readonly path: readonly string[];
  readonly value?: unknown;
}

const holds = ({ path, value }: Way, props: unknown): boolean =>
  value === undefined ? isSet(at(props, ...path)) : is(at(props, ...path), value);

const said = ({ path, value }: Way): string =>
  `${path.join(".")} = ${value === undefined ? "a KMS key" : shown(value)}`;

/** The property that the way sets, of one level. */
const propsOf = ({ path, value }: Way): Example["props"] =>
  [...path].reverse().reduce<unknown>((inner, key) => ({ [key]: inner }), value) as Example["props"];

type About = Pick<Rule, "name" | "says" | "controls"> & { readonly types: readonly string[] };

const examplesOf = ({ types }: About, list: readonly Example["props"][]): readonly Example[] =>
  types.flatMap((type) => list.map((props) => ({ type, props })));

/** A rule that one of several ways keeps; the first, where it is one value, is also its remedy. */
function encrypted(
  about: About,
  ways: readonly Way[],
  passes: readonly Example["props"][],
  fails: readonly Example["props"][] = [{}],
): Rule {
  const [first] = ways;
  return {
    ...SAME,
    ...about,
    fix: `Set ${ways.map(said).join(", or ")}.`,
    broken: ({ props }) =>
      ways.some((way) => holds(way, props)) ? [] : [`${first!.path.join(".")} is ${shown(at(props, ...first!.path))}.`],
    ...(first!.value === undefined ? {} : { remedy: always(propsOf(first!)) }),
    passes: examplesOf(about, passes),
    fails: examplesOf(about, fails),
  };
}

type Kind = "aws-owned" | "aws-managed" | "customer";

/** Kinds of key that a setting allows; the default is what AWS lets one account see and audit. */
const keysSetting = (allowed: readonly Kind[]): NonNullable<Rule["settings"]> => ({
  keys: {
    type: "array",
    description: "Kinds of key that are allowed: of AWS, of AWS in this account, or the customer's own.",
    items: { type: "string", enum: ["aws-owned", "aws-managed", "customer"] },
    default: [...allowed],
  },
});

/** Kind of a key by the value that names it; UNKNOWN may be any. */
const kindOf = (key: unknown, unset: Kind): Kind | typeof UNKNOWN => {
  if (key === UNKNOWN) return UNKNOWN;
  if (!isSet(key)) return unset;
  return /(^|:)alias\/aws\//.test(String(key)) ? "aws-managed" : "customer";
};

const refused = (
  kind: Kind | typeof UNKNOWN,
  { settings }: Context,
  path: string,
  value: unknown,
): readonly string[] => {
  const keys = settings.keys as readonly string[];
  if (kind === UNKNOWN || keys.includes(kind)) return [];
  return [`${path} is ${shown(value)}: the key is ${kind}; allowed are ${keys.join(", ")}.`];
};

/** A rule about what AWS encrypts anyway: with which kind of key. */
function keyed(about: About, path: readonly string[], unset: Kind, allowed: readonly Kind[]): Rule {
  const own = propsOf({ path, value: KEY });
  const managed = propsOf({ path, value: "alias/aws/service" });
  const customer = { keys: ["customer"] };
  return {
    ...SAME,
    ...about,
    why: "AWS always encrypts it; whose key it is decides who can see and withdraw the key's use.",
    fix: `Set ${path.join(".")} to a KMS key of an allowed kind, or allow the kind in the setting keys.`,
    settings: keysSetting(allowed),
    broken: ({ props }, context) =>
      refused(kindOf(at(props, ...path), unset), context, path.join("."), at(props, ...path)),
    passes: [...examplesOf(about, [own]), ...examplesOf(about, [own]).map((each) => ({ ...each, settings: customer }))],
    fails: [
      ...examplesOf(about, [{}]).map((each) => ({ ...each, settings: customer })),
      ...examplesOf(about, [managed]).map((each) => ({ ...each, settings: customer })),
    ],
  };
}

const TABLE: Rule = {
  ...SAME,
  name: "dynamodb-table-is-encrypted",
  says: "A table is encrypted with a key of an allowed kind.",
  why: "A table is always encrypted; with the AWS owned key, nobody can see or withdraw the key's use.",
  fix: "Set serverSideEncryption.enabled = true, and kmsKeyArn for a key of your own.",
  controls: wellArchitected("SEC08-BP02"),
  types: ["aws:dynamodb/table:Table"],
  settings: keysSetting(["aws-managed", "customer"]),
  broken: ({ props }, context) => {
    const enabled = at(props, "serverSideEncryption", "enabled");
    const key = at(props, "serverSideEncryption", "kmsKeyArn");
    const kind = enabled === UNKNOWN ? UNKNOWN : enabled === true ? kindOf(key, "aws-managed") : "aws-owned";
    return refused(kind, context, "serverSideEncryption", props.serverSideEncryption);
  },
  remedy: always({ serverSideEncryption: { enabled: true } }),
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
};

const SSE = "ServerSideEncryptionConfiguration";
const BESIDE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration";
const byDefault = (sseAlgorithm: string, kmsMasterKeyId?: string) => ({
  applyServerSideEncryptionByDefault: { sseAlgorithm, ...(kmsMasterKeyId ? { kmsMasterKeyId } : {}) },
});

const BUCKET: Rule = {
  ...SAME,
  name: "s3-bucket-is-encrypted",
  says: "A bucket is encrypted with a KMS key of an allowed kind; one that takes access logs, with S3's own.",
  why: "S3 always encrypts; with its own keys, whoever may read the bucket needs no key, and no use of one is on record.",
  fix: `Add a Bucket${SSE} with sseAlgorithm aws:kms and bucketKeyEnabled, or allow aws-owned in the setting keys.`,
  controls: securityHub("S3.17"),
  types: [...BUCKETS],
  ofStack: true,
  settings: keysSetting(["aws-managed", "customer"]),
  broken: (bucket, context) => {
    const inside = bucket.props.serverSideEncryptionConfiguration ?? bucket.props.serverSideEncryptionConfigurations;
    const beside = besides(bucket, context.resources, `Bucket${SSE}`).map(({ props }) => props);
    const rules = [inside, ...beside].map((each) =>
      each === UNKNOWN ? each : (at(each, "rules") ?? at(each, "rule")),
    );
    const applied = rules.map(
      (rule) => at(rule, "applyServerSideEncryptionByDefault") ?? at(rule, "applyServerSideEncryptionByDefaults"),
    );
    const kinds = applied.map((each) => {
      const algorithm = at(each, "sseAlgorithm");
      if (algorithm === UNKNOWN) return UNKNOWN;
      return String(algorithm).startsWith("aws:kms") ? kindOf(at(each, "kmsMasterKeyId"), "aws-managed") : "aws-owned";
    });
    const kind = kinds.find((each) => each !== "aws-owned") ?? "aws-owned";
    if (kind === "aws-owned" && takesAccessLogs(bucket, context.resources)) return [];
    return refused(kind, context, "default encryption", applied.find(isSet) ?? "AES256");
  },
  passes: [
    {
      props: { id: "logs" },
      among: [{ type: BESIDE, props: { bucket: "logs", rules: [byDefault("aws:kms", KEY)] } }],
      settings: { keys: ["customer"] },
    },
    { props: { serverSideEncryptionConfiguration: { rule: byDefault("aws:kms") } } },
    {
      type: BUCKETS[1],
      props: {
        serverSideEncryptionConfigurations: [
          { rules: [{ applyServerSideEncryptionByDefaults: [{ sseAlgorithm: "aws:kms" }] }] },
        ],
      },
    },
    {
      props: { bucket: "access-logs" },
      among: [
        {
          type: "aws:lb/loadBalancer:LoadBalancer",
          props: { accessLogs: { bucket: "access-logs", enabled: true } },
        },
      ],
    },
    { props: {}, settings: { keys: ["aws-owned"] } },
  ],
  fails: [
    { props: {} },
    { props: { serverSideEncryptionConfiguration: { rule: byDefault("AES256") } } },
    {
      props: { id: "logs" },
      among: [{ type: BESIDE, props: { bucket: "other", rules: [byDefault("aws:kms", KEY)] } }],
    },
    {
      props: { serverSideEncryptionConfiguration: { rule: byDefault("aws:kms") } },
      settings: { keys: ["customer"] },
    },
  ],
};

/** Names that say that a value is a secret. */
const SECRET_NAME = /passw(or)?d|secret|token|api-?key|private-?key|credential/i;

const PARAMETER: Rule = {
  ...SAME,
  name: "ssm-parameter-that-holds-a-secret-is-secure",
  says: "A parameter whose name says that it holds a secret is a SecureString.",
  why: "A String is readable to whoever may read parameters, without use of a key.",
  fix: 'Set type = "SecureString", and keyId for a key of your own.',
  controls: wellArchitected("SEC08-BP02"),
  types: ["aws:ssm/parameter:Parameter"],
  settings: {
    names: {
      type: "string",
      description: "A regular expression, in any case, of names that hold secrets; `.` asks it of every parameter.",
      default: SECRET_NAME.source,
    },
  },
  broken: ({ name, props }, { settings }) => {
    const names = new RegExp(String(settings.names), "i");
    const holdsSecret = [name, props.name].some((each) => typeof each === "string" && names.test(each));
    return holdsSecret && !is(props.type, "SecureString") ? [`type is ${shown(props.type)}.`] : [];
  },
  passes: [
    { props: { name: "/app/db-password", type: "SecureString" } },
    { props: { name: "/app/table", type: "String" } },
  ],
  fails: [
    { props: { name: "/app/db-password", type: "String" } },
    { name: "apiToken", props: { type: "String" } },
    { props: { name: "/app/table", type: "String" }, settings: { names: "." } },
  ],
};

const ATHENA: Rule = {
  ...SAME,
  name: "athena-workgroup-encrypts-results",
  says: "A workgroup has its results encrypted, whatever its clients ask for.",
  fix: "Set configuration.resultConfiguration.encryptionConfiguration.encryptionOption, and leave enforceWorkgroupConfiguration on.",
  controls: wellArchitected("SEC08-BP02"),
  types: ["aws:athena/workgroup:Workgroup"],
  broken: ({ props }) => {
    const path = ["resultConfiguration", "encryptionConfiguration", "encryptionOption"];
    const option = at(props, "configuration", ...path);
    const managed = at(props, "configuration", "managedQueryResultsConfiguration", "enabled");
    return [
      ...(isSet(option) || is(managed, true) ? [] : [`configuration.${path.join(".")} is ${shown(option)}.`]),
      ...(at(props, "configuration", "enforceWorkgroupConfiguration") === false
        ? ["configuration.enforceWorkgroupConfiguration is false."]
        : []),
    ];
  },
  passes: [
    {
      props: {
        configuration: {
          resultConfiguration: { encryptionConfiguration: { encryptionOption: "SSE_KMS", kmsKeyArn: KEY } },
        },
      },
    },
    { props: { configuration: { managedQueryResultsConfiguration: { enabled: true } } } },
  ],
  fails: [
    { props: {} },
    { props: { configuration: { resultConfiguration: { outputLocation: "s3://results/" } } } },
    {
      props: {
        configuration: {
          enforceWorkgroupConfiguration: false,
          resultConfiguration: { encryptionConfiguration: { encryptionOption: "SSE_S3" } },
        },
      },
    },
  ],
};

const CATALOG = "aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings";
const catalogSettings = (mode: string, passwords: boolean) => ({
  dataCatalogEncryptionSettings: {
    encryptionAtRest: { catalogEncryptionMode: mode, sseAwsKmsKeyId: KEY },
    connectionPasswordEncryption: { returnConnectionPasswordEncrypted: passwords, awsKmsKeyId: KEY },
  },
});

const GLUE: Rule = {
  ...SAME,
  name: "glue-catalog-is-encrypted",
  says: "A data catalog's settings encrypt its metadata and its connections' passwords.",
  why: "Table names, columns and connection passwords are in the catalog; by default it is not encrypted.",
  fix: "Set encryptionAtRest.catalogEncryptionMode = SSE-KMS and connectionPasswordEncryption.returnConnectionPasswordEncrypted = true.",
  controls: wellArchitected("SEC08-BP02"),
  types: [CATALOG],
  broken: ({ props: { dataCatalogEncryptionSettings: settings } }) => {
    const mode = at(settings, "encryptionAtRest", "catalogEncryptionMode");
    const passwords = at(settings, "connectionPasswordEncryption", "returnConnectionPasswordEncrypted");
    return [
      ...(is(mode, "SSE-KMS", "SSE-KMS-WITH-SERVICE-ROLE") ? [] : [`catalogEncryptionMode is ${shown(mode)}.`]),
      ...(is(passwords, true) ? [] : [`returnConnectionPasswordEncrypted is ${shown(passwords)}.`]),
    ];
  },
  passes: [{ props: catalogSettings("SSE-KMS", true) }],
  fails: [{ props: catalogSettings("DISABLED", true) }, { props: catalogSettings("SSE-KMS", false) }],
};

const DATABASE = "aws:glue/catalogDatabase:CatalogDatabase";

const GLUE_SETTINGS: Rule = {
  ...SAME,
  name: "glue-database-is-in-an-encrypted-catalog",
  says: "A stack that makes databases of a data catalog sets the catalog's encryption.",
  why: "The settings are the account's, apart from any database; nothing else would notice that they are missing.",
  fix: "Add a DataCatalogEncryptionSettings, or turn the rule off where another stack of the account has it.",
  level: "advisory",
  controls: wellArchitected("SEC08-BP02"),
  types: [DATABASE],
  ofStack: true,
  broken: (_, { resources }) =>
    ofType(resources, CATALOG).length > 0 ? [] : ["the stack has no DataCatalogEncryptionSettings."],
  passes: [{ props: { name: "lake" }, among: [{ type: CATALOG, props: catalogSettings("SSE-KMS", true) }] }],
  fails: [{ props: { name: "lake" } }],
};

const INSTANCES = ["aws:ec2/instance:Instance", "aws:ec2/launchTemplate:LaunchTemplate"];
const BY_DEFAULT = "aws:ebs/encryptionByDefault:EncryptionByDefault";

const DISKS: Rule = {
  ...SAME,
  name: "ec2-instance-disks-are-encrypted",
  says: "The disks that an instance or a launch template describes are encrypted.",
  fix: "Set encrypted = true on each block device, or make an EncryptionByDefault in the stack.",
  controls: [...fsbp("EC2.3", "EC2.7", "EC2.181"), ...cis("6.1.1")],
  types: INSTANCES,
  ofStack: true,
  broken: ({ type, props }, { resources }) => {
    if (ofType(resources, BY_DEFAULT).some(({ props: { enabled } }) => enabled !== false)) return [];
    const disks: readonly (readonly [string, unknown])[] =
      type === INSTANCES[0]
        ? [
            ["rootBlockDevice", props.rootBlockDevice ?? {}],
            ...listOf(props.ebsBlockDevices).map((disk) => ["ebsBlockDevices", disk] as const),
          ]
        : listOf(props.blockDeviceMappings).map((disk) => ["blockDeviceMappings.ebs", at(disk, "ebs") ?? {}] as const);
    return disks
      .filter(
        ([, disk]) => disk !== UNKNOWN && !is(at(disk, "encrypted"), true, "true") && !isSet(at(disk, "kmsKeyId")),
      )
      .map(([path, disk]) => `${path}.encrypted is ${shown(at(disk, "encrypted"))}.`);
  },
  passes: [
    { type: INSTANCES[0]!, props: { rootBlockDevice: { encrypted: true } } },
    { type: INSTANCES[0]!, props: {}, among: [{ type: BY_DEFAULT, props: { enabled: true } }] },
    { type: INSTANCES[1]!, props: { blockDeviceMappings: [{ ebs: { encrypted: "true" } }] } },
    { type: INSTANCES[1]!, props: {} },
  ],
  fails: [
    { type: INSTANCES[0]!, props: {} },
    {
      type: INSTANCES[0]!,
      props: { rootBlockDevice: { encrypted: true }, ebsBlockDevices: [{ deviceName: "/dev/sdb" }] },
    },
    { type: INSTANCES[1]!, props: { blockDeviceMappings: [{ ebs: { volumeSize: 8 } }] } },
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
  remedy: always({ sqsManagedSseEnabled: true }),
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

const CACHE: Rule = {
  ...SAME,
  name: "elasticache-group-is-encrypted",
  says: "A replication group is encrypted at rest.",
  fix: "Set atRestEncryptionEnabled = true; only with engine valkey it is the default.",
  controls: fsbp("ElastiCache.4"),
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  broken: ({ props: { atRestEncryptionEnabled: enabled, engine } }) =>
    is(enabled, true) || (enabled === undefined && is(engine, "valkey"))
      ? []
      : [`atRestEncryptionEnabled is ${shown(enabled)}.`],
  remedy: always({ atRestEncryptionEnabled: true }),
  passes: [{ props: { atRestEncryptionEnabled: true } }, { props: { engine: "valkey" } }],
  fails: [{ props: {} }, { props: { engine: "valkey", atRestEncryptionEnabled: false } }],
};

const DATABASES: Rule = {
  ...SAME,
  name: "rds-database-is-encrypted",
  says: "A database is encrypted at rest.",
  fix: "Set storageEncrypted = true; a replica is as encrypted as what it replicates.",
  controls: [...fsbp("RDS.3", "RDS.27"), ...cis("3.2.1")],
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  broken: ({ props: { storageEncrypted, replicateSourceDb, replicationSourceIdentifier } }) =>
    is(storageEncrypted, true) || isSet(replicateSourceDb) || isSet(replicationSourceIdentifier)
      ? []
      : [`storageEncrypted is ${shown(storageEncrypted)}.`],
  remedy: always({ storageEncrypted: true }),
  passes: [{ props: { storageEncrypted: true } }, { props: { replicateSourceDb: "primary" } }],
  fails: [{ props: {} }, { type: "aws:rds/cluster:Cluster", props: { storageEncrypted: false } }],
};

const REDSHIFT: Rule = {
  ...SAME,
  name: "redshift-cluster-is-encrypted",
  says: "A Redshift cluster is encrypted at rest.",
  fix: "Leave encrypted on, its default.",
  controls: fsbp("Redshift.10"),
  types: ["aws:redshift/cluster:Cluster"],
  broken: ({ props: { encrypted } }) => (encrypted === false || encrypted === "false" ? ["encrypted is false."] : []),
  remedy: always({ encrypted: "true" }),
  passes: [{ props: {} }, { props: { encrypted: "true" } }],
  fails: [{ props: { encrypted: "false" } }],
};

export const ENCRYPTION_AT_REST: readonly Rule[] = [
  ATHENA,
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
  TABLE,
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
  DISKS,
  encrypted(
    {
      name: "efs-file-system-is-encrypted",
      says: "A file system is encrypted.",
      controls: [...fsbp("EFS.8"), ...cis("3.3.1")],
      types: ["aws:efs/fileSystem:FileSystem"],
    },
    [{ path: ["encrypted"], value: true }],
    [{ encrypted: true }],
  ),
  CACHE,
  FIREHOSE,
  GLUE,
  GLUE_SETTINGS,
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
  {
    ...encrypted(
      {
        name: "kms-key-is-rotated",
        says: "A symmetric key is rotated every year.",
        controls: [...securityHub("KMS.4"), ...cis("4.6")],
        types: ["aws:kms/key:Key"],
      },
      [{ path: ["enableKeyRotation"], value: true }, { path: ["customKeyStoreId"] }],
      [{ enableKeyRotation: true }, { customKeyStoreId: "cks-1" }],
    ),
    why: "What one version of a key has encrypted is all that its loss exposes.",
  },
  keyed(
    {
      name: "logs-group-is-encrypted",
      says: "A log group is encrypted with a key of an allowed kind.",
      controls: wellArchitected("SEC08-BP02"),
      types: ["aws:cloudwatch/logGroup:LogGroup"],
    },
    ["kmsKeyId"],
    "aws-owned",
    ["aws-owned", "aws-managed", "customer"],
  ),
  DATABASES,
  REDSHIFT,
  encrypted(
    {
      name: "opensearch-domain-is-encrypted",
      says: "An OpenSearch domain is encrypted at rest.",
      controls: fsbp("Opensearch.1"),
      types: ["aws:opensearch/domain:Domain"],
    },
    [{ path: ["encryptAtRest", "enabled"], value: true }],
    [{ encryptAtRest: { enabled: true } }],
  ),
  keyed(
    {
      name: "redshiftserverless-namespace-is-encrypted",
      says: "A namespace is encrypted with a key of an allowed kind.",
      controls: securityHub("RedshiftServerless.4"),
      types: ["aws:redshiftserverless/namespace:Namespace"],
    },
    ["kmsKeyId"],
    "aws-owned",
    ["customer"],
  ),
  BUCKET,
  keyed(
    {
      name: "secretsmanager-secret-is-encrypted",
      says: "A secret is encrypted with a key of an allowed kind.",
      controls: wellArchitected("SEC08-BP02"),
      types: ["aws:secretsmanager/secret:Secret"],
    },
    ["kmsKeyId"],
    "aws-managed",
    ["aws-managed", "customer"],
  ),
  keyed(
    {
      name: "sfn-state-machine-is-encrypted",
      says: "A state machine's definition and history are encrypted with a key of an allowed kind.",
      controls: wellArchitected("SEC08-BP02"),
      types: ["aws:sfn/stateMachine:StateMachine"],
    },
    ["encryptionConfiguration", "kmsKeyId"],
    "aws-owned",
    ["aws-owned", "customer"],
  ),
  encrypted(
    {
      name: "sns-topic-is-encrypted",
      says: "A topic is encrypted with a KMS key.",
      controls: securityHub("SNS.1"),
      types: ["aws:sns/topic:Topic"],
    },
    [{ path: ["kmsMasterKeyId"] }],
    [{ kmsMasterKeyId: KEY }],
    [{}, { kmsMasterKeyId: "" }],
  ),
  QUEUE,
  PARAMETER,
];
