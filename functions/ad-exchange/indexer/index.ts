import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import type { DynamoDBBatchResponse, DynamoDBStreamEvent } from "aws-lambda";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { readEnv } from "../../shared/parameters";
import { ChangesTable } from "../adapters/changes";
import type { IndexerEnv } from "./env";
import { type IndexerWorld, index } from "./indexer";

const env = readEnv<IndexerEnv>(process.env, ["CHANGES_TABLE"]);
// One try a call: a try of the client's own would carry the instant of the first.
const changes = new ChangesTable(new DynamoDBClient({ ...clientSettings, maxAttempts: 1 }), env.CHANGES_TABLE);
const world: IndexerWorld = {
  write: (change, writtenAt) => changes.write(change, writtenAt),
  clock,
  log: logOf("ad-exchange"),
  metrics: new EmbeddedMetrics("Sluice/AdExchange", "ad-exchange", process.env.AWS_LAMBDA_FUNCTION_NAME ?? "indexer"),
};

export const handler = (event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse> => index(event, world);
