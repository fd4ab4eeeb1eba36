import type { StreamMapping } from "./mapping";
import { isTableStream } from "./source";
import type { Checkpoint } from "./stream-record";

/** A shard as ListShards names it. */
export interface Shard {
  readonly shardId: string;
  /** None, one (split) or two (merge); parents that have expired are not listed themselves. */
  readonly parents: readonly string[];
}

/**
 * The shards that may be read now: those whose parents are drained or gone. Children after parents is what keeps a key's
 * records in order when its shard is split or merged (Kinesis Data Streams Developer Guide, "Resharding, data routing,
 * data persistence, and shard state": "process data from the parent shards first").
 * @param drained shards read to their end, each record succeeded, filtered or discarded
 * @param beingRead a parent that has vanished from the list while it is read still holds its children back
 */
export function readable(
  shards: readonly Shard[],
  drained: ReadonlySet<string>,
  beingRead: ReadonlySet<string>,
): Shard[] {
  const listed = new Set([...shards.map(({ shardId }) => shardId), ...beingRead]);
  const isOver = (parent: string) => drained.has(parent) || !listed.has(parent);
  return shards.filter(({ shardId, parents }) => !drained.has(shardId) && parents.every(isOver));
}

/** The arguments of GetShardIterator. */
export interface Position {
  readonly ShardIteratorType:
    | "TRIM_HORIZON"
    | "LATEST"
    | "AT_TIMESTAMP"
    | "AT_SEQUENCE_NUMBER"
    | "AFTER_SEQUENCE_NUMBER";
  readonly StartingSequenceNumber?: string;
  readonly Timestamp?: Date;
}

/** When a shard is first read, seen from the mapping's start. */
export type Opening =
  /** It is there and is read at once. */
  | { readonly when: "at-start" }
  /** It was there and waited for its parents, or its first iterator expired unused. */
  | { readonly when: "later"; readonly startedAt: number }
  /** It came later. */
  | { readonly when: "new" };

/**
 * Where reading of a shard begins: at its checkpoint, else at the mapping's starting position. LATEST is about the moment
 * at which the mapping was made: a shard that came later is read from its beginning, one that had to wait from that
 * moment on, or the records between would be lost. Tables' streams know no position in time ("ShardIteratorType",
 * GetShardIterator): such a shard is read from its beginning, rather a record too many than one too few.
 */
export function positionOf(
  mapping: Pick<StreamMapping, "eventSourceArn" | "startingPosition" | "startingPositionTimestamp">,
  checkpoint: Exclude<Checkpoint, { next: "END_OF_SHARD" }> | undefined,
  opening: Opening,
): Position {
  if (checkpoint) return { ShardIteratorType: checkpoint.next, StartingSequenceNumber: checkpoint.sequenceNumber };
  const { startingPosition, startingPositionTimestamp = 0 } = mapping;
  if (startingPosition === "AT_TIMESTAMP") return atTimestamp(startingPositionTimestamp * 1000);
  if (startingPosition === "TRIM_HORIZON" || opening.when === "new") return { ShardIteratorType: "TRIM_HORIZON" };
  if (opening.when === "at-start") return { ShardIteratorType: "LATEST" };
  return isTableStream(mapping.eventSourceArn) ? { ShardIteratorType: "TRIM_HORIZON" } : atTimestamp(opening.startedAt);
}

export const atTimestamp = (milliseconds: number): Position => ({
  ShardIteratorType: "AT_TIMESTAMP",
  Timestamp: new Date(milliseconds),
});
