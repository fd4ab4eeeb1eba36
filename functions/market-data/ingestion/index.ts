import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { DynamoAuditTrail } from "../adapters/audit-trail";
import { EventBridgeBus } from "../adapters/event-bus";
import { DynamoEventStore } from "../adapters/event-store";
import { parseTunables } from "../domain/tunables";
import { INGESTION_SOURCE } from "../stage/details";
import { wireStage } from "../stage/wire-stage";
import type { IngestionEnv } from "./env";
import { type IngestionWorld, ingest } from "./ingestion";

const dynamo = new DynamoDBClient(clientSettings);
const eventBridge = new EventBridgeClient(clientSettings);

export const handler = wireStage<IngestionEnv>()({
  name: "ingestion",
  decide: ingest,
  parameters: {
    events: "EVENTS_TABLE_PARAMETER",
    series: "SERIES_TABLE_PARAMETER",
    audit: "AUDIT_TABLE_PARAMETER",
    busName: "BUS_NAME_PARAMETER",
    settings: "TUNABLES_PARAMETER",
  },
  world: ({ events, series, audit, busName, settings }): IngestionWorld => {
    const tunables = parseTunables(settings);
    const retentionMs = tunables.seriesRetentionDays * 24 * 60 * 60 * 1_000;
    return {
      audit: new DynamoAuditTrail(dynamo, audit),
      events: new DynamoEventStore(dynamo, { events, series, audit }, () =>
        Math.ceil((clock.now() + retentionMs) / 1_000),
      ),
      bus: new EventBridgeBus(eventBridge, busName, INGESTION_SOURCE),
      tunables,
      clock,
    };
  },
});
