import assert from "node:assert/strict";
import fc from "fast-check";
import { readRecord } from "../../../functions/clickstream/domain/envelope";
import { processedEvent, typeShardsOf } from "../../../functions/clickstream/domain/processed-event";
import { processBatch } from "../../../functions/clickstream/processing/batch";
import { type Outcome, processRecord, type StreamRecord } from "../../../functions/clickstream/processing/processing";
import { MemoryTables, POLICY, recordOf } from "./support/memory-world";

const at = (minutes: number) => new Date(Date.parse("2026-03-01T10:00:00.000Z") + minutes * 60_000).toISOString();

const track = (messageId: string, minutes: number, rest: object = {}) => ({
  ...{ type: "track", messageId, userId: "u1", event: "Clicked", timestamp: at(minutes) },
  ...rest,
});

const run = async (records: readonly StreamRecord[], tables = new MemoryTables()) => {
  const outcomes: Outcome[] = [];
  for (const record of records) outcomes.push(await processRecord(record, tables.world()));
  return { tables, outcomes };
};

describe("Processing a record of the stream", () => {
  it("stores an event under its visitor and time, by type in a shard, with no address in clear", async () => {
    const context = { ip: "192.0.2.77", page: { url: "https://shop.example/cart?utm_source=news" } };
    const { tables } = await run([recordOf(track("m1", 0, { context, anonymousId: "a1" }))]);
    const [[key, event]] = [...tables.events] as [[string, ReturnType<typeof processedEvent>]];
    assert.equal(key, `user#u1 ${at(0)}#m1`);
    assert.ok(typeShardsOf("Clicked", POLICY.typeShards).includes(event.typeShard));
    assert.equal(event.address, "192.0.2.0");
    assert.deepEqual(event.origin.campaign, { source: "news" });
    assert.deepEqual(tables.links.get("a1"), { anonymousId: "a1", userId: "u1", at: at(0) });
  });

  it("keeps two events of one millisecond, and one that comes twice once", async () => {
    const twice = recordOf(track("m1", 0));
    const { tables, outcomes } = await run([
      twice,
      recordOf(track("m2", 0)),
      twice,
      recordOf(track("m1", 0, { sentAt: at(1) })),
    ]);
    assert.deepEqual(outcomes.slice(0, 3), ["stored", "stored", "duplicate"]);
    assert.equal(tables.events.size, 2);
  });

  it("counts a message that a client sends again as the same, whenever it sends it", async () => {
    const message = track("m1", 0);
    const { outcomes } = await run([
      recordOf({ ...message, sentAt: at(0) }, { receivedAt: at(0) }),
      recordOf({ ...message, sentAt: at(5) }, { receivedAt: at(5) }),
    ]);
    assert.deepEqual(outcomes, ["stored", "duplicate"]);
  });

  it("puts aside, with its payload and why, what is no message and what takes another's id", async () => {
    const garbage = { ...recordOf({}), data: Buffer.from([0xff, 0xfe]) };
    const { tables, outcomes } = await run([
      garbage,
      recordOf({ type: "track", userId: "u" }),
      recordOf(track("m1", 0)),
      recordOf(track("m1", 0, { event: "Bought", anonymousId: "a9" })),
    ]);
    assert.deepEqual(outcomes, ["quarantined", "quarantined", "stored", "quarantined"]);
    assert.deepEqual(
      [...tables.letters.values()].map(({ reason }) => reason),
      ["not_json", "missing_field", "id_conflict"],
    );
    assert.deepEqual(tables.letters.get(garbage.eventId)!.data, garbage.data);
    assert.equal(tables.links.has("a9"), false);
  });

  it("stores an event whose id was another's that expired as it was looked up", async () => {
    const world = new MemoryTables().world();
    const answers = ["taken" as const];
    const write: typeof world.events.write = async (all) => answers.pop() ?? world.events.write(all);
    const expiring = { ...world, events: { ...world.events, write } };
    assert.equal(await processRecord(recordOf(track("m1", 0)), expiring), "stored");
  });

  it("gives up after a while where others always come between, and the record comes again", async () => {
    const tables = new MemoryTables();
    const world = tables.world();
    const always = { ...world, events: { ...world.events, write: async () => "moved" as const } };
    await assert.rejects(processRecord(recordOf(track("m1", 0)), always), /RetryableFailure|came between, 8 times/);
  });
});

/** Messages of a few visitors within some hours, some of them anonymous, some bad. */
const MESSAGES = fc.uniqueArray(
  fc.record({
    id: fc.nat(60),
    minutes: fc.integer({ min: 0, max: 300 }),
    who: fc.constantFrom(
      { userId: "u1" },
      { userId: "u2" },
      { anonymousId: "a1" },
      { userId: "u1", anonymousId: "a1" },
      { userId: "u2", anonymousId: "a1" },
    ),
    bad: fc.boolean().map((bad) => (bad ? { event: 7 } : {})),
  }),
  { selector: ({ id }) => id, maxLength: 20 },
);

const records = MESSAGES.map((list) =>
  list.map(({ id, minutes, who, bad }) =>
    recordOf({ type: "track", messageId: `m${id}`, event: "e", timestamp: at(minutes), ...who, ...bad }),
  ),
);

const arrivals = records.chain((list) =>
  fc.tuple(fc.constant(list), fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 })),
);

describe("The tables after processing", () => {
  it("are the same for every order of arrival and any repetition", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ([list, shuffled]) => {
        const [once, again] = [await run(list), await run(shuffled)];
        assert.deepEqual(again.tables.contents(), once.tables.contents());
      }),
    );
  });

  it("hold every record that came: in = stored + quarantined + duplicates", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, async ([, shuffled]) => {
        const { tables, outcomes } = await run(shuffled);
        const count = (outcome: Outcome) => outcomes.filter((each) => each === outcome).length;
        assert.equal(outcomes.length, shuffled.length);
        assert.equal(count("stored"), tables.events.size);
        const inSessions = [...tables.sessions.values()].flatMap((own) => [...own.values()]);
        assert.equal(
          inSessions.reduce((sum, { events }) => sum + events, 0),
          tables.events.size,
        );
      }),
    );
  });

  it("are the same when calls fail, answers are lost and batches are tried again", async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.infiniteStream(fc.integer({ min: 0, max: 9 })), async (list, dice) => {
        const next = dice[Symbol.iterator]();
        let faults = 60; // an end, so that every batch ends
        const tables = new MemoryTables(() => {
          if (next.next().value < 3 && faults-- > 0) throw new Error("throttled");
        });
        for (let left = list; left.length > 0; ) {
          const { failed } = await processBatch(left, (record) => processRecord(record, tables.world()), 3);
          const first = left.findIndex(({ sequenceNumber }) =>
            failed.some((each) => each.sequenceNumber === sequenceNumber),
          );
          left = first < 0 ? [] : left.slice(first);
        }
        assert.deepEqual(tables.contents(), (await run(list)).tables.contents());
      }),
    );
  });

  it("are the same when two workers place events of one visitor at the same time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), records, async (scheduler, list) => {
        const tables = new MemoryTables();
        const world = tables.world();
        const slow = {
          ...world,
          events: {
            ...world.events,
            write: scheduler.scheduleFunction(world.events.write),
            neighbourhood: scheduler.scheduleFunction(world.events.neighbourhood),
          },
        };
        const work = async (own: readonly StreamRecord[]) => {
          for (const record of own) await processRecord(record, slow);
        };
        const both = Promise.all([
          work(list.filter((_, index) => index % 2 === 0)),
          work(list.filter((_, index) => index % 2 === 1)),
        ]);
        await scheduler.waitFor(both);
        assert.deepEqual(tables.contents(), (await run(list)).tables.contents());
      }),
    );
  });
});

describe("A batch", () => {
  it("stops a key at its first failure, and goes on with the others", async () => {
    const seen: string[] = [];
    const batch = ["a", "b", "a", "b", "a"].map((key) => recordOf({}, { key }));
    const { outcomes, failed } = await processBatch(
      batch,
      async ({ sequenceNumber }) => {
        seen.push(sequenceNumber);
        if (sequenceNumber === batch[2]!.sequenceNumber) throw new Error("no");
        return "stored";
      },
      2,
    );
    assert.deepEqual(
      failed.map(({ sequenceNumber }) => sequenceNumber),
      [batch[2]!.sequenceNumber],
    );
    assert.equal(seen.includes(batch[4]!.sequenceNumber), false);
    assert.equal(outcomes.stored, 3);
  });
});

describe("A record of the stream", () => {
  const reasonOf = (content: unknown) => {
    const read = readRecord(Buffer.from(typeof content === "string" ? content : JSON.stringify(content)));
    return read.readable ? "readable" : read.reason;
  };
  const envelope = { version: 1, receivedAt: at(0), source: "web", message: track("m", 0) };

  it("is read in its one version, and put aside otherwise", () => {
    assert.equal(reasonOf(envelope), "readable");
    assert.equal(reasonOf({ ...envelope, version: 2 }), "not_an_envelope");
    assert.equal(reasonOf({ ...envelope, receivedAt: "now" }), "not_an_envelope");
    assert.equal(reasonOf({ ...envelope, source: undefined }), "not_an_envelope");
    assert.equal(reasonOf({ ...envelope, message: undefined }), "not_an_envelope");
    assert.equal(reasonOf("{"), "not_json");
  });
});

describe("The fingerprint of an event", () => {
  const fingerprint = (message: object) => {
    const read = readRecord(recordOf(message).data);
    assert.equal(read.readable, true);
    return read.readable ? processedEvent(read.envelope, read.message, POLICY).fingerprint : "";
  };

  it("does not depend on the order of keys, and on nothing but what was said", () => {
    assert.equal(
      fingerprint(track("m", 0, { properties: { a: 1, b: [2] } })),
      fingerprint(track("m", 0, { properties: { b: [2], a: 1 } })),
    );
    assert.notEqual(
      fingerprint(track("m", 0, { properties: { a: 1 } })),
      fingerprint(track("m", 0, { properties: { a: 2 } })),
    );
  });
});
