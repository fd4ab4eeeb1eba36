import type { Names } from "../shared/names";

export const WORKERS = ["collector", "processing", "reader"] as const;
export type Worker = (typeof WORKERS)[number];

export const TABLES = ["events", "sessions", "ids", "links", "quarantine"] as const;
export type TableNoun = (typeof TABLES)[number];

/** Keys under `/{project}/{environment}/{system}/`. */
export const PARAMETER_KEYS = {
  writeKeys: "write-keys",
  origins: "origins",
  accessKeys: "access-keys",
  policy: "policy",
} as const;
export type ParameterKey = keyof typeof PARAMETER_KEYS;

export type ClickstreamNames = ReturnType<typeof clickstreamNames>;

/**
 * Every physical name of one clickstream. Pure: the component creates by these names and operators' commands find by them.
 * @param system the component's name, so that two instances never collide
 */
export function clickstreamNames(names: Names, system = "clickstream") {
  const workerNames = (worker: Worker) => {
    const lambda = names.of("lambda", `${worker}-${system}`);
    return {
      function: lambda,
      role: names.of("role", `${worker}-${system}`),
      logGroup: names.logGroup(lambda),
      securityGroup: names.of("securityGroup", `${worker}-${system}`),
    };
  };
  const table = (noun: TableNoun) => names.of("table", `${noun}-${system}`);
  return {
    stream: names.of("stream", system),
    dataKeyAlias: names.of("alias", `data-${system}`),
    topicsKeyAlias: names.of("alias", `topics-${system}`),
    workers: {
      collector: workerNames("collector"),
      processing: workerNames("processing"),
      reader: workerNames("reader"),
    },
    tables: {
      events: table("events"),
      sessions: table("sessions"),
      ids: table("ids"),
      links: table("links"),
      quarantine: table("quarantine"),
    },
    letters: names.of("queue", `processing-dlq-${system}`),
    /** Bucket names are one space for everybody: account and region make them ours. */
    bucket: (noun: "failed" | "access", account: string, region: string) =>
      names.of("bucket", `${noun}-${system}-${account}-${region}`),
    loadBalancer: names.of("loadBalancer", system),
    loadBalancerSecurityGroup: names.of("securityGroup", `alb-${system}`),
    /** In 32 characters, with environment and suffix. */
    targetGroup: (worker: "collector" | "reader") =>
      names.of("targetGroup", `${worker === "collector" ? "in" : "out"}-${system}`),
    operationsTopic: names.of("topic", `operations-${system}`),
    dashboard: names.of("dashboard", system),
    alarm: (signal: string) => names.of("alarm", `${signal}-${system}`),
    parameter: (key: ParameterKey) => names.parameter(system, PARAMETER_KEYS[key]),
  };
}
