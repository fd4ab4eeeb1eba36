import assert from "node:assert/strict";
import fc from "fast-check";
import {
  LARGEST_DETAIL,
  REJECTION_REASONS,
  type RejectionReason,
  validate,
} from "../../../functions/market-data/domain/validation";
import { bar, CONTEXT, cancel, halt, quote, trade } from "./support/details";
import { ANY_DETAIL } from "./support/mutations";
import { below, padded, REFUSALS } from "./support/refusals";

describe("A raw event", () => {
  for (const [reason, because, detail, says] of REFUSALS) {
    it(`is refused as ${reason} when ${because}`, () => {
      const verdict = validate(detail, CONTEXT);
      assert.ok(!verdict.accepted, "was accepted");
      assert.equal(verdict.reason, reason);
      assert.ok(verdict.detail.includes(says), verdict.detail);
    });
  }

  it("is refused as source_not_allowed when it is from someone else, whatever its detail", () => {
    for (const source of ["exchang", "my.exchange.nasdaq", "", "EXCHANGE.nasdaq"]) {
      const verdict = validate(null, { ...CONTEXT, source });
      assert.ok(!verdict.accepted && verdict.reason === "source_not_allowed", source);
    }
    const exact = { ...CONTEXT, allowedSources: ["exchange.nasdaq"] };
    assert.ok(validate(trade(1), exact).accepted);
    assert.ok(!validate(trade(1), { ...exact, source: "exchange.nasdaq.two" }).accepted);
  });

  it("has a refusal in these tests for every reason there is", () => {
    const elsewhere: RejectionReason[] = ["source_not_allowed", "sequence_conflict"]; // the latter only the store can tell
    assert.deepEqual(new Set([...REFUSALS.map(([reason]) => reason), ...elsewhere]), new Set(REJECTION_REASONS));
  });

  it("is told in a message that stays short, however long the value", () => {
    const verdict = validate(trade(1, { symbol: "A".repeat(10_000) }), CONTEXT);
    assert.ok(!verdict.accepted && verdict.detail.length < 160, JSON.stringify(verdict));
  });

  it("is accepted on every limit", () => {
    const limits = [
      padded(LARGEST_DETAIL),
      trade(0, { sequence: Number.MAX_SAFE_INTEGER, price: "-999999999999999999.999999999999", size: "0" }),
      trade(1, { eventTime: "2026-01-05T14:31:02Z" }),
      trade(1, { eventTime: "1970-01-01T00:00:00Z", feed: "f".repeat(32), symbol: `A${"/".repeat(23)}` }),
      bar(1, below("-2", "-1")),
      bar(1, { ...below("5.0", "5.000"), interval: "P1Y2M3W4DT5H6M7S" }),
      halt(1, { reason: "😀".repeat(200) }),
      cancel(1, 0),
    ];
    for (const detail of limits) assert.deepEqual(validate(detail, CONTEXT).accepted, true, JSON.stringify(detail));
  });

  it("is accepted without the fields that its type does not name", () => {
    const verdict = validate(quote(1, { colour: "red", price: 3 }), CONTEXT);
    assert.deepEqual(verdict, { accepted: true, event: quote(1) });
    const resumed = halt(2, { state: "resumed" });
    assert.deepEqual(validate({ ...resumed, currency: 5 }, CONTEXT), { accepted: true, event: resumed });
  });

  it("has the sequence 0 when it came as -0", () => {
    const verdict = validate(JSON.parse(JSON.stringify(trade(1)).replace('"sequence":1', '"sequence":-0')), CONTEXT);
    assert.ok(verdict.accepted && Object.is(verdict.event.sequence, 0));
  });

  it("is not judged to be of the future when its envelope has no time", () => {
    const late = trade(1, { eventTime: "2999-12-31T23:59:59Z" });
    assert.ok(validate(late, { ...CONTEXT, receivedAt: "" }).accepted);
  });
});

describe("Validation", () => {
  it("never throws, whatever JSON comes in", () => {
    const json = fc.oneof(fc.jsonValue(), ANY_DETAIL);
    fc.assert(
      fc.property(json, fc.string(), (detail, receivedAt) => {
        const verdict = validate(detail, { ...CONTEXT, receivedAt });
        if (!verdict.accepted) assert.ok(REJECTION_REASONS.includes(verdict.reason) && verdict.detail.length > 0);
      }),
      { numRuns: 2000 },
    );
  });

  it("accepts again what it accepted, and makes the same event of it", () => {
    fc.assert(
      fc.property(ANY_DETAIL, (detail) => {
        const verdict = validate(detail, CONTEXT);
        if (verdict.accepted) assert.deepEqual(validate(verdict.event, CONTEXT), verdict);
      }),
    );
  });
});
