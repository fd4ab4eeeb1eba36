import assert from "node:assert/strict";
import { newBatch } from "../../../local/event-sources/streams/batch";
import { failureKey, failureRecord } from "../../../local/event-sources/streams/failure-record";
import { eventOf } from "../../../local/event-sources/streams/invocation-event";
import { type Opening, positionOf, readable } from "../../../local/event-sources/streams/lineage";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import type { Discard } from "../../../local/event-sources/streams/retry";
import { compareSequences, kinesisRecord } from "../../../local/event-sources/streams/stream-record";
import { tableRecord } from "../../../local/event-sources/streams/table-record";
import { CONSUMER, change, EPOCH, FUNCTION, mapping, record, STREAM, TABLE_STREAM } from "./shard-world";

const ORIGIN = { shardId: "shardId-000000000000", eventSourceArn: STREAM, functionArn: FUNCTION, uuid: "2b733gdc" };

describe("the function's event", () => {
  it("has the records as the guide shows them", () => {
    const event = JSON.parse(eventOf({ batch: newBatch([record(7, "user", 0.987, "Hello")]), final: false }, ORIGIN));
    assert.deepEqual(event, {
      Records: [
        {
          kinesis: {
            ...{ kinesisSchemaVersion: "1.0", partitionKey: "user", sequenceNumber: "00000000000000000007" },
            ...{ data: "SGVsbG8=", approximateArrivalTimestamp: EPOCH / 1000 + 0.987 },
          },
          ...{ eventSource: "aws:kinesis", eventVersion: "1.0", eventName: "aws:kinesis:record" },
          ...{ eventID: "shardId-000000000000:00000000000000000007", invokeIdentityArn: "arn:aws:iam::0:role/r" },
          ...{ awsRegion: "us-east-1", eventSourceARN: STREAM },
        },
      ],
    });
  });

  it("has the changes of a table as the guide shows them, times in seconds and bytes in Base64", () => {
    const event = JSON.parse(
      eventOf({ batch: newBatch([change(7, "u1", 12, { photo: new Uint8Array([1, 2]) })]), final: false }, ORIGIN),
    );
    assert.deepEqual(event, {
      Records: [
        {
          ...{ eventID: "e7", eventName: "MODIFY", eventVersion: "1.1", eventSource: "aws:dynamodb" },
          ...{ awsRegion: "us-east-1", eventSourceARN: TABLE_STREAM },
          dynamodb: {
            ...{
              ApproximateCreationDateTime: EPOCH / 1000 + 12,
              SequenceNumber: "00000000000000000007",
              SizeBytes: 26,
            },
            ...{ Keys: { id: { S: "u1" }, sort: { N: "1" } }, StreamViewType: "NEW_AND_OLD_IMAGES" },
            OldImage: { id: { S: "u1" }, sort: { N: "1" }, n: { N: "6" } },
            NewImage: { id: { S: "u1" }, sort: { N: "1" }, n: { N: "7" }, photo: { B: "AQI=" } },
          },
        },
      ],
    });
  });

  it("names DynamoDB where that deleted an item whose time was over", () => {
    const expired = tableRecord(
      { userIdentity: { PrincipalId: "dynamodb.amazonaws.com", Type: "Service" }, eventName: "REMOVE" },
      TABLE_STREAM,
    );
    assert.deepEqual(expired.event.userIdentity, { principalId: "dynamodb.amazonaws.com", type: "Service" });
    assert.equal("userIdentity" in change(1, "u1").event, false);
  });

  it("of a consumer names the consumer, in its records and in its window", () => {
    const source = { shardId: ORIGIN.shardId, eventSourceArn: CONSUMER, region: "us-east-1", roleArn: "r" };
    const pushed = kinesisRecord(
      { sequenceNumber: "1", partitionKey: "k", data: new Uint8Array(), arrivedAt: 0 },
      source,
    );
    const window = { start: EPOCH, end: EPOCH + 1000, state: {}, terminatedEarly: false };
    const invocation = { batch: newBatch([pushed]), window, final: false };
    const event = JSON.parse(eventOf(invocation, { ...ORIGIN, eventSourceArn: CONSUMER }));
    assert.deepEqual([event.Records[0].eventSourceARN, event.eventSourceARN], [CONSUMER, CONSUMER]);
  });

  it("tells of its window", () => {
    const window = { start: EPOCH, end: EPOCH + 120_000, state: { 1: 282 }, terminatedEarly: false };
    assert.deepEqual(JSON.parse(eventOf({ batch: newBatch([]), window, final: true }, ORIGIN)), {
      ...{ Records: [], window: { start: "2026-11-21T10:00:00Z", end: "2026-11-21T10:02:00Z" }, state: { 1: 282 } },
      ...{
        shardId: ORIGIN.shardId,
        eventSourceARN: STREAM,
        isFinalInvokeForWindow: true,
        isWindowTerminatedEarly: false,
      },
    });
  });
});

describe("the on-failure destination", () => {
  const last = { requestId: "r", ended: "function-error" } as const;
  const discard: Discard = {
    records: [record(1), record(2, "k", 5)],
    condition: "RetryAttemptsExhausted",
    invokes: 4,
    last,
  };
  const at = { requestId: "r", now: EPOCH + 6021, withPayload: false };

  it("of SQS and SNS is told of the batch, not its records", () => {
    assert.deepEqual(JSON.parse(failureRecord(discard, ORIGIN, at)), {
      requestContext: {
        ...{ requestId: "r", functionArn: FUNCTION, condition: "RetryAttemptsExhausted", approximateInvokeCount: 4 },
      },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      ...{ version: "1.0", timestamp: "2026-11-21T10:00:06.021Z" },
      KinesisBatchInfo: {
        ...{ shardId: "shardId-000000000000", batchSize: 2, streamArn: STREAM },
        ...{ startSequenceNumber: "00000000000000000001", endSequenceNumber: "00000000000000000002" },
        approximateArrivalOfFirstRecord: "2026-11-21T10:00:00.000Z",
        approximateArrivalOfLastRecord: "2026-11-21T10:00:05.000Z",
      },
    });
  });

  it("is told of a table's changes under another name, in whole seconds", () => {
    const changes = { ...discard, records: [change(1, "u1"), change(2, "u2", 5)] };
    const told = JSON.parse(failureRecord(changes, { ...ORIGIN, eventSourceArn: TABLE_STREAM }, at));
    assert.equal(told.KinesisBatchInfo, undefined);
    assert.deepEqual(told.DDBStreamBatchInfo, {
      ...{ shardId: "shardId-000000000000", batchSize: 2, streamArn: TABLE_STREAM },
      ...{ startSequenceNumber: "00000000000000000001", endSequenceNumber: "00000000000000000002" },
      approximateArrivalOfFirstRecord: "2026-11-21T10:00:00Z",
      approximateArrivalOfLastRecord: "2026-11-21T10:00:05Z",
    });
  });

  it("is told the stream of a consumer, where the records are", () => {
    const told = JSON.parse(failureRecord(discard, { ...ORIGIN, eventSourceArn: CONSUMER }, at));
    assert.equal(told.KinesisBatchInfo.streamArn, STREAM);
  });

  it("of S3 has the whole event as text, under the documented key", () => {
    const { payload } = JSON.parse(failureRecord(discard, ORIGIN, { ...at, withPayload: true }));
    assert.deepEqual(
      JSON.parse(payload).Records,
      discard.records.map(({ event }) => event),
    );
    const key = failureKey(ORIGIN, EPOCH + 6021, "11-22");
    assert.equal(key, "aws/lambda/2b733gdc/shardId-000000000000/2026/11/21/2026-11-21T10.00.06-11-22");
  });

  it("says nothing of a response that never was", () => {
    for (const ended of [undefined, "not-invoked"] as const) {
      const { last: _, ...bare } = discard;
      const told = JSON.parse(failureRecord(ended ? { ...bare, last: { requestId: "r", ended } } : bare, ORIGIN, at));
      assert.equal(told.responseContext, undefined);
    }
  });
});

describe("shards", () => {
  const shard = (shardId: string, ...parents: string[]) => ({ shardId, parents });
  const ids = (...args: Parameters<typeof readable>) => readable(...args).map(({ shardId }) => shardId);
  const none = new Set<string>();

  it("are read after their parents are drained, both of a merge", () => {
    const all = [shard("a"), shard("b"), shard("c", "a", "b"), shard("d", "c")];
    assert.deepEqual(ids(all, none, none), ["a", "b"]);
    assert.deepEqual(ids(all, new Set(["a"]), none), ["b"]);
    assert.deepEqual(ids(all, new Set(["a", "b"]), none), ["c"]);
  });

  it("do not wait for a parent that has expired, but for one that vanished while it is read", () => {
    assert.deepEqual(ids([shard("c", "a")], none, none), ["c"]);
    assert.deepEqual(ids([shard("c", "a")], none, new Set(["a"])), []);
  });

  const OF_TABLE = { eventSourceArn: TABLE_STREAM, startingPosition: "LATEST" } as const;
  const start: Opening = { when: "at-start" };
  const later: Opening = { when: "later", startedAt: EPOCH };
  const positions: [string, Partial<StreamMapping>, Opening, string][] = [
    ["TRIM_HORIZON", {}, start, "TRIM_HORIZON"],
    ["LATEST", { startingPosition: "LATEST" }, start, "LATEST"],
    ["LATEST, of a shard that came later", { startingPosition: "LATEST" }, { when: "new" }, "TRIM_HORIZON"],
    ["LATEST, of a shard that had to wait", { startingPosition: "LATEST" }, later, `AT_TIMESTAMP ${EPOCH}`],
    ["LATEST, of a table's shard that had to wait", OF_TABLE, later, "TRIM_HORIZON"],
    ["LATEST, of a table's shard", OF_TABLE, start, "LATEST"],
    [
      "AT_TIMESTAMP",
      { startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: 9 },
      { when: "new" },
      "AT_TIMESTAMP 9000",
    ],
  ];
  for (const [says, extra, opening, expected] of positions)
    it(`begin at ${says}`, () => {
      const { ShardIteratorType, Timestamp } = positionOf(mapping(extra), undefined, opening);
      assert.equal([ShardIteratorType, ...(Timestamp ? [Timestamp.getTime()] : [])].join(" "), expected);
    });

  it("go on at their checkpoint before anything else", () => {
    const position = positionOf(
      mapping({ startingPosition: "LATEST" }),
      { next: "AT_SEQUENCE_NUMBER", sequenceNumber: "5" },
      start,
    );
    assert.deepEqual(position, { ShardIteratorType: "AT_SEQUENCE_NUMBER", StartingSequenceNumber: "5" });
  });

  it("order sequence numbers as numbers, whatever their length", () => {
    assert.deepEqual(["100", "99", "9"].sort(compareSequences), ["9", "99", "100"]);
    assert.equal(compareSequences("7", "7"), 0);
  });
});
