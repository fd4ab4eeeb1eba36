import { fsbp, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { at, is, isSet, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const TABLES: Rule = {
  ...SAME,
  name: "dynamodb-table-has-point-in-time-recovery",
  says: "A table can be restored to any second of the last 35 days.",
  why: "A bad deployment that deletes or overwrites rows cannot be undone otherwise.",
  fix: "Give pointInTimeRecovery.enabled: true.",
  controls: [...fsbp("DynamoDB.2"), ...wellArchitected("REL09-BP03")],
  types: ["aws:dynamodb/table:Table"],
  broken: ({ props }) =>
    is(at(props, "pointInTimeRecovery", "enabled"), true)
      ? []
      : [`pointInTimeRecovery.enabled is ${shown(at(props, "pointInTimeRecovery", "enabled"))}.`],
  remedy: always({ pointInTimeRecovery: { enabled: true } }),
  passes: [{ props: { pointInTimeRecovery: { enabled: true } } }],
  fails: [{ props: {} }, { props: { pointInTimeRecovery: { enabled: false } } }],
};

const DATABASES: Rule = {
  ...SAME,
  name: "rds-database-has-backups",
  says: "A database can be restored to any second of its backup window.",
  why: "A bad deployment that is noticed after a day cannot be undone otherwise: an instance keeps no backups, a cluster one day.",
  fix: "Give backupRetentionPeriod, 7 (days) or more.",
  controls: [...fsbp("RDS.11"), ...wellArchitected("REL09-BP03")],
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  broken: ({ props: { backupRetentionPeriod: days, replicateSourceDb, replicationSourceIdentifier } }) => {
    if (days === UNKNOWN || isSet(replicateSourceDb) || isSet(replicationSourceIdentifier)) return [];
    return typeof days === "number" && days >= 7 ? [] : [`backupRetentionPeriod is ${shown(days)} (days).`];
  },
  remedy: always({ backupRetentionPeriod: 7 }),
  passes: [
    { props: { backupRetentionPeriod: 7 } },
    { props: { replicateSourceDb: "primary" } },
    { type: "aws:rds/cluster:Cluster", props: { replicationSourceIdentifier: "primary" } },
  ],
  fails: [{ props: {} }, { type: "aws:rds/cluster:Cluster", props: {} }, { props: { backupRetentionPeriod: 0 } }],
};

export const BACKUPS_KEPT: readonly Rule[] = [TABLES, DATABASES];
