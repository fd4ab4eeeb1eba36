import { randomUUID } from "node:crypto";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { DescribeSecretCommand, RotateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { DeployedResource } from "../deployed";
import { systemClock } from "../event-sources/clock";
import { FunctionPolicies } from "../event-sources/function-policies";
import { allowsService } from "../event-sources/resource-policy";
import type { CloudAccess, Invoker } from "../lambda/lambda-function";

export interface RotationOptions {
  /** Runs the functions. */
  readonly invoker: Invoker;
  /** Told why a first rotation failed; one that is asked for rejects instead. */
  readonly onProblem?: (message: string) => void;
}

/** The secrets of a deployment that rotate. */
export interface Rotations {
  /**
   * Rotates a secret, or goes on with a rotation that failed; nobody does so by the calendar.
   * @param secret its ARN or name
   * @throws when it does not rotate, or a step fails: what was current stays it
   */
  rotate(secret: string): Promise<void>;
  /** Resolves when the first rotations have ended. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** "Rotation function code": the function is invoked with each of them in this order. */
const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

/** Begins to rotate the secrets that rotate immediately, as the provider says where the program does not. */
export function startRotations(
  cloud: CloudAccess,
  resources: readonly Pick<DeployedResource, "type" | "id" | "state">[],
  { invoker, onProblem = () => {} }: RotationOptions,
): Rotations {
  const service = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
  const clients = { secrets: new SecretsManagerClient(service), lambda: new LambdaClient(service) };
  const rotate = (secret: string) => rotated(secret, { ...clients, invoker });
  const first = resources
    .filter(({ type, state }) => type === ROTATION && state.rotateImmediately !== false)
    .map(({ id }) => rotate(id).catch((error: Error) => onProblem(`rotation of ${id}: ${error.message}`)));
  const idle = async () => void (await Promise.all(first));
  return {
    rotate,
    idle,
    async stop() {
      await idle();
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

const ROTATION = "aws:secretsmanager/secretRotation:SecretRotation";

interface Rotating {
  readonly secrets: SecretsManagerClient;
  readonly lambda: LambdaClient;
  readonly invoker: Invoker;
}

async function rotated(secret: string, { secrets, lambda, invoker }: Rotating): Promise<void> {
  const known = await secrets.send(new DescribeSecretCommand({ SecretId: secret }));
  const { ARN: SecretId = "", RotationLambdaARN: functionArn, VersionIdsToStages = {} } = known;
  if (functionArn === undefined) throw new Error(`${secret} does not rotate; give it a SecretRotation.`);
  await requirePermission(functionArn, SecretId, lambda);
  const versions = Object.entries(VersionIdsToStages);
  const left = versions.find(([, of]) => of.includes("AWSPENDING") && !of.includes("AWSCURRENT"))?.[0];
  const ClientRequestToken = left ?? randomUUID();
  if (left === undefined) await secrets.send(new RotateSecretCommand({ SecretId, ClientRequestToken }));
  for (const Step of STEPS) {
    const result = await invoker.invoke(functionArn, JSON.stringify({ Step, SecretId, ClientRequestToken }));
    if (result.kind !== "ok") throw new Error(`${Step} failed: ${JSON.stringify(result)}`);
  }
}

async function requirePermission(functionArn: string, secretArn: string, lambda: LambdaClient): Promise<void> {
  const policies = new FunctionPolicies(lambda, 0, systemClock);
  const allowed = allowsService(await policies.of(functionArn), {
    ...{ service: "secretsmanager.amazonaws.com", action: "lambda:InvokeFunction", resource: functionArn },
    ...{ sourceArn: secretArn, sourceAccount: secretArn.split(":")[4] ?? "" },
  });
  if (!allowed) throw new Error(`${functionArn} does not let secretsmanager.amazonaws.com invoke it for ${secretArn}.`);
}
