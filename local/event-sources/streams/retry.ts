import type { Batch, LastInvocation } from "./batch";
import type { ShardSettings } from "./mapping";
import type { Verdict } from "./response";
import type { StreamRecord } from "./stream-record";

/**
 * `condition` of the invocation record. The guide's examples show the first; the second is what Lambda writes for records
 * over the maximum age, which the guide describes without naming it.
 */
export type DiscardCondition = "RetryAttemptsExhausted" | "RecordAgeExceeded";

/** Records that Lambda gives up, and what the on-failure destination is told of them. */
export interface Discard {
  readonly records: readonly StreamRecord[];
  readonly condition: DiscardCondition;
  readonly invokes: number;
  readonly last?: LastInvocation | undefined;
}

/** What becomes of a batch: every record is in exactly one of the three. */
export interface Aftermath {
  readonly succeeded: readonly StreamRecord[];
  /** Tried next, in this order, before any later record of the lane. */
  readonly again: readonly Batch[];
  readonly discarded: Discard | undefined;
}

type Limits = Pick<
  ShardSettings,
  "maximumRetryAttempts" | "bisectBatchOnFunctionError" | "firstRetryMs" | "longestRetryMs"
>;

/** Exponential, as AWS says; the numbers are the settings'. */
export function backOffMs(previous: number, { firstRetryMs, longestRetryMs }: Limits): number {
  return Math.min(firstRetryMs * 2 ** previous, longestRetryMs);
}

/**
 * What follows an attempt ("Retain discarded batch records for a Kinesis Data Streams event source in Lambda"):
 * - throttles and service errors are retried until the records are too old; they are no retries of the batch
 * - a failed batch of more than one record is cut in two where that is configured, and "splitting a batch does not
 *   consume the retry quota"
 * - a partial success keeps its records; the rest goes on, with bisecting as "bisected at the returned sequence number",
 *   so free of charge, without it as a retry of the batch
 */
export function afterAttempt(batch: Batch, verdict: Verdict, id: string, now: number, limits: Limits): Aftermath {
  if (verdict.kind === "not-invoked") return deferred(batch, id, now, limits);
  const invokes = batch.invokes + 1;
  if (verdict.kind === "succeeded") return { succeeded: batch.records, again: [], discarded: undefined };
  const done = verdict.kind === "partial" ? verdict.firstFailed : 0;
  const ended = verdict.kind === "failed" ? verdict.how : "reported-failures";
  const rest = { ...batch, records: batch.records.slice(done), invokes, deferrals: 0, last: { requestId: id, ended } };
  const follow = done > 0 && limits.bisectBatchOnFunctionError ? { again: [rest] } : afterFailure(rest, now, limits);
  return { discarded: undefined, ...follow, succeeded: batch.records.slice(0, done) };
}

function deferred(batch: Batch, requestId: string, now: number, limits: Limits): Aftermath {
  const notBefore = now + backOffMs(batch.deferrals, limits);
  const last = { requestId, ended: "not-invoked" } as const;
  const again = [{ ...batch, deferrals: batch.deferrals + 1, notBefore, last }];
  return { succeeded: [], again, discarded: undefined };
}

function afterFailure(batch: Batch, now: number, limits: Limits): Pick<Aftermath, "again" | "discarded"> {
  const { records, failures, invokes, last } = batch;
  if (limits.bisectBatchOnFunctionError && records.length > 1) {
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)];
    return { again: halves.map((half) => ({ ...batch, records: half, notBefore: now })), discarded: undefined };
  }
  if (failures >= limits.maximumRetryAttempts)
    return { again: [], discarded: { records, condition: "RetryAttemptsExhausted", invokes, last } };
  const notBefore = now + backOffMs(failures, limits);
  return { again: [{ ...batch, failures: failures + 1, notBefore }], discarded: undefined };
}
