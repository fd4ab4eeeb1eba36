import { METRICS, BID_HANDLER_METRICS as NAMES } from "../metric-names";
import { type Outcome, REFUSALS } from "./call";

/** CloudWatch's embedded metric format takes at most so many values of a metric in one line (its specification). */
const MOST_VALUES = 100;

/** Durations of one decision, in milliseconds. */
export const STAGES = ["ReadMilliseconds", "MatchMilliseconds", "WaitMilliseconds", "AnswerMilliseconds"] as const;
const { decision: DECISION } = NAMES;
type Timed = (typeof STAGES)[number] | typeof DECISION;
const TIMED: readonly Timed[] = [...STAGES, DECISION];
const REFUSED: readonly Outcome[] = REFUSALS;
const COUNTED = [NAMES.requests, NAMES.bids, NAMES.noBids, NAMES.malformed, NAMES.lateAnswers, NAMES.indexAge] as const;

export type StageTimes = readonly [number, number, number, number];

/** What became of a request. */
export interface Measured {
  /** "bid", or why there was none. A closed set: each value is a metric, and billed as one. */
  readonly outcome: Outcome;
  /** Whole numbers beside the outcome, by metric name: bids, late answers. */
  readonly bids: number;
  readonly late: number;
  /** Milliseconds of each of `STAGES`, in their order. */
  readonly stages: StageTimes;
}

/**
 * Figures of one second on one line: a line a request would cost more than the request. Resolution is one second, which
 * AWS/Lambda's own figures do not have. A second's line is written when a later one has begun, or by `flush`.
 */
export class Meter {
  private second = 0;
  private requests = 0;
  /** Of them, those that were decided about. */
  private decisions = 0;
  private bids = 0;
  private late = 0;
  /** Requests with bids, and by reason those without. */
  private sold = 0;
  private readonly outcomes = new Map<Outcome, number>();
  /** Milliseconds of `TIMED`, side by side, of one decision after the other. */
  private readonly times = new Float64Array(TIMED.length * MOST_VALUES);
  /** Members that every line has. */
  private readonly own: string;

  constructor(
    functionName: string,
    private readonly write: (line: string) => void,
    /** Seconds since the index last heard of a change or was told that there was none. */
    private readonly indexAge: () => number,
  ) {
    this.own = JSON.stringify({ service: METRICS.service, FunctionName: functionName }).slice(1, -1);
  }

  /** @param now milliseconds since the epoch */
  record({ outcome, bids, late, stages }: Measured, now: number): void {
    this.begin(now);
    this.note(stages);
    this.bids += bids;
    this.late += late;
    this.add(outcome);
  }

  /**
   * Counts what no decision was made about: its time would be nothing, and make all of the others look faster.
   * @param now milliseconds since the epoch
   */
  count(outcome: Exclude<Outcome, "bid">, now: number): void {
    this.begin(now);
    this.add(outcome);
  }

  private begin(now: number): void {
    const second = Math.floor(now / 1_000);
    if (second === this.second) return;
    this.flush();
    this.second = second;
  }

  private add(outcome: Outcome): void {
    this.requests++;
    if (outcome === "bid") this.sold++;
    else this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    if (this.requests === MOST_VALUES) this.flush();
  }

  private note(stages: StageTimes): void {
    const at = this.decisions++ * TIMED.length;
    let total = 0;
    for (let stage = 0; stage < STAGES.length; stage++) {
      this.times[at + stage] = stages[stage]!;
      total += stages[stage]!;
    }
    this.times[at + STAGES.length] = total;
  }

  flush(): void {
    if (this.requests === 0) return;
    const counts: Record<(typeof COUNTED)[number], number> = {
      [NAMES.requests]: this.requests,
      [NAMES.bids]: this.bids,
      [NAMES.noBids]: this.requests - this.sold - this.countOf(REFUSED),
      [NAMES.malformed]: this.countOf(["malformed", "tooLarge"]),
      [NAMES.lateAnswers]: this.late,
      [NAMES.indexAge]: this.indexAge(),
    };
    if (this.decisions === 0) this.write(`${this.lineOf(UNTIMED, counts)}}`);
    else this.write(`${this.lineOf(ALL, counts)}${TIMED.map((name, place) => this.listOf(name, place)).join("")}}`);
    for (const [reason, count] of this.outcomes) {
      const isRefused = REFUSED.includes(reason);
      const figures = { reason, [isRefused ? NAMES.refused : NAMES.noBids]: count };
      this.write(`${this.lineOf(isRefused ? BY_REFUSAL : BY_REASON, figures)}}`);
    }
    this.requests = this.decisions = this.sold = this.bids = this.late = 0;
    this.outcomes.clear();
  }

  private countOf(outcomes: readonly Outcome[]): number {
    return outcomes.reduce((count, outcome) => count + (this.outcomes.get(outcome) ?? 0), 0);
  }

  /** A line without its end. */
  private lineOf(directive: string, fields: Readonly<Record<string, number | string>>): string {
    const head = `{"_aws":{"Timestamp":${this.second * 1_000},"CloudWatchMetrics":[${directive}]}`;
    return `${head},${this.own},${JSON.stringify(fields).slice(1, -1)}`;
  }

  private listOf(name: Timed, place: number): string {
    const texts: string[] = [];
    for (let decision = 0; decision < this.decisions; decision++) {
      texts.push(textOf(this.times[decision * TIMED.length + place]!));
    }
    return `,"${name}":[${texts.join(",")}]`;
  }
}

/** What tells CloudWatch of a line's figures: the same for every line of its kind, and longer than they are. */
const directiveOf = (names: readonly string[], dimensions: readonly string[]): string =>
  JSON.stringify({
    Namespace: METRICS.namespace,
    Dimensions: [["service", "FunctionName", ...dimensions]],
    Metrics: names.map((Name) => ({ Name, Unit: unitOf(Name), StorageResolution: 1 })),
  });

const unitOf = (name: string) =>
  name.endsWith("Milliseconds") ? "Milliseconds" : name.endsWith("Seconds") ? "Seconds" : "Count";

const ALL = directiveOf([...COUNTED, ...TIMED], []);
const UNTIMED = directiveOf(COUNTED, []);
const BY_REASON = directiveOf([NAMES.noBids], ["reason"]);
const BY_REFUSAL = directiveOf([NAMES.refused], ["reason"]);

/** Texts of whole microseconds as milliseconds, by their number: a number is written more slowly than it is looked up. */
const TEXTS = new Array<string | undefined>(2_000);

/** Microseconds are enough, and keep a line short. */
function textOf(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1_000);
  const known = TEXTS[microseconds];
  if (known !== undefined) return known;
  const text = String(microseconds / 1_000);
  if (microseconds < TEXTS.length) TEXTS[microseconds] = text;
  return text;
}
