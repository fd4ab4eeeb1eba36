import assert from "node:assert/strict";
import fc from "fast-check";
import { isLate, toTick } from "../../../functions/market-data/domain/tick";
import { at, bar, halt, quote, replace, START, tick, trade } from "./support/details";

describe("A tick", () => {
  it("keeps what windows are measured from, at its position, and nothing else", () => {
    assert.deepEqual(tick(trade(1, { eventTime: "2026-01-05T14:30:00.5Z" })), {
      sequence: 1,
      eventTime: "2026-01-05T14:30:00.500000000Z",
      position: "2026-01-05T14:30:00.500000000Z#0000000000000001",
      type: "trade",
      price: "100.00",
      size: "10",
    });
  });

  it("has the fields of its type", () => {
    const fieldsOf = (detail: object) => Object.keys(tick(detail)).slice(4);
    assert.deepEqual(fieldsOf(quote(1)), ["bid", "bidSize", "ask", "askSize"]);
    assert.deepEqual(fieldsOf(bar(1)), ["open", "high", "low", "close", "volume"]);
    assert.deepEqual(fieldsOf(halt(1, { reason: "news" })), ["state"]);
    assert.deepEqual(fieldsOf(replace(2, 1)), ["price", "size", "corrects", "action"]);
  });

  it("is the same when it is made from what another one kept", () => {
    const once = tick(bar(3));
    assert.deepEqual(toTick(once as unknown as Parameters<typeof toTick>[0]), once);
  });
});

describe("An event", () => {
  const happened = { eventTime: at(0) };

  it("is late when it was received more than the lateness after it happened, to the nanosecond", () => {
    assert.ok(!isLate(happened, at(5000), 5));
    assert.ok(!isLate(happened, "2026-01-05T14:30:05Z", 5));
    assert.ok(isLate(happened, "2026-01-05T14:30:05.000000001Z", 5));
    assert.ok(isLate({ eventTime: "2026-01-05T14:29:59.999999999Z" }, at(5000), 5));
  });

  it("is late after a fraction of a second as well", () => {
    assert.ok(!isLate(happened, at(500), 0.5));
    assert.ok(isLate(happened, at(501), 0.5));
  });

  it("is not late when it was received before it happened", () => {
    assert.ok(!isLate(happened, at(-1000), 0.001));
  });

  it("is late for no longer lateness than one that it is not late for", () => {
    const lateness = fc.integer({ min: 1, max: 10_000 });
    fc.assert(
      fc.property(fc.integer({ min: -5000, max: 15_000 }), lateness, lateness, (delay, one, other) => {
        const received = new Date(START + delay).toISOString();
        const [short, long] = [Math.min(one, other), Math.max(one, other)].map((each) =>
          isLate(happened, received, each / 1000),
        );
        assert.ok(short || !long);
        assert.equal(isLate(happened, received, one / 1000), delay > one);
      }),
    );
  });
});
