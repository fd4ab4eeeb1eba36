import assert from "node:assert/strict";
import { passes } from "../../../local/event-sources/streams/filter";
import { requireMapping, type StreamMapping, settingsOf } from "../../../local/event-sources/streams/mapping";
import { CONSUMER, change, FUNCTION, mapping, record, STREAM, TABLE_STREAM } from "./shard-world";

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

  it("see a table's change as it stands in the event, numbers as text", () => {
    const kept = (pattern: unknown) => passes(change(5, "u1"), { filters: [{ pattern: JSON.stringify(pattern) }] });
    const images: [unknown, boolean][] = [
      [{ eventName: ["MODIFY"] }, true],
      [{ eventName: ["INSERT", "REMOVE"] }, false],
      [{ dynamodb: { Keys: { id: { S: ["u1"] } } } }, true],
      [{ dynamodb: { NewImage: { n: { N: ["5"] } } } }, true],
      [{ dynamodb: { NewImage: { n: { N: [{ numeric: ["=", 5] }] } } } }, false],
      [{ dynamodb: { NewImage: { gone: { S: [{ exists: false }] } } } }, true],
      [{ eventName: ["MODIFY"], dynamodb: { OldImage: { n: { N: ["5"] } } } }, false],
    ];
    for (const [pattern, expected] of images) assert.equal(kept(pattern), expected, JSON.stringify(pattern));
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
    [
      "a queue",
      { eventSourceArn: "arn:aws:sqs:us-east-1:000000000000:q" },
      /give a Kinesis stream, a consumer of one, or/,
    ],
    ["a consumer's name", { eventSourceArn: `${STREAM}/consumer/c` }, /give a Kinesis stream, a consumer of one, or/],
    ["a table", { eventSourceArn: TABLE_STREAM.replace(/.stream.*/, "") }, /or a table's stream/],
    [
      "a time in a table's stream",
      { eventSourceArn: TABLE_STREAM, startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: 1 },
      /give TRIM_HORIZON or LATEST/,
    ],
    [
      "a filter on a table's data",
      { eventSourceArn: TABLE_STREAM, ...filter('{"data":{"n":[1]}}') },
      /asks for data; give dynamodb or eventName/,
    ],
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
    requireMapping(
      mapping({ eventSourceArn: CONSUMER, startingPosition: "AT_TIMESTAMP", startingPositionTimestamp: 1 }),
    );
    const inserts = '{"eventName":["INSERT"],"dynamodb":{"NewImage":{"n":{"N":["1"]}}}}';
    requireMapping(mapping({ eventSourceArn: TABLE_STREAM, startingPosition: "LATEST", ...filter(inserts) }));
    requireMapping(mapping({ batchSize: 10_000, maximumRetryAttempts: 10_000, maximumRecordAgeInSeconds: 604_800 }));
    const { maximumRetryAttempts, maximumRecordAgeMs, parallelizationFactor } = settingsOf(mapping(), 1);
    assert.deepEqual([maximumRetryAttempts, maximumRecordAgeMs, parallelizationFactor], [Infinity, Infinity, 1]);
    assert.equal(settingsOf(mapping({ maximumRecordAgeInSeconds: 3600 }), 1 / 60).maximumRecordAgeMs, 60_000);
  });
});
