import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { S3Client } from "@aws-sdk/client-s3";
import { SSMClient } from "@aws-sdk/client-ssm";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { doing, FinalFailure } from "../../shared/outcome";
import { readEnv } from "../../shared/parameters";
import { SsmParameters } from "../../shared/ssm-parameters";
import { scanCampaigns } from "../adapters/campaign-scan";
import { DynamoReads } from "../adapters/dynamo-reads";
import { putSnapshot } from "../adapters/snapshot-files";
import { movePointer, snapshotPointer } from "../adapters/snapshot-pointer";
import type { SnapshotEnv } from "./env";
import { toMicrosBy } from "./rates";
import { build, type Compile, type SnapshotWorld } from "./snapshot";

/** A file of 100,000 campaigns takes longer to put than the three seconds that every other request may take. */
const PUT_TIMEOUT = 30_000;

/** The builder in the real world, run by a schedule. */
export function handlerOf(compile: Compile): () => Promise<void> {
  const env = readEnv<SnapshotEnv>(process.env, [
    ...(["CAMPAIGNS_TABLE", "CHANGES_TABLE", "SNAPSHOTS_BUCKET", "SETTINGS_PARAMETER"] as const),
  ]);
  const dynamo = new DynamoDBClient(clientSettings);
  const requestHandler = { ...clientSettings.requestHandler, requestTimeout: PUT_TIMEOUT };
  const s3 = new S3Client({ ...clientSettings, requestHandler });
  const parameters = new SsmParameters(new SSMClient(clientSettings));
  const reads = new DynamoReads(dynamo);
  const settings = async () => {
    const text = (await parameters.fetch([env.SETTINGS_PARAMETER])).get(env.SETTINGS_PARAMETER);
    if (text === undefined) throw new FinalFailure(`Parameter ${env.SETTINGS_PARAMETER} does not exist.`);
    return toMicrosBy(text, clock.now());
  };
  const world: SnapshotWorld = {
    scan: (take) => doing("reading campaigns", () => scanCampaigns(dynamo, env.CAMPAIGNS_TABLE, take)),
    toMicros: () => doing("reading settings", settings),
    compile,
    put: (key, file) => doing("putting the snapshot", () => putSnapshot(s3, env.SNAPSHOTS_BUCKET, key, file)),
    pointer: () => doing("reading the pointer", () => snapshotPointer(reads, env.CHANGES_TABLE)),
    move: (pointer) => doing("moving the pointer", () => movePointer(dynamo, env.CHANGES_TABLE, pointer)),
    clock,
    log: logOf("ad-exchange"),
    metrics: new EmbeddedMetrics(
      "Sluice/AdExchange",
      "ad-exchange",
      process.env.AWS_LAMBDA_FUNCTION_NAME ?? "snapshot",
    ),
  };
  return () => build(world);
}
