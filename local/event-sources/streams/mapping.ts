import { type FilterCriteria, filterMistakes } from "./filter";
import { isTableStream, sourceOf } from "./source";

/** An event source mapping of a stream, in the terms of Lambda's CreateEventSourceMapping. */
export interface StreamMapping {
  readonly uuid: string;
  /** A Kinesis stream, a consumer of one, or a table's stream. */
  readonly eventSourceArn: string;
  readonly functionArn: string;
  /** Left out: enabled. */
  readonly enabled?: boolean | undefined;
  readonly startingPosition: "TRIM_HORIZON" | "LATEST" | "AT_TIMESTAMP";
  /** Epoch seconds; only with AT_TIMESTAMP. */
  readonly startingPositionTimestamp?: number | undefined;
  readonly batchSize?: number | undefined;
  readonly maximumBatchingWindowInSeconds?: number | undefined;
  readonly parallelizationFactor?: number | undefined;
  readonly maximumRetryAttempts?: number | undefined;
  readonly maximumRecordAgeInSeconds?: number | undefined;
  readonly bisectBatchOnFunctionError?: boolean | undefined;
  readonly functionResponseTypes?: readonly string[] | undefined;
  readonly tumblingWindowInSeconds?: number | undefined;
  readonly filterCriteria?: FilterCriteria | undefined;
  readonly onFailureArn?: string | undefined;
}

/** What a shard's decisions depend on. Times in milliseconds, already in the local time scale. */
export interface ShardSettings {
  readonly enabled: boolean;
  readonly batchSize: number;
  readonly batchingWindowMs: number;
  readonly parallelizationFactor: number;
  /** `Infinity`: for ever. */
  readonly maximumRetryAttempts: number;
  /** `Infinity`: records never become too old. */
  readonly maximumRecordAgeMs: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** 0: no windows. */
  readonly tumblingWindowMs: number;
  readonly filterCriteria: FilterCriteria | undefined;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
}

/**
 * "Lambda parameters for Amazon Kinesis Data Streams event source mappings" and those for DynamoDB, Lambda Developer
 * Guide: batch size 100, no window, one batch a shard, retries and age without limit (-1).
 */
const DEFAULTS = { batchSize: 100, parallelizationFactor: 1, unlimited: -1 } as const;
/** AWS says "exponential backoff" and gives no numbers; these are ours. */
const [FIRST_RETRY_MS, LONGEST_RETRY_MS] = [1000, 60_000];

const orForEver = (limit: number | undefined) =>
  limit === undefined || limit === DEFAULTS.unlimited ? Number.POSITIVE_INFINITY : limit;

/** @param timeScale real seconds per AWS second, for every wait, age and window */
export function settingsOf(mapping: StreamMapping, timeScale: number): ShardSettings {
  const milliseconds = (seconds: number | undefined) => (seconds ?? 0) * 1000 * timeScale;
  return {
    enabled: mapping.enabled ?? true,
    batchSize: mapping.batchSize ?? DEFAULTS.batchSize,
    batchingWindowMs: milliseconds(mapping.maximumBatchingWindowInSeconds),
    parallelizationFactor: mapping.parallelizationFactor ?? DEFAULTS.parallelizationFactor,
    maximumRetryAttempts: orForEver(mapping.maximumRetryAttempts),
    maximumRecordAgeMs: milliseconds(orForEver(mapping.maximumRecordAgeInSeconds)),
    bisectBatchOnFunctionError: mapping.bisectBatchOnFunctionError ?? false,
    reportBatchItemFailures: mapping.functionResponseTypes?.includes("ReportBatchItemFailures") ?? false,
    tumblingWindowMs: milliseconds(mapping.tumblingWindowInSeconds),
    filterCriteria: mapping.filterCriteria,
    firstRetryMs: FIRST_RETRY_MS * timeScale,
    longestRetryMs: LONGEST_RETRY_MS * timeScale,
  };
}

type Bounds = readonly [name: keyof StreamMapping, least: number, most: number];

/** The parameters' ranges in the API reference of CreateEventSourceMapping. */
const BOUNDS: readonly Bounds[] = [
  ["batchSize", 1, 10_000],
  ["maximumBatchingWindowInSeconds", 0, 300],
  ["parallelizationFactor", 1, 10],
  ["maximumRetryAttempts", -1, 10_000],
  ["maximumRecordAgeInSeconds", -1, 604_800],
  ["tumblingWindowInSeconds", 0, 900],
];
/** "Minimum: 60 seconds" applies below the -1 that means infinite (API reference, MaximumRecordAgeInSeconds). */
const LEAST_RECORD_AGE_SECONDS = 60;

/** Refuses what AWS refuses, and what is not imitated here. Throws one Error with every mistake. */
export function requireMapping(mapping: StreamMapping): void {
  const mistakes = [...outOfBounds(mapping), ...sourceMistakes(mapping), ...combinationMistakes(mapping)];
  mistakes.push(...filterMistakes(mapping.filterCriteria, mapping.eventSourceArn));
  if (mistakes.length > 0) throw new Error(mistakes.map((text) => `${mapping.functionArn}: ${text}`).join("\n"));
}

function outOfBounds(mapping: StreamMapping): string[] {
  const mistakes = BOUNDS.flatMap(([name, least, most]) => {
    const value = mapping[name] as number | undefined;
    const fits = value === undefined || (Number.isInteger(value) && value >= least && value <= most);
    return fits ? [] : [`${name} is ${value}; give ${least} to ${most}.`];
  });
  const age = mapping.maximumRecordAgeInSeconds ?? -1;
  if (age >= 0 && age < LEAST_RECORD_AGE_SECONDS)
    mistakes.push(`maximumRecordAgeInSeconds is ${age}; give -1 or ${LEAST_RECORD_AGE_SECONDS} or more.`);
  return mistakes;
}

function sourceMistakes({ eventSourceArn: arn, onFailureArn }: StreamMapping): string[] {
  const mistakes: string[] = [];
  if (sourceOf(arn) === undefined)
    mistakes.push(`eventSourceArn is ${arn}; give a Kinesis stream, a consumer of one, or a table's stream.`);
  if (onFailureArn !== undefined && !/^arn:[\w-]+:(sqs|sns|s3):/.test(onFailureArn))
    mistakes.push(`the on-failure destination is ${onFailureArn}; give a queue, a topic or a bucket.`);
  if (onFailureArn?.endsWith(".fifo"))
    // "standard" only: "FIFO queues and topics aren't supported"
    mistakes.push(`the on-failure destination is ${onFailureArn}; give a standard queue or topic.`);
  return mistakes;
}

function combinationMistakes(mapping: StreamMapping): string[] {
  const { startingPosition, startingPositionTimestamp, tumblingWindowInSeconds = 0 } = mapping;
  const mistakes: string[] = [];
  if (isTableStream(mapping.eventSourceArn) && startingPosition === "AT_TIMESTAMP")
    mistakes.push("startingPosition is AT_TIMESTAMP; give TRIM_HORIZON or LATEST, a table's stream knows no other.");
  if ((startingPosition === "AT_TIMESTAMP") !== (startingPositionTimestamp !== undefined))
    mistakes.push(`startingPosition is ${startingPosition}; give a timestamp with AT_TIMESTAMP, and only with it.`);
  const onResponse = mapping.functionResponseTypes?.filter((type) => type !== "ReportBatchItemFailures") ?? [];
  if (onResponse.length > 0) mistakes.push(`functionResponseTypes has ${onResponse}; give ReportBatchItemFailures.`);
  if (tumblingWindowInSeconds > 0 && (mapping.parallelizationFactor ?? 1) > 1)
    mistakes.push("tumblingWindowInSeconds needs parallelizationFactor 1 here: the state is one per shard.");
  if (tumblingWindowInSeconds > 0 && (mapping.maximumBatchingWindowInSeconds ?? 0) > 0)
    mistakes.push("tumblingWindowInSeconds goes without maximumBatchingWindowInSeconds.");
  return mistakes;
}
