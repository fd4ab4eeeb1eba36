import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SNSClient } from "@aws-sdk/client-sns";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { DynamoAlertBook } from "../adapters/alert-book";
import { SnsAlertTopic } from "../adapters/alert-topic";
import { DynamoAuditTrail } from "../adapters/audit-trail";
import { DynamoTickSeries } from "../adapters/tick-series";
import { parseAlertRules } from "../domain/alert-rule";
import { parseTunables } from "../domain/tunables";
import { wireStage } from "../stage/wire-stage";
import type { NotificationEnv } from "./env";
import { type NotificationWorld, notify } from "./notification";

const dynamo = new DynamoDBClient(clientSettings);
const sns = new SNSClient(clientSettings);

export const handler = wireStage<NotificationEnv>()({
  name: "notification",
  decide: notify,
  parameters: {
    series: "SERIES_TABLE_PARAMETER",
    alerts: "ALERTS_TABLE_PARAMETER",
    audit: "AUDIT_TABLE_PARAMETER",
    topicArn: "ALERTS_TOPIC_PARAMETER",
    rules: "ALERT_RULES_PARAMETER",
    settings: "TUNABLES_PARAMETER",
  },
  world: ({ series, alerts, audit, topicArn, rules, settings }): NotificationWorld => ({
    audit: new DynamoAuditTrail(dynamo, audit),
    series: new DynamoTickSeries(dynamo, series),
    book: new DynamoAlertBook(dynamo, alerts),
    topic: new SnsAlertTopic(sns, topicArn),
    rules: parseAlertRules(rules),
    tunables: parseTunables(settings),
    clock,
  }),
});
