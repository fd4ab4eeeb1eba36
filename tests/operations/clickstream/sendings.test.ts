import assert from "node:assert/strict";
import fc from "fast-check";
import { readRecord } from "../../../functions/clickstream/domain/envelope";
import { readMessage } from "../../../functions/clickstream/domain/message";
import { place, type Session, sessionOf } from "../../../functions/clickstream/domain/sessions";
import { MALFORMED } from "../../../local/clickstream/malformed";
import { GIANT, POISON } from "../../../local/clickstream/poison";
import { generateSendings, type Sending } from "../../../local/clickstream/sendings";
import { countBy } from "../../../local/figures";

const START = new Date("2026-03-01T12:00:00.000Z");
const sendings = (seed: number, events: number, more = {}) =>
  generateSendings({ seed, events, startTime: START, ...more });

/** A message as it goes out. */
function messageOf(sending: Sending): Record<string, unknown> | undefined {
  if (sending.by === "library") return { ...sending.call, timestamp: sending.timestamp.toISOString() };
  return sending.by === "device" && sending.expectation !== "refuse" ? (sending.message as never) : undefined;
}
const idOf = (sending: Sending) => String(messageOf(sending)?.messageId);
const seeds = fc.tuple(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 400 }));

describe("Generated visits", () => {
  it("are decided by the seed", () => {
    assert.deepEqual(sendings(7, 300), sendings(7, 300));
    assert.notDeepEqual(sendings(7, 300), sendings(8, 300));
  });

  it("are as many as asked for, in order of their times, whatever the seed", () => {
    fc.assert(
      fc.property(seeds, ([seed, events]) => {
        const all = sendings(seed, events, { ratePerMinute: 6_000 });
        assert.equal(all.length, events);
        assert.deepEqual(
          all.map(({ at }) => at),
          all.map(({ at }) => at).sort((a, b) => a - b),
        );
      }),
      { numRuns: 40 },
    );
  });

  it("come at the rate asked for, or all at once", () => {
    const last = sendings(1, 2_000, { ratePerMinute: 6_000 }).at(-1)!.at;
    assert.equal(last > 17_000 && last < 23_000, true, `${last} ms for 20 s`);
    assert.equal(sendings(1, 100).at(-1)!.at, 0);
  });

  it("have the shares of everything that goes wrong", () => {
    const counts = countBy(sendings(3, 1_000), ({ expectation }) => expectation);
    assert.deepEqual(Object.fromEntries(counts), {
      accept: 930,
      duplicate: 40,
      refuse: 20,
      quarantine: 6,
      conflict: 4,
    });
  });

  it("hold messages that are taken, under ids of their own", () => {
    const good = sendings(2, 1_500).filter(({ expectation }) => expectation === "accept");
    for (const sending of good) assert.equal(readMessage(messageOf(sending)).accepted, true, JSON.stringify(sending));
    assert.equal(new Set(good.map(idOf)).size, good.length);
  });

  it("send the same again, and something else under the same id, after the first", () => {
    const all = sendings(5, 3_000);
    const first = new Map<string, string>();
    for (const sending of all) {
      const message = JSON.stringify(messageOf(sending));
      if (sending.expectation === "accept") first.set(idOf(sending), message);
      if (sending.expectation === "duplicate") assert.equal(message, first.get(idOf(sending)));
      if (sending.expectation === "conflict") {
        assert.equal(first.has(idOf(sending)), true);
        assert.notEqual(message, first.get(idOf(sending)));
      }
    }
  });

  it("are of people as they come: unknown at first, some known later, some on one device, some no people", () => {
    const messages = sendings(4, 4_000)
      .map(messageOf)
      .filter((message) => message !== undefined);
    const types = countBy(messages, ({ type }) => String(type));
    assert.deepEqual([...types.keys()].sort(), ["alias", "group", "identify", "page", "screen", "track"]);
    const agents = messages.map(({ context }) => String((context as Record<string, unknown>).userAgent));
    assert.equal(
      agents.some((agent) => agent.includes("bot")),
      true,
    );
    const heavy = messages.filter(({ userId }) => userId === "user-0").length / messages.length;
    assert.equal(heavy > 0.06 && heavy < 0.1, true, `${heavy}`);
    const users = new Map<string, Set<unknown>>();
    for (const { type, anonymousId, userId } of messages)
      if (type === "identify")
        users.set(String(anonymousId), (users.get(String(anonymousId)) ?? new Set()).add(userId));
    assert.equal(
      [...users.values()].some(({ size }) => size > 1),
      true,
      "nobody shares a device",
    );
    const anonymous = new Set(
      messages.filter(({ userId }) => userId === undefined).map(({ anonymousId }) => anonymousId),
    );
    assert.equal(
      [...users.keys()].some((id) => anonymous.has(id)),
      true,
      "nobody was anonymous before",
    );
  });

  it("come late and by wrong clocks, too", () => {
    const all = sendings(6, 4_000);
    const times = all.flatMap((one) => (one.by === "library" ? [one.timestamp.getTime()] : []));
    const late = times.filter((time, index) =>
      times.slice(0, index).some((before) => before > time + 3_600_000),
    ).length;
    assert.equal(late > times.length / 100 && late < times.length / 4, true, `${late} of ${times.length}`);
    assert.equal(
      times.some((time) => time < START.getTime() - 35 * 86_400_000),
      true,
      "none is stale",
    );
    for (const one of all) {
      if (one.by !== "device" || one.expectation === "refuse") continue;
      const happened = Date.parse(String(messageOf(one)?.timestamp)) - one.skew;
      assert.equal(happened < START.getTime() && happened > START.getTime() - 45 * 86_400_000, true);
    }
    const skews = new Set(all.map((one) => (one.by === "device" ? Math.sign(one.skew) : 0)));
    assert.deepEqual([...skews].sort(), [-1, 0, 1]);
  });
});

describe("Generated visits, one message after the other,", () => {
  it("have late events that make one session of two", () => {
    const open = new Map<string, readonly Session[]>();
    let bridged = 0;
    for (const sending of sendings(9, 1_000)) {
      if (sending.by !== "library" || sending.expectation !== "accept") continue;
      const { userId, anonymousId, messageId } = sending.call;
      const visitor = userId ?? `anonymous ${anonymousId}`;
      const before = open.get(visitor) ?? [];
      const event = { messageId, timestamp: sending.timestamp.toISOString(), isPage: false };
      const { session, absorbed } = place(sessionOf(event), before);
      if (absorbed.length > 1) bridged += 1;
      open.set(visitor, [...before.filter((one) => !absorbed.includes(one)), session]);
    }
    assert.equal(bridged > 5 && bridged < 100, true, `${bridged} of ${[...open.values()].flat().length} sessions`);
  });
});

describe("What is sent to be refused", () => {
  for (const { title, message, reason } of MALFORMED)
    it(`${title} is ${reason}`, () => {
      const verdict = readMessage(message);
      assert.equal(verdict.accepted ? "taken" : verdict.reason, reason);
    });

  for (const { title, data, reason } of POISON)
    it(`in the stream: ${title} is ${reason}`, () => {
      const read = readRecord(data);
      assert.equal(read.readable ? "read" : read.reason, reason);
    });

  it("has one record that no row can hold", () => {
    assert.equal(readRecord(GIANT).readable, false);
    assert.equal(GIANT.byteLength > 400 * 1024 && GIANT.byteLength < 1024 * 1024, true);
  });
});
