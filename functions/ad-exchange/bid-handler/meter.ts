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
  private readonly outcomes = new Map<Outcome, number>();
  /** Milliseconds of `TIMED`, side by side, of one decision after the other. */
  private readonly times = new Float64Array(TIMED.length * MOST_VALUES);

  constructor(
    private readonly functionName: string,
    private readonly write: (line: string) => void,
    /** Seconds since the index last heard of a change or was told that there was none. */
    private readonly indexAge: () => number,
  ) {}

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
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
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
    const counts = {
      [NAMES.requests]: this.requests,
      [NAMES.bids]: this.bids,
      [NAMES.noBids]: this.requests - this.countOf("bid", ...REFUSED),
      [NAMES.malformed]: this.countOf("malformed", "tooLarge"),
      [NAMES.lateAnswers]: this.late,
      [NAMES.indexAge]: this.indexAge(),
    };
    this.write(this.line(counts, {}, this.decisions === 0 ? [] : TIMED));
    for (const [reason, count] of this.outcomes) {
      if (reason === "bid") continue;
      this.write(this.line({ [REFUSED.includes(reason) ? NAMES.refused : NAMES.noBids]: count }, { reason }));
    }
    this.requests = this.decisions = this.bids = this.late = 0;
    this.outcomes.clear();
  }

  private countOf(...outcomes: readonly Outcome[]): number {
    return outcomes.reduce((count, outcome) => count + (this.outcomes.get(outcome) ?? 0), 0);
  }

  private line(
    figures: Record<string, number>,
    dimensions: Record<string, string>,
    timed: readonly Timed[] = [],
  ): string {
    const own = { service: METRICS.service, FunctionName: this.functionName };
    const Metrics = [...Object.keys(figures), ...timed].map((Name) => ({
      Name,
      Unit: unitOf(Name),
      StorageResolution: 1,
    }));
    const Dimensions = [Object.keys({ ...own, ...dimensions })];
    const directive = { Namespace: METRICS.namespace, Dimensions, Metrics };
    const head = { Timestamp: this.second * 1_000, CloudWatchMetrics: [directive] };
    const text = JSON.stringify({ _aws: head, ...own, ...dimensions, ...figures });
    return `${text.slice(0, -1)}${timed.map((name, place) => this.listOf(name, place)).join("")}}`;
  }

  private listOf(name: Timed, place: number): string {
    let values = "";
    for (let decision = 0; decision < this.decisions; decision++) {
      values += (decision === 0 ? "" : ",") + textOf(this.times[decision * TIMED.length + place]!);
    }
    return `,"${name}":[${values}]`;
  }
}

const unitOf = (name: string) =>
  name.endsWith("Milliseconds") ? "Milliseconds" : name.endsWith("Seconds") ? "Seconds" : "Count";

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
