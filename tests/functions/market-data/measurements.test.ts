import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import { type MeasurementName, measure } from "../../../functions/market-data/domain/measurements";
import type { Tick } from "../../../functions/market-data/domain/tick";
import { bar, cancel, halt, quote, quotes, replace, ticks, trade, trades } from "./support/details";
import { ascending, SERIES } from "./support/series";

/** Weights of 1/2 and 1/4, to be worked out by hand. */
const SETTINGS = { fastSpan: 3, slowSpan: 7, gapSettleEvents: 0 };
const of = (window: readonly Tick[], settings = SETTINGS) => measure(window, settings);

describe("The measurements of a window", () => {
  it("are those worked out by hand", () => {
    const window = ticks(
      trade(1, { price: "100", size: "10" }),
      trade(2, { price: "102", size: "30" }),
      quote(3, { bid: "99.90", ask: "100.10" }),
      trade(4, { price: "101", size: "20" }),
    );
    assert.deepEqual(of(window), {
      price: "101",
      sma: "101", // 303 / 3
      emaFast: "101", // 100, 100 + 2/2 = 101, 101 + 0/2
      emaSlow: "100.625", // 100, 100 + 2/4 = 100.5, 100.5 + 0.5/4
      vwap: "101.333333333", // (1000 + 3060 + 2020) / 60
      volatility: "0.0209691976716", // (2 ln 1.02 - ln 1.01) / √2
      high: "102",
      low: "100",
      volume: "60",
      meanSize: "20",
      spread: "0.2",
      spreadBps: "20", // 0.2 / 100
      missing: "0",
      elements: "4",
    });
  });

  it("are few without a price: what is not defined is absent", () => {
    assert.deepEqual(of([]), { missing: "0", elements: "0" });
    assert.deepEqual(of(ticks(quote(1))), { spread: "0.2", spreadBps: "20", missing: "0", elements: "1" });
    const { vwap, meanSize } = of(ticks(trade(1, { size: "0" })));
    assert.deepEqual([vwap, meanSize], [undefined, "0"]);
  });

  it("are rounded half-even to twelve digits, without exponent or negative zero", () => {
    const sma = (...prices: readonly string[]) => of(trades(...prices)).sma;
    assert.equal(sma("1", "1", "2"), "1.33333333333");
    assert.equal(sma("0.100000000001", "0.100000000002"), "0.100000000002"); // …0015 to the even one
    assert.equal(sma("100000000000", "100000000001"), "100000000000"); // …000.5 to the even one
    assert.equal(sma("100000000001", "100000000002"), "100000000002");
    assert.equal(sma("0.000000000001", "0.000000000002"), "0.0000000000015");
    assert.equal(sma("-1", "1", "-0"), "0");
    assert.equal(sma("999999999999999999.5"), "1000000000000000000");
  });

  it("take a bar for its close, its volume and its own high and low", () => {
    const { price, sma, high, low, volume, vwap } = of(ticks(trade(1, { price: "101" }), bar(2, { close: "100" })));
    assert.deepEqual([price, sma, high, low, volume], ["100", "100.5", "103", "99", "60"]);
    assert.equal(vwap, "100.166666667"); // (1010 + 5000) / 60
  });

  it("take the latest quote that stands, crossed and below zero as well", () => {
    const spread = (...details: readonly object[]) => of(ticks(...details)).spreadBps;
    assert.equal(of(quotes(["99", "101"], ["99.9", "100.1"])).spreadBps, "20");
    assert.equal(spread(quote(1, { bid: "101", ask: "99" })), "-200");
    assert.equal(spread(quote(1, { bid: "-101", ask: "-99" })), "200");
    assert.equal(spread(quote(1, { bid: "-1", ask: "1" })), undefined); // a mid of zero has no basis points
    assert.equal(spread(quote(1, { bid: "99", ask: "101" }), quote(2), cancel(3, 2)), "200");
  });
});

describe("The volatility of a window", () => {
  const volatility = (...prices: readonly string[]) => of(trades(...prices)).volatility;

  it("is the sample standard deviation of the log returns", () => {
    assert.equal(volatility("1", "2", "8"), "0.490129071734"); // of ln 2 and ln 4: ln 2 / √2
    assert.equal(volatility("1", "1", "1"), "0");
    assert.equal(volatility("1", "2", "4", "8"), "0");
  });

  it("is not there below three prices, nor with a price that has no logarithm", () => {
    for (const prices of [[], ["1"], ["1", "2"], ["1", "0", "2"], ["1", "2", "-1"]]) {
      assert.equal(volatility(...prices), undefined, prices.join());
    }
  });
});

describe("The sequence numbers missing from a window", () => {
  const missing = (gapSettleEvents: number, ...sequences: readonly number[]) =>
    of(ticks(...sequences.map((sequence) => trade(sequence))), { ...SETTINGS, gapSettleEvents }).missing;

  it("are counted between the smallest and the greatest", () => {
    assert.equal(missing(0, 1, 2, 3), "0");
    assert.equal(missing(0, 1, 4, 5, 9), "5");
    assert.equal(missing(0, 7), "0");
  });

  it("are not counted among the newest, which may still be on their way", () => {
    assert.equal(missing(1, 1, 2, 9), "0");
    assert.equal(missing(1, 1, 5, 9), "3");
    assert.equal(missing(5, 1, 5, 9), "0");
  });

  it("are counted whatever the type, and are not made by a cancellation", () => {
    assert.equal(of(ticks(trade(1), trade(2), cancel(3, 2), quote(4))).missing, "0");
  });
});

describe("A window with halts", () => {
  const halted = (...details: readonly object[]) => of(ticks(...details)).halted;
  const resumed = (sequence: number) => halt(sequence, { state: "resumed" });

  it("is halted from a halt to the resumption after it", () => {
    assert.equal(halted(trade(1)), undefined);
    assert.equal(halted(halt(1), trade(2)), "true");
    assert.equal(halted(halt(1), resumed(2)), undefined);
    assert.equal(halted(halt(1), resumed(2), halt(3)), "true");
  });

  it("is as if a cancelled halt, or a cancelled resumption, had not been", () => {
    assert.equal(halted(halt(1), cancel(2, 1)), undefined);
    assert.equal(halted(halt(1), resumed(2), cancel(3, 2)), "true");
  });
});

describe("A window with corrections", () => {
  /** The sizes that count, which tell the elements of these windows apart. */
  const volume = (...corrections: readonly object[]) =>
    of(ticks(trade(1, { size: "1" }), trade(2, { size: "2" }), trade(3, { size: "4" }), ...corrections)).volume;
  const size = (text: string) => ({ size: text });

  it("leaves out what is cancelled and measures the new price and size of what is replaced", () => {
    const { price, sma, high, elements } = of([
      ...trades("100", "900", "104"),
      ...ticks(cancel(4, 2), replace(5, 3, { price: "102" })),
    ]);
    assert.deepEqual([price, sma, high, elements], ["102", "101", "102", "5"]);
    assert.equal(volume(cancel(4, 3)), "3");
    assert.equal(volume(replace(4, 3, size("8"))), "11");
  });

  it("takes a replaced bar for one price", () => {
    const { high, low, volume } = of(ticks(bar(1), replace(2, 1, { price: "100.5", size: "7" })));
    assert.deepEqual([high, low, volume], ["100.5", "100.5", "7"]);
  });

  it("heeds the feed's last word on an element", () => {
    assert.equal(volume(replace(4, 3, size("8")), replace(5, 3, size("16"))), "19");
    assert.equal(volume(replace(4, 3, size("8")), cancel(5, 3)), "3");
    assert.equal(volume(cancel(4, 3), replace(5, 3, size("8"))), "11");
  });

  it("lets stand again what a cancelled correction corrected", () => {
    assert.equal(volume(cancel(4, 3), cancel(5, 4)), "7");
    assert.equal(volume(cancel(4, 3), cancel(5, 4), cancel(6, 5)), "3");
    assert.equal(volume(replace(4, 3, size("8")), replace(5, 4, size("16"))), "19");
  });

  it("is not moved by the correction of an element that it does not hold, or of one without a price", () => {
    assert.equal(volume(cancel(9, 8)), "7");
    assert.equal(of(ticks(quote(1), replace(2, 1))).spreadBps, "20");
  });
});

describe("Any window", () => {
  it("comes to the same, in whatever order its elements were given before they were sorted", () => {
    const shuffled = SERIES.chain((window) =>
      fc.tuple(fc.constant(window), fc.shuffledSubarray([...window], { minLength: window.length })),
    );
    fc.assert(
      fc.property(shuffled, ([window, given]) => assert.deepEqual(of(ascending(given)), of(window))),
      { numRuns: 500 },
    );
  });

  it("scales with its prices: ten times the prices are ten times the averages, at the same volatility", () => {
    const scaled: MeasurementName[] = ["price", "sma", "emaFast", "emaSlow", "vwap", "high", "low", "spread"];
    const same: MeasurementName[] = ["volatility", "volume", "meanSize", "spreadBps", "missing", "halted"];
    fc.assert(
      fc.property(SERIES, (window) => {
        const [once, tenfold] = [of(window), of(window.map(timesTen))];
        for (const name of scaled) {
          assert.equal(tenfold[name], once[name] && new Decimal(once[name]).times(10).toFixed(), name);
        }
        for (const name of same) assert.equal(tenfold[name], once[name], name);
      }),
      { numRuns: 500 },
    );
  });

  it("has its averages between its lowest and its highest price", () => {
    fc.assert(
      fc.property(SERIES, (window) => {
        const { high, low, sma, emaFast, emaSlow, vwap } = of(window);
        for (const average of [sma, emaFast, emaSlow, vwap]) {
          if (average) assert.ok(Number(average) >= Number(low) && Number(average) <= Number(high), average);
        }
      }),
    );
  });
});

function timesTen(tick: Tick): Tick {
  const priced = Object.entries(tick).map(([name, value]) =>
    ["price", "bid", "ask", "open", "high", "low", "close"].includes(name)
      ? [name, new Decimal(String(value)).times(10).toFixed()]
      : [name, value],
  );
  return Object.fromEntries(priced) as unknown as Tick;
}
