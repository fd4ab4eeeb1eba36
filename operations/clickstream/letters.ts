import { isRecord } from "../../functions/shared/fields";

/** An object of the failure bucket. */
export interface Kept {
  readonly bucket: string;
  readonly key: string;
}

/** A record as it was in the stream. */
export interface KeptRecord {
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/**
 * The objects that a letter speaks of: a notification of S3 (Amazon S3 User Guide, "Event message structure"), in which keys are
 * percent-encoded as in a form. None for the message that S3 sends to try the queue when notifications are set up.
 * @throws when it is neither
 */
export function objectsIn(body: string): readonly Kept[] {
  const message: unknown = JSON.parse(body);
  if (isRecord(message) && message.Event === "s3:TestEvent") return [];
  if (!isRecord(message) || !Array.isArray(message.Records)) throw new Error("The letter is no notification of S3.");
  return message.Records.map((record: { s3: { bucket: { name: string }; object: { key: string } } }) => ({
    bucket: record.s3.bucket.name,
    key: decodeURIComponent(record.s3.object.key.replaceAll("+", " ")),
  }));
}

/**
 * The records of a batch that was given up on (Lambda Developer Guide, "Retain discarded batch records": an object in S3 has the whole
 * event, as JSON text, under `payload`). @throws when it holds none
 */
export function recordsIn(object: string): readonly KeptRecord[] {
  const { payload } = JSON.parse(object) as { payload?: unknown };
  const event: unknown = typeof payload === "string" ? JSON.parse(payload) : payload;
  if (!isRecord(event) || !Array.isArray(event.Records)) throw new Error("The object holds no records.");
  return event.Records.map(({ kinesis }: { kinesis: { partitionKey: string; data: string } }) => ({
    partitionKey: kinesis.partitionKey,
    data: Buffer.from(kinesis.data, "base64"),
  }));
}
