import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import type { Clock } from "../../shared/clock";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import { told } from "../../shared/outcome";
import { processBatch } from "./batch";
import { type ProcessingWorld, processRecord, type StreamRecord } from "./processing";

export interface HandlerWorld {
  /** Made of the settings of the moment; stale ones serve while they cannot be read. */
  readonly processing: () => Promise<{ readonly value: ProcessingWorld; readonly stale?: Error }>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

export type Handler = (event: KinesisStreamEvent) => Promise<KinesisStreamBatchResponse>;

/** Visitors of a batch that are worked on at a time: each waits for DynamoDB most of its time. */
const AT_A_TIME = 10;

/** Answers a batch of the stream with the records to come again; none of them is what Lambda calls a failed invocation. */
export const handlerOf =
  ({ processing, log, metrics, clock }: HandlerWorld): Handler =>
  async ({ Records }) => {
    const begun = clock.now();
    const { value: world, stale } = await processing();
    if (stale !== undefined) log.error("settings are older than they may be", { cause: stale.message });
    const records = Records.map(recordOf);
    const { outcomes, failed } = await processBatch(records, (record) => processRecord(record, world), AT_A_TIME);
    for (const { sequenceNumber, error } of failed)
      log.error("a record comes again", { sequenceNumber, error: told(error) });
    const { stored, duplicate, quarantined, erased } = outcomes;
    const oldest = Math.min(...Records.map(({ kinesis }) => kinesis.approximateArrivalTimestamp * 1000));
    metrics.record({
      counts: {
        ...{ Stored: stored, Duplicates: duplicate, Quarantined: quarantined },
        ...{ Erased: erased, Failed: failed.length },
      },
      milliseconds: { Duration: clock.now() - begun, Lag: Math.max(0, begun - oldest) },
    });
    log.info("batch", { records: records.length, ...outcomes, failed: failed.length });
    return { batchItemFailures: failed.map(({ sequenceNumber }) => ({ itemIdentifier: sequenceNumber })) };
  };

const recordOf = ({ eventID, kinesis }: KinesisStreamRecord): StreamRecord => ({
  sequenceNumber: kinesis.sequenceNumber,
  eventId: eventID,
  partitionKey: kinesis.partitionKey,
  data: Buffer.from(kinesis.data, "base64"),
});
