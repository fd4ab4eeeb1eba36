import assert from "node:assert/strict";
import fc from "fast-check";
import { eventTime } from "../../../functions/clickstream/domain/event-time";
import {
  holding,
  type Link,
  linkOf,
  replaces,
  visitorIn,
  visitorOf,
} from "../../../functions/clickstream/domain/identity";
import type { Message } from "../../../functions/clickstream/domain/message";
import { KeyRates, partitionKey, SPREAD_FROM } from "../../../functions/clickstream/domain/partitioning";

const POLICY = { futureSkewSeconds: 60, freshnessDays: 30 };
const RECEIVED = "2026-03-01T12:00:00.000Z";

describe("The time of an event", () => {
  const TABLE: readonly (readonly [what: string, times: object, expected: object])[] = [
    [
      "a clock that is right",
      { originalTimestamp: "2026-03-01T11:59:00.000Z", sentAt: "2026-03-01T11:59:59.000Z" },
      { timestamp: "2026-03-01T11:59:01.000Z" },
    ],
    [
      "a clock that is a year behind",
      { originalTimestamp: "2025-03-01T11:59:00.000Z", sentAt: "2025-03-01T12:00:00.000Z" },
      { timestamp: "2026-03-01T11:59:00.000Z" },
    ],
    [
      "a clock that is a day ahead",
      { originalTimestamp: "2026-03-02T11:59:00.000Z", sentAt: "2026-03-02T12:00:00.000Z" },
      { timestamp: "2026-03-01T11:59:00.000Z" },
    ],
    [
      "a client that does not say when it sent",
      { originalTimestamp: "2026-03-01T11:00:00.000Z" },
      { timestamp: "2026-03-01T11:00:00.000Z" },
    ],
    ["no time at all", {}, { timestamp: RECEIVED, remark: "no_time" }],
    [
      "a minute ahead, which clocks may be",
      { originalTimestamp: "2026-03-01T12:01:00.000Z" },
      { timestamp: "2026-03-01T12:01:00.000Z" },
    ],
    [
      "more than a minute ahead",
      { originalTimestamp: "2026-03-01T12:01:00.001Z" },
      { timestamp: RECEIVED, remark: "future" },
    ],
    [
      "sent before it happened",
      { originalTimestamp: "2026-03-01T13:00:00.000Z", sentAt: "2026-03-01T12:00:00.000Z" },
      { timestamp: RECEIVED, remark: "future" },
    ],
    [
      "kept for 31 days on a phone",
      { originalTimestamp: "2026-01-29T12:00:00.000Z", sentAt: "2026-03-01T12:00:00.000Z" },
      { timestamp: "2026-01-29T12:00:00.000Z", remark: "stale" },
    ],
    [
      "before all time",
      { originalTimestamp: "0001-01-01T00:00:00.000Z" },
      { timestamp: "1970-01-01T00:00:00.000Z", remark: "stale" },
    ],
  ];
  for (const [what, times, expected] of TABLE)
    it(`is corrected: ${what}`, () =>
      assert.deepEqual(eventTime({ ...times, receivedAt: RECEIVED }, POLICY), expected));

  it("does not depend on by how much the client's clock is wrong", () => {
    const day = 86_400_000;
    fc.assert(
      fc.property(fc.integer({ min: -3000, max: 3000 }), fc.nat(day), (days, ago) => {
        const clock = (milliseconds: number) =>
          new Date(Date.parse(RECEIVED) + days * day + milliseconds).toISOString();
        const { timestamp } = eventTime(
          { originalTimestamp: clock(-ago), sentAt: clock(0), receivedAt: RECEIVED },
          POLICY,
        );
        assert.equal(timestamp, new Date(Date.parse(RECEIVED) - ago).toISOString());
      }),
    );
  });
});

const message = (fields: Partial<Message>): Message => ({
  ...{ type: "track", messageId: "m", properties: {}, traits: {}, context: {} },
  ...fields,
});

describe("Who a visitor is", () => {
  it("is said by every message with both ids, and by an alias of its previous id", () => {
    assert.deepEqual(linkOf(message({ userId: "u", anonymousId: "a" }), RECEIVED), {
      anonymousId: "a",
      userId: "u",
      at: RECEIVED,
    });
    assert.deepEqual(linkOf(message({ type: "alias", userId: "u", previousId: "p", anonymousId: "a" }), RECEIVED), {
      anonymousId: "p",
      userId: "u",
      at: RECEIVED,
    });
    assert.equal(linkOf(message({ userId: "u" }), RECEIVED), undefined);
    assert.equal(linkOf(message({ anonymousId: "a" }), RECEIVED), undefined);
    assert.equal(linkOf(message({ userId: "u", anonymousId: "u" }), RECEIVED), undefined);
  });

  it("is decided by the earliest that was said, in whatever order it is heard", () => {
    const link: fc.Arbitrary<Link> = fc
      .tuple(fc.constantFrom("u", "v", "w"), fc.constantFrom("1", "2", "3"))
      .map(([userId, at]) => ({ anonymousId: "a", userId, at }));
    fc.assert(
      fc.property(fc.array(link, { minLength: 1 }), (links) => {
        const one = links.reduce(holding);
        const other = [...links, ...links].reverse().reduce(holding);
        assert.deepEqual(one, other);
        assert.ok(links.every(({ at }) => one.at <= at));
      }),
    );
  });

  const ERAS: readonly (readonly [what: string, known: Partial<Link>, isReplaced: boolean])[] = [
    ["the same user's of an earlier era", { era: "1" }, true],
    ["the same user's of before any erasure", {}, true],
    ["the same user's of this era", { era: "2" }, false],
    ["another user's of an earlier era, who may be being erased", { userId: "v", era: "1" }, false],
  ];
  for (const [what, known, isReplaced] of ERAS)
    it(`${isReplaced ? "is not" : "is"} decided by what was said earlier, ${what}`, () => {
      const link = { anonymousId: "a", userId: "u", at: "9" };
      assert.equal(replaces({ ...link, era: "2" }, { ...link, at: "1", ...known }), isReplaced);
    });

  it("is the user where a message names one, and never the same for a user and an anonymous visitor", () => {
    assert.equal(visitorOf({ userId: "x", anonymousId: "y" }), "user#x");
    assert.notEqual(visitorOf({ userId: "x" }), visitorOf({ anonymousId: "x" }));
  });
});

describe("Whom a message names that cannot be read otherwise", () => {
  const TABLE: readonly (readonly [what: string, message: unknown, visitor: string | undefined])[] = [
    ["a user before an anonymous visitor", { userId: "u", anonymousId: "a" }, "user#u"],
    [
      "a user with half of a pair, which is no key: the anonymous visitor",
      { userId: "u\ud800", anonymousId: "a" },
      "anonymous#a",
    ],
    ["nobody but half of a pair", { anonymousId: "\udc00" }, undefined],
  ];
  for (const [what, given, visitor] of TABLE) it(`is ${what}`, () => assert.equal(visitorIn(given), visitor));
});

describe("The partition key of a record", () => {
  it("keeps a visitor in one shard, and tells nobody who it is", () => {
    assert.equal(partitionKey("user#u", 1), partitionKey("user#u", SPREAD_FROM));
    assert.notEqual(partitionKey("user#u", 1), partitionKey("user#v", 1));
    assert.ok(!partitionKey("user#someone", 1).includes("someone"));
  });

  it("spreads a visitor of many records over one bucket more for each 500 a second, and comes back the next second", () => {
    const rates = new KeyRates();
    const keys = Array.from({ length: 1200 }, () => partitionKey("user#bot", rates.count("user#bot", 1000)));
    assert.equal(new Set(keys).size, 3);
    for (const key of new Set(keys)) assert.ok(keys.filter((each) => each === key).length <= SPREAD_FROM);
    assert.equal(partitionKey("user#bot", rates.count("user#bot", 2000)), keys[0]);
  });

  it("counts each visitor by itself", () => {
    const rates = new KeyRates();
    for (let index = 0; index < 900; index++) rates.count("user#bot", 5);
    assert.equal(rates.count("user#u", 5), 1);
  });
});
