import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { withinLimit } from "../shared/parameter-limit";
import type { ClickstreamSettings } from "./config";
import { type ClickstreamNames, PARAMETER_KEYS, type ParameterKey } from "./names";

export type ClickstreamParameters = Readonly<Record<ParameterKey, aws.ssm.Parameter>>;

const DESCRIPTIONS: Readonly<Record<ParameterKey, string>> = {
  writeKeys: "SHA-256 of the write keys of each source that may send",
  origins: "Web origins whose pages may send",
  accessKeys: "SHA-256 of the keys that may read or erase",
  policy: "How events are dated, addresses stored, and types spread over the index",
};

/** Characters of the key that addresses are hashed under. */
const HASH_KEY_LENGTH = 64;

/**
 * What the functions read while they run, so that a key can be withdrawn within a minute and without a deployment. The policy is a secure
 * string, since it may hold the key of the hashed addresses; the others hold hashes and origins, which give nothing away.
 */
export function clickstreamParameters(
  name: string,
  { names, settings }: { readonly names: ClickstreamNames; readonly settings: ClickstreamSettings },
  opts: pulumi.CustomResourceOptions,
): ClickstreamParameters {
  const parameter = (key: ParameterKey, value: aws.ssm.ParameterArgs) =>
    new aws.ssm.Parameter(
      `${name}-${PARAMETER_KEYS[key]}-parameter`,
      { name: names.parameter(key), description: DESCRIPTIONS[key], tier: "Standard", ...value },
      opts,
    );
  const plain = (key: string, value: unknown) =>
    ({ type: "String", insecureValue: withinLimit(name, key, JSON.stringify(value)) }) as const;
  const policy = { ...settings.policy, address: addressPolicy(name, settings, opts) };
  return {
    writeKeys: parameter("writeKeys", plain("clickstreamWriteKeys", settings.writeKeys)),
    origins: parameter("origins", plain("clickstreamOrigins", settings.origins)),
    accessKeys: parameter("accessKeys", plain("clickstreamAccessKeys", settings.accessKeys)),
    policy: parameter("policy", { type: "SecureString", value: pulumi.jsonStringify(policy) }),
  };
}

/** Hashed addresses stay comparable for as long as the key stands; a new one comes with a new stack only. */
function addressPolicy(name: string, { addresses: kind }: ClickstreamSettings, opts: pulumi.CustomResourceOptions) {
  if (kind !== "hash") return { kind };
  const key = new random.RandomPassword(`${name}-address-key`, { length: HASH_KEY_LENGTH, special: false }, opts);
  return { kind, key: key.result };
}
