import type { ShardSettings } from "./mapping";
import { compareSequences, type StreamRecord } from "./stream-record";

/** What the last attempt on a batch was, for the invocation record. */
export interface LastInvocation {
  readonly requestId: string;
  /** Whether the function ran and threw, ran and reported failures, or was not reached. */
  readonly ended: "function-error" | "reported-failures" | "not-invoked";
}

/** Records of one shard that go to the function together, with what has happened to them. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  /** Failed attempts that count as such against the retry limit. */
  readonly failures: number;
  /** Times the function ran on this batch, or on what it was cut down from. */
  readonly invokes: number;
  /** Throttles and service errors since the function last ran. */
  readonly deferrals: number;
  /** Epoch milliseconds before which it is not tried again. */
  readonly notBefore: number;
  readonly last?: LastInvocation;
}

export const newBatch = (records: readonly StreamRecord[]): Batch => ({
  ...{ records, failures: 0, invokes: 0, deferrals: 0, notBefore: Number.NEGATIVE_INFINITY },
});

/** A record that waits for its first batch. */
export interface BufferedRecord {
  readonly record: StreamRecord;
  /** When it was read from the shard, epoch milliseconds; the batching window counts from the first one's. */
  readonly readAt: number;
}

/** "the batch reaches the payload limit of 6 MB", Lambda Developer Guide, "Batching behavior". */
export const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;
/** `{"Records":[]}`, and what a tumbling window adds without its state. */
const ENVELOPE_BYTES = 1024;

/** Where the next batch ends: at the batch size, the payload limit or the end of `until` (epoch ms of arrival). */
function endOfBatch(buffer: readonly BufferedRecord[], batchSize: number, room: number, until: number): number {
  let [end, left] = [0, room];
  for (const { record } of buffer) {
    left -= record.bytes + 1;
    if (end === batchSize || (left < 0 && end > 0) || record.arrivedAt >= until) break;
    end += 1;
  }
  return end;
}

export interface Cut {
  readonly taken: readonly StreamRecord[];
  readonly rest: readonly BufferedRecord[];
}

/**
 * The next batch, or the time at which to look again ("Batching behavior": a full batch, the payload limit or the end of
 * the batching window, whichever comes first; without a window whatever is there). A record that alone exceeds the limit
 * goes alone.
 * @param reserved bytes that the payload needs besides records
 * @param until the batch takes no record that arrived then or later
 * @param flush nothing more will come: the window is not waited for
 */
export function cutBatch(
  buffer: readonly BufferedRecord[],
  { batchSize, batchingWindowMs }: Pick<ShardSettings, "batchSize" | "batchingWindowMs">,
  at: { readonly now: number; readonly flush: boolean; readonly until?: number; readonly reserved?: number },
): Cut | { readonly readyAt: number } | undefined {
  const { now, flush, until = Number.POSITIVE_INFINITY, reserved = 0 } = at;
  const room = PAYLOAD_LIMIT_BYTES - ENVELOPE_BYTES - reserved;
  const end = endOfBatch(buffer, batchSize, room, until);
  const first = buffer[0];
  if (end === 0 || first === undefined) return undefined;
  const full = end === batchSize || end < buffer.length;
  const readyAt = first.readAt + batchingWindowMs;
  if (!full && !flush && now < readyAt) return { readyAt };
  return { taken: buffer.slice(0, end).map(({ record }) => record), rest: buffer.slice(end) };
}

/** The batch without the records that are too old now, and those ("The maximum age of a record that Lambda sends"). */
export function expire(batch: Batch, now: number, maximumAgeMs: number): { kept: Batch; expired: StreamRecord[] } {
  const tooOld = ({ arrivedAt }: StreamRecord) => now - arrivedAt > maximumAgeMs;
  const expired = batch.records.filter(tooOld);
  if (expired.length === 0) return { kept: batch, expired };
  return { kept: { ...batch, records: batch.records.filter((record) => !tooOld(record)) }, expired };
}

/** Of some records the one that comes first in the shard. */
export function earliest(records: readonly StreamRecord[]): StreamRecord | undefined {
  return records.reduce<StreamRecord | undefined>(
    (first, record) =>
      first === undefined || compareSequences(record.sequenceNumber, first.sequenceNumber) < 0 ? record : first,
    undefined,
  );
}
