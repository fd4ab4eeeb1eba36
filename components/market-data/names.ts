import type { Names } from "../shared/names";

export const STAGES = ["ingestion", "processing", "notification"] as const;
export type Stage = (typeof STAGES)[number];

/** What each stage consumes; also the noun of its rule. */
export const INPUT_OF = { ingestion: "raw", processing: "validated", notification: "alert" } as const;

/** Keys under `/{project}/{environment}/{system}/`. */
export const PARAMETER_KEYS = {
  eventsTable: "events-table",
  seriesTable: "series-table",
  auditTable: "audit-table",
  alertsTable: "alerts-table",
  busName: "bus-name",
  alertsTopic: "alerts-topic-arn",
  alertRules: "alert-rules",
  tunables: "tunables",
} as const;
export type ParameterKey = keyof typeof PARAMETER_KEYS;

export type MarketDataNames = ReturnType<typeof marketDataNames>;

/**
 * Every physical name of one market data system. Pure: the component creates by these names and operators' commands find
 * by them.
 * @param system the component's name, so that two instances never collide
 */
export function marketDataNames(names: Names, system = "market-data") {
  const stageNames = (stage: Stage) => {
    const lambda = names.of("lambda", `${stage}-${system}`);
    return {
      function: lambda,
      role: names.of("role", `${stage}-${system}`),
      logGroup: names.logGroup(lambda),
      rule: names.of("rule", `${INPUT_OF[stage]}-${system}`),
      failures: names.of("queue", `${stage}-dlq-${system}`),
      undelivered: names.of("queue", `${INPUT_OF[stage]}-undelivered-${system}`),
    };
  };
  const table = (noun: string) => names.of("table", `${noun}-${system}`);
  const parameter = (key: ParameterKey) => names.parameter(system, PARAMETER_KEYS[key]);
  const stages = {
    ingestion: stageNames("ingestion"),
    processing: stageNames("processing"),
    notification: stageNames("notification"),
  };
  return {
    bus: names.of("bus", system),
    archive: names.of("archive", system),
    stages,
    rules: { raw: stages.ingestion.rule, validated: stages.processing.rule, alert: stages.notification.rule },
    tables: { events: table("events"), series: table("series"), audit: table("audit"), alerts: table("alerts") },
    topics: { alerts: names.of("topic", `alerts-${system}`), operations: names.of("topic", `operations-${system}`) },
    keyAlias: names.of("alias", `topics-${system}`),
    dashboard: names.of("dashboard", system),
    alarm: (signal: string) => names.of("alarm", `${signal}-${system}`),
    parameter,
  };
}
