import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { DynamoAuditTrail } from "../adapters/audit-trail";
import { DynamoEnrichmentStore } from "../adapters/enrichment-store";
import { EventBridgeBus } from "../adapters/event-bus";
import { DynamoTickSeries } from "../adapters/tick-series";
import { parseAlertRules } from "../domain/alert-rule";
import { conditionedBy } from "../domain/conditions";
import { parseTunables } from "../domain/tunables";
import { PROCESSING_SOURCE } from "../stage/details";
import { wireStage } from "../stage/wire-stage";
import type { ProcessingEnv } from "./env";
import { type ProcessingWorld, processEvent } from "./processing";

const dynamo = new DynamoDBClient(clientSettings);
const eventBridge = new EventBridgeClient(clientSettings);

export const handler = wireStage<ProcessingEnv>()({
  name: "processing",
  decide: processEvent,
  parameters: {
    events: "EVENTS_TABLE_PARAMETER",
    series: "SERIES_TABLE_PARAMETER",
    audit: "AUDIT_TABLE_PARAMETER",
    busName: "BUS_NAME_PARAMETER",
    rules: "ALERT_RULES_PARAMETER",
    settings: "TUNABLES_PARAMETER",
  },
  world: ({ events, series, audit, busName, rules, settings }): ProcessingWorld => ({
    audit: new DynamoAuditTrail(dynamo, audit),
    series: new DynamoTickSeries(dynamo, series),
    events: new DynamoEnrichmentStore(dynamo, { events, audit }),
    bus: new EventBridgeBus(eventBridge, busName, PROCESSING_SOURCE),
    tunables: conditionedBy(parseAlertRules(rules), parseTunables(settings)),
    clock,
  }),
});
