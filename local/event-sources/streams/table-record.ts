import type { _Record as StreamsRecord } from "@aws-sdk/client-dynamodb-streams";
import type { StreamRecord } from "./stream-record";

/** Attribute values as Lambda's events have them: JSON, bytes in Base64. */
function asJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(asJson);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asJson(inner)]));
}

/** An item's key as text, whatever the order of its attributes. */
function itemKey(keys: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * A change of an item as a function receives it ("Example event" in "Using AWS Lambda with Amazon DynamoDB", Lambda
 * Developer Guide): the creation time in seconds, `userIdentity` only where DynamoDB itself deleted the item. Records of one
 * item stay in order: with a parallelization factor at "the item (partition and sort key) level".
 */
export function tableRecord(record: StreamsRecord, streamArn: string): StreamRecord {
  const { ApproximateCreationDateTime, Keys = {}, SequenceNumber = "", ...change } = record.dynamodb ?? {};
  const createdAt = ApproximateCreationDateTime?.getTime() ?? 0;
  const keys = asJson(Keys) as Record<string, unknown>;
  const { PrincipalId: principalId, Type: type } = record.userIdentity ?? {};
  const event = {
    ...{ eventID: record.eventID, eventName: record.eventName, eventVersion: record.eventVersion },
    ...{ eventSource: "aws:dynamodb", awsRegion: record.awsRegion },
    dynamodb: {
      ...{ ApproximateCreationDateTime: createdAt / 1000, Keys: keys },
      ...(asJson(change) as object),
      SequenceNumber,
    },
    ...(record.userIdentity === undefined ? {} : { userIdentity: { principalId, type } }),
    eventSourceARN: streamArn,
  };
  const bytes = Buffer.byteLength(JSON.stringify(event));
  return { sequenceNumber: SequenceNumber, partitionKey: itemKey(keys), arrivedAt: createdAt, event, bytes };
}
