import type { SecretsManagerRotationEvent } from "aws-lambda";
import type { Clock } from "../../shared/clock";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import { doing, FinalFailure, told } from "../../shared/outcome";
import { KEY_BYTES, parseSigningKeys, rotated, rotationProblem, type SigningKeys } from "../domain/auth/signing-keys";
import type { SecretVersions } from "./secret-versions";

export interface RotationWorld {
  /** ARN of the one secret that is rotated here. */
  readonly secret: string;
  readonly versions: SecretVersions;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

type Step = SecretsManagerRotationEvent["Step"];

const STEPS: Readonly<Record<Step, (version: string, world: RotationWorld) => Promise<void>>> = {
  createSecret,
  // Nobody else keeps the keys: who signs and who verifies read the secret.
  setSecret: async () => undefined,
  testSecret,
  finishSecret,
};

const ID_BYTES = 6;

/**
 * One step of a rotation of signing keys (Secrets Manager User Guide, "Lambda rotation functions"). Every step may come any
 * number of times: a version that has its keys keeps them, and one that is current stays it.
 * @throws Failure, upon which Secrets Manager gives the rotation up and tries it again later: the keys before stay
 */
export async function rotate(event: SecretsManagerRotationEvent, world: RotationWorld): Promise<void> {
  const { Step: step, SecretId: secret, ClientRequestToken: version } = event;
  try {
    await doing(`${step} of a rotation failed`, async () => {
      if (!Object.hasOwn(STEPS, step)) throw new FinalFailure("There is no such step.");
      if (secret !== world.secret) throw new FinalFailure("The secret is not the one that is rotated here.");
      if (await isCurrent(version, world)) return;
      await STEPS[step](version, world);
    });
    if (step === "finishSecret") world.metrics.record({ counts: { KeysRotated: 1 }, milliseconds: {} });
    world.log.info("rotation", { step, version });
  } catch (error) {
    world.metrics.record({ counts: { RotationFailures: 1 }, milliseconds: {} });
    world.log.error("rotation failed", { step, version, failure: told(error) });
    throw error;
  }
}

/** Whether the version is current already. @throws FinalFailure when it is not one that may become so */
async function isCurrent(version: string, { versions }: RotationWorld): Promise<boolean> {
  const { rotates, of } = await versions.stages();
  if (!rotates) throw new FinalFailure("The secret does not rotate; switch its rotation on.");
  const stages = Object.hasOwn(of, version) ? of[version] : undefined;
  if (!stages) throw new FinalFailure("The secret has no such version.");
  if (stages.includes("AWSCURRENT")) return true;
  if (!stages.includes("AWSPENDING")) throw new FinalFailure("The version is not pending.");
  return false;
}

async function createSecret(version: string, { versions, randomBytes, clock }: RotationWorld): Promise<void> {
  if ((await versions.value("AWSPENDING", version)) !== undefined) return;
  const now = clock.now();
  const fresh = {
    id: Buffer.from(randomBytes(ID_BYTES)).toString("base64url"),
    secret: Buffer.from(randomBytes(KEY_BYTES)).toString("base64"),
    createdAt: new Date(now).toISOString(),
  };
  const next = rotated(await currentKeys(versions), fresh, now);
  await versions.putPending(version, JSON.stringify(next));
}

async function testSecret(version: string, { versions }: RotationWorld): Promise<void> {
  const pending = await versions.value("AWSPENDING", version);
  if (pending === undefined) throw new FinalFailure("The pending version has no keys.");
  const problem = rotationProblem(await currentKeys(versions), keysIn(pending));
  if (problem) throw new FinalFailure(`The pending version cannot be used: ${problem}.`);
}

async function finishSecret(version: string, { versions }: RotationWorld): Promise<void> {
  const { of } = await versions.stages();
  const from = Object.keys(of).find((each) => of[each]?.includes("AWSCURRENT"));
  await versions.makeCurrent(version, from);
}

/** None before the first rotation of a secret that was made empty. */
async function currentKeys(versions: SecretVersions): Promise<SigningKeys> {
  const current = await versions.value("AWSCURRENT");
  return current === undefined ? { keys: [] } : keysIn(current);
}

function keysIn(json: string): SigningKeys {
  try {
    return parseSigningKeys(json);
  } catch (error) {
    // Not the parser's own words: those of JSON quote what they cannot read.
    const why = error instanceof SyntaxError ? "signing keys: the secret is no JSON." : told(error);
    throw new FinalFailure(why);
  }
}
