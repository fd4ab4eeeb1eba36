import { Samples, type Summary } from "../statistics";

/** What became of a mapping's records. `read = filtered + succeeded + discarded + pending`. */
export interface StreamStatistics {
  readonly read: number;
  readonly filtered: number;
  readonly succeeded: number;
  /** Records given up, by condition. */
  readonly discarded: Readonly<Record<string, number>>;
  readonly pending: number;
  /** Invocation records that the on-failure destination took. */
  readonly letters: number;
  /** Discarded records that no destination was told of. Each time it is reported as a problem. */
  readonly lost: number;
  readonly invocations: number;
  readonly errors: number;
  /** Throttles and service errors. */
  readonly notInvoked: number;
  /** Most batches of one shard in flight at once. */
  readonly mostConcurrent: number;
  /** Real milliseconds from arrival of the last record of a batch to the end of its invocation (`IteratorAge`). */
  readonly iteratorAge: Summary;
}

/** Mutable side of StreamStatistics. */
export class StreamCounters {
  read = 0;
  filtered = 0;
  succeeded = 0;
  letters = 0;
  lost = 0;
  invocations = 0;
  errors = 0;
  notInvoked = 0;
  mostConcurrent = 0;
  readonly discarded: Record<string, number> = {};
  readonly iteratorAge = new Samples();

  get pending(): number {
    const discarded = Object.values(this.discarded).reduce((sum, count) => sum + count, 0);
    return this.read - this.filtered - this.succeeded - discarded;
  }

  snapshot(): StreamStatistics {
    const { iteratorAge, discarded, pending, ...counts } = this;
    return { ...counts, pending, discarded: { ...discarded }, iteratorAge: iteratorAge.summary() };
  }
}
