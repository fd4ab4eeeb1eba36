import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { withinLimit } from "../shared/parameter-limit";
import type { AdExchangeSettings } from "./config";
import { type AdExchangeNames, PARAMETER_KEYS, type ParameterKey } from "./names";

export type AdExchangeParameters = Readonly<Record<ParameterKey, aws.ssm.Parameter>>;

/**
 * What functions read while they run, so that a rate is changed, or a key revoked, within a minute or so and without a
 * deployment. Neither is secret: issuers' keys are public.
 */
export function adExchangeParameters(
  name: string,
  { names, settings }: { readonly names: AdExchangeNames; readonly settings: AdExchangeSettings },
  opts: pulumi.CustomResourceOptions,
): AdExchangeParameters {
  const parameter = (key: ParameterKey, description: string, from: string, value: unknown) =>
    new aws.ssm.Parameter(
      `${name}-${PARAMETER_KEYS[key]}-parameter`,
      {
        name: names.parameter(key),
        description,
        tier: "Standard",
        type: "String",
        insecureValue: withinLimit(name, from, JSON.stringify(value)),
      },
      opts,
    );
  return {
    settings: parameter(
      "settings",
      "Rates, increment and deadlines of auctions",
      "adExchangeSettings",
      settings.parameter,
    ),
    issuers: parameter(
      "issuers",
      "Issuers of tokens that are trusted, and what is revoked",
      "adExchangeIssuers",
      settings.issuers,
    ),
  };
}
