import { KinesisClient } from "@aws-sdk/client-kinesis";
import { SSMClient } from "@aws-sdk/client-ssm";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { Parameters, readEnv } from "../../shared/parameters";
import { SsmParameters } from "../../shared/ssm-parameters";
import { type ForLoadBalancer, forLoadBalancer } from "../adapters/for-load-balancer";
import { gunzip } from "../adapters/gunzip";
import { KinesisIntake } from "../adapters/kinesis-intake";
import { streamCheck } from "../adapters/stream-check";
import { parseOrigins } from "../domain/origins";
import { KeyRates } from "../domain/partitioning";
import type { Incoming, InvocationContext } from "../domain/request";
import { parseWriteKeys } from "../domain/write-keys";
import { type CollectorWorld, collect, type Settings } from "./collector";
import type { CollectorEnv } from "./env";

/** Seconds after which a changed write key or origin counts. */
const SETTINGS_TTL = 60;

const env = readEnv<CollectorEnv>(process.env, ["STREAM_ARN", "WRITE_KEYS_PARAMETER", "ORIGINS_PARAMETER"]);
const parameters = new Parameters<"keys" | "origins", Settings>({
  names: { keys: env.WRITE_KEYS_PARAMETER, origins: env.ORIGINS_PARAMETER },
  source: new SsmParameters(new SSMClient(clientSettings)),
  clock,
  parse: ({ keys, origins }) => ({ keys: parseWriteKeys(keys), origins: parseOrigins(origins) }),
  ttlSeconds: () => SETTINGS_TTL,
});
/**
 * HTTP/1.1 in place of the client's own HTTP/2, which knows no limit of connecting and which the embedded cloud does not speak.
 * One try: the intake retries itself, record by record.
 */
const kinesis = new KinesisClient({
  ...clientSettings,
  maxAttempts: 1,
  requestHandler: new NodeHttpHandler(clientSettings.requestHandler),
});
const world: CollectorWorld = {
  settings: () => parameters.current(),
  intake: new KinesisIntake(kinesis, env.STREAM_ARN, clock),
  gunzip,
  stream: streamCheck(kinesis, env.STREAM_ARN, clock),
  rates: new KeyRates(),
  clock,
  log: logOf("clickstream"),
  metrics: new EmbeddedMetrics(
    "Sluice/Clickstream",
    "clickstream",
    process.env.AWS_LAMBDA_FUNCTION_NAME ?? "collector",
  ),
};

export const handler = async (event: Incoming, context: InvocationContext): Promise<ForLoadBalancer> =>
  forLoadBalancer(await collect(event, context, world));
