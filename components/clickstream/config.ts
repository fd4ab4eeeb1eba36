import { z } from "zod";
import type { Capacity } from "../shared/capacity";
import { count, flag, json, whole } from "../shared/settings";

const hashes = z
  .array(z.string().regex(/^[0-9a-f]{64}$/, "give the SHA-256 of a key, 64 lower-case hexadecimal digits"))
  .min(1, "give at least one SHA-256");
const sourceName = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, "name it by up to 64 letters, digits, ., _ and -");
/** Mirrors `functions/clickstream/domain/write-keys.ts`. */
const writeKeys = z.record(sourceName, hashes);
/** Mirrors `functions/clickstream/domain/access-keys.ts`. */
const accessKeys = z.record(
  sourceName,
  z.strictObject({
    hashes,
    may: z.array(z.enum(["read", "erase"], "give read, or read and erase")).min(1, "give read, or read and erase"),
  }),
);
/** Mirrors `functions/clickstream/domain/origins.ts`. */
const origins = z
  .array(z.string().regex(/^(\*|https?:\/\/[a-z0-9.-]+(:\d+)?)$/, "give scheme and host, or * alone"))
  .refine((all) => !all.includes("*") || all.length === 1, "give * alone, or a list");

const capacity = z.discriminatedUnion(
  "mode",
  [
    z.strictObject({ mode: z.literal("on-demand") }),
    z.strictObject({
      mode: z.literal("provisioned"),
      read: count(1, 40_000),
      write: count(1, 40_000),
      most: count(1, 100),
    }),
  ],
  "give on-demand or provisioned",
);

/** Mirrors `functions/clickstream/domain/policy.ts`, but for the addresses, which have a key of their own. */
const policy = z.strictObject({
  futureSkewSeconds: count(0, 3_600),
  freshnessDays: count(1, 365),
  typeShards: count(1, 100),
  idDays: count(1, 365),
  parameterTtlSeconds: count(1, 3_600),
});

const worker = z.strictObject({
  memoryMiB: count(128, 10_240),
  timeoutSeconds: count(1, 900),
  reservedConcurrency: count(1, 1_000),
});

const alarms = z.strictObject({
  lagMilliseconds: count(1, 604_800_000),
  errorsPerMinute: count(0, 1_000_000),
  quarantinedPerMinute: count(0, 1_000_000),
  systemErrors: count(0, 1_000_000),
  slowMilliseconds: count(1, 60_000),
  crowdedPercent: count(1, 99),
});

const range = z
  .cidrv4("give an IPv4 range such as 10.0.0.0/8")
  .refine(isWholeRange, "give a range that begins where its network does, such as 10.0.0.0/8");

function isWholeRange(cidr: string): boolean {
  const [address = "", bits = ""] = cidr.split("/");
  const number = address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
  return number % 2 ** (32 - Number(bits)) === 0;
}

/** The keys of the configuration that clickstream reads. Bounds are AWS's, from the API references. */
export const clickstreamKeys = {
  clickstreamStreamMode: z.enum(["provisioned", "on-demand"], "give provisioned or on-demand"),
  clickstreamShards: whole(1, 500),
  clickstreamRetentionHours: whole(24, 8_760),
  clickstreamBatchSize: whole(1, 10_000),
  clickstreamBatchWindowSeconds: whole(0, 300),
  clickstreamParallelization: whole(1, 10),
  clickstreamRetryAttempts: whole(0, 10_000),
  clickstreamMaximumAgeSeconds: whole(60, 604_800),
  clickstreamLetterDays: whole(1, 14),
  clickstreamFailureDays: whole(1, 3_650),
  clickstreamAccessLogDays: whole(1, 3_650),
  clickstreamProcessing: json(worker),
  clickstreamCollector: json(worker),
  clickstreamReader: json(worker),
  clickstreamCapacity: json(capacity),
  clickstreamCertificateArn: z
    .string()
    .regex(/^(arn:aws[a-z-]*:acm:[a-z0-9-]+:\d{12}:certificate\/[a-z0-9-]+)?$/, "give the ARN of an ACM certificate"),
  clickstreamPlainHttp: flag(),
  clickstreamClients: json(z.array(range).refine((all) => new Set(all).size === all.length, "give each range once")),
  clickstreamWriteKeys: json(writeKeys),
  clickstreamOrigins: json(origins),
  clickstreamAccessKeys: json(accessKeys),
  clickstreamAddresses: z.enum(["truncate", "hash", "drop"], "give truncate, hash or drop"),
  clickstreamPolicy: json(policy),
  clickstreamAlarms: json(alarms),
};

const parsedKeys = z.object(clickstreamKeys);

export type WorkerSettings = z.infer<typeof worker>;

/** Settings of a clickstream; units are in the names. */
export interface ClickstreamSettings {
  readonly streamMode: "provisioned" | "on-demand";
  /** Of an on-demand stream, how many to reckon with. */
  readonly shards: number;
  readonly retentionHours: number;
  readonly batchSize: number;
  readonly batchWindowSeconds: number;
  readonly parallelization: number;
  readonly retryAttempts: number;
  readonly maximumAgeSeconds: number;
  readonly letterDays: number;
  readonly failureDays: number;
  readonly accessLogDays: number;
  readonly processing: WorkerSettings;
  readonly collector: WorkerSettings;
  readonly reader: WorkerSettings;
  readonly capacity: Capacity;
  /** Absent where callers speak plain HTTP. */
  readonly certificateArn?: string;
  /** Address ranges that may call; the network's own when empty. */
  readonly clients: readonly string[];
  readonly writeKeys: z.infer<typeof writeKeys>;
  readonly origins: readonly string[];
  readonly accessKeys: z.infer<typeof accessKeys>;
  readonly addresses: "truncate" | "hash" | "drop";
  readonly policy: z.infer<typeof policy>;
  readonly alarms: z.infer<typeof alarms>;
}

type Keys = z.infer<typeof parsedKeys>;

/** Share of the reserved environments that full shards may take: the rest is for batches that are retried. */
const MOST_TAKEN = 0.8;

/** Seconds after which the load balancer gives a request up. */
export const BALANCER_WAITS = 60;

/** Mistakes that no key shows by itself: each with the key, its value, and what to give instead. */
export function clickstreamMistakes(keys: Keys, region: string | undefined) {
  const [shards, factor] = [keys.clickstreamShards, keys.clickstreamParallelization];
  const { reservedConcurrency: reserved } = keys.clickstreamProcessing;
  const [age, hours] = [keys.clickstreamMaximumAgeSeconds, keys.clickstreamRetentionHours];
  const [kept, letters] = [keys.clickstreamFailureDays, keys.clickstreamLetterDays];
  const [plain, certificate] = [keys.clickstreamPlainHttp, keys.clickstreamCertificateArn];
  const collectorSeconds = keys.clickstreamCollector.timeoutSeconds;
  const readerSeconds = keys.clickstreamReader.timeoutSeconds;
  const { idDays } = keys.clickstreamPolicy;
  const certificateRegion = certificate.split(":")[3];
  const checks: readonly (readonly [isWrong: boolean, key: keyof Keys, value: unknown, says: string])[] = [
    [
      shards * factor > MOST_TAKEN * reserved,
      "clickstreamParallelization",
      factor,
      `${shards} shards with so many batches each take ${shards * factor} of ${reserved} reserved environments; give less, or a clickstreamProcessing.reservedConcurrency of ${Math.ceil((shards * factor) / MOST_TAKEN)} or more`,
    ],
    [
      !plain && certificate === "",
      "clickstreamCertificateArn",
      certificate,
      "give the ARN of an ACM certificate, or clickstreamPlainHttp true where nothing real is sent",
    ],
    [
      plain && certificate !== "",
      "clickstreamPlainHttp",
      plain,
      "give false, because there is a certificate; both would leave a way around TLS",
    ],
    [
      age >= hours * 3_600,
      "clickstreamMaximumAgeSeconds",
      age,
      `give less than the stream keeps, ${hours} hours: what expires there is kept by nobody`,
    ],
    [
      kept < letters,
      "clickstreamFailureDays",
      kept,
      `give at least clickstreamLetterDays, ${letters}: a letter points to what is kept`,
    ],
    [
      idDays <= kept || idDays * 24 <= hours,
      "clickstreamPolicy",
      idDays,
      `give idDays of more than clickstreamFailureDays, ${kept}, and more than the stream keeps: what is redriven after its id is forgotten counts twice`,
    ],
    [
      certificateRegion !== undefined && region !== undefined && certificateRegion !== region,
      "clickstreamCertificateArn",
      certificate,
      `give a certificate of ${region}`,
    ],
    [
      collectorSeconds < 10 || collectorSeconds >= BALANCER_WAITS,
      "clickstreamCollector",
      collectorSeconds,
      `give a timeoutSeconds from 10 to ${BALANCER_WAITS - 1}: the load balancer waits ${BALANCER_WAITS}`,
    ],
    [
      readerSeconds >= BALANCER_WAITS,
      "clickstreamReader",
      readerSeconds,
      `give a timeoutSeconds below ${BALANCER_WAITS}, for which the load balancer waits`,
    ],
  ];
  return checks.flatMap(([isWrong, key, value, says]) => (isWrong ? [{ key, value, says }] : []));
}

export const clickstreamSettings = (keys: Keys): ClickstreamSettings => ({
  streamMode: keys.clickstreamStreamMode,
  shards: keys.clickstreamShards,
  retentionHours: keys.clickstreamRetentionHours,
  batchSize: keys.clickstreamBatchSize,
  batchWindowSeconds: keys.clickstreamBatchWindowSeconds,
  parallelization: keys.clickstreamParallelization,
  retryAttempts: keys.clickstreamRetryAttempts,
  maximumAgeSeconds: keys.clickstreamMaximumAgeSeconds,
  letterDays: keys.clickstreamLetterDays,
  failureDays: keys.clickstreamFailureDays,
  accessLogDays: keys.clickstreamAccessLogDays,
  processing: keys.clickstreamProcessing,
  collector: keys.clickstreamCollector,
  reader: keys.clickstreamReader,
  capacity: keys.clickstreamCapacity,
  ...(keys.clickstreamPlainHttp ? {} : { certificateArn: keys.clickstreamCertificateArn }),
  clients: keys.clickstreamClients,
  writeKeys: keys.clickstreamWriteKeys,
  origins: keys.clickstreamOrigins,
  accessKeys: keys.clickstreamAccessKeys,
  addresses: keys.clickstreamAddresses,
  policy: keys.clickstreamPolicy,
  alarms: keys.clickstreamAlarms,
});
