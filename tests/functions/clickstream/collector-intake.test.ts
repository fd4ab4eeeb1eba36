import assert from "node:assert/strict";
import fc from "fast-check";
import { KinesisIntake, LONGEST_PAUSE_MS, MOST_RECORDS } from "../../../functions/clickstream/adapters/kinesis-intake";
import { ManualClock } from "../handlers/support/fakes";
import { FakeKinesis, named, THROTTLED } from "./support/fake-kinesis";

const records = (count: number, bytes = 0) =>
  Array.from({ length: count }, (_, index) => ({
    partitionKey: "key",
    data: Buffer.from(String(index).padEnd(bytes, ".")),
  }));

const put = async (kinesis: FakeKinesis, count: number, { bytes = 0, within = 5_000 } = {}) => {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const intake = new KinesisIntake(kinesis as never, "arn:stream", clock);
  const notStored = await intake.put(records(count, bytes), startedAt + within);
  return {
    notStored: notStored.map(({ record, code }) => [Number.parseInt(record.data.toString(), 10), code] as const),
    pauses: clock.pauses,
    tookMs: clock.now() - startedAt,
  };
};

const sizes = (kinesis: FakeKinesis) => kinesis.requests.map(({ Records = [] }) => Records.length);

describe("The intake of the stream", () => {
  it("puts at most 500 records and 5 MB at a time, in order", async () => {
    const many = new FakeKinesis();
    assert.deepEqual((await put(many, 1201)).notStored, []);
    assert.deepEqual(sizes(many), [MOST_RECORDS, MOST_RECORDS, 201]);
    assert.deepEqual(
      many.stored,
      records(1201).map(({ data }) => data.toString()),
    );
    const large = new FakeKinesis();
    assert.deepEqual((await put(large, 200, { bytes: 32_000 })).notStored, []);
    assert.deepEqual(sizes(large), [156, 44]);
  });

  it("puts nothing but what failed again, after pauses that grow up to a second", async () => {
    const kinesis = new FakeKinesis((record, request) => (record === "1" && request < 8 ? THROTTLED : undefined));
    const { notStored, pauses } = await put(kinesis, 3);
    assert.deepEqual([notStored, sizes(kinesis)], [[], [3, 1, 1, 1, 1, 1, 1, 1]]);
    assert.deepEqual(kinesis.stored, ["0", "2", "1"]);
    assert.deepEqual(pauses, [25, 50, 100, 200, 400, LONGEST_PAUSE_MS / 2, LONGEST_PAUSE_MS / 2]); // half of the longest
  });

  it("tells what is not stored by the deadline, and does not pass it", async () => {
    const kinesis = new FakeKinesis((record) => (record === "1" ? THROTTLED : undefined));
    const { notStored, tookMs } = await put(kinesis, 3);
    assert.deepEqual(notStored, [[1, THROTTLED]]);
    assert.ok(tookMs < 5_000, `${tookMs} ms`);
  });

  it("tries once when the deadline is over already", async () => {
    const kinesis = new FakeKinesis();
    assert.deepEqual((await put(kinesis, 3, { within: -1 })).notStored, []);
    const late = await put(kinesis, 501, { within: -1 });
    assert.deepEqual(late.notStored, [[500, "DeadlinePassed"]]);
  });

  it("tries a request again that had no answer", async () => {
    const kinesis = new FakeKinesis();
    kinesis.throws = (request) => (request === 1 ? named("TimeoutError") : undefined);
    assert.deepEqual((await put(kinesis, 3)).notStored, []);
    assert.deepEqual(sizes(kinesis), [3, 3]);
  });

  it("gives up at once where waiting does not help", async () => {
    const kinesis = new FakeKinesis();
    kinesis.throws = () => named("AccessDeniedException");
    const { notStored, pauses } = await put(kinesis, 2);
    assert.deepEqual(notStored, [
      [0, "AccessDeniedException"],
      [1, "AccessDeniedException"],
    ]);
    assert.deepEqual(pauses, []);
  });

  it("does not take a short answer for success", async () => {
    const silent = { send: async () => ({ FailedRecordCount: 0, Records: [] }) };
    const clock = new ManualClock();
    const intake = new KinesisIntake(silent as never, "arn:stream", clock);
    const [lost] = await intake.put(records(1), clock.now() + 100);
    assert.equal(lost?.code, "NoResult");
  });

  it("stores every record once or tells of it, whatever fails", async () => {
    const fates = fc.func(fc.constantFrom(undefined, undefined, THROTTLED, "InternalFailure"));
    const whole = fc.func(fc.constantFrom(undefined, undefined, undefined, "TimeoutError", "AccessDeniedException"));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1300 }), fates, whole, async (count, fate, failure) => {
        const kinesis = new FakeKinesis((record, request) => fate(record, request));
        kinesis.throws = (request) => {
          const name = failure(request);
          return name === undefined ? undefined : named(name);
        };
        const { notStored } = await put(kinesis, count);
        const all = [...kinesis.stored.map(Number), ...notStored.map(([index]) => index)].sort((a, b) => a - b);
        assert.deepEqual(
          all,
          Array.from({ length: count }, (_, index) => index),
        );
      }),
      { numRuns: 100 },
    );
  });
});
