import { z } from "zod";
import { PERMISSIONS, type Permission } from "../../functions/ad-exchange/domain/caller";
import { count, json } from "../shared/settings";
import { WAF_WINDOWS, wafLimit } from "./waf-limit";

const rate = () => {
  const says = "give requests a second, more than 0";
  return z.number(says).positive(says);
};
const percent = () => {
  const says = "give a percentage from 0 to 100";
  return z.number(says).min(0, says).max(100, says);
};
const label = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "name it by up to 40 lower-case letters, digits and -");
const id = z.string().regex(/^[\x21-\x7e]{1,64}$/, "give 1 to 64 printable characters without spaces");

/** Of a stage's cache in GB, as API Gateway offers them (API reference, `CreateStage`); 0 for none. */
const CACHE_SIZES = [0, 0.5, 1.6, 6.1, 13.5, 28.4, 58.2, 118, 237] as const;

const domain = z.strictObject({
  name: z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, "give a name such as rtb.example.com"),
  certificateArn: z
    .string()
    .regex(/^arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[a-z0-9-]+$/, "give the ARN of an ACM certificate"),
});

const api = z.strictObject({
  endpointType: z.enum(["regional", "private"], "give regional or private"),
  vpcEndpointIds: z.array(z.string().regex(/^vpce-[0-9a-f]{8,17}$/, "give the id of an endpoint of execute-api")),
  cacheSize: z.literal(CACHE_SIZES, `give a size in GB: ${CACHE_SIZES.join(", ")}`),
  cacheTtlSeconds: count(1, 3_600),
  requestsPerSecond: count(1, 1_000_000),
  burst: count(1, 1_000_000),
  authorizerTtlSeconds: count(0, 3_600),
  compressFromBytes: count(0, 10_485_760).nullable(),
  loggingRole: z.enum(["none", "present", "ours"], "give none, present or ours"),
  domain: domain.nullable(),
});

const limits = { requestsPerSecond: count(1, 1_000_000), burst: count(1, 1_000_000) };
const tier = z.strictObject({
  name: label,
  ...limits,
  quotaPerDay: count(1, 2_000_000_000).optional(),
  /** Of each method of campaigns; 10 and 20 when left out, and never more than the tier's own. */
  campaigns: z.strictObject(limits).optional(),
});

const unique = (all: readonly { readonly name: string }[]) => new Set(all.map(({ name }) => name)).size === all.length;

const tenant = z
  .strictObject({
    name: label,
    tier: label,
    publisher: id.optional(),
    advertiser: id.optional(),
    seat: id.optional(),
    permissions: z.array(z.enum(PERMISSIONS, `give some of ${PERMISSIONS.join(", ")}`)).min(1, "give at least one"),
  })
  .refine(({ permissions, publisher }) => !permissions.includes("auction") || publisher !== undefined, {
    path: ["publisher"],
    message: "give the publisher whose requests it may send",
  })
  .refine(
    ({ permissions, advertiser, seat }) =>
      !permissions.some((each) => each !== "auction") || (advertiser !== undefined && seat !== undefined),
    { path: ["advertiser"], message: "give the advertiser and the seat whose campaigns it may see" },
  );

/** WAF takes no range of all addresses, and 10,000 in a set. */
const addresses = z
  .array(
    z
      .union([z.cidrv4(), z.cidrv6()], "give ranges of addresses, for example 198.51.100.0/24 or 2001:db8::/48")
      .refine((range) => !range.endsWith("/0"), "give no range of all addresses"),
  )
  .min(1, "give at least one, or strangers null")
  .max(10_000, "give at most 10000");

const guard = z.strictObject({
  mode: z.enum(["block", "count"], "give block or count"),
  callerRequestsPerSecond: rate(),
  addressRequestsPerSecond: rate(),
  /** Of addresses that are nobody's known; null where all are held to the same. */
  strangers: z.strictObject({ requestsPerSecond: rate(), knownAddresses: addresses }).nullable(),
  windowSeconds: z.literal(WAF_WINDOWS, `give ${WAF_WINDOWS.join(", ")}`),
  bodyKiB: count(1, 5_120),
});

const alarms = z.strictObject({
  serverErrorPercent: percent(),
  clientErrorPercent: percent(),
  slowMilliseconds: count(1, 29_000),
  slowIntegrationMilliseconds: count(1, 29_000),
  throttledPerMinute: count(0, 1_000_000_000),
  blockedPerMinute: count(0, 1_000_000_000),
});

/** The keys of the configuration that the exchange's edge reads. Bounds are AWS's, from the API references and quotas. */
export const edgeKeys = {
  adExchangeApi: json(api),
  adExchangeTiers: json(z.array(tier).min(1, "give at least one").refine(unique, "give each name once")),
  adExchangeTenants: json(z.array(tenant).refine(unique, "give each name once")),
  adExchangeGuard: json(guard),
  adExchangeEdgeAlarms: json(alarms),
};

const parsedKeys = z.object(edgeKeys);
type Keys = z.infer<typeof parsedKeys>;

/** How the API stands; rates are requests a second, of every method by itself. */
export type ApiSettings = z.infer<typeof api>;
/** What a tenant of a tier may ask, each by itself. */
export type TierSettings = z.infer<typeof tier>;
/** Who gets a token with the first deployment, and what for. */
export interface TenantSettings {
  readonly name: string;
  readonly tier: string;
  readonly publisher?: string | undefined;
  readonly advertiser?: string | undefined;
  readonly seat?: string | undefined;
  readonly permissions: readonly Permission[];
}
export type GuardSettings = z.infer<typeof guard>;
export type EdgeAlarms = z.infer<typeof alarms>;

export interface EdgeSettings {
  readonly api: ApiSettings;
  readonly tiers: readonly TierSettings[];
  readonly tenants: readonly TenantSettings[];
  readonly guard: GuardSettings;
  readonly alarms: EdgeAlarms;
}

/**
 * Mistakes that no key shows by itself: each with the key, its value, and what to give instead.
 * @param authorizers environments that are reserved for the authorizer
 */
export function edgeMistakes(keys: Keys, region: string | undefined, authorizers: number | undefined) {
  const { adExchangeApi: settings, adExchangeTiers: tiers, adExchangeTenants: tenants, adExchangeGuard: rules } = keys;
  const isPrivate = settings.endpointType === "private";
  const certificateRegion = settings.domain?.certificateArn.split(":")[3];
  const fastest = Math.max(...tiers.map(({ requestsPerSecond }) => requestsPerSecond));
  const names = new Set(tiers.map(({ name }) => name));
  const checks: readonly (readonly [isWrong: boolean, key: keyof Keys, value: unknown, says: string])[] = [
    [
      isPrivate && settings.vpcEndpointIds.length === 0,
      "adExchangeApi",
      "private",
      "give vpcEndpointIds of execute-api, for nothing else reaches a private API",
    ],
    [
      !isPrivate && settings.vpcEndpointIds.length > 0,
      "adExchangeApi",
      settings.vpcEndpointIds,
      "give no vpcEndpointIds, which only a private API has, or endpointType private",
    ],
    [
      isPrivate && settings.domain !== null,
      "adExchangeApi",
      settings.domain?.name,
      "give domain null: a private API is called by its own name through its endpoint",
    ],
    [
      certificateRegion !== undefined && region !== undefined && certificateRegion !== region,
      "adExchangeApi",
      settings.domain?.certificateArn,
      `give a certificate of ${region}`,
    ],
    [
      fastest > settings.requestsPerSecond,
      "adExchangeTiers",
      fastest,
      `give at most what the API takes of one method, ${settings.requestsPerSecond} requests a second`,
    ],
    ...tenants.map(
      ({ tier: of }) =>
        [!names.has(of), "adExchangeTenants", of, `give a tier of adExchangeTiers: ${[...names].join(", ")}`] as const,
    ),
    ...limitMistakes(rules, fastest),
    ...strangerMistakes(rules, authorizers),
  ];
  return checks.flatMap(([isWrong, key, value, says]) => (isWrong ? [{ key, value, says }] : []));
}

/** The firewall must not refuse what a usage plan allows, nor one caller behind one address. */
function limitMistakes(rules: GuardSettings, fastest: number) {
  const { callerRequestsPerSecond: caller, addressRequestsPerSecond: address, strangers, windowSeconds } = rules;
  const unsayable = [caller, address, ...(strangers ? [strangers.requestsPerSecond] : [])].flatMap((value) => {
    try {
      wafLimit(value, windowSeconds);
      return [];
    } catch (error) {
      const says = (error as Error).message.replace(/^[^;]*; /, "").replace(/\.$/, "");
      return [[true, "adExchangeGuard", value, says] as const];
    }
  });
  return [
    ...unsayable,
    [
      caller < fastest,
      "adExchangeGuard",
      caller,
      `give callerRequestsPerSecond of at least the fastest tier's, ${fastest}`,
    ] as const,
    [
      address < caller,
      "adExchangeGuard",
      address,
      `give addressRequestsPerSecond of at least callerRequestsPerSecond, ${caller}: a caller may have one address`,
    ] as const,
  ];
}

/** Lambda lets an environment of a function answer so many requests a second, however short they are (Lambda quotas). */
const ANSWERED_BY_ONE = 10;

/** One address must not be able to keep the authorizer busy by tokens that it has made up. */
function strangerMistakes({ strangers, addressRequestsPerSecond: address }: GuardSettings, authorizers = 0) {
  if (strangers === null) return [];
  const { requestsPerSecond } = strangers;
  const most = authorizers * ANSWERED_BY_ONE;
  return [
    [
      requestsPerSecond > address,
      "adExchangeGuard",
      requestsPerSecond,
      `give strangers.requestsPerSecond of at most addressRequestsPerSecond, ${address}, which holds for every address`,
    ] as const,
    [
      authorizers > 0 && requestsPerSecond >= most,
      "adExchangeGuard",
      requestsPerSecond,
      `give strangers.requestsPerSecond below ${most}, of which adExchangeAuthorizer.reservedConcurrency can judge as many tokens a second`,
    ] as const,
  ];
}

export const edgeSettings = (keys: Keys): EdgeSettings => ({
  api: keys.adExchangeApi,
  tiers: keys.adExchangeTiers,
  tenants: keys.adExchangeTenants,
  guard: keys.adExchangeGuard,
  alarms: keys.adExchangeEdgeAlarms,
});
