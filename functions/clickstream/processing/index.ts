import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { Parameters, readEnv } from "../../shared/parameters";
import { SsmParameters } from "../../shared/ssm-parameters";
import { DynamoEventStore } from "../adapters/event-store";
import { DynamoQuarantine } from "../adapters/quarantine";
import { idExpiry, parsePolicy } from "../domain/policy";
import type { ProcessingEnv } from "./env";
import { handlerOf } from "./handler";

const env = readEnv<ProcessingEnv>(process.env, [
  "EVENTS_TABLE",
  "SESSIONS_TABLE",
  "IDS_TABLE",
  "LINKS_TABLE",
  "QUARANTINE_TABLE",
  "POLICY_PARAMETER",
]);
const dynamo = new DynamoDBClient(clientSettings);
const tables = {
  ...{ events: env.EVENTS_TABLE, sessions: env.SESSIONS_TABLE, ids: env.IDS_TABLE },
  ...{ links: env.LINKS_TABLE, quarantine: env.QUARANTINE_TABLE },
};
const now = () => new Date(clock.now()).toISOString();

const parameters = new Parameters({
  names: { policy: env.POLICY_PARAMETER },
  source: new SsmParameters(new SSMClient(clientSettings)),
  clock,
  parse: ({ policy: text }) => {
    const policy = parsePolicy(text);
    return {
      events: new DynamoEventStore(dynamo, tables, () => idExpiry(policy, clock.now())),
      quarantine: new DynamoQuarantine(dynamo, tables, now),
      ...{ policy, clock },
    };
  },
  ttlSeconds: ({ policy }) => policy.parameterTtlSeconds,
});

export const handler = handlerOf({
  processing: () => parameters.current(),
  log: logOf("clickstream"),
  metrics: new EmbeddedMetrics(
    "Sluice/Clickstream",
    "clickstream",
    process.env.AWS_LAMBDA_FUNCTION_NAME ?? "processing",
  ),
  clock,
});
