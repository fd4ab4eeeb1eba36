import { isRecord } from "../../shared/fields";
import { Problems } from "./problems";

/** From what value on an event is worth the rules' attention; a finer rule lowers its own (conditions.ts). Decimals are text; percent and basis points are of 100 and 10,000. */
export interface CandidateThresholds {
  readonly movePercent: string;
  readonly volatility: string;
  readonly volumeMultiple: string;
  readonly spreadBps: string;
  readonly missing: number;
}

/** What can be changed at run time; the parameter `tunables` holds it as JSON. */
export interface Tunables {
  /** An event that reaches the bus later than this after it happened stands in no window. */
  readonly latenessSeconds: number;
  /** An event from further in the future is rejected. */
  readonly futureSkewSeconds: number;
  /** Elements of a window, the measured one included: 2 to 50. */
  readonly windowEvents: number;
  /** Spans of the exponential averages, in elements. */
  readonly fastSpan: number;
  readonly slowSpan: number;
  /** The newest elements of a window, among which a missing sequence number may still be on its way. */
  readonly gapSettleEvents: number;
  readonly seriesRetentionDays: number;
  /** Elements that alert rules look back on. */
  readonly recentEvents: number;
  readonly parameterTtlSeconds: number;
  readonly candidates: CandidateThresholds;
  /** Notifications of one series in one window. */
  readonly storm: { readonly limit: number; readonly windowSeconds: number };
  /** Exact, or a prefix that ends in `*`. */
  readonly allowedSources: readonly string[];
}

export const DEFAULT_TUNABLES: Tunables = {
  latenessSeconds: 5,
  futureSkewSeconds: 2,
  windowEvents: 20,
  fastSpan: 5,
  slowSpan: 15,
  gapSettleEvents: 5,
  seriesRetentionDays: 7,
  recentEvents: 100,
  parameterTtlSeconds: 60,
  candidates: {
    movePercent: "2",
    volatility: "0.01",
    volumeMultiple: "5",
    spreadBps: "50",
    missing: 1,
  },
  storm: { limit: 5, windowSeconds: 60 },
  allowedSources: ["exchange.*"],
};

const COUNTS = {
  windowEvents: [2, 50],
  fastSpan: [1, 50],
  slowSpan: [2, 50],
  gapSettleEvents: [0, 50],
  seriesRetentionDays: [1, 365],
  recentEvents: [1, 1000],
  parameterTtlSeconds: [1, 3600],
} as const;

/** Reads the parameter; throws one Error that lists every mistake. */
export function parseTunables(json: string): Tunables {
  const problems = new Problems("tunables");
  const value = problems.json(json);
  if (isRecord(value)) {
    for (const key of ["latenessSeconds", "futureSkewSeconds"]) problems.positive(value, key);
    for (const [key, [least, most]] of Object.entries(COUNTS)) problems.whole(value, key, least, most);
    if (Number(value.fastSpan) >= Number(value.slowSpan)) {
      problems.add("fastSpan", value.fastSpan, "less than slowSpan");
    }
    checkCandidates(value.candidates, problems);
    checkStorm(value.storm, problems);
    if (!isTexts(value.allowedSources) || value.allowedSources.length === 0) {
      problems.add("allowedSources", value.allowedSources, "a list of at least one source");
    }
  } else if (value !== undefined) problems.add("value", value, "a JSON object");
  problems.throwIfAny();
  return value as unknown as Tunables;
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string");

function checkCandidates(value: unknown, problems: Problems): void {
  if (!isRecord(value)) {
    problems.add("candidates", value, "an object of thresholds");
    return;
  }
  for (const key of ["movePercent", "volatility", "volumeMultiple", "spreadBps"]) {
    problems.decimal(value, key, "candidates.");
  }
  problems.whole(value, "missing", 1, 1000, "candidates.");
}

function checkStorm(value: unknown, problems: Problems): void {
  if (!isRecord(value)) {
    problems.add("storm", value, "an object with limit and windowSeconds");
    return;
  }
  problems.whole(value, "limit", 1, 1000, "storm.");
  problems.whole(value, "windowSeconds", 1, 86_400, "storm.");
}
