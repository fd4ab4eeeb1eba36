import type { InvokeResult } from "../../lambda/lambda-function";
import { type Batch, type BufferedRecord, cutBatch, expire, newBatch } from "./batch";
import type { ShardSettings } from "./mapping";
import { judge, type Verdict } from "./response";
import { type Aftermath, afterAttempt, backOffMs, type Discard } from "./retry";
import type { StreamRecord } from "./stream-record";
import { afterFinal, isFinalDue, stateBytes, type Window, windowOf, withState } from "./window";

/** One invocation to make. */
export interface Invocation {
  readonly batch: Batch;
  readonly window?: Window | undefined;
  /** `isFinalInvokeForWindow`: no records, only the state. */
  readonly final: boolean;
}

/** One of a shard's concurrent batches: what it works on and what waits behind it, in order. */
export interface Lane {
  readonly flight: Invocation | undefined;
  /** Batches to try again, before anything of the buffer. */
  readonly queue: readonly Batch[];
  readonly buffer: readonly BufferedRecord[];
  readonly window: Window | undefined;
  /** A final invocation that failed, to try again. */
  readonly finalRetry: Batch | undefined;
}

export const newLane = (): Lane => ({
  ...{ flight: undefined, queue: [], buffer: [], window: undefined, finalRetry: undefined },
});

/** What a lane needs to know of its shard and the time. */
export interface Moment {
  readonly now: number;
  readonly closed: boolean;
  readonly readUpTo: number;
}

export interface LaneStart {
  readonly lane: Lane;
  readonly invocation: Invocation | undefined;
  readonly discards: readonly Discard[];
  readonly wakeAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** Begins the lane's next invocation if one is due; records that are too old by now are given up on the way. */
export function startLane(lane: Lane, moment: Moment, settings: ShardSettings): LaneStart {
  const discards: Discard[] = [];
  const waiting = (at: Lane, wakeAt: number) => ({ lane: at, invocation: undefined, discards, wakeAt });
  if (lane.flight) return waiting(lane, NEVER);
  for (let current = lane; ; ) {
    const prepared = prepare(current, moment, settings);
    if (typeof prepared === "number") return waiting(current, prepared);
    const { batch, final, lane: rest } = prepared;
    const { kept, expired } = expire(batch, moment.now, settings.maximumRecordAgeMs);
    if (expired.length > 0)
      discards.push({ records: expired, condition: "RecordAgeExceeded", invokes: batch.invokes, last: batch.last });
    current = rest;
    if (!final && kept.records.length === 0) continue;
    if (kept.notBefore > moment.now) return waiting({ ...rest, queue: [kept, ...rest.queue] }, wakeOf(kept, settings));
    const flight = { batch: kept, window: rest.window, final };
    return { lane: { ...rest, flight }, invocation: flight, discards, wakeAt: NEVER };
  }
}

/** When to look at a waiting batch again: for its next attempt, or because its first record will be too old. */
function wakeOf({ notBefore, records }: Batch, { maximumRecordAgeMs }: ShardSettings): number {
  return Math.min(notBefore, (records[0]?.arrivedAt ?? NEVER) + maximumRecordAgeMs + 1);
}

interface Prepared {
  readonly batch: Batch;
  readonly final: boolean;
  readonly lane: Lane;
}

/** The lane's next batch and the lane without it, or the time at which to look again. */
function prepare(lane: Lane, moment: Moment, settings: ShardSettings): Prepared | number {
  if (lane.window?.terminatedEarly) return finalOf(lane, moment); // before what it left over is tried again
  const [again, ...queue] = lane.queue;
  if (again) return { batch: again, final: false, lane: { ...lane, queue } };
  const windowed = settings.tumblingWindowMs > 0;
  const nextArrival = lane.buffer[0]?.record.arrivedAt;
  if (lane.window && isFinalDue(lane.window, nextArrival, moment.readUpTo, moment.closed)) return finalOf(lane, moment);
  const window =
    lane.window ??
    (windowed && nextArrival !== undefined ? windowOf(nextArrival, settings.tumblingWindowMs) : undefined);
  const limits = window && { until: window.end, reserved: stateBytes(window.state) };
  const cut = cutBatch(lane.buffer, settings, { now: moment.now, flush: moment.closed, ...limits });
  if (cut === undefined) return NEVER;
  if ("readyAt" in cut) return cut.readyAt;
  return { batch: newBatch(cut.taken), final: false, lane: { ...lane, buffer: cut.rest, window } };
}

function finalOf(lane: Lane, { now }: Moment): Prepared | number {
  const batch = lane.finalRetry ?? newBatch([]);
  return batch.notBefore > now ? batch.notBefore : { batch, final: true, lane };
}

export interface LaneAnswer {
  readonly result: InvokeResult;
  readonly requestId: string;
  readonly at: number;
}

interface Settled {
  readonly lane: Lane;
  readonly succeeded: readonly StreamRecord[];
  readonly discarded: Discard | undefined;
}

/** What the answer to the lane's invocation means. */
export function settleLane(lane: Lane, { result, requestId, at }: LaneAnswer, settings: ShardSettings): Settled {
  const { batch, window, final } = lane.flight as Invocation;
  const { reportBatchItemFailures } = settings;
  const verdict = judge(result, batch.records, { reportBatchItemFailures, state: window !== undefined });
  const landed = { ...lane, flight: undefined };
  if (window && final) return { lane: afterFinalAttempt(landed, batch, verdict, at, settings), ...NOTHING };
  const aftermath: Aftermath = afterAttempt(batch, verdict, requestId, at, settings);
  const state = verdict.kind === "succeeded" || verdict.kind === "partial" ? verdict.state : undefined;
  const next = { ...landed, window: window && state ? withState(window, state) : window };
  const { again, succeeded, discarded } = aftermath;
  return { lane: { ...next, queue: [...again, ...lane.queue] }, succeeded, discarded };
}

const NOTHING = { succeeded: [], discarded: undefined };

/** "If invocation is unsuccessful, your Lambda function suspends further processing until a successful invocation." */
function afterFinalAttempt(lane: Lane, batch: Batch, verdict: Verdict, at: number, settings: ShardSettings): Lane {
  if (verdict.kind === "succeeded" || verdict.kind === "partial")
    return { ...lane, window: lane.window && afterFinal(lane.window), finalRetry: undefined };
  const failures = batch.failures + 1;
  return { ...lane, finalRetry: { ...batch, failures, notBefore: at + backOffMs(batch.failures, settings) } };
}
