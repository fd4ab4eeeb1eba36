import { createHash } from "node:crypto";
import type { InvokeResult } from "../../lambda/lambda-function";
import { earliest } from "./batch";
import { passes } from "./filter";
import { type Invocation, type Lane, newLane, settleLane, startLane } from "./lane";
import type { ShardSettings } from "./mapping";
import type { Discard } from "./retry";
import { type Checkpoint, compareSequences, type StreamRecord } from "./stream-record";

/** Everything that is known of a shard that is being read. A value: each step answers a new one. */
export interface ShardState {
  /** One per concurrent batch; a key always has the same one. */
  readonly lanes: readonly Lane[];
  /** Sequence number of the last record read. */
  readonly lastRead: string | undefined;
  /** Everything that arrived before this time (epoch ms) has been read. */
  readonly readUpTo: number;
  /** No record will follow: the shard was split or merged and read to its end. */
  readonly closed: boolean;
}

export interface Reading {
  readonly records: readonly StreamRecord[];
  /** When they were read, epoch milliseconds. */
  readonly readAt: number;
  /** Everything that arrived before this time has been read; left out while the reader lags behind. */
  readonly upTo?: number | undefined;
  readonly closed?: boolean;
}

export interface LaneInvocation extends Invocation {
  readonly lane: number;
}

export interface Answer {
  readonly lane: number;
  readonly result: InvokeResult;
  readonly requestId: string;
  readonly at: number;
}

export function openShard({ parallelizationFactor }: ShardSettings): ShardState {
  const lanes = Array.from({ length: parallelizationFactor }, newLane);
  return { lanes, lastRead: undefined, readUpTo: Number.NEGATIVE_INFINITY, closed: false };
}

/**
 * The lane of a partition key. "Lambda still ensures in-order processing at the partition-key level" (Lambda Developer
 * Guide, ParallelizationFactor); AWS does not say which hash.
 */
export function laneOf(partitionKey: string, lanes: number): number {
  return lanes === 1 ? 0 : createHash("md5").update(partitionKey).digest().readUInt32BE(0) % lanes;
}

/** Takes what was read. Records that no filter lets through end here: the iterator has advanced past them. */
export function take(state: ShardState, reading: Reading, settings: ShardSettings) {
  const { records, readAt, upTo = state.readUpTo, closed = state.closed } = reading;
  const added = state.lanes.map((): { record: StreamRecord; readAt: number }[] => []);
  const filtered: StreamRecord[] = [];
  for (const record of records) {
    if (!passes(record, settings.filterCriteria)) filtered.push(record);
    else added[laneOf(record.partitionKey, added.length)]?.push({ record, readAt });
  }
  const lanes = state.lanes.map((lane, index) => {
    const more = added[index] ?? [];
    return more.length === 0 ? lane : { ...lane, buffer: [...lane.buffer, ...more] };
  });
  const lastRead = records.at(-1)?.sequenceNumber ?? state.lastRead;
  const next: ShardState = { lanes, lastRead, readUpTo: Math.max(upTo, state.readUpTo), closed };
  return { state: next, filtered };
}

export interface Started {
  readonly state: ShardState;
  readonly invocations: readonly LaneInvocation[];
  readonly discards: readonly Discard[];
  /** When to call again although nothing else happens, epoch milliseconds. */
  readonly wakeAt: number;
}

/**
 * Begins every batch that is due. Each invocation must be answered once with `settle`. The settings may be others than
 * before: of a mapping that is disabled nothing begins, and another number of lanes is taken up once nothing is in flight.
 */
export function start(before: ShardState, now: number, settings: ShardSettings): Started {
  const state = withLanes(before, settings.parallelizationFactor);
  if (!settings.enabled || state === undefined)
    return { state: before, invocations: [], discards: [], wakeAt: Number.POSITIVE_INFINITY };
  const begun = state.lanes.map((lane) =>
    startLane(lane, { now, closed: state.closed, readUpTo: state.readUpTo }, settings),
  );
  return {
    state: { ...state, lanes: begun.map(({ lane }) => lane) },
    invocations: begun.flatMap(({ invocation }, lane) => (invocation ? [{ ...invocation, lane }] : [])),
    discards: begun.flatMap(({ discards }) => discards),
    wakeAt: Math.min(...begun.map(({ wakeAt }) => wakeAt)),
  };
}

/**
 * The shard with so many lanes, or undefined while a batch is in flight. What waited is laid out anew in the order of the
 * shard; batches that were to be tried again are cut anew, without their attempts (AWS does not say what becomes of them).
 */
function withLanes(state: ShardState, count: number): ShardState | undefined {
  if (state.lanes.length === count) return state;
  if (state.lanes.some(({ flight }) => flight !== undefined)) return undefined;
  const [first = newLane()] = state.lanes;
  const waiting = state.lanes.flatMap(({ queue, buffer }) => [
    ...queue.flatMap(({ records }) => records.map((record) => ({ record, readAt: Number.NEGATIVE_INFINITY }))),
    ...buffer,
  ]);
  waiting.sort((a, b) => compareSequences(a.record.sequenceNumber, b.record.sequenceNumber));
  const lanes = Array.from({ length: count }, (_, index) => ({
    ...(index === 0 ? { ...first, queue: [] } : newLane()),
    buffer: waiting.filter(({ record }) => laneOf(record.partitionKey, count) === index),
  }));
  return { ...state, lanes };
}

/** Takes the answer to an invocation. */
export function settle(state: ShardState, answer: Answer, settings: ShardSettings) {
  const lane = state.lanes[answer.lane];
  if (lane?.flight === undefined) throw new Error(`lane ${answer.lane} has nothing in flight`);
  const { lane: next, succeeded, discarded } = settleLane(lane, answer, settings);
  const lanes = state.lanes.map((other, index) => (index === answer.lane ? next : other));
  return { state: { ...state, lanes }, succeeded, discarded };
}

/** Records read and not ended, those in flight included. */
export function pending(state: ShardState): StreamRecord[] {
  return state.lanes.flatMap(({ flight, queue, buffer }) => [
    ...(flight?.batch.records ?? []),
    ...queue.flatMap(({ records }) => records),
    ...buffer.map(({ record }) => record),
  ]);
}

/** Whether the children of the shard may be read: "the parent shards are drained first". */
export function isDrained(state: ShardState): boolean {
  const empty = (lane: Lane) => !lane.flight && !lane.window && lane.queue.length === 0 && lane.buffer.length === 0;
  return state.closed && state.lanes.every(empty);
}

/** Where another reader must begin so that nothing is lost: at the first record that has not ended. */
export function checkpointOf(state: ShardState): Checkpoint | undefined {
  if (isDrained(state)) return { next: "END_OF_SHARD" };
  const first = earliest(state.lanes.flatMap(firstOf));
  if (first) return { next: "AT_SEQUENCE_NUMBER", sequenceNumber: first.sequenceNumber };
  return state.lastRead === undefined ? undefined : { next: "AFTER_SEQUENCE_NUMBER", sequenceNumber: state.lastRead };
}

/** The first record of each part of a lane; the parts are in order within themselves. */
function firstOf({ flight, queue, buffer }: Lane): StreamRecord[] {
  const firsts = [flight?.batch.records[0], queue[0]?.records[0], buffer[0]?.record];
  return firsts.filter((record): record is StreamRecord => record !== undefined);
}
