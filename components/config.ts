import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { type AdExchangeSettings, adExchangeKeys, adExchangeMistakes, adExchangeSettings } from "./ad-exchange/config";
import { type EdgeSettings, edgeKeys, edgeMistakes, edgeSettings } from "./ad-exchange/edge-config";
import {
  type ClickstreamSettings,
  clickstreamKeys,
  clickstreamMistakes,
  clickstreamSettings,
} from "./clickstream/config";
import { type MarketDataSettings, marketDataKeys, marketDataSettings } from "./market-data/config";
import { type NetworkSettings, networkKeys, networkSettings, zonesElsewhere } from "./shared/network-config";
import { flag, json, whole } from "./shared/settings";

/** Retentions that CloudWatch Logs takes, in days (API reference, PutRetentionPolicy), up to ten years. */
const LOG_RETENTIONS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
/** Fewest days of logs where the stack is under compliance (docs/decisions/0003-log-retention.md). */
const COMPLIANT_LOG_DAYS = 30;

const tagText = z
  .string()
  .regex(/^[\p{L}\p{N} _.:/=+@-]{1,256}$/u, "give 1 to 256 letters, digits, spaces or _.:/=+@-");
const tagMap = z.record(
  z
    .string()
    .regex(
      /^(?!aws:)[\p{L}\p{N} _.:/=+@-]{1,128}$/iu,
      "is no tag key: give 1 to 128 letters, digits, spaces or _.:/=+@-",
    ),
  tagText,
);

const commonKeys = {
  environmentSuffix: z
    .string()
    .regex(/^([a-z0-9][a-z0-9-]{0,15})?$/, "give up to 16 lower-case letters, digits and -, or nothing"),
  project: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, "give up to 32 lower-case letters, digits and -"),
  owner: tagText,
  costCenter: tagText,
  notificationEmail: z.email("give an e-mail address, for example operations@example.com"),
  compliance: flag(),
  logRetentionDays: json(
    z.literal(LOG_RETENTIONS, `give a number of days that CloudWatch Logs takes: ${LOG_RETENTIONS.join(", ")}`),
  ),
  keyDeletionDays: whole(7, 30),
  systems: json(
    z.strictObject({
      marketData: z.boolean("give true or false"),
      clickstream: z.boolean("give true or false"),
      adExchange: z.boolean("give true or false"),
    }),
  ),
  tags: json(tagMap),
};
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "give an AWS region, for example us-east-1");

/** Keys of the project's namespace, by name without it. Pulumi.yaml declares the same ones. */
export const CONFIG_KEYS = {
  ...commonKeys,
  ...networkKeys,
  ...marketDataKeys,
  ...clickstreamKeys,
  ...adExchangeKeys,
  ...edgeKeys,
};

export interface SluiceConfig {
  readonly region: string;
  /** The stack. */
  readonly environment: string;
  readonly environmentSuffix: string;
  readonly project: string;
  readonly owner: string;
  readonly costCenter: string;
  readonly notificationEmail: string;
  readonly compliance: boolean;
  readonly logRetentionDays: number;
  /** Days a deleted KMS key can still be restored. */
  readonly keyDeletionDays: number;
  readonly systems: { readonly marketData: boolean; readonly clickstream: boolean; readonly adExchange: boolean };
  /** Tags beside the standard ones. */
  readonly tags: Readonly<Record<string, string>>;
  readonly network: NetworkSettings;
  readonly marketData: MarketDataSettings;
  readonly clickstream: ClickstreamSettings;
  readonly adExchange: AdExchangeSettings & { readonly edge: EdgeSettings };
}

/** One wrong setting: the key with its namespace, the value, and what to give instead. */
interface Mistake {
  readonly key: string;
  readonly value: unknown;
  readonly says: string;
}

/**
 * The stack's configuration, checked. The only place that reads it: nothing else sees a key's name, and every mistake is
 * in the one RunError that this throws.
 */
export function readConfig(): SluiceConfig {
  const environment = pulumi.getStack();
  const own = `${pulumi.getProject()}:`;
  const all = pulumi.runtime.allConfig();
  const given = Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (key.startsWith(own) ? [[key.slice(own.length), value]] : [])),
  );
  const parsed = z.strictObject(CONFIG_KEYS).safeParse(given, { reportInput: true });
  const place = z
    .object({ "aws:region": region })
    .safeParse({ "aws:region": all["aws:region"] }, { reportInput: true });
  const mistakes = [
    ...mistakesIn(parsed.error, own),
    ...mistakesIn(place.error, ""),
    ...mistakesOfStack(environment),
    ...complianceMistakes(given, own),
    ...zoneMistakes(given, own, place.data?.["aws:region"]),
    ...mistakesOfClickstream(given, own, place.data?.["aws:region"]),
    ...mistakesOfExchange(given, own, place.data?.["aws:region"]),
  ];
  if (!parsed.success || !place.success || mistakes.length > 0) throw refusal(environment, mistakes);
  return {
    ...parsed.data,
    region: place.data["aws:region"],
    environment,
    network: networkSettings(parsed.data),
    marketData: marketDataSettings(parsed.data),
    clickstream: clickstreamSettings(parsed.data),
    adExchange: { ...adExchangeSettings(parsed.data), edge: edgeSettings(parsed.data) },
  };
}

function mistakesIn(error: z.ZodError | undefined, namespace: string): Mistake[] {
  return (error?.issues ?? []).flatMap((issue): Mistake[] => {
    if (issue.code === "unrecognized_keys" && issue.path.length === 0) {
      return issue.keys.map((key) => ({
        key: namespace + key,
        value: "set",
        says: "there is no such key; Pulumi.yaml lists them",
      }));
    }
    const key =
      namespace +
      issue.path
        .map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`))
        .join("")
        .slice(1);
    // A union by type reports the whole object; the mistake is its type.
    const last = String(issue.path.at(-1));
    const inside = issue.code === "invalid_union" && typeof issue.input === "object" && issue.input !== null;
    const value = inside ? (issue.input as Record<string, unknown>)[last] : issue.input;
    return [{ key, value, says: issue.message }];
  });
}

const mistakesOfStack = (stack: string): Mistake[] =>
  /^[a-z][a-z0-9-]{0,15}$/.test(stack)
    ? []
    : [
        {
          key: "the stack's name",
          value: stack,
          says: "give up to 16 lower-case letters, digits and -; it is part of every name",
        },
      ];

/** Checked on the text itself, so that this mistake is told together with any other. */
function complianceMistakes(given: Readonly<Record<string, string>>, namespace: string): Mistake[] {
  const days = Number(given.logRetentionDays);
  if (given.compliance !== "true" || !(days < COMPLIANT_LOG_DAYS)) return [];
  const says = `give ${COMPLIANT_LOG_DAYS} or more, because ${namespace}compliance is true`;
  return [{ key: `${namespace}logRetentionDays`, value: days, says }];
}

/** Of no matter where nothing stands in the network. */
function zoneMistakes(
  given: Readonly<Record<string, string>>,
  namespace: string,
  region: string | undefined,
): Mistake[] {
  const systems = commonKeys.systems.safeParse(given.systems).data;
  const isNeeded = systems === undefined || systems.clickstream || systems.adExchange;
  if (region === undefined || !isNeeded) return [];
  const says = `give zones of ${region}, for example ${region}a`;
  return zonesElsewhere(given.networkAzs, region).map(({ key, zone }) => ({ key: namespace + key, value: zone, says }));
}

/** What its keys say together, told beside mistakes of other keys; a key of its own that is wrong is told first. */
function mistakesOfClickstream(
  given: Readonly<Record<string, string>>,
  namespace: string,
  region: string | undefined,
): Mistake[] {
  const { data } = z.object(clickstreamKeys).safeParse(given);
  return data === undefined
    ? []
    : clickstreamMistakes(data, region).map(({ key, ...mistake }) => ({ key: namespace + key, ...mistake }));
}

/** The same of the exchange and its edge. */
function mistakesOfExchange(
  given: Readonly<Record<string, string>>,
  namespace: string,
  region: string | undefined,
): Mistake[] {
  const exchange = z.object(adExchangeKeys).safeParse(given).data;
  const edge = z.object(edgeKeys).safeParse(given).data;
  const mistakes = [
    ...(exchange ? adExchangeMistakes(exchange, region) : []),
    ...(edge ? edgeMistakes(edge, region, exchange?.adExchangeAuthorizer.reservedConcurrency) : []),
  ];
  return mistakes.map(({ key, ...mistake }) => ({ key: namespace + key, ...mistake }));
}

function refusal(stack: string, mistakes: readonly Mistake[]): pulumi.RunError {
  const lines = mistakes.map(({ key, value, says }) => `  ${key} is ${shown(value)}: ${says}.`);
  const count = mistakes.length === 1 ? "one mistake" : `${mistakes.length} mistakes`;
  return new pulumi.RunError(`The configuration of stack ${stack} has ${count}:\n${lines.join("\n")}`);
}

function shown(value: unknown): string {
  if (value === undefined) return "missing";
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
