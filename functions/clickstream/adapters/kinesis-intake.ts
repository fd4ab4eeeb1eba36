import { type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { chunksOf } from "../../shared/chunks";
import type { Clock } from "../../shared/clock";
import { failureFrom } from "../../shared/outcome";

/** A record to be put. */
export interface IntakeRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** A record that is not known to be in the stream, with the last error code that it met. */
export interface NotStored<R extends IntakeRecord> {
  readonly record: R;
  readonly code: string;
}

export interface Intake {
  /** Resolves, never rejects, with what was not stored by `deadline` (milliseconds since the epoch). */
  put<R extends IntakeRecord>(records: readonly R[], deadline: number): Promise<readonly NotStored<R>[]>;
}

/** Limits of one PutRecords request: 500 records (Kinesis API reference), and 5 MB with the keys, which leaves half of its 10 MiB free. */
export const MOST_RECORDS = 500;
export const MOST_BYTES = 5_000_000;
const LIMITS = { items: MOST_RECORDS, bytes: MOST_BYTES };

/** The longest pauses before tries: 50, 100, 200 … ms, at most a second, which is how long a shard's allowance takes to fill again. */
const FIRST_PAUSE_MS = 50;
export const LONGEST_PAUSE_MS = 1_000;

/**
 * Puts records into a stream and tries each one that failed again, with full jitter, until a deadline. A retry comes behind the records
 * of its key that were stored at once, and may store twice what was stored without an answer: event time restores the order, and message
 * ids make one of two. The client must not retry by itself, or tries multiply.
 */
export class KinesisIntake implements Intake {
  constructor(
    private readonly client: Pick<KinesisClient, "send">,
    private readonly streamArn: string,
    private readonly clock: Clock,
  ) {}

  async put<R extends IntakeRecord>(records: readonly R[], deadline: number): Promise<readonly NotStored<R>[]> {
    const final: NotStored<R>[] = [];
    let left = records;
    for (let tries = 1; ; tries++) {
      const failed = await this.round(left, deadline);
      final.push(...failed.filter(({ retryable }) => !retryable));
      const again = failed.filter(({ retryable }) => retryable);
      const pause = this.clock.random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1));
      if (again.length === 0 || this.clock.now() + pause >= deadline) return [...final, ...again];
      await this.clock.pause(pause);
      left = again.map(({ record }) => record);
    }
  }

  /** Every record once, one request after the other, so that a key's records stay in order as long as none fails. */
  private async round<R extends IntakeRecord>(records: readonly R[], deadline: number): Promise<Failed<R>[]> {
    const failed: Failed<R>[] = [];
    for (const [index, chunk] of chunksOf(records, bytesOf, LIMITS).entries()) {
      const isLate = index > 0 && this.clock.now() >= deadline;
      failed.push(...(isLate ? allOf(chunk, "DeadlinePassed", true) : await this.request(chunk)));
    }
    return failed;
  }

  private async request<R extends IntakeRecord>(chunk: readonly R[]): Promise<Failed<R>[]> {
    const Records = chunk.map(({ partitionKey, data }) => ({ PartitionKey: partitionKey, Data: data }));
    try {
      const command = new PutRecordsCommand({ StreamARN: this.streamArn, Records });
      const { Records: results = [] } = await this.client.send(command);
      // By the sequence number and not by the count of failures: what has none is not stored, whatever else the answer says.
      return chunk.flatMap((record, index) =>
        results[index]?.SequenceNumber && !results[index].ErrorCode
          ? []
          : [{ record, code: results[index]?.ErrorCode ?? "NoResult", retryable: true }],
      );
    } catch (error) {
      const { retryable } = failureFrom(error, "putting records");
      return allOf(chunk, error instanceof Error ? error.name : "Error", retryable);
    }
  }
}

interface Failed<R extends IntakeRecord> extends NotStored<R> {
  readonly retryable: boolean;
}

const allOf = <R extends IntakeRecord>(chunk: readonly R[], code: string, retryable: boolean): Failed<R>[] =>
  chunk.map((record) => ({ record, code, retryable }));

const bytesOf = ({ data, partitionKey }: IntakeRecord): number => data.byteLength + Buffer.byteLength(partitionKey);
