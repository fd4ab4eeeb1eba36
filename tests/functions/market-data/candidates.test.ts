import assert from "node:assert/strict";
import {
  candidatesOf,
  crosses,
  movePercentOf,
  volumeMultipleOf,
} from "../../../functions/market-data/domain/candidates";
import type { CandidateConditions } from "../../../functions/market-data/domain/conditions";
import { measure } from "../../../functions/market-data/domain/measurements";
import type { Tick } from "../../../functions/market-data/domain/tick";
import { bar, cancel, halt, quote, quotes, replace, ticks, trade, trades } from "./support/details";

const SETTINGS = { symbol: "AAPL", fastSpan: 3, slowSpan: 7, gapSettleEvents: 0 };
const FAR = "1000000000";
const QUIET: CandidateConditions = {
  movePercent: FAR,
  volatility: FAR,
  volumeMultiple: FAR,
  spreadBps: FAR,
  missing: 1000,
  priceLevels: [],
};

/** The candidates that a window's last element is, when only these thresholds are within reach. */
const candidates = (window: readonly Tick[], thresholds: Partial<CandidateConditions> = {}, symbol = "AAPL") =>
  candidatesOf(window, measure(window, SETTINGS), { ...QUIET, ...thresholds }, { ...SETTINGS, symbol });

const sizes = (...texts: readonly string[]) => ticks(...texts.map((size, index) => trade(index + 1, { size })));

describe("A candidate for alerts", () => {
  it("is no element that meets no condition, and none is one without elements", () => {
    assert.deepEqual(candidates([]), []);
    assert.deepEqual(candidates(trades("100", "100.5")), []);
  });

  it("is a trade at or beyond a level of its symbol", () => {
    const above = { priceLevels: [{ symbols: ["AAPL"], above: "110" }] };
    assert.deepEqual(candidates(trades("110"), above), ["price"]);
    assert.deepEqual(candidates(trades("109.999999999999"), above), []);
    assert.deepEqual(candidates(trades("110"), above, "MSFT"), []);
    const below = { priceLevels: [{ below: "-5" }] };
    assert.deepEqual(candidates(trades("-5"), below, "MSFT"), ["price"]);
    assert.deepEqual(candidates(trades("-4.99"), below), []);
  });

  it("is compared with its level digit for digit, beyond the twelve that are told", () => {
    const levels = { priceLevels: [{ above: "123456789012345.01" }] };
    assert.deepEqual(candidates(trades("123456789012345.009"), levels), []);
    assert.deepEqual(candidates(trades("123456789012345.01"), levels), ["price"]);
  });

  it("is the bar or the correction that brings the price there, and not a quote after it", () => {
    const levels = { priceLevels: [{ above: "110" }] };
    assert.deepEqual(candidates(ticks(bar(1, { close: "111", high: "111" })), levels), ["price"]);
    assert.deepEqual(candidates(ticks(trade(1), replace(2, 1, { price: "111" })), levels), ["price"]);
    assert.deepEqual(candidates(ticks(trade(1, { price: "111" }), cancel(2, 1)), levels), []);
    assert.deepEqual(candidates(ticks(trade(1, { price: "111" }), quote(2)), levels), []);
  });

  it("is a move of so many percent, up or down", () => {
    for (const price of ["102", "98"])
      assert.deepEqual(candidates(trades("100", price), { movePercent: "2" }), ["move"]);
    for (const price of ["101.99", "98.01"])
      assert.deepEqual(candidates(trades("100", price), { movePercent: "2" }), []);
  });

  it("is a volatility at its threshold", () => {
    const window = trades("1", "2", "8"); // ln 2 / √2 = 0.490129071734
    assert.deepEqual(candidates(window, { volatility: "0.490129071734" }), ["volatility"]);
    assert.deepEqual(candidates(window, { volatility: "0.490129071735" }), []);
  });

  it("is a trade of so many times the size before it", () => {
    assert.deepEqual(candidates(sizes("10", "20", "75"), { volumeMultiple: "5" }), ["volume"]);
    assert.deepEqual(candidates(sizes("10", "20", "74"), { volumeMultiple: "5" }), []);
  });

  it("is a quote with a wide spread, or the correction that leaves one standing, and not a trade after it", () => {
    const wide = { bid: "99", ask: "101" }; // 200 basis points
    const thresholds = { spreadBps: "200" };
    assert.deepEqual(candidates(quotes(["99", "101"]), thresholds), ["spread"]);
    assert.deepEqual(candidates(quotes(["99", "101"]), { spreadBps: "200.1" }), []);
    assert.deepEqual(candidates(ticks(quote(1, wide), quote(2), cancel(3, 2)), thresholds), ["spread"]);
    assert.deepEqual(candidates(ticks(quote(1, wide), trade(2)), thresholds), []);
  });

  it("is an element after which so many sequence numbers are missing", () => {
    assert.deepEqual(candidates(ticks(trade(1), trade(4)), { missing: 2 }), ["gap"]);
    assert.deepEqual(candidates(ticks(trade(1), trade(4)), { missing: 3 }), []);
  });

  it("is a halt, a resumption, and the correction of either", () => {
    assert.deepEqual(candidates(ticks(halt(1))), ["halt"]);
    assert.deepEqual(candidates(ticks(halt(1), halt(2, { state: "resumed" }))), ["halt"]);
    assert.deepEqual(candidates(ticks(halt(1), cancel(2, 1))), ["halt"]);
    assert.deepEqual(candidates(ticks(halt(1), trade(2))), []);
    assert.deepEqual(candidates(ticks(halt(1), trade(2), cancel(3, 2))), []);
  });

  it("is named for each condition that it meets", () => {
    const window = trades("100", "110", "80");
    assert.deepEqual(candidates(window, { movePercent: "20", priceLevels: [{ below: "80" }] }), [
      "price",
      "move",
      "cross",
    ]);
  });
});

describe("The averages", () => {
  const cross = (...prices: readonly string[]) => crosses(trades(...prices), SETTINGS);

  it("cross when the fast one changes sides of the slow one", () => {
    assert.ok(cross("100", "110", "80"));
    assert.ok(cross("100", "90", "120"));
    assert.ok(cross("100", "110", "80", "120"));
  });

  it("do not cross when they part for the first time, or stay as they are", () => {
    assert.ok(!cross("100"));
    assert.ok(!cross("100", "110"));
    assert.ok(!cross("100", "110", "80", "79"));
  });

  it("that met and stood equal cross when they part to the other side", () => {
    const met = ["100", "110", "97.5"] as const; // both at 101.25
    assert.ok(!cross(...met));
    assert.ok(!cross(...met, "110"));
    assert.ok(cross(...met, "90"));
  });

  it("do not cross with an element that has no price", () => {
    assert.ok(!crosses([...trades("100", "110", "80"), ...ticks(quote(4))], SETTINGS));
  });

  it("cross with the correction that turns them", () => {
    const window = ticks(trade(1), trade(2, { price: "110" }), replace(3, 2, { price: "90" }));
    assert.ok(crosses(window, SETTINGS));
  });
});

describe("The move and the volume of a window", () => {
  it("are those of its first and last price, and of its last size over the mean before", () => {
    assert.equal(movePercentOf(trades("80", "500", "100"))?.toFixed(), "25");
    assert.equal(movePercentOf(trades("-80", "-100"))?.toFixed(), "-25");
    assert.equal(volumeMultipleOf(sizes("1", "3", "3"))?.toFixed(), "1.5");
    assert.equal(volumeMultipleOf(sizes("1", "3", "0"))?.toFixed(), "0");
  });

  it("are not there where nothing is to be compared", () => {
    for (const window of [[], trades("100"), trades("0", "100"), ticks(quote(1), trade(2))]) {
      assert.equal(movePercentOf(window), undefined);
    }
    for (const window of [[], sizes("5"), sizes("0", "5"), [...sizes("5", "5"), ...ticks(quote(3))]]) {
      assert.equal(volumeMultipleOf(window), undefined);
    }
  });
});
