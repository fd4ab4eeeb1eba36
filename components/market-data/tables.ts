import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { keyedTable } from "../shared/stateful";
import type { MarketDataNames } from "./names";

/** The four tables of a market data system. */
export interface MarketDataTables {
  /** One row an accepted event: the normalised event, its status, its measurements. */
  readonly events: aws.dynamodb.Table;
  /** One item an accepted event, keyed by its identity within its series: the idempotency claim, and the window's source. */
  readonly series: aws.dynamodb.Table;
  /** One row an attempt of a stage at an event; append-only. */
  readonly audit: aws.dynamodb.Table;
  /** Episodes of alert rules, and how many a series had lately. */
  readonly alerts: aws.dynamodb.Table;
}

/** Index of the series table by event time; strongly consistent, so that the last to claim has seen all the others. */
export const BY_TIME = "byTime";

const text = (name: string) => ({ name, type: "S" }) as const;

export function marketDataTables(
  name: string,
  names: MarketDataNames,
  opts: pulumi.CustomResourceOptions,
): MarketDataTables {
  const events = keyedTable(
    `${name}-events-table`,
    {
      name: names.tables.events,
      partitionKey: text("eventId"),
      sortKey: text("timestamp"),
      globalIndex: { name: "byType", partitionKey: text("eventType"), sortKey: text("timestamp") },
      type: "Events",
    },
    opts,
  );
  const series = keyedTable(
    `${name}-series-table`,
    {
      name: names.tables.series,
      partitionKey: text("series"),
      sortKey: { name: "sequence", type: "N" },
      localIndex: { name: BY_TIME, sortKey: text("position") },
      expiresAt: "expiresAt",
      type: "Series",
    },
    opts,
  );
  const audit = keyedTable(
    `${name}-audit-table`,
    { name: names.tables.audit, partitionKey: text("auditId"), sortKey: text("timestamp"), type: "Audit" },
    opts,
  );
  const alerts = keyedTable(
    `${name}-alerts-table`,
    { name: names.tables.alerts, partitionKey: text("alert"), sortKey: text("episode"), type: "Alerts" },
    opts,
  );
  return { events, series, audit, alerts };
}
