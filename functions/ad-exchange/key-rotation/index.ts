import { randomBytes } from "node:crypto";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { SecretsManagerRotationEvent } from "aws-lambda";
import { clientSettings } from "../../shared/client-settings";
import { systemClock as clock } from "../../shared/clock";
import { logOf } from "../../shared/log";
import { EmbeddedMetrics } from "../../shared/metrics";
import { readEnv } from "../../shared/parameters";
import type { KeyRotationEnv } from "./env";
import { type RotationWorld, rotate } from "./key-rotation";
import { SecretsManagerVersions } from "./secret-versions";

const { SIGNING_KEYS_SECRET: secret } = readEnv<KeyRotationEnv>(process.env, ["SIGNING_KEYS_SECRET"]);
const world: RotationWorld = {
  ...{ secret, randomBytes, clock },
  versions: new SecretsManagerVersions(new SecretsManagerClient(clientSettings), secret),
  log: logOf("ad-exchange"),
  metrics: new EmbeddedMetrics(
    "Sluice/AdExchange",
    "ad-exchange",
    process.env.AWS_LAMBDA_FUNCTION_NAME ?? "key-rotation",
  ),
};

export const handler = (event: SecretsManagerRotationEvent): Promise<void> => rotate(event, world);
