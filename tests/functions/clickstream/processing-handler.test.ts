import assert from "node:assert/strict";
import type { KinesisStreamEvent } from "aws-lambda";
import { parsePolicy } from "../../../functions/clickstream/domain/policy";
import { handlerOf } from "../../../functions/clickstream/processing/handler";
import type { StreamRecord } from "../../../functions/clickstream/processing/processing";
import type { Figures } from "../../../functions/shared/metrics";
import { MemoryTables, recordOf } from "./support/memory-world";

const NOW = Date.parse("2026-03-01T12:00:10.000Z");

const eventOf = (records: readonly StreamRecord[]) =>
  ({
    Records: records.map(({ sequenceNumber, eventId, partitionKey, data }) => ({
      eventID: eventId,
      kinesis: {
        sequenceNumber,
        partitionKey,
        data: Buffer.from(data).toString("base64"),
        approximateArrivalTimestamp: NOW / 1000 - 10,
      },
    })),
  }) as unknown as KinesisStreamEvent;

const track = (messageId: string, key: string) =>
  recordOf({ type: "track", messageId, userId: key, event: "e", timestamp: "2026-03-01T11:00:00.000Z" }, { key });

function run(records: readonly StreamRecord[], tables = new MemoryTables()) {
  const figures: Figures[] = [];
  const lines: string[] = [];
  const log = (message: string, fields: object) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const handler = handlerOf({
    processing: async () => ({ value: tables.world() }),
    log: { info: log, error: log },
    metrics: { record: (each) => void figures.push(each) },
    clock: { now: () => NOW, pause: async () => undefined, random: () => 0 },
  });
  return handler(eventOf(records)).then((response) => ({ response, figures, lines }));
}

describe("The processing function", () => {
  it("answers a good batch with no failures, and counts what became of it", async () => {
    const twice = track("m1", "a");
    const { response, figures } = await run([twice, twice, track("m2", "b"), recordOf({ type: "x" })]);
    assert.deepEqual(response, { batchItemFailures: [] });
    assert.deepEqual(figures, [
      {
        counts: { Stored: 2, Duplicates: 1, Quarantined: 1, Erased: 0, Failed: 0 },
        milliseconds: { Duration: 0, Lag: 10_000 },
      },
    ]);
  });

  it("answers with each key's first record that failed, and writes down why, without the payload", async () => {
    const records = [track("m1", "a"), track("m2", "b"), track("m3", "a")];
    let calls = 0;
    const tables = new MemoryTables((call) => {
      if (call === "write" && calls++ === 0) throw new Error("throttled");
    });
    const { response, lines } = await run(records, tables);
    assert.deepEqual(response, { batchItemFailures: [{ itemIdentifier: records[0]!.sequenceNumber }] });
    assert.match(lines[0]!, /comes again.*throttled/);
    assert.ok(!lines.join().includes("2026-03-01T11"));
  });

  it("throws when it has no settings, so that the whole batch comes again", async () => {
    const handler = handlerOf({
      processing: () => Promise.reject(new Error("no parameter")),
      log: { info: () => undefined, error: () => undefined },
      metrics: { record: () => undefined },
      clock: { now: () => NOW, pause: async () => undefined, random: () => 0 },
    });
    await assert.rejects(handler(eventOf([track("m1", "a")])), /no parameter/);
  });
});

describe("The settings of processing", () => {
  const GOOD = {
    futureSkewSeconds: 60,
    freshnessDays: 30,
    typeShards: 8,
    idDays: 14,
    parameterTtlSeconds: 60,
    address: { kind: "truncate" },
  };

  it("are read from JSON", () => assert.deepEqual(parsePolicy(JSON.stringify(GOOD)), GOOD));

  it("are refused with every mistake at once", () => {
    const bad = { ...GOOD, typeShards: 0, idDays: "14", address: { kind: "hash", key: "short" }, more: 1 };
    assert.throws(
      () => parsePolicy(JSON.stringify(bad)),
      (error: Error) => {
        for (const part of [
          "typeShards is 0; give a whole number from 1 to 100",
          'idDays is "14"',
          "address is of another kind",
          "more is no setting",
        ])
          assert.ok(error.message.includes(part), error.message);
        return true;
      },
    );
    assert.throws(() => parsePolicy("[]"), /give a JSON object/);
  });
});
