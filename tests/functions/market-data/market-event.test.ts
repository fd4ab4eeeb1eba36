import assert from "node:assert/strict";
import fc from "fast-check";
import {
  eventIdOf,
  isTime,
  type MarketEvent,
  nanosecondsOf,
  normaliseTime,
  payloadHashOf,
  positionOf,
  seriesOf,
} from "../../../functions/market-data/domain/market-event";
import { trade } from "./support/details";

const LAST = Date.parse("2999-12-31T23:59:59Z") / 1000;
/** A moment of the years 1970 to 2999 as text with up to nine fraction digits, and as nanoseconds. */
const MOMENT = fc
  .tuple(fc.integer({ min: 0, max: LAST }), fc.nat({ max: 999_999_999 }), fc.nat({ max: 9 }))
  .map(([seconds, nanoseconds, digits]) => {
    const fraction = String(nanoseconds).padStart(9, "0").slice(0, digits);
    const text = new Date(seconds * 1000).toISOString().slice(0, 19);
    return {
      time: `${text}${fraction && `.${fraction}`}Z`,
      nanoseconds: BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0")),
    };
  });
const SEQUENCE = fc.oneof(fc.nat({ max: 12 }), fc.maxSafeNat());
const ELEMENT = fc.record({ moment: MOMENT, sequence: SEQUENCE });

describe("The time of a market event", () => {
  it("has nine fraction digits once it is normal", () => {
    assert.equal(normaliseTime("2026-01-05T14:30:00Z"), "2026-01-05T14:30:00.000000000Z");
    assert.equal(normaliseTime("2026-01-05T14:30:00.5Z"), "2026-01-05T14:30:00.500000000Z");
    assert.equal(normaliseTime("2028-02-29T23:59:59.123456789Z"), "2028-02-29T23:59:59.123456789Z");
  });

  it("is refused when it is none, in a message that says what to give", () => {
    const none = ["", "now", "2026-01-05", "2026-01-05T14:30:00", "2026-01-05T14:30:00+00:00", "2026-02-29T00:00:00Z"];
    none.push("2026-01-05T24:00:00Z", "2026-01-05T14:30:60Z", "2026-01-05T14:30:00.Z", "2026-01-05T14:30:00Z\n");
    for (const text of [...none, "2026-13-01T00:00:00Z", "2026-01-05T14:30:00.1234567890Z"]) {
      const message = `${text} is not a time; give RFC 3339 in UTC, for example 2026-01-05T14:30:00.5Z.`;
      assert.throws(() => normaliseTime(text), { name: "RangeError", message });
      assert.throws(() => nanosecondsOf(text), RangeError);
      assert.ok(!isTime(text), text);
    }
    assert.throws(
      () => normaliseTime("x".repeat(1000)),
      ({ message }: Error) => message.length < 120,
    );
  });

  it("is the nanoseconds since 1970, none lost", () => {
    assert.equal(nanosecondsOf("1970-01-01T00:00:00Z"), 0n);
    assert.equal(nanosecondsOf("1969-12-31T23:59:59.999999999Z"), -1n);
    assert.equal(nanosecondsOf("2001-09-09T01:46:40.000000001Z"), 1_000_000_000_000_000_001n);
    fc.assert(fc.property(MOMENT, ({ time, nanoseconds }) => assert.equal(nanosecondsOf(time), nanoseconds)));
  });

  it("stays the same moment when it is made normal, once or twice", () => {
    fc.assert(
      fc.property(MOMENT, ({ time, nanoseconds }) => {
        const normal = normaliseTime(time);
        assert.ok(isTime(time) && isTime(normal));
        assert.deepEqual([normaliseTime(normal), nanosecondsOf(normal)], [normal, nanoseconds]);
      }),
    );
  });
});

describe("The position of a market event", () => {
  it("is its time and its sequence", () => {
    const position = positionOf({ eventTime: "2026-01-05T14:30:00.5Z", sequence: 42 });
    assert.equal(position, "2026-01-05T14:30:00.500000000Z#0000000000000042");
  });

  it("sorts as text like the time, and at the same time like the sequence", () => {
    const sameTime = fc.tuple(ELEMENT, SEQUENCE).map(([one, sequence]) => [one, { ...one, sequence }] as const);
    fc.assert(
      fc.property(fc.oneof(fc.tuple(ELEMENT, ELEMENT), sameTime), ([one, other]) => {
        const [a, b] = [one, other].map(({ moment, sequence }) => positionOf({ eventTime: moment.time, sequence }));
        const [first, second] = [one.moment.nanoseconds, other.moment.nanoseconds];
        const expected = first === second ? Math.sign(one.sequence - other.sequence) : first < second ? -1 : 1;
        assert.equal(a! < b! ? -1 : a! > b! ? 1 : 0, expected);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("The identity of a market event", () => {
  it("is its series and its sequence, whatever else it says", () => {
    assert.equal(eventIdOf(trade(7)), "XNAS:ITCH:AAPL:7");
    assert.equal(eventIdOf(trade(7)), eventIdOf(trade(7, { price: "1", eventTime: "2026-01-06T00:00:00Z" })));
    assert.equal(seriesOf(trade(7)), "XNAS:ITCH:AAPL");
  });
});

describe("The hash of a market event", () => {
  const event = trade(1, { eventTime: "2026-01-05T14:30:00.5Z" }) as MarketEvent;

  it("is the same for the same content, whatever the order of its fields and the zeros of its time", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(Object.entries(event), { minLength: Object.keys(event).length }), (fields) => {
        assert.equal(payloadHashOf(Object.fromEntries(fields) as unknown as MarketEvent), payloadHashOf(event));
      }),
    );
    assert.equal(payloadHashOf({ ...event, eventTime: "2026-01-05T14:30:00.500Z" }), payloadHashOf(event));
    assert.match(payloadHashOf(event), /^[0-9a-f]{64}$/);
  });

  it("is another for each other content", () => {
    const others = [event, { ...event, price: "100.0" }, { ...event, sequence: 2 }, { ...event, currency: "EUR" }];
    assert.equal(new Set(others.map((each) => payloadHashOf(each as MarketEvent))).size, others.length);
  });
});
