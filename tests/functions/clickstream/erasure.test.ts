import assert from "node:assert/strict";
import fc from "fast-check";
import { isErased, nextEra } from "../../../functions/clickstream/domain/erasure";
import { visitorIn } from "../../../functions/clickstream/domain/identity";
import { sessionEventOf } from "../../../functions/clickstream/domain/processed-event";
import type { Subject } from "../../../functions/clickstream/domain/reader-routes";
import { sessionOf } from "../../../functions/clickstream/domain/sessions";
import { type Outcome, processRecord, type StreamRecord } from "../../../functions/clickstream/processing/processing";
import { type Erasure, erase, type Graves, SETTLING } from "../../../functions/clickstream/reader/erasure";
import { ManualClock } from "../handlers/support/fakes";
import { MemoryTables, recordOf } from "./support/memory-world";
import { united } from "./support/united";

const NOW = Date.parse("2026-03-01T12:00:00.000Z");
const USER: Subject = { kind: "user", id: "u1" };
const at = (minutes: number) => new Date(NOW - 86_400_000 + minutes * 60_000).toISOString();

const NEW = { receivedAt: "2026-03-01T13:00:00.000Z" };
const OLD = { receivedAt: "2026-03-01T11:59:59.999Z" };
const track = (messageId: string, minutes: number, who: object, rest: object = {}) => ({
  ...{ type: "track", messageId, event: "e", timestamp: at(minutes) },
  ...who,
  ...rest,
});

const process = async (tables: MemoryTables, records: readonly StreamRecord[]) => {
  const outcomes: Outcome[] = [];
  for (const record of records) outcomes.push(await processRecord(record, tables.world()));
  return outcomes;
};

const erased = (tables: MemoryTables, { subject = USER, clock = new ManualClock(NOW), within = 20_000 } = {}) =>
  erase(
    subject,
    tables.graves(() => clock.now()),
    clock,
    clock.now() + within,
  );

describe("An erasure", () => {
  const filled = async () => {
    const tables = new MemoryTables();
    await process(tables, [
      recordOf(track("m1", 0, { anonymousId: "a1" }), OLD),
      recordOf(track("m2", 5, { userId: "u1", anonymousId: "a1" }), OLD),
      recordOf(track("m3", 9, { userId: "u1" }), OLD),
      recordOf(track("m3", 9, { userId: "u1" }, { event: "another" }), OLD),
      recordOf(track("m4", 9, { userId: "u1" }, { event: 7 }), OLD),
      recordOf(track("m5", 3, { userId: "u2" }), OLD),
      recordOf(track("m6", 3, { anonymousId: "a2" }), OLD),
      recordOf("no message", OLD),
    ]);
    return tables;
  };

  it("deletes what is stored of a user and of who they were before, and nothing of anybody else", async () => {
    const tables = await filled();
    const { done, erased: counts } = await erased(tables);
    assert.deepEqual([done, counts], [true, { events: 3, sessions: 2, quarantined: 2, links: 1 }]);
    const { events, sessions, links, letters } = tables.contents();
    assert.deepEqual(
      events.map(([, { visitor }]) => visitor),
      ["anonymous#a2", "user#u2"],
    );
    assert.deepEqual(
      sessions.map(([visitor]) => visitor),
      ["anonymous#a2", "user#u2"],
    );
    assert.deepEqual([links, letters.map(([, reason]) => reason)], [[], ["not_an_object"]]);
  });

  it("asked again finds nothing more", async () => {
    const tables = await filled();
    await erased(tables);
    assert.deepEqual(await erased(tables), {
      ...{ done: true, erased: { events: 0, sessions: 0, quarantined: 0, links: 0 } },
    });
  });

  it("of an anonymous visitor leaves the user whom it became", async () => {
    const tables = await filled();
    const { erased: counts } = await erased(tables, { subject: { kind: "anonymous", id: "a1" } });
    assert.deepEqual(counts, { events: 1, sessions: 1, quarantined: 0, links: 1 });
    assert.equal([...tables.events.values()].filter(({ visitor }) => visitor === "user#u1").length, 2);
  });

  it("holds for what comes later of what was received before, and for an old message that is sent again", async () => {
    const tables = await filled();
    await erased(tables);
    const contents = tables.contents();
    const outcomes = await process(tables, [
      recordOf(track("m2", 5, { userId: "u1", anonymousId: "a1" }), OLD),
      recordOf(track("m3", 9, { userId: "u1" }), NEW),
      recordOf(track("m9", 9, { userId: "u1", anonymousId: "a1" }), OLD),
      recordOf(track("m9", 9, { userId: "u1", anonymousId: "a1" }), NEW),
      recordOf(track("m8", 9, { userId: "u1" }, { event: 7 }), OLD),
    ]);
    assert.deepEqual(outcomes, ["erased", "erased", "erased", "erased", "erased"]);
    assert.deepEqual(tables.contents(), contents);
  });

  it("ends what was known of an anonymous id: what it does later is that of a stranger", async () => {
    const tables = await filled();
    await erased(tables);
    const outcomes = await process(tables, [
      recordOf(track("n1", 6, { anonymousId: "a1" }), NEW),
      recordOf(track("n2", 7, { userId: "u1" }), NEW),
      recordOf(track("n3", 7, { userId: "u1" }, { event: 7 }), NEW),
    ]);
    assert.deepEqual(outcomes, ["stored", "stored", "quarantined"]);
    assert.equal(tables.links.size, 0);
    const [session] = [...tables.sessions.get("user#u1")!.values()];
    assert.deepEqual([session?.events, session?.first.messageId], [1, "n2"]);
  });

  it("keeps a link that is said after it has begun, erases who was linked before, and finds them the next time", async () => {
    const tables = await filled();
    const graves = tables.graves(() => NOW);
    const later = recordOf(track("n1", 60, { userId: "u1", anonymousId: "a1" }), NEW);
    const meanwhile: Graves = {
      ...graves,
      bury: async (visitor) => {
        const era = await graves.bury(visitor);
        if (visitor === "user#u1") await process(tables, [later]);
        return era;
      },
    };
    const { done, erased: counts } = await erase(USER, meanwhile, new ManualClock(NOW), NOW + 20_000);
    assert.deepEqual([done, counts.events, counts.links], [true, 3, 0]);
    assert.deepEqual(
      [...tables.links.values()].map(({ at: said }) => said),
      [at(60)],
    );
    await process(tables, [recordOf(track("n2", 70, { anonymousId: "a1" }), NEW)]);
    const next = Date.parse(NEW.receivedAt) + 1;
    assert.deepEqual((await erased(tables, { clock: new ManualClock(next) })).erased, {
      ...{ events: 2, sessions: 2, quarantined: 0, links: 1 },
    });
  });

  it("settles once for hundreds of links", async () => {
    const tables = new MemoryTables();
    for (let n = 0; n < 300; n++)
      await process(tables, [recordOf(track(`m${n}`, n, { userId: "u1", anonymousId: `a${n}` }), OLD)]);
    const clock = new ManualClock(NOW);
    const { done, erased: counts } = await erased(tables, { clock });
    assert.deepEqual([done, counts.links, clock.now() - NOW], [true, 300, SETTLING]);
  });

  it("stops at its deadline, says that it is not done, and goes on when asked again", async () => {
    const tables = await filled();
    const clock = new ManualClock(NOW);
    const graves = tables.graves(() => clock.now());
    const slow: Graves = {
      ...graves,
      clear: {
        ...graves.clear,
        events: async (visitor, era) => {
          clock.pass(1_000);
          return graves.clear.events(visitor, era);
        },
      },
    };
    const calls: Erasure[] = [];
    do calls.push(await erase(USER, slow, clock, clock.now() + 2 * SETTLING));
    while (calls.at(-1)?.done === false && calls.length < 20);
    assert.equal(calls[0]?.done, false);
    assert.equal(calls.at(-1)?.done, true);
    assert.equal(
      calls.reduce((sum, each) => sum + each.erased.events, 0),
      3,
    );
    assert.deepEqual(tables.links.size, 0);
  });

  it("waits until indexes show what was written just before, and looks again", async () => {
    const tables = await filled();
    const clock = new ManualClock(NOW);
    const graves = tables.graves(() => clock.now());
    const lagging: Graves = {
      ...graves,
      links: async function* (subject) {
        if (clock.now() >= NOW + SETTLING) yield* graves.links(subject);
      },
      clear: {
        ...graves.clear,
        quarantined: async (visitor, era) =>
          clock.now() < NOW + SETTLING ? 0 : graves.clear.quarantined(visitor, era),
      },
    };
    const { done, erased: counts } = await erase(USER, lagging, clock, clock.now() + 20_000);
    assert.deepEqual([done, counts], [true, { events: 3, sessions: 2, quarantined: 2, links: 1 }]);
  });

  it("is not done as long as there is no time to look again", async () => {
    const tables = await filled();
    assert.equal((await erased(tables, { within: SETTLING })).done, false);
    assert.equal(tables.links.size, 1);
  });

  it("tells what was erased before a fault, and keeps the links by which it goes on", async () => {
    let calls = 0;
    const tables = new MemoryTables((call) => {
      if (call === "clear" && ++calls === 2) throw new Error("throttled");
    });
    await process(tables, [
      recordOf(track("m1", 0, { anonymousId: "a1" }), OLD),
      recordOf(track("m2", 5, { userId: "u1", anonymousId: "a1" }), OLD),
    ]);
    const { done, failure, erased: counts } = await erased(tables);
    assert.deepEqual([done, counts.events, counts.links], [false, 1, 0]);
    assert.match(String(failure), /throttled/);
    assert.deepEqual((await erased(tables)).erased, { events: 1, sessions: 0, quarantined: 0, links: 1 });
  });
});

/** Messages of a few visitors; some bad, all of them with ids of their own. */
const messages = (prefix: string, who: readonly object[]) =>
  fc
    .uniqueArray(fc.record({ id: fc.nat(60), minutes: fc.nat(200), who: fc.constantFrom(...who), bad: fc.boolean() }), {
      ...{ selector: ({ id }) => id, maxLength: 12 },
    })
    .map((list) =>
      list.map(({ id, minutes, who: by, bad }) =>
        track(`${prefix}${id}`, minutes, by, bad && id % 4 === 0 ? { event: 7 } : {}),
      ),
    );

const OLD_ONES = messages("o", [
  ...[{ userId: "u1" }, { userId: "u2" }, { anonymousId: "a1" }, { anonymousId: "a2" }],
  ...[
    { userId: "u1", anonymousId: "a1" },
    { userId: "u2", anonymousId: "a2" },
  ],
]);
const NEW_ONES = messages("n", [
  ...[{ userId: "u1" }, { userId: "u2" }, { anonymousId: "a2" }],
  { userId: "u1", anonymousId: "a1" },
]);

/** What of the tables is about visitors of whom the erasure must change nothing. */
const ofOthers = (tables: MemoryTables) => {
  const own = (visitor: unknown) => ["user#u2", "anonymous#a2"].includes(String(visitor));
  const { events, sessions, links } = tables.contents();
  return {
    events: events.filter(([, { visitor }]) => own(visitor)),
    sessions: sessions.filter(([visitor]) => own(visitor)),
    links: links.filter(([, { userId }]) => userId === "u2"),
    letters: [...tables.letters.values()]
      .filter(({ about }) => own(about?.visitor))
      .map(({ detail }) => detail)
      .sort(),
  };
};

describe("An erasure while events are processed", () => {
  it("leaves nothing of what was received before it, all that came after, and sessions that are those of the events", async () => {
    const dice = fc.infiniteStream(fc.nat(9));
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), OLD_ONES, NEW_ONES, dice, async (scheduler, oldOnes, newOnes, rolls) => {
        const roll = rolls[Symbol.iterator]();
        let faults = 10;
        const tables = new MemoryTables((call) => {
          const mayFail = ["bury", "clear", "unlink"].includes(call);
          if (mayFail && roll.next().value < 2 && faults-- > 0) throw new Error("throttled");
        });
        const clock = new ManualClock(NOW);
        const { events, quarantine, ...world } = tables.world();
        const slow = {
          ...world,
          events: {
            ...events,
            write: scheduler.scheduleFunction(events.write),
            neighbourhood: scheduler.scheduleFunction(events.neighbourhood),
          },
          quarantine: { put: scheduler.scheduleFunction(quarantine.put) },
        };
        const graves = tables.graves(() => clock.now());
        let begin = () => {};
        const begun = new Promise<void>((resolve) => {
          begin = resolve;
        });
        let wasLinked = false;
        const bury = scheduler.scheduleFunction(async (visitor: string) => {
          wasLinked ||= visitor === "user#u1" && tables.links.has("a1");
          return graves.bury(visitor);
        });
        const asked = scheduler.scheduleFunction(async () => undefined);
        const digging: Graves = {
          bury: async (visitor) => {
            const era = await bury(visitor);
            begin();
            return era;
          },
          links: async function* (subject) {
            await asked();
            yield* graves.links(subject);
          },
          unlink: scheduler.scheduleFunction(graves.unlink),
          clear: {
            quarantined: scheduler.scheduleFunction(graves.clear.quarantined),
            sessions: scheduler.scheduleFunction(graves.clear.sessions),
            events: scheduler.scheduleFunction(graves.clear.events),
          },
        };
        const work = async (records: readonly StreamRecord[]) => {
          for (const record of records) await processRecord(record, slow);
        };
        const [oldRecords, newRecords] = [
          oldOnes.map((message) => recordOf(message, OLD)),
          newOnes.map((message) => recordOf(message, NEW)),
        ];
        const eraser = async () => {
          for (let asked = 0; asked < 20; asked++)
            if ((await erase(USER, digging, clock, clock.now() + 20_000)).done) return;
          throw new Error("the erasure never ends");
        };
        const half = Math.ceil(oldRecords.length / 2);
        const all = [
          ...[work(oldRecords.slice(0, half)), work(oldRecords.slice(half))],
          ...[eraser(), begun.then(() => work(newRecords))],
        ];
        await scheduler.waitFor(Promise.all(all));

        const stored = [...tables.events.values()];
        const own = stored.filter(({ visitor }) => visitor === "user#u1");
        // An erasure that is asked for again, after a fault, is one of what came until then.
        const era = tables.erasedAt.get("user#u1")!;
        for (const { receivedAt } of own) assert.equal(isErased(receivedAt, era), false);
        for (const { about } of tables.letters.values())
          assert.equal(about?.visitor === "user#u1" && isErased(about.receivedAt, era), false);
        for (const { userId, era: made } of tables.links.values())
          assert.equal(userId === "u1" && (made ?? "") < era, false);
        for (const { visitor, receivedAt } of wasLinked ? stored : [])
          assert.equal(visitor === "anonymous#a1" && isErased(receivedAt, era), false);
        for (const [visitor, sessions] of tables.sessions) {
          const events = stored.filter((event) => event.visitor === visitor);
          assert.deepEqual(
            [...sessions.values()].sort((a, b) => (a.first.timestamp < b.first.timestamp ? -1 : 1)),
            united(...events.map((event) => [sessionOf(sessionEventOf(event))])),
          );
        }
        const undisturbed = new MemoryTables();
        await process(undisturbed, [...oldRecords, ...newRecords]);
        assert.deepEqual(ofOthers(tables), ofOthers(undisturbed));
        if (faults === 10) {
          const times = newOnes
            .filter(({ event, ...who }) => event === "e" && "anonymousId" in who && who.anonymousId === "a1")
            .map(({ timestamp }) => timestamp);
          assert.equal(tables.links.get("a1")?.at, times.sort()[0]);
          assert.deepEqual(
            own.map(({ messageId }) => messageId).sort(),
            newOnes
              .filter((message) => visitorIn(message) === "user#u1" && message.event === "e")
              .map(({ messageId }) => messageId)
              .sort(),
          );
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("The era of an erasure", () => {
  it("is later than the one before, whatever the clock says", () => {
    assert.equal(nextEra(NOW, undefined), "2026-03-01T12:00:00.000Z");
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: -1000, max: 1000 }), (earlier, drift) => {
        const first = nextEra(NOW + earlier, undefined);
        const second = nextEra(NOW + earlier + drift, first);
        assert.equal(second > first, true);
        assert.equal(Date.parse(second) >= NOW + earlier + drift, true);
      }),
    );
  });

  it("includes what was received in its own millisecond", () => {
    const era = nextEra(NOW, undefined);
    assert.deepEqual(
      [isErased(era, era), isErased("2026-03-01T12:00:00.001Z", era), isErased(era, undefined)],
      [true, false, false],
    );
  });
});

describe("A message that cannot be read", () => {
  const TABLE: readonly (readonly [message: unknown, visitor: string | undefined])[] = [
    [{ userId: "u", anonymousId: "a" }, "user#u"],
    [{ userId: 7 }, "user#7"],
    [{ userId: "", anonymousId: "a" }, "anonymous#a"],
    [{ userId: { id: "u" }, anonymousId: "a" }, "anonymous#a"],
    [{ userId: "u".repeat(257) }, undefined],
    [{ userId: 1.5 }, undefined],
    [{}, undefined],
    [["u"], undefined],
  ];
  for (const [message, visitor] of TABLE)
    it(`${JSON.stringify(message).slice(0, 40)} is ${visitor ?? "nobody's"}`, () =>
      assert.equal(visitorIn(message), visitor));
});
