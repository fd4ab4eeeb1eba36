import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { ParameterSource } from "../../shared/parameters";
import type { FromWorker } from "./messages";

type Send = (message: FromWorker) => Promise<boolean>;

/** Asks for the settings, and hands them on where they are other than before. */
export function settingsFeed(source: ParameterSource, name: string, send: Send): () => Promise<void> {
  let before: string | undefined;
  return async () => {
    const text = (await source.fetch([name])).get(name);
    if (text === undefined) throw new Error(`the parameter ${name} does not exist`);
    if (text === before) return;
    await send({ kind: "settings", text });
    // One that was refused is not sent again: the same text would be refused again.
    before = text;
  };
}

/** Asks for the keys, the current ones and those that they came after, and hands them on where they are other than before. */
export function keysFeed(client: Pick<SecretsManagerClient, "send">, secret: string, send: Send): () => Promise<void> {
  let before: string | undefined;
  return async () => {
    const current = await versionOf(client, secret, "AWSCURRENT");
    if (current === undefined) throw new Error("the secret has no current version");
    const previous = await versionOf(client, secret, "AWSPREVIOUS");
    const both = JSON.stringify([current, previous]);
    if (both === before) return;
    await send({ kind: "keys", current, ...(previous === undefined ? {} : { previous }) });
    before = both;
  };
}

/** A secret that was never rotated has no version before. */
async function versionOf(client: Pick<SecretsManagerClient, "send">, SecretId: string, VersionStage: string) {
  try {
    return (await client.send(new GetSecretValueCommand({ SecretId, VersionStage }))).SecretString;
  } catch (error) {
    if (isMissing(error) && VersionStage !== "AWSCURRENT") return undefined;
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && error.name === "ResourceNotFoundException";
