import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import type { IngestionEnv } from "../../functions/market-data/ingestion/env";
import type { NotificationEnv } from "../../functions/market-data/notification/env";
import type { ProcessingEnv } from "../../functions/market-data/processing/env";
import { type EnvOf, Lambda } from "../shared/lambda";
import { capitalised } from "../shared/names";
import {
  getsBatchesFrom,
  getsItemsFrom,
  notifies,
  publishesTo,
  putsItemsIn,
  queries,
  queriesIndex,
  readsParameter,
  throughParameter,
  updatesItemsIn,
} from "../shared/verbs";
import { DETAIL_TYPES, OWN_SOURCES } from "./bus";
import type { MarketDataSettings } from "./config";
import type { MarketDataNames, Stage } from "./names";
import type { MarketDataParameters } from "./parameters";
import { BY_TIME, type MarketDataTables } from "./tables";
import type { MarketDataTopics } from "./topics";

export interface StagesArgs {
  readonly names: MarketDataNames;
  readonly settings: MarketDataSettings;
  readonly logRetentionDays: number;
  readonly bus: aws.cloudwatch.EventBus;
  readonly tables: MarketDataTables;
  readonly topics: MarketDataTopics;
  readonly parameters: MarketDataParameters;
}

export type MarketDataStages = Readonly<Record<Stage, Lambda>>;

/** The three functions; what each may do is what its environment names. */
export function marketDataStages(
  name: string,
  args: StagesArgs,
  opts: pulumi.ComponentResourceOptions,
): MarketDataStages {
  return {
    ingestion: stage(
      name,
      "ingestion",
      "Validates raw market events and stores them once",
      ingestionEnv(args),
      args,
      opts,
    ),
    processing: stage(name, "processing", "Measures windows of market events", processingEnv(args), args, opts),
    notification: stage(name, "notification", "Decides which market events alert", notificationEnv(args), args, opts),
  };
}

function ingestionEnv({ parameters, tables, bus }: StagesArgs): EnvOf<IngestionEnv> {
  return {
    EVENTS_TABLE_PARAMETER: throughParameter(
      parameters.eventsTable,
      putsItemsIn(tables.events),
      getsItemsFrom(tables.events),
    ),
    SERIES_TABLE_PARAMETER: throughParameter(
      parameters.seriesTable,
      putsItemsIn(tables.series),
      getsItemsFrom(tables.series),
    ),
    AUDIT_TABLE_PARAMETER: throughParameter(parameters.auditTable, putsItemsIn(tables.audit)),
    BUS_NAME_PARAMETER: throughParameter(
      parameters.busName,
      publishesTo(bus, OWN_SOURCES.ingestion, DETAIL_TYPES.validated),
    ),
    TUNABLES_PARAMETER: readsParameter(parameters.tunables),
  };
}

function processingEnv({ parameters, tables, bus }: StagesArgs): EnvOf<ProcessingEnv> {
  return {
    EVENTS_TABLE_PARAMETER: throughParameter(
      parameters.eventsTable,
      getsBatchesFrom(tables.events),
      updatesItemsIn(tables.events),
    ),
    SERIES_TABLE_PARAMETER: throughParameter(parameters.seriesTable, queriesIndex(tables.series, BY_TIME)),
    AUDIT_TABLE_PARAMETER: throughParameter(parameters.auditTable, putsItemsIn(tables.audit)),
    BUS_NAME_PARAMETER: throughParameter(
      parameters.busName,
      publishesTo(bus, OWN_SOURCES.processing, DETAIL_TYPES.alert),
    ),
    ALERT_RULES_PARAMETER: readsParameter(parameters.alertRules),
    TUNABLES_PARAMETER: readsParameter(parameters.tunables),
  };
}

function notificationEnv({ parameters, tables, topics }: StagesArgs): EnvOf<NotificationEnv> {
  const { alerts, audit, series } = tables;
  return {
    SERIES_TABLE_PARAMETER: throughParameter(parameters.seriesTable, queriesIndex(series, BY_TIME)),
    ALERTS_TABLE_PARAMETER: throughParameter(
      parameters.alertsTable,
      queries(alerts),
      putsItemsIn(alerts),
      updatesItemsIn(alerts),
    ),
    AUDIT_TABLE_PARAMETER: throughParameter(parameters.auditTable, putsItemsIn(audit)),
    ALERTS_TOPIC_PARAMETER: throughParameter(
      parameters.alertsTopic,
      notifies({ topic: topics.alerts, key: topics.key }),
    ),
    ALERT_RULES_PARAMETER: readsParameter(parameters.alertRules),
    TUNABLES_PARAMETER: readsParameter(parameters.tunables),
  };
}

function stage<Env extends Record<string, string>>(
  name: string,
  noun: Stage,
  description: string,
  env: EnvOf<Env>,
  { names, settings, logRetentionDays }: StagesArgs,
  opts: pulumi.ComponentResourceOptions,
): Lambda {
  const { memoryMiB, timeoutSeconds, reservedConcurrency } = settings;
  const entry = `functions/market-data/${noun}/index.ts`;
  return new Lambda<Env>(
    `${name}-${noun}`,
    {
      names: names.stages[noun],
      description,
      entry,
      env,
      memoryMiB,
      timeoutSeconds,
      reservedConcurrency,
      logRetentionDays,
      type: capitalised(noun),
    },
    opts,
  );
}
