import { createHash } from "node:crypto";
import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { GetParameterCommand } from "@aws-sdk/client-ssm";
import { DynamoTokens } from "../../functions/ad-exchange/adapters/tokens";
import { type ExchangeSettings, parseSettings } from "../../functions/ad-exchange/bid-handler/settings";
import { type Plain, toItem } from "../../functions/shared/attribute-values";
import { issued } from "../../operations/ad-exchange/token";
import { type Estate, ROOT } from "../estate";
import { readStackConfig } from "../stack-config";
import { sampleSettings } from "./settings";

/** Who gets a token with the deployment: a publisher, and advertisers with seats of their own. */
export const PUBLISHER = { name: "publisher", publisher: "pub-1" } as const;
export const SHOPS = ["shop-a", "shop-b", "shop-c"] as const;
export type Shop = (typeof SHOPS)[number];

export const seatOf = (shop: Shop) => `seat-${shop}`;

const PROJECT = "sluice";
const TIER = "session";

/** Settings of the stack for a session: rates of the day, a place in the vendor list, tenants, and limits that leave it alone. */
export function exchangeOverrides(now: Date): Record<string, string> {
  const { config } = readStackConfig(ROOT, "local");
  const settingOf = (key: string) => JSON.parse(config[`${PROJECT}:${key}`] ?? "{}") as Record<string, unknown>;
  const { rates, ratesMaximumAgeDays, privacy } = JSON.parse(sampleSettings(now)) as ExchangeSettings;
  const limits = { requestsPerSecond: 2_000, burst: 4_000 };
  const shops = SHOPS.map((shop) => ({
    ...{ name: shop, tier: TIER, advertiser: shop, seat: seatOf(shop) },
    permissions: ["campaigns:read", "campaigns:write"],
  }));
  const overrides = {
    adExchangeTiers: [{ name: TIER, ...limits, campaigns: { requestsPerSecond: 1_000, burst: 1_000 } }],
    adExchangeTenants: [{ ...PUBLISHER, tier: TIER, permissions: ["auction"] }, ...shops],
    adExchangeSettings: { ...settingOf("adExchangeSettings"), rates, ratesMaximumAgeDays, privacy },
    // As many tokens are seen for the first time at once as requests are under way.
    adExchangeAuthorizer: { ...settingOf("adExchangeAuthorizer"), reservedConcurrency: 6 },
    adExchangeApi: { ...settingOf("adExchangeApi"), authorizerTtlSeconds: 3_600 },
  };
  return Object.fromEntries(Object.entries(overrides).map(([key, value]) => [key, JSON.stringify(value)]));
}

export const hasExchange = ({ deployment }: Estate): boolean => "adExchangeUrl" in deployment.outputs;

/** What callers and notice URLs know the exchange by, and where it answers on this machine. */
export const publicUrlOf = ({ output }: Estate): string => output("adExchangeUrl");
export const urlOf = (estate: Estate): string => estate.apis.urlOf(publicUrlOf(estate));

/** Token of a tenant of the configuration. */
export function tenantToken({ output }: Estate, tenant: string): string {
  const tokens = JSON.parse(output("adExchangeTenantTokens")) as Record<string, string>;
  const token = tokens[tenant];
  if (token === undefined) throw new Error(`There is no tenant ${tenant}; there are ${Object.keys(tokens)}.`);
  return token;
}

export async function settingsOf({ clients, output }: Estate): Promise<ExchangeSettings> {
  const { Parameter } = await clients.ssm.send(
    new GetParameterCommand({ Name: output("adExchangeSettingsParameter") }),
  );
  return parseSettings(Parameter?.Value ?? "");
}

/** Tokens for publishers, counted under the key of the one that the configuration has. */
export async function issueTokens(
  estate: Estate,
  publishers: readonly string[],
  now: number,
): Promise<ReadonlyMap<string, string>> {
  const table = estate.output("adExchangeTokensTableName");
  const own = createHash("sha256").update(tenantToken(estate, PUBLISHER.name)).digest("hex");
  const record = await new DynamoTokens(estate.clients.dynamodb, table).find(own);
  const usageKey = record?.usageKey;
  if (typeof usageKey !== "string") throw new Error(`The token of tenant ${PUBLISHER.name} has no usage key.`);
  const tokens = publishers.map((publisher) => ({ publisher, ...issued({ publisher, usageKey, days: 1 }, now) }));
  await putAll(
    estate,
    table,
    tokens.map(({ record: { may, ...rest } }) => ({ ...rest, may: [...may] }) as Record<string, Plain>),
  );
  return new Map(tokens.map(({ publisher, token }) => [publisher, token]));
}

/** What BatchWriteItem takes at once. */
const BATCH = 25;

/** Puts rows straight into a table; those that a table is too busy for, again. */
export async function putAll(
  { clients }: Pick<Estate, "clients">,
  table: string,
  rows: readonly { readonly [key: string]: Plain | undefined }[],
): Promise<void> {
  for (let at = 0; at < rows.length; at += BATCH) {
    let left = rows.slice(at, at + BATCH).map((row) => ({ PutRequest: { Item: toItem(row) } }));
    while (left.length > 0) {
      const written = await clients.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
      left = (written.UnprocessedItems?.[table] ?? []) as typeof left;
    }
  }
}
