import { fsbp, wellArchitected } from "../controls";
import { always, type Rule } from "../rule";
import { at, is, isSet, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const DYNAMODB_TABLE_HAS_POINT_IN_TIME_RECOVERY: Rule = {
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

const RDS_DATABASE_HAS_BACKUPS: Rule = {
  ...SAME,
  name: "rds-database-has-backups",
  says: "A database can be restored to any second of its backup window.",
  why: "A bad deployment that deletes or overwrites rows cannot be undone otherwise.",
  fix: "Leave backupRetentionPeriod out of a cluster, or give 7 or more.",
  controls: [...fsbp("RDS.11"), ...wellArchitected("REL09-BP03")],
  types: ["aws:rds/instance:Instance", "aws:rds/cluster:Cluster"],
  broken: ({ type, props: { backupRetentionPeriod: days, replicateSourceDb: source } }) => {
    const unset = days === undefined || days === null;
    if (days === UNKNOWN || isSet(source) || (unset && type === "aws:rds/cluster:Cluster")) return [];
    return typeof days === "number" && days >= 7 ? [] : [`backupRetentionPeriod is ${shown(days)} (days).`];
  },
  remedy: always({ backupRetentionPeriod: 7 }),
  passes: [
    { props: { backupRetentionPeriod: 7 } },
    { props: { replicateSourceDb: "primary" } },
    { type: "aws:rds/cluster:Cluster", props: {} },
  ],
  fails: [{ props: {} }, { props: { backupRetentionPeriod: 0 } }],
};

export const BACKUPS_KEPT: readonly Rule[] = [DYNAMODB_TABLE_HAS_POINT_IN_TIME_RECOVERY, RDS_DATABASE_HAS_BACKUPS];
