import { z } from "zod";
import { count, json, whole } from "../shared/settings";

/** Who may put raw events on the bus, and of which sources. */
export interface Producer {
  /** A 12-digit account id or a role's ARN. */
  readonly principal: string;
  /** Exact, or every source that starts so when it ends in `*`. */
  readonly sources: readonly string[];
}

const decimal = z
  .string('give a decimal as text, for example "0.5"')
  .regex(/^-?(0|[1-9]\d{0,17})(\.\d{1,12})?$/, 'give a decimal as text, for example "0.5"');
const positive = z.number("give a number above 0").positive("give a number above 0");

const source = z
  .string()
  .regex(
    /^(?!aws\.|sluice\.)[A-Za-z0-9._/-]{1,255}\*?$/,
    "give a source such as exchange.xnas, or a prefix ending in *; aws. and sluice. are taken",
  );
const sources = z.array(source).min(1, "give at least one source");

const producer = z.strictObject({
  principal: z
    .string()
    .regex(/^(\d{12}|arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512})$/, "give a 12-digit account id or a role's ARN"),
  sources,
});

const rule = <Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) =>
  z.strictObject({
    type: z.literal(type),
    id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "give up to 64 lower-case letters, digits and -"),
    severity: z.enum(["info", "warning", "critical"], "give info, warning or critical"),
    symbols: z.array(z.string()).optional(),
    clear: decimal.optional(),
    ...shape,
  });

/**
 * Mirrors `functions/market-data/domain/alert-rule.ts`, which reads the same rules at run time, and refuses more: fields
 * that a rule of its type has no use for. A property test holds the two together.
 */
export const alertRule = z.discriminatedUnion(
  "type",
  [
    rule("price", { above: decimal.optional(), below: decimal.optional() }).refine(
      ({ above, below }) => (above === undefined) !== (below === undefined),
      "give above or below, not both; make two rules",
    ),
    rule("move", { percent: decimal, windowSeconds: count(1, 86_400) }),
    rule("volatility", { above: decimal }),
    rule("volume", { multiple: decimal }),
    rule("cross", {}),
    rule("spread", { bps: decimal }),
    rule("gap", { missing: count(1, 1_000) }),
    rule("halt", {}),
  ],
  "give price, move, volatility, volume, cross, spread, gap or halt",
);

/** Mirrors `functions/market-data/domain/tunables.ts`; `allowedSources` comes from the sources. */
export const tunables = z
  .strictObject({
    latenessSeconds: positive,
    futureSkewSeconds: positive,
    windowEvents: count(2, 50),
    fastSpan: count(1, 50),
    slowSpan: count(2, 50),
    gapSettleEvents: count(0, 50),
    seriesRetentionDays: count(1, 365),
    recentEvents: count(1, 1_000),
    parameterTtlSeconds: count(1, 3_600),
    candidates: z.strictObject({
      movePercent: decimal,
      volatility: decimal,
      volumeMultiple: decimal,
      spreadBps: decimal,
      missing: count(1, 1_000),
    }),
    storm: z.strictObject({ limit: count(1, 1_000), windowSeconds: count(1, 86_400) }),
  })
  .refine(({ fastSpan, slowSpan }) => fastSpan < slowSpan, "give a slowSpan greater than fastSpan");

const alarms = z.strictObject({
  slowMilliseconds: count(1, 900_000),
  eventAgeSeconds: count(1, 21_600),
  readUnitsPerMinute: positive,
  writeUnitsPerMinute: positive,
});

const uniqueRules = z
  .array(alertRule)
  .refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, "give each rule an id of its own");

/** The keys of the configuration that market data reads. Bounds are AWS's, from the API references named in Pulumi.yaml. */
export const marketDataKeys = {
  marketDataSources: json(sources),
  // An event bus's policy takes 10,240 characters; a role takes about 900 of them.
  marketDataProducers: json(z.array(producer).max(8, "give at most 8, with shared roles or accounts for more")),
  marketDataReservedConcurrency: whole(1, 1_000),
  marketDataMemoryMiB: whole(128, 10_240),
  marketDataTimeoutSeconds: whole(1, 900),
  marketDataRetryAttempts: whole(0, 2),
  marketDataMaximumEventAgeSeconds: whole(60, 21_600),
  marketDataDeliveryAttempts: whole(0, 185),
  marketDataDeliveryAgeSeconds: whole(60, 86_400),
  marketDataArchiveDays: whole(1, 36_500),
  marketDataAlertRules: json(uniqueRules),
  marketDataTunables: json(tunables),
  marketDataAlarms: json(alarms),
};

const parsedKeys = z.object(marketDataKeys);

/** Settings of a market data system; units are in the names. */
export interface MarketDataSettings {
  readonly sources: readonly string[];
  readonly producers: readonly Producer[];
  readonly reservedConcurrency: number;
  readonly memoryMiB: number;
  readonly timeoutSeconds: number;
  /** Lambda's, after the first attempt. */
  readonly retryAttempts: number;
  readonly maximumEventAgeSeconds: number;
  /** EventBridge's, while it cannot hand an event over. */
  readonly deliveryAttempts: number;
  readonly deliveryAgeSeconds: number;
  readonly archiveDays: number;
  readonly alertRules: readonly z.infer<typeof alertRule>[];
  readonly tunables: z.infer<typeof tunables>;
  readonly alarms: z.infer<typeof alarms>;
}

export const marketDataSettings = (keys: z.infer<typeof parsedKeys>): MarketDataSettings => ({
  sources: keys.marketDataSources,
  producers: keys.marketDataProducers,
  reservedConcurrency: keys.marketDataReservedConcurrency,
  memoryMiB: keys.marketDataMemoryMiB,
  timeoutSeconds: keys.marketDataTimeoutSeconds,
  retryAttempts: keys.marketDataRetryAttempts,
  maximumEventAgeSeconds: keys.marketDataMaximumEventAgeSeconds,
  deliveryAttempts: keys.marketDataDeliveryAttempts,
  deliveryAgeSeconds: keys.marketDataDeliveryAgeSeconds,
  archiveDays: keys.marketDataArchiveDays,
  alertRules: keys.marketDataAlertRules,
  tunables: keys.marketDataTunables,
  alarms: keys.marketDataAlarms,
});
