import assert from "node:assert/strict";
import fc from "fast-check";
import { ofOnePiece } from "../../../functions/clickstream/domain/envelope";
import { utcTime } from "../../../functions/clickstream/domain/fields";
import {
  LARGEST_MESSAGE,
  MESSAGE_TYPES,
  type Message,
  type Rejection,
  readMessage,
} from "../../../functions/clickstream/domain/message";

const TRACK = { type: "track", messageId: "m1", userId: "u1", event: "Order Completed" };

const accepted = (value: unknown): Message => {
  const verdict = readMessage(value);
  assert.ok(verdict.accepted, JSON.stringify(verdict));
  return verdict.message;
};

function nest(depth: number): unknown {
  let value: unknown = {};
  for (let index = 0; index < depth; index++) value = { a: value };
  return value;
}

describe("A message of the tracking API", () => {
  const GOOD: readonly (readonly [what: string, value: object])[] = [
    ["track", TRACK],
    ["page", { type: "page", anonymousId: "a" }],
    ["screen", { type: "screen", anonymousId: "a", name: "Home" }],
    ["identify", { type: "identify", userId: "u", traits: { plan: "pro" } }],
    ["group", { type: "group", userId: "u", groupId: "g" }],
    ["alias", { type: "alias", userId: "u", previousId: "a" }],
    ["one with letters of two halves", { ...TRACK, userId: "u😀", event: "😀" }],
    ["one with a number for an id", { ...TRACK, userId: 7 }],
    ["one with null where nothing is", { ...TRACK, anonymousId: null, properties: null, timestamp: null }],
    ["one of 100 levels", { ...TRACK, properties: nest(98) }],
    ["one with fields that nobody knows", { ...TRACK, integrations: { All: true }, __proto: 1 }],
  ];
  for (const [what, value] of GOOD) it(`is accepted: ${what}`, () => void accepted(value));

  const BAD: readonly (readonly [what: string, value: unknown, reason: Rejection, detail: RegExp])[] = [
    ["a list", [], "not_an_object", /JSON object/],
    ["null", null, "not_an_object", /JSON object/],
    ["no type", { userId: "u" }, "unknown_type", /track, page/],
    ["a type of nobody", { ...TRACK, type: "purchase" }, "unknown_type", /track, page/],
    ["a track without event", { type: "track", userId: "u" }, "missing_field", /track needs event/],
    ["an alias without previousId", { type: "alias", userId: "u" }, "missing_field", /previousId/],
    ["a group without groupId", { type: "group", userId: "u" }, "missing_field", /groupId/],
    ["nobody", { type: "page" }, "missing_field", /userId or anonymousId/],
    ["an empty user", { type: "page", userId: "" }, "missing_field", /userId or anonymousId/],
    ["a user of another kind", { ...TRACK, userId: {} }, "wrong_type", /userId is a text/],
    ["properties that are a list", { ...TRACK, properties: [] }, "wrong_type", /properties is a JSON object/],
    ["a context that is a text", { ...TRACK, context: "x" }, "wrong_type", /context is a JSON object/],
    ["an event of 601 letters", { ...TRACK, event: "e".repeat(601) }, "too_long", /601 letters; give at most 600/],
    ["an id of 257 letters", { ...TRACK, userId: "u".repeat(257) }, "too_long", /257 letters/],
    ["half of a pair in a user", { ...TRACK, userId: "u\ud800" }, "wrong_type", /userId is a text of whole/],
    ["half of a pair in an id", { ...TRACK, messageId: "m\udc00" }, "wrong_type", /messageId is a text of whole/],
    ["half of a pair in an event", { ...TRACK, event: "\ud83d" }, "wrong_type", /event is a text of whole/],
    ["a time that is none", { ...TRACK, timestamp: "yesterday" }, "bad_time", /RFC 3339/],
    ["the 30 February", { ...TRACK, timestamp: "2026-02-30T00:00:00Z" }, "bad_time", /RFC 3339/],
    ["more than 32 KiB", { ...TRACK, properties: { text: "x".repeat(LARGEST_MESSAGE) } }, "too_large", /at most 32768/],
    ["nesting without end", { ...TRACK, properties: nest(20_000) }, "too_large", /nested .* 100 levels/],
    ["101 levels", { ...TRACK, properties: nest(99) }, "too_large", /nested .* 100 levels/],
  ];
  for (const [what, value, reason, detail] of BAD)
    it(`is refused: ${what}`, () => {
      const verdict = readMessage(value);
      assert.ok(!verdict.accepted);
      assert.equal(verdict.reason, reason);
      assert.match(verdict.detail, detail);
    });

  it("takes what stands around a batch, and its own before it", () => {
    const around = { sentAt: "2026-01-01T00:00:01Z", context: { library: { name: "a" }, ip: "1.2.3.4" } };
    const message = accepted(ofOnePiece({ ...TRACK, context: { ip: "5.6.7.8" } }, around));
    assert.equal(message.sentAt, "2026-01-01T00:00:01.000Z");
    assert.deepEqual(message.context, { library: { name: "a" }, ip: "5.6.7.8" });
    const own = ofOnePiece({ ...TRACK, sentAt: "2026-01-01T00:00:09Z" }, around);
    assert.equal(accepted(own).sentAt, "2026-01-01T00:00:09.000Z");
  });

  it("without an id is known by its content", () => {
    const { messageId: _, ...bare } = TRACK;
    assert.equal(accepted(bare).messageId, accepted({ ...bare }).messageId);
    assert.notEqual(accepted(bare).messageId, accepted({ ...bare, event: "Order Cancelled" }).messageId);
  });

  it("is read or refused whatever JSON comes, and what is read has type, id and visitor", () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          type: fc.constantFrom(...MESSAGE_TYPES),
          userId: fc.jsonValue(),
          event: fc.jsonValue(),
          properties: fc.jsonValue(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(value, (given) => {
        const verdict = readMessage(given);
        if (!verdict.accepted) return;
        const { type, messageId, userId, anonymousId } = verdict.message;
        assert.ok(MESSAGE_TYPES.includes(type) && messageId !== "" && (userId ?? anonymousId) !== undefined);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("A time of RFC 3339", () => {
  it("is read in any zone, to the millisecond", () => {
    assert.equal(utcTime("2026-01-31T13:00:00+01:00"), "2026-01-31T12:00:00.000Z");
    assert.equal(utcTime("2026-01-31T12:00:00.123456Z"), "2026-01-31T12:00:00.123Z");
    assert.equal(utcTime("2026-01-31 12:00:00Z"), "2026-01-31T12:00:00.000Z");
  });

  it("is none when it lies before the year 0 or after 9999 in UTC, where texts no longer sort as times do", () => {
    assert.equal(utcTime("9999-12-31T23:59:59-01:00"), undefined);
    assert.equal(utcTime("0000-01-01T00:00:00+01:00"), undefined);
    assert.equal(utcTime("9999-12-31T23:59:59Z"), "9999-12-31T23:59:59.000Z");
    assert.equal(utcTime("0000-01-01T00:00:00Z"), "0000-01-01T00:00:00.000Z");
  });

  it("of every instant is what it was", () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true }), (date) =>
        assert.equal(utcTime(date.toISOString()), date.toISOString()),
      ),
    );
  });
});
