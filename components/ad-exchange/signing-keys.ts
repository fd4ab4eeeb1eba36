import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { ownKey } from "../shared/keys";
import type { Lambda } from "../shared/lambda";
import type { EncryptedSecret } from "../shared/verbs";
import type { AdExchangeNames } from "./names";

export interface SigningKeysArgs {
  readonly names: AdExchangeNames;
  readonly account: pulumi.Input<string>;
  readonly keyDeletionDays: number;
}

/** The keys that sign notice URLs, and the version of them that the stack made. */
export interface SigningKeys extends EncryptedSecret {
  readonly first: aws.secretsmanager.SecretVersion;
}

/** Bytes of an HMAC-SHA-256 key: as many as the hash (RFC 2104, section 3). */
const KEY_BYTES = 32;
/**
 * When the first key was made, as far as its age goes: nobody knows the time in a program that gives the same result
 * twice. The first rotation follows at once and makes one that knows.
 */
const FIRST_MADE_AT = "2026-01-01T00:00:00.000Z";
/** Stays on the first version when another becomes the current one: a version without any label is gone to AWS, and would be made anew. */
const FIRST = "FIRST";

/**
 * A secret with the first key; rotation makes all others. Its name is free again as soon as it is destroyed
 * (docs/decisions/0007-destroy-leaves-nothing.md).
 */
export function signingKeys(name: string, args: SigningKeysArgs, opts: pulumi.CustomResourceOptions): SigningKeys {
  const { names, account, keyDeletionDays } = args;
  const key = ownKey(
    `${name}-secrets-key`,
    { alias: names.secretsKeyAlias, description: `Encrypts the secrets of ${name}`, account, keyDeletionDays },
    opts,
  );
  const secret = new aws.secretsmanager.Secret(
    `${name}-signing-keys`,
    {
      name: names.signingKeys,
      description: "Keys that sign notice URLs, newest first",
      kmsKeyId: key.arn,
      recoveryWindowInDays: 0,
    },
    opts,
  );
  const id = new random.RandomId(`${name}-first-key-id`, { byteLength: 4 }, opts);
  const bytes = new random.RandomBytes(`${name}-first-key`, { length: KEY_BYTES }, opts);
  const keys = [{ id: id.hex, secret: bytes.base64, createdAt: FIRST_MADE_AT }];
  const first = new aws.secretsmanager.SecretVersion(
    `${name}-first-signing-key`,
    {
      secretId: secret.id,
      secretString: pulumi.secret(pulumi.jsonStringify({ keys })),
      versionStages: ["AWSCURRENT", FIRST],
    },
    { ...opts, ignoreChanges: ["secretString", "versionStages"] }, // rotation changes what is current
  );
  return { secret, key, first };
}

/**
 * The function makes a new key every so many days, the first at once, and keeps those whose notices are still on their way.
 * Secrets Manager may invoke it for this secret alone, and calls it again for a day when it fails.
 */
export function rotated(
  name: string,
  args: {
    readonly keys: SigningKeys;
    readonly by: Lambda;
    readonly everyDays: number;
    readonly account: pulumi.Input<string>;
  },
  opts: pulumi.CustomResourceOptions,
): aws.secretsmanager.SecretRotation {
  const { keys, by, everyDays, account } = args;
  const { secret, first } = keys;
  const permission = new aws.lambda.Permission(
    `${name}-signing-keys-rotation-permission`,
    {
      action: "lambda:InvokeFunction",
      principal: "secretsmanager.amazonaws.com",
      function: by.function.name,
      sourceArn: secret.arn,
      sourceAccount: account,
    },
    opts,
  );
  return new aws.secretsmanager.SecretRotation(
    `${name}-signing-keys-rotation`,
    {
      secretId: secret.id,
      rotationLambdaArn: by.function.arn,
      rotateImmediately: true,
      rotationRules: { automaticallyAfterDays: everyDays },
    },
    { ...opts, dependsOn: [permission, first] },
  );
}
