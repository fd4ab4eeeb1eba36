/** A record of a shard, of whatever kind of stream. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Records of one key stay in order: Kinesis' partition key; for a table's stream, the item's key as text. */
  readonly partitionKey: string;
  /** Approximate arrival in the stream, epoch milliseconds. */
  readonly arrivedAt: number;
  /** The record as it stands under `Records` of the function's event. */
  readonly event: Readonly<Record<string, unknown>>;
  /** Length of `event` as JSON text in UTF-8. */
  readonly bytes: number;
}

/** Where a reader of a shard goes on after a restart. */
export type Checkpoint =
  | { readonly next: "AT_SEQUENCE_NUMBER" | "AFTER_SEQUENCE_NUMBER"; readonly sequenceNumber: string }
  | { readonly next: "END_OF_SHARD" };

/** Sequence numbers are decimal text: of Kinesis 56 digits, beyond any number type. Negative when `a` comes first. */
export function compareSequences(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : Number(a > b));
}

/** A record of `GetRecords`, its data as bytes. */
export interface KinesisRecordInput {
  readonly sequenceNumber: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
  readonly arrivedAt: number;
}

/** What the event says of every record of one shard. */
export interface KinesisSource {
  readonly shardId: string;
  /** The stream or the stream's consumer that the mapping names. */
  readonly eventSourceArn: string;
  readonly region: string;
  readonly roleArn: string;
}

/** A Kinesis record as a function receives it ("Example Kinesis record event", Lambda Developer Guide). */
export function kinesisRecord(record: KinesisRecordInput, source: KinesisSource): StreamRecord {
  const { sequenceNumber, partitionKey, arrivedAt } = record;
  const event = {
    kinesis: {
      ...{ kinesisSchemaVersion: "1.0", partitionKey, sequenceNumber },
      data: Buffer.from(record.data).toString("base64"),
      approximateArrivalTimestamp: arrivedAt / 1000,
    },
    ...{ eventSource: "aws:kinesis", eventVersion: "1.0", eventID: `${source.shardId}:${sequenceNumber}` },
    ...{ eventName: "aws:kinesis:record", invokeIdentityArn: source.roleArn },
    ...{ awsRegion: source.region, eventSourceARN: source.eventSourceArn },
  };
  return { sequenceNumber, partitionKey, arrivedAt, event, bytes: Buffer.byteLength(JSON.stringify(event)) };
}
