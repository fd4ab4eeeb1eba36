import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { backOff, type Clock } from "../../shared/clock";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import { failureFrom, told } from "../../shared/outcome";
import type { CampaignChange } from "../domain/changes/change";
import { changeOf } from "./record";

export interface IndexerWorld {
  readonly write: (change: CampaignChange, writtenAt: number) => Promise<void>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Changes that are written at a time. */
const ABREAST = 10;
const TRIES = 4;

/**
 * Hands changes of campaigns on to bid handlers. A record that cannot be read, or written, fails alone: the others of its batch are
 * written all the same. Lambda goes back to the first failure in the shard; what comes again then is written twice, and has its version.
 */
export async function index({ Records }: DynamoDBStreamEvent, world: IndexerWorld): Promise<DynamoDBBatchResponse> {
  const { clock, log, metrics } = world;
  const begun = clock.now();
  const failed: DynamoDBRecord[] = [];
  const waiting = [...Records];
  const work = async () => {
    for (let record = waiting.shift(); record !== undefined; record = waiting.shift()) {
      try {
        await handOn(changeOf(record, clock.now()), world);
      } catch (error) {
        log.error("a record comes again", { sequenceNumber: record.dynamodb?.SequenceNumber, failure: told(error) });
        failed.push(record);
      }
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, work));
  const changedAt = Records.map(({ dynamodb }) => (dynamodb?.ApproximateCreationDateTime ?? begun / 1_000) * 1_000);
  metrics.record({
    counts: { Changes: Records.length - failed.length, ChangesFailed: failed.length },
    milliseconds: { Duration: clock.now() - begun, ChangeLag: Math.max(0, clock.now() - Math.min(...changedAt)) },
  });
  log.info("changes", { records: Records.length, failed: failed.length });
  return { batchItemFailures: failed.map(({ dynamodb }) => ({ itemIdentifier: dynamodb?.SequenceNumber ?? "" })) };
}

/** Writes one. Each try has its own instant, which is why the client must not try again by itself. */
async function handOn(change: CampaignChange, { write, clock }: IndexerWorld): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await write(change, clock.now());
    } catch (error) {
      const failure = failureFrom(error, "writing a change");
      if (!failure.retryable || tries === TRIES) throw failure;
      await backOff(clock, tries);
    }
  }
}
