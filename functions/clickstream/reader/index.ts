import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { Parameters, readEnv } from "../../shared/parameters";
import { SsmParameters } from "../../shared/ssm-parameters";
import { DynamoArchive } from "../adapters/archive";
import { type ForLoadBalancer, forLoadBalancer } from "../adapters/for-load-balancer";
import { DynamoGraves } from "../adapters/graves";
import { tablesCheck } from "../adapters/tables-check";
import { parseAccessKeys } from "../domain/access-keys";
import { idExpiry, parsePolicy } from "../domain/policy";
import type { Incoming, InvocationContext } from "../domain/request";
import type { ReaderEnv } from "./env";
import { type ReaderWorld, serve } from "./reader";

const env = readEnv<ReaderEnv>(process.env, [
  "EVENTS_TABLE",
  "SESSIONS_TABLE",
  "IDS_TABLE",
  "LINKS_TABLE",
  "QUARANTINE_TABLE",
  "ACCESS_KEYS_PARAMETER",
  "POLICY_PARAMETER",
]);
const dynamo = new DynamoDBClient(clientSettings);
const tables = {
  ...{ events: env.EVENTS_TABLE, sessions: env.SESSIONS_TABLE, ids: env.IDS_TABLE },
  ...{ links: env.LINKS_TABLE, quarantine: env.QUARANTINE_TABLE },
};
const parameters = new Parameters({
  names: { keys: env.ACCESS_KEYS_PARAMETER, policy: env.POLICY_PARAMETER },
  source: new SsmParameters(new SSMClient(clientSettings)),
  clock,
  parse: ({ keys, policy: text }) => {
    const policy = parsePolicy(text);
    const graves = new DynamoGraves(dynamo, tables, () => idExpiry(policy, clock.now()), clock);
    return { clients: parseAccessKeys(keys), graves, policy };
  },
  ttlSeconds: ({ policy }) => policy.parameterTtlSeconds,
});
const world: ReaderWorld = {
  settings: () => parameters.current(),
  archive: new DynamoArchive(dynamo, tables),
  tables: tablesCheck(dynamo, env.EVENTS_TABLE, clock),
  clock,
  log: logOf("clickstream"),
  metrics: new EmbeddedMetrics("Sluice/Clickstream", "clickstream", process.env.AWS_LAMBDA_FUNCTION_NAME ?? "reader"),
};

export const handler = async (event: Incoming, context: InvocationContext): Promise<ForLoadBalancer> =>
  forLoadBalancer(await serve(event, context, world));
