import { cis, fsbp, securityHub, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { at, is, isSet, shown, UNKNOWN } from "../values";
import { encrypted, KEY, keyed, keysSetting, kindOf, refused, SAME } from "./keys";

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

const CACHE: Rule = {
  ...SAME,
  name: "elasticache-group-is-encrypted",
  says: "A replication group is encrypted at rest.",
  fix: "Set atRestEncryptionEnabled = true; only with engine valkey it is the default.",
  controls: fsbp("ElastiCache.4"),
  types: ["aws:elasticache/replicationGroup:ReplicationGroup"],
  broken: ({ props: { atRestEncryptionEnabled: enabled, engine, globalReplicationGroupId: global } }) =>
    isSet(global) || // as encrypted as its primary, and may not say so
    is(enabled, true) ||
    (enabled === undefined && is(engine, "valkey"))
      ? []
      : [`atRestEncryptionEnabled is ${shown(enabled)}.`],
  passes: [{ props: { atRestEncryptionEnabled: true } }, { props: { engine: "valkey" } }],
  fails: [{ props: {} }, { props: { engine: "valkey", atRestEncryptionEnabled: false } }],
};

const DATABASES: Rule = {
  ...SAME,
  name: "rds-database-is-encrypted",
  says: "A database is encrypted at rest.",
  fix: "Set storageEncrypted = true; a replica is as encrypted as what it replicates.",
  controls: [...fsbp("RDS.3", "RDS.27", "DocumentDB.1", "Neptune.1"), ...cis("3.2.1")],
  types: [
    "aws:rds/instance:Instance",
    "aws:rds/cluster:Cluster",
    "aws:docdb/cluster:Cluster",
    "aws:neptune/cluster:Cluster",
  ],
  broken: ({ props: { storageEncrypted, replicateSourceDb, replicationSourceIdentifier } }) =>
    is(storageEncrypted, true) || isSet(replicateSourceDb) || isSet(replicationSourceIdentifier)
      ? []
      : [`storageEncrypted is ${shown(storageEncrypted)}.`],
  passes: [{ props: { storageEncrypted: true } }, { props: { replicateSourceDb: "primary" } }],
  fails: [
    { props: {} },
    { type: "aws:rds/cluster:Cluster", props: { storageEncrypted: false } },
    { type: "aws:docdb/cluster:Cluster", props: {} },
    { type: "aws:neptune/cluster:Cluster", props: {} },
  ],
};

const REDSHIFT: Rule = {
  ...SAME,
  name: "redshift-cluster-is-encrypted",
  says: "A Redshift cluster is encrypted at rest.",
  fix: "Leave encrypted on, its default.",
  controls: fsbp("Redshift.10"),
  types: ["aws:redshift/cluster:Cluster"],
  broken: ({ props: { encrypted } }) => (encrypted === false || encrypted === "false" ? ["encrypted is false."] : []),
  passes: [{ props: {} }, { props: { encrypted: "true" } }],
  fails: [{ props: { encrypted: "false" } }],
};

const DAX: Rule = encrypted(
  {
    name: "dax-cluster-is-encrypted",
    says: "A DAX cluster is encrypted at rest.",
    controls: fsbp("DynamoDB.3"),
    types: ["aws:dax/cluster:Cluster"],
  },
  [{ path: ["serverSideEncryption", "enabled"], value: true }],
  [{ serverSideEncryption: { enabled: true } }],
);

const OPENSEARCH: Rule = encrypted(
  {
    name: "opensearch-domain-is-encrypted",
    says: "An OpenSearch domain is encrypted at rest.",
    controls: fsbp("Opensearch.1"),
    types: ["aws:opensearch/domain:Domain"],
  },
  [{ path: ["encryptAtRest", "enabled"], value: true }],
  [{ encryptAtRest: { enabled: true } }],
);

const NAMESPACE: Rule = keyed(
  {
    name: "redshiftserverless-namespace-is-encrypted",
    says: "A namespace is encrypted with a key of an allowed kind.",
    controls: securityHub("RedshiftServerless.4"),
    types: ["aws:redshiftserverless/namespace:Namespace"],
  },
  ["kmsKeyId"],
  "aws-owned",
  ["customer"],
);

export const DATABASES_AT_REST: readonly Rule[] = [TABLE, CACHE, DATABASES, REDSHIFT, DAX, OPENSEARCH, NAMESPACE];
