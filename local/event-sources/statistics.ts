/** The latest values of something measured, bounded in memory. */
export class Samples {
  readonly #values: number[] = [];
  #next = 0;
  count = 0;
  sum = 0;

  constructor(private readonly keep = 50_000) {}

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.keep;
    this.count += 1;
    this.sum += value;
  }

  /** Percentiles by nearest rank over what is kept; zeros when nothing was measured. */
  summary(): Summary {
    const sorted = [...this.#values].sort((a, b) => a - b);
    const rank = (p: number) => sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? 0;
    const mean = this.count === 0 ? 0 : this.sum / this.count;
    return { count: this.count, mean, p50: rank(0.5), p95: rank(0.95), p99: rank(0.99), max: sorted.at(-1) ?? 0 };
  }
}

/** Milliseconds, but for `count`. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** What became of the asynchronous events of one function. */
export interface FunctionStatistics {
  /** Events taken in. `accepted = succeeded + discarded + pending`. */
  readonly accepted: number;
  readonly succeeded: number;
  /** Events that ended without success, by condition. */
  readonly discarded: Readonly<Record<string, number>>;
  readonly pending: number;
  /** Times the function ran (CloudWatch `Invocations`). */
  readonly invocations: number;
  /** Function errors by error type; their sum is CloudWatch `Errors`. */
  readonly errors: Readonly<Record<string, number>>;
  readonly throttles: number;
  readonly serviceErrors: number;
  /** Attempts after the first one of an event, whatever their cause. */
  readonly retries: number;
  /** Messages sent to failure destination, success destination and dead-letter queue. */
  readonly letters: number;
  readonly successRecords: number;
  /** Records and letters that could not be sent (`DestinationDeliveryFailures`, `DeadLetterErrors`). */
  readonly deliveryFailures: number;
  /** Discarded events that no queue holds: nothing was configured, or sending failed. Each is reported as a problem. */
  readonly lost: number;
  /** Milliseconds in the handler (CloudWatch `Duration`). */
  readonly duration: Summary;
  /** Milliseconds of loading the code, of cold starts only. */
  readonly init: Summary;
  /** Milliseconds from acceptance to the start of the attempt (CloudWatch `AsyncEventAge`, per attempt). */
  readonly eventAge: Summary;
}

/** Mutable side of FunctionStatistics. */
export class FunctionCounters {
  accepted = 0;
  succeeded = 0;
  pending = 0;
  invocations = 0;
  throttles = 0;
  serviceErrors = 0;
  retries = 0;
  letters = 0;
  successRecords = 0;
  deliveryFailures = 0;
  lost = 0;
  readonly discarded: Record<string, number> = {};
  readonly errors: Record<string, number> = {};
  readonly duration = new Samples();
  readonly init = new Samples();
  readonly eventAge = new Samples();

  snapshot(): FunctionStatistics {
    const { duration, init, eventAge, discarded, errors, ...counts } = this;
    return {
      ...counts,
      discarded: { ...discarded },
      errors: { ...errors },
      duration: duration.summary(),
      init: init.summary(),
      eventAge: eventAge.summary(),
    };
  }
}

export function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
