import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { readEnv } from "../../shared/parameters";
import { CachedCampaigns, DynamoCampaigns } from "../adapters/campaign-store";
import { DynamoReads } from "../adapters/dynamo-reads";
import { readsThrough } from "../adapters/reads-through";
import { type CampaignsWorld, type InvocationContext, serve } from "./campaigns";
import type { CampaignsEnv } from "./env";

// Not among those that have to be given: "" is no cluster.
const { DAX_ENDPOINT } = process.env;
const env = readEnv<CampaignsEnv>(process.env, ["CAMPAIGNS_TABLE", "AUDIT_TABLE", "CACHE_SECONDS"]);
const dynamo = new DynamoDBClient(clientSettings);
const tables = { campaigns: env.CAMPAIGNS_TABLE, audit: env.AUDIT_TABLE };
const log = logOf("ad-exchange");
const world: CampaignsWorld = {
  reads: new CachedCampaigns(readsThrough(DAX_ENDPOINT, dynamo), new DynamoReads(dynamo), env.CAMPAIGNS_TABLE, log),
  store: new DynamoCampaigns(dynamo, tables, clock),
  cacheSeconds: Number(env.CACHE_SECONDS),
  clock,
  newId: randomUUID,
  log,
  metrics: new EmbeddedMetrics("Sluice/AdExchange", "ad-exchange", process.env.AWS_LAMBDA_FUNCTION_NAME ?? "campaigns"),
};

export const handler = (event: APIGatewayProxyEvent, context: InvocationContext): Promise<APIGatewayProxyResult> =>
  serve(event, context, world);
