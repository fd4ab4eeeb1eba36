import type { Names } from "../shared/names";

/** Functions, by the folder of their handler. */
export const WORKERS = ["bid-handler", "campaigns", "authorizer", "indexer", "snapshot", "key-rotation"] as const;
export type Worker = (typeof WORKERS)[number];

export const TABLES = ["campaigns", "audit", "changes", "tokens"] as const;
export type TableNoun = (typeof TABLES)[number];

/** Keys under `/{project}/{environment}/{system}/`. */
export const PARAMETER_KEYS = { settings: "settings", issuers: "issuers" } as const;
export type ParameterKey = keyof typeof PARAMETER_KEYS;

/** The alias of what is deployed; everything is invoked through it. */
export const LIVE = "live";

export type AdExchangeNames = ReturnType<typeof adExchangeNames>;

/**
 * Every physical name of one ad exchange, but for its edge's. Pure: the component creates by these names and operators'
 * commands find by them.
 * @param system the component's name, so that two instances never collide
 */
export function adExchangeNames(names: Names, system = "ad-exchange") {
  const worker = (noun: Worker) => {
    const lambda = names.of("lambda", `${noun}-${system}`);
    return {
      function: lambda,
      role: names.of("role", `${noun}-${system}`),
      logGroup: names.logGroup(lambda),
      securityGroup: names.of("securityGroup", `${noun}-${system}`),
    };
  };
  const table = (noun: TableNoun) => names.of("table", `${noun}-${system}`);
  return {
    dataKeyAlias: names.of("alias", `data-${system}`),
    secretsKeyAlias: names.of("alias", `secrets-${system}`),
    topicsKeyAlias: names.of("alias", `topics-${system}`),
    workers: {
      "bid-handler": worker("bid-handler"),
      campaigns: worker("campaigns"),
      authorizer: worker("authorizer"),
      indexer: worker("indexer"),
      snapshot: worker("snapshot"),
      "key-rotation": worker("key-rotation"),
    },
    tables: {
      campaigns: table("campaigns"),
      audit: table("audit"),
      changes: table("changes"),
      tokens: table("tokens"),
    },
    /** Not made before it is asked for: 20 characters are few, and a stack without the cache may have a longer name. */
    dax: () => ({
      cluster: names.of("dax", "adx"),
      parameterGroup: names.of("daxParameters", system),
      subnetGroup: names.of("daxSubnets", system),
      role: names.of("role", `dax-${system}`),
      securityGroup: names.of("securityGroup", `dax-${system}`),
    }),
    signingKeys: names.of("secret", `signing-keys-${system}`),
    /** Bucket names are one space for everybody: account and region make them ours. */
    bucket: (noun: "failed" | "snapshots", account: string, region: string) =>
      names.of("bucket", `${noun}-${system}-${account}-${region}`),
    letters: names.of("queue", `indexer-dlq-${system}`),
    snapshotRule: names.of("rule", `snapshot-${system}`),
    snapshotFailures: names.of("queue", `snapshot-dlq-${system}`),
    snapshotUndelivered: names.of("queue", `snapshot-undelivered-${system}`),
    samplingRule: names.of("samplingRule", system),
    operationsTopic: names.of("topic", `operations-${system}`),
    dashboard: names.of("dashboard", system),
    alarm: (signal: string) => names.of("alarm", `${signal}-${system}`),
    parameter: (key: ParameterKey) => names.parameter(system, PARAMETER_KEYS[key]),
  };
}
