import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { withinLimit } from "../shared/parameter-limit";
import type { MarketDataSettings } from "./config";
import { type MarketDataNames, PARAMETER_KEYS, type ParameterKey } from "./names";

export type MarketDataParameters = Readonly<Record<ParameterKey, aws.ssm.Parameter>>;

/** What the parameters of things hold; those of settings are made here. */
export type NamedThings = Readonly<Record<Exclude<ParameterKey, "alertRules" | "tunables">, pulumi.Input<string>>>;

const DESCRIPTIONS: Readonly<Record<ParameterKey, string>> = {
  eventsTable: "Name of the table of events",
  seriesTable: "Name of the table of series",
  auditTable: "Name of the audit table",
  alertsTable: "Name of the table of alert episodes",
  busName: "Name of the event bus",
  alertsTopic: "ARN of the topic for alerts",
  alertRules: "Alert rules, a JSON array; a change needs no deployment",
  tunables: "Windows, thresholds, limits, a JSON object; a change needs no deployment",
};

/**
 * Parameters that the functions read at run time: String, standard tier, free. Not secret, so `insecureValue`: a preview
 * then shows what changes.
 */
export function marketDataParameters(
  name: string,
  args: { readonly names: MarketDataNames; readonly settings: MarketDataSettings; readonly things: NamedThings },
  opts: pulumi.CustomResourceOptions,
): MarketDataParameters {
  const { names, settings, things } = args;
  const tunables = { ...settings.tunables, allowedSources: settings.sources };
  const values: Readonly<Record<ParameterKey, pulumi.Input<string>>> = {
    ...things,
    alertRules: withinLimit(name, "marketDataAlertRules", JSON.stringify(settings.alertRules)),
    tunables: withinLimit(name, "marketDataTunables", JSON.stringify(tunables)),
  };
  const parameter = (key: ParameterKey) =>
    new aws.ssm.Parameter(
      `${name}-${PARAMETER_KEYS[key]}-parameter`,
      {
        name: names.parameter(key),
        description: DESCRIPTIONS[key],
        type: "String",
        tier: "Standard",
        insecureValue: values[key],
      },
      opts,
    );
  const keys = Object.keys(PARAMETER_KEYS) as ParameterKey[];
  return Object.fromEntries(keys.map((key) => [key, parameter(key)])) as Record<ParameterKey, aws.ssm.Parameter>;
}
