import type { Position, Shard } from "./lineage";
import type { StreamRecord } from "./stream-record";

/** One page of a shard. */
export interface Page {
  readonly records: readonly StreamRecord[];
  /** Undefined at the end of a closed shard. */
  readonly next: string | undefined;
  /** Everything that arrived before this time (epoch ms) has been read; undefined while that is not known. */
  readonly upTo: number | undefined;
}

/** A stream as Lambda reads it, with the function's execution role. */
export interface StreamPort {
  shards(): Promise<Shard[]>;
  iterator(shardId: string, position: Position): Promise<string>;
  /** Rejects with `ShardGone` for a shard that does not exist any more, and with `IteratorExpired`. */
  read(shardId: string, iterator: string): Promise<Page>;
  close(): void;
}

export class ShardGone extends Error {}

/** An iterator of Kinesis is good for five minutes, one of DynamoDB for fifteen (API references of GetRecords). */
export class IteratorExpired extends Error {}

/** Asks a service, with its errors in the port's words. Both services name the same things alike. */
export async function inPortsWords<Answer>(shardId: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    const { name, message } = error as Error;
    if (name === "ResourceNotFoundException") throw new ShardGone(`${shardId}: ${message}`);
    if (name === "ExpiredIteratorException") throw new IteratorExpired(`${shardId}: ${message}`);
    throw error;
  }
}
