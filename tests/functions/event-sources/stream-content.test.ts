import assert from "node:assert/strict";
import { newBatch } from "../../../local/event-sources/streams/batch";
import { failureKey, failureRecord } from "../../../local/event-sources/streams/failure-record";
import { passes } from "../../../local/event-sources/streams/filter";
import { eventOf } from "../../../local/event-sources/streams/invocation-event";
import { type Opening, positionOf, readable } from "../../../local/event-sources/streams/lineage";
import { requireMapping, type StreamMapping, settingsOf } from "../../../local/event-sources/streams/mapping";
import type { Discard } from "../../../local/event-sources/streams/retry";
import { compareSequences } from "../../../local/event-sources/streams/stream-record";
import { EPOCH, FUNCTION, mapping, record, STREAM } from "./shard-world";

const ORIGIN = { shardId: "shardId-000000000000", streamArn: STREAM, functionArn: FUNCTION, uuid: "2b733gdc" };

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

describe("filter criteria", () => {
  const data = { type: "click", n: 5, five: "5", user: { id: "u1", tags: ["a", "b"] }, none: null };
  const taken = (pattern: unknown, content: unknown = data) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    return passes(record(1, "k", 0, text), { filters: [{ pattern: JSON.stringify({ data: pattern }) }] });
  };
  const rows: [string, unknown, boolean][] = [
    ["equals", { type: ["click"] }, true],
    ["equals another", { type: ["view"] }, false],
    ["or", { type: ["view", "click"] }, true],
    ["and", { type: ["click"], n: [6] }, false],
    ["null", { none: [null] }, true],
    ["null of what is absent", { gone: [null] }, false],
    ["not", { type: [{ "anything-but": ["view"] }] }, true],
    ["not, hit", { type: [{ "anything-but": ["click"] }] }, false],
    ["not, of what is absent", { gone: [{ "anything-but": ["x"] }] }, false],
    ["not a prefix", { type: [{ "anything-but": { prefix: "cl" } }] }, false],
    ["numeric", { n: [{ numeric: [">", 4, "<=", 5] }] }, true],
    ["numeric, missed", { n: [{ numeric: [">", 4, "<", 5] }] }, false],
    ["numeric of text", { five: [{ numeric: ["<=", 5] }] }, false],
    ["exists", { user: { id: [{ exists: true }] } }, true],
    ["does not exist", { user: { age: [{ exists: false }] } }, true],
    ["begins with", { type: [{ prefix: "cl" }] }, true],
    ["ends with", { type: [{ suffix: "cl" }] }, false],
    ["ignoring case", { type: [{ "equals-ignore-case": "CLICK" }] }, true],
    ["wildcard", { type: [{ wildcard: "c*k" }] }, true],
    ["one of a list", { user: { tags: ["b"] } }, true],
    ["none of a list", { user: { tags: ["c"] } }, false],
    ["$or", { $or: [{ n: [9] }, { type: ["click"] }] }, true],
    ["$or, neither", { $or: [{ n: [9] }, { type: ["x"] }] }, false],
    ["text is no number", { n: ["5"] }, false],
  ];
  for (const [says, pattern, expected] of rows)
    it(says, () => {
      assert.equal(taken(pattern), expected);
    });

  it("drop data that is not JSON, whatever is asked of it", () => {
    assert.equal(taken({ type: [{ exists: false }] }, "plain text"), false);
    assert.equal(taken({ type: [{ exists: false }] }, "{}"), true);
  });

  it("are joined by OR, and none lets all through", () => {
    const filters = [{ pattern: '{"data":{"n":[1]}}' }, { pattern: '{"data":{"n":[5]}}' }];
    assert.equal(passes(record(1, "k", 0, '{"n":5}'), { filters }), true);
    assert.equal(passes(record(1, "k", 0, "text"), { filters: [] }), true);
    assert.equal(passes(record(1, "k", 0, "text"), undefined), true);
  });
});

describe("a mapping", () => {
  const filter = (pattern: string) => ({ filterCriteria: { filters: [{ pattern }] } });
  const refused: [string, Partial<StreamMapping>, RegExp][] = [
    ["a consumer", { eventSourceArn: `${STREAM}/consumer/c:1` }, /enhanced fan-out is not imitated/],
    ["a table's stream", { eventSourceArn: "arn:aws:dynamodb:us-east-1:0:table/t/stream/x" }, /give a Kinesis stream/],
    ["a batch of 10,001", { batchSize: 10_001 }, /batchSize is 10001; give 1 to 10000/],
    ["no records", { batchSize: 0 }, /batchSize is 0/],
    ["a window of 301 s", { maximumBatchingWindowInSeconds: 301 }, /give 0 to 300/],
    ["eleven batches", { parallelizationFactor: 11 }, /give 1 to 10/],
    ["-2 retries", { maximumRetryAttempts: -2 }, /give -1 to 10000/],
    ["an age of 59 s", { maximumRecordAgeInSeconds: 59 }, /give -1 or 60 or more/],
    ["eight days", { maximumRecordAgeInSeconds: 691_200 }, /give -1 to 604800/],
    ["a window of 901 s", { tumblingWindowInSeconds: 901 }, /give 0 to 900/],
    ["AT_TIMESTAMP without one", { startingPosition: "AT_TIMESTAMP" }, /give a timestamp with AT_TIMESTAMP/],
    ["a timestamp elsewhere", { startingPositionTimestamp: 1 }, /only with it/],
    ["another response type", { functionResponseTypes: ["All"] }, /give ReportBatchItemFailures/],
    ["a FIFO queue", { onFailureArn: "arn:aws:sqs:us-east-1:000000000000:q.fifo" }, /give a standard queue/],
    ["a function as destination", { onFailureArn: FUNCTION }, /give a queue, a topic or a bucket/],
    ["a filter that is not JSON", filter("{"), /is not JSON/],
    ["an unknown operator", filter('{"data":{"a":[{"near":1}]}}'), /near/],
    ["a filter on the key", filter('{"partitionKey":["1"]}'), /filter on data only/],
    ["a filter of plain text", filter('{"data":["text"]}'), /must be a JSON object/],
    ["windows beside lanes", { tumblingWindowInSeconds: 9, parallelizationFactor: 2 }, /needs parallelizationFactor 1/],
  ];
  for (const [what, extra, message] of refused)
    it(`is refused with ${what}`, () => {
      assert.throws(() => requireMapping(mapping(extra)), message);
    });

  it("is taken with the documented limits and defaults", () => {
    requireMapping(mapping());
    requireMapping(mapping({ batchSize: 10_000, maximumRetryAttempts: 10_000, maximumRecordAgeInSeconds: 604_800 }));
    const { maximumRetryAttempts, maximumRecordAgeMs, parallelizationFactor } = settingsOf(mapping(), 1);
    assert.deepEqual([maximumRetryAttempts, maximumRecordAgeMs, parallelizationFactor], [Infinity, Infinity, 1]);
    assert.equal(settingsOf(mapping({ maximumRecordAgeInSeconds: 3600 }), 1 / 60).maximumRecordAgeMs, 60_000);
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

  const start: Opening = { when: "at-start" };
  const later: Opening = { when: "later", startedAt: EPOCH };
  const positions: [string, Partial<StreamMapping>, Opening, string][] = [
    ["TRIM_HORIZON", {}, start, "TRIM_HORIZON"],
    ["LATEST", { startingPosition: "LATEST" }, start, "LATEST"],
    ["LATEST, of a shard that came later", { startingPosition: "LATEST" }, { when: "new" }, "TRIM_HORIZON"],
    ["LATEST, of a shard that had to wait", { startingPosition: "LATEST" }, later, `AT_TIMESTAMP ${EPOCH}`],
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
