import type { Position, Shard } from "./lineage";
import type { StreamRecord } from "./stream-record";

/** One page of a shard. */
export interface Page {
  readonly records: readonly StreamRecord[];
  /** Undefined at the end of a closed shard. */
  readonly next: string | undefined;
  /** Nothing else waited in the shard when it was read. */
  readonly caughtUp: boolean;
}

/** A stream as the poller reads it, with the function's execution role. */
export interface StreamPort {
  shards(): Promise<Shard[]>;
  iterator(shardId: string, position: Position): Promise<string>;
  /** Rejects with `ShardGone` for a shard that does not exist any more. */
  read(shardId: string, iterator: string): Promise<Page>;
  close(): void;
}

export class ShardGone extends Error {}
