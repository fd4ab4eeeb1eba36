import { z } from "zod";
import { PERMISSIONS } from "../../functions/ad-exchange/domain/caller";
import { hasInsights } from "../shared/lambda-insights";
import { count, json, whole } from "../shared/settings";
import type { Warmth } from "../shared/warm";

const worker = {
  memoryMiB: count(128, 10_240),
  timeoutSeconds: count(1, 900),
  reservedConcurrency: count(1, 10_000),
};

/** Of Application Auto Scaling: minutes, hours, day of the month, month, day of the week, year. */
const cron = z.string().regex(/^\S+( \S+){5}$/, "give six fields of a cron expression, for example 0 7 ? * MON-FRI *");
const bidHandler = z.strictObject({
  ...worker,
  provisionedConcurrency: count(0, 10_000),
  scaling: z.strictObject({
    most: count(0, 10_000),
    utilization: z.number("give 0.1 to 0.9").min(0.1, "give 0.1 or more").max(0.9, "give 0.9 or less"),
    schedules: z
      .array(z.strictObject({ cron, least: count(1, 10_000), most: count(1, 10_000) }))
      .max(20, "give at most 20"),
  }),
  insights: z.boolean("give true or false"),
  traces: z.strictObject({
    perSecond: count(0, 10_000),
    share: z.number("give 0 to 1").min(0, "give 0 or more").max(1, "give 1 or less"),
  }),
});

const indexer = z.strictObject({
  ...worker,
  batchSize: count(1, 10_000),
  windowSeconds: count(0, 300),
  parallelization: count(1, 10),
  retryAttempts: count(0, 10_000),
  maximumAgeSeconds: count(60, 86_399),
  letterDays: count(1, 14),
  keptDays: count(1, 3_650),
});

const snapshot = z.strictObject({
  memoryMiB: worker.memoryMiB,
  timeoutSeconds: worker.timeoutSeconds,
  everyMinutes: count(1, 720),
  keptDays: count(1, 365),
});

const dax = z.strictObject({
  nodeType: z.string().regex(/^dax\.[a-z0-9]+\.[a-z0-9]+$/, "give a node type such as dax.r5.large"),
  nodes: count(0, 11),
  itemTtlSeconds: count(1, 86_400),
  queryTtlSeconds: count(1, 86_400),
  maintenanceWindow: z
    .string()
    .regex(
      /^(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d-(mon|tue|wed|thu|fri|sat|sun):\d\d:\d\d$/,
      "give sun:06:00-sun:07:00 or so",
    ),
});

const day = z.iso.date("give a day, for example 2027-06-30");
const text = z.string().min(1, "give a text").max(200, "give at most 200 characters");
const texts = z.array(text).max(200, "give at most 200");
const tenantName = z.string().regex(/^[\x21-\x7e]{1,200}$/, "give visible ASCII without spaces");
const told = { publisher: text, advertiser: text, seat: text, usageKey: text };
/** Mirrors `functions/ad-exchange/domain/auth/issuers.ts`. */
const issuer = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,64}$/, "name it by up to 64 letters, digits, ., _ and -")
    .refine((name) => name !== "token", "give another name; principals of opaque tokens begin with this one"),
  issuer: text,
  audience: z.union([text, texts.min(1, "give at least one")], "give one audience, or a list"),
  jwksUri: z.url({ protocol: /^https$/, error: "give an https URL" }).refine(hasNoUser, "give a URL without a user"),
  revokedKeys: texts.optional(),
  revokedTokens: texts.optional(),
  maximumAgeSeconds: count(1, 31_536_000).optional(),
  may: z
    .array(z.enum(PERMISSIONS, `give some of ${PERMISSIONS.join(", ")}`))
    .min(1, "give at least one")
    .optional(),
  claims: z
    .strictObject({ permissions: text, ...told })
    .partial()
    .optional(),
  fixed: z
    .strictObject({
      publisher: tenantName,
      advertiser: tenantName,
      seat: tenantName,
      usageKey: z.string().regex(/^[\x21-\x7e]{20,128}$/, "give 20 to 128 visible characters"),
    })
    .partial()
    .optional(),
});
/** An issuer that says no usage key has all of its tokens refused: every method wants one, which no caller can send by itself. */
const countedIssuer = issuer.refine(
  ({ claims, fixed }) => claims?.usageKey !== undefined || fixed?.usageKey !== undefined,
  {
    path: ["fixed", "usageKey"],
    message: "give the usage key, here or as a claim: without one no usage plan lets a token in",
  },
);
type IssuerSettings = z.infer<typeof issuer>;

/** Of what is no URL at all, that has been said already. */
function hasNoUser(url: string): boolean {
  if (!URL.canParse(url)) return true;
  const { username, password } = new URL(url);
  return username === "" && password === "";
}

const issuers = z
  .array(countedIssuer)
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, "give each name once")
  .refine((all) => new Set(all.map((one) => one.issuer)).size === all.length, "give each issuer once")
  .refine(
    (all: readonly IssuerSettings[]) =>
      all.every(({ claims = {}, fixed = {} }) => Object.keys(fixed).every((field) => !(field in claims))),
    "give each field as a claim or as fixed, not both",
  );

const decimal = z.string().regex(/^(0|[1-9]\d{0,8})(\.\d{1,9})?$/, "give a decimal as text, for example 1.0843");
/** Mirrors `functions/ad-exchange/bid-handler/settings.ts`. */
const settings = z.strictObject({
  asi: z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, "give the exchange's domain"),
  sid: z.string().min(1).max(64, "give at most 64 characters").optional(),
  rates: z.array(
    z.strictObject({
      asOf: day,
      base: z.literal("USD", "give USD"),
      per: z.record(z.string().regex(/^[A-Z]{3}$/, "name currencies by three capital letters"), decimal),
    }),
  ),
  ratesMaximumAgeDays: count(1, 365),
  incrementMicros: count(0, 1_000_000),
  deadlines: z.strictObject({
    defaultMilliseconds: count(1, 10_000),
    mostMilliseconds: count(1, 10_000),
    networkMilliseconds: count(0, 1_000),
    answerMilliseconds: count(0, 1_000),
    ports: z.strictObject({
      segments: count(1, 10_000),
      fraud: count(1, 10_000),
      caps: count(1, 10_000),
      demand: count(1, 10_000),
      budgets: count(1, 10_000),
    }),
  }),
  privacy: z.strictObject({
    gvlId: count(1, 65_535).optional(),
    legitimateInterests: z.array(count(1, 24)).optional(),
    flexiblePurposes: z.array(count(1, 24)).optional(),
    unsaidGdpr: z.enum(["inside", "outside"], "give inside or outside").optional(),
  }),
  graceSeconds: count(1, 86_400),
  uncountedImpressions: z.enum(["refuse", "allow"], "give refuse or allow"),
  testSeat: z.boolean("give true or false"),
  debug: z.boolean("give true or false"),
});

const alarms = z.strictObject({
  p50Milliseconds: count(1, 60_000),
  p99Milliseconds: count(1, 60_000),
  errorsPerMinute: count(0, 1_000_000),
  failedPerMinute: count(0, 1_000_000_000),
  malformedPerMinute: count(0, 1_000_000_000),
  latePerMinute: count(0, 1_000_000_000),
  indexAgeSeconds: count(1, 86_400),
  lagMilliseconds: count(1, 86_400_000),
  spilloverPerMinute: count(0, 1_000_000_000),
  warmPercent: count(1, 100),
  crowdedPercent: count(1, 99),
  systemErrors: count(0, 1_000_000),
  daxCpuPercent: count(1, 100),
  daxEvictedBytes: count(0, Number.MAX_SAFE_INTEGER),
});

/** The keys of the configuration that the exchange reads, but for its edge's. Bounds are AWS's, from the API references. */
export const adExchangeKeys = {
  adExchangeCampaignsTableName: z
    .string()
    .regex(/^([A-Za-z0-9._-]{3,255})?$/, "give 3 to 255 letters, digits, ., - and _, or nothing"),
  adExchangeBidHandler: json(bidHandler),
  adExchangeCampaignApi: json(z.strictObject({ ...worker, timeoutSeconds: count(2, 900) })), // a second is for the answer
  adExchangeAuthorizer: json(z.strictObject(worker)),
  adExchangeIndexer: json(indexer),
  adExchangeSnapshot: json(snapshot),
  adExchangeDax: json(dax),
  adExchangeKeyRotationDays: whole(1, 365),
  adExchangeTokensExpire: day,
  adExchangeTokensBefore: json(
    z
      .array(day)
      .max(3, "give at most 3")
      .refine((days) => new Set(days).size === days.length, "give each day once"),
  ),
  adExchangeIssuers: json(issuers),
  adExchangeSettings: json(settings),
  adExchangeAlarms: json(alarms),
};

const parsedKeys = z.object(adExchangeKeys);
type Keys = z.infer<typeof parsedKeys>;

export type ExchangeWorkerSettings = {
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  readonly reservedConcurrency: number;
};

/** Settings of an ad exchange, but for its edge's; units are in the names. */
export interface AdExchangeSettings {
  /** Physical name of the table of campaigns; by the rule of all names when empty. */
  readonly campaignsTableName: string;
  readonly bidHandler: ExchangeWorkerSettings & {
    /** Environments kept ready; absent for none. */
    readonly warmth?: Warmth;
    readonly insights: boolean;
    /** So many traces a second of auctions, and this share of the others. */
    readonly traces: { readonly perSecond: number; readonly share: number };
  };
  readonly campaignApi: ExchangeWorkerSettings;
  readonly authorizer: ExchangeWorkerSettings;
  readonly indexer: z.infer<typeof indexer>;
  readonly snapshot: z.infer<typeof snapshot>;
  /** Absent where DynamoDB is read itself. */
  readonly dax?: z.infer<typeof dax>;
  readonly keyRotationDays: number;
  /** Day on which tokens that the stack makes end (UTC); another day makes others. */
  readonly tokensExpire: string;
  /** Days of generations of tokens before that one, which stay beside it until their day. */
  readonly tokensBefore: readonly string[];
  readonly issuers: readonly IssuerSettings[];
  /** Value of the parameter of settings. */
  readonly parameter: z.infer<typeof settings>;
  readonly alarms: z.infer<typeof alarms>;
}

/** Seconds that a REST API waits for a function (Amazon API Gateway quotas). */
const GATEWAY_WAITS = 29;

/** Seconds that a page of changes may be old (docs/decisions/0015-how-the-index-stays-fresh.md). */
const OLDEST_PAGE = 5;

/** Mistakes that no key shows by itself: each with the key, its value, and what to give instead. */
export function adExchangeMistakes(keys: Keys, region: string | undefined) {
  const { reservedConcurrency: reserved, provisionedConcurrency: least, scaling } = keys.adExchangeBidHandler;
  const { most, schedules } = scaling;
  const busiest = Math.max(least, most, ...schedules.map((each) => each.most));
  const { nodes, itemTtlSeconds, queryTtlSeconds } = keys.adExchangeDax;
  const { everyMinutes, timeoutSeconds } = keys.adExchangeSnapshot;
  const { keptDays, letterDays } = keys.adExchangeIndexer;
  const { deadlines } = keys.adExchangeSettings;
  const { p50Milliseconds: p50, p99Milliseconds: p99 } = keys.adExchangeAlarms;
  const checks: readonly (readonly [isWrong: boolean, key: keyof Keys, value: unknown, says: string])[] = [
    [
      busiest > reserved,
      "adExchangeBidHandler",
      busiest,
      `give at most reservedConcurrency, ${reserved}, to keep ready: AWS counts the one in the other`,
    ],
    [
      least > 0 && most < least,
      "adExchangeBidHandler",
      most,
      `give scaling.most of at least provisionedConcurrency, ${least}`,
    ],
    [
      least === 0 && (most > 0 || schedules.length > 0),
      "adExchangeBidHandler",
      least,
      "give a provisionedConcurrency of 1 or more, or a scaling.most of 0 and no schedules: nothing grows from nothing",
    ],
    [
      schedules.some((each) => each.least > each.most),
      "adExchangeBidHandler",
      schedules.find((each) => each.least > each.most),
      "give each schedule a least that is not above its most",
    ],
    [
      keys.adExchangeBidHandler.insights && region !== undefined && !hasInsights(region),
      "adExchangeBidHandler",
      region,
      "give insights false: the layer for arm64 is not known in this region",
    ],
    [
      nodes > 0 && queryTtlSeconds > OLDEST_PAGE,
      "adExchangeDax",
      queryTtlSeconds,
      `give a queryTtlSeconds of at most ${OLDEST_PAGE}: readers of changes look ten seconds back, and miss what an older page does not show`,
    ],
    [
      nodes > 0 && itemTtlSeconds > 3_600,
      "adExchangeDax",
      itemTtlSeconds,
      "give an itemTtlSeconds of at most an hour: nothing tells the cache of a change",
    ],
    [
      timeoutSeconds > everyMinutes * 60,
      "adExchangeSnapshot",
      timeoutSeconds,
      `give a timeoutSeconds of at most everyMinutes, ${everyMinutes}: one is built at a time`,
    ],
    [
      keptDays < letterDays,
      "adExchangeIndexer",
      keptDays,
      `give a keptDays of at least letterDays, ${letterDays}: a letter points to what is kept`,
    ],
    [
      deadlines.defaultMilliseconds > deadlines.mostMilliseconds ||
        deadlines.networkMilliseconds >= deadlines.defaultMilliseconds,
      "adExchangeSettings",
      deadlines,
      "give networkMilliseconds below defaultMilliseconds, and that at most mostMilliseconds",
    ],
    [
      deadlines.mostMilliseconds > keys.adExchangeBidHandler.timeoutSeconds * 1_000,
      "adExchangeSettings",
      deadlines.mostMilliseconds,
      `give mostMilliseconds of at most what the function may take, ${keys.adExchangeBidHandler.timeoutSeconds} s`,
    ],
    ...(["adExchangeBidHandler", "adExchangeCampaignApi", "adExchangeAuthorizer"] as const).map(
      (key) =>
        [
          keys[key].timeoutSeconds > GATEWAY_WAITS,
          key,
          keys[key].timeoutSeconds,
          `give a timeoutSeconds of at most ${GATEWAY_WAITS}, for which API Gateway waits`,
        ] as const,
    ),
    [
      keys.adExchangeTokensBefore.includes(keys.adExchangeTokensExpire),
      "adExchangeTokensBefore",
      keys.adExchangeTokensExpire,
      "give days of other generations than adExchangeTokensExpire",
    ],
    [p50 > p99, "adExchangeAlarms", p50, `give p50Milliseconds of at most p99Milliseconds, ${p99}`],
  ];
  return checks.flatMap(([isWrong, key, value, says]) => (isWrong ? [{ key, value, says }] : []));
}

export function adExchangeSettings(keys: Keys): AdExchangeSettings {
  const { provisionedConcurrency: least, scaling, ...bidHandler } = keys.adExchangeBidHandler;
  return {
    campaignsTableName: keys.adExchangeCampaignsTableName,
    bidHandler: { ...bidHandler, ...(least > 0 ? { warmth: { least, ...scaling } } : {}) },
    campaignApi: keys.adExchangeCampaignApi,
    authorizer: keys.adExchangeAuthorizer,
    indexer: keys.adExchangeIndexer,
    snapshot: keys.adExchangeSnapshot,
    ...(keys.adExchangeDax.nodes > 0 ? { dax: keys.adExchangeDax } : {}),
    keyRotationDays: keys.adExchangeKeyRotationDays,
    tokensExpire: keys.adExchangeTokensExpire,
    tokensBefore: keys.adExchangeTokensBefore,
    issuers: keys.adExchangeIssuers,
    parameter: keys.adExchangeSettings,
    alarms: keys.adExchangeAlarms,
  };
}
