import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import {
  microsOfNumber,
  microsOfText,
  numberOfMicros,
  textOfMicros,
} from "../../../functions/ad-exchange/domain/price";

const Exact = Decimal.clone({ precision: 400, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -400, toExpPos: 400 });
const exactMicros = (text: string) => new Exact(text).times(1e6).toDecimalPlaces(0).toNumber();

const digits = (most: number) => fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 1, maxLength: most });
const amounts = fc
  .tuple(fc.integer({ min: 0, max: 999_999_999 }), fc.option(fc.oneof(digits(20), ending())))
  .map(([whole, fraction]) => (fraction === null ? String(whole) : `${whole}.${fraction}`));

/** Exactly half a micro, and its neighbours. */
function ending() {
  return fc
    .tuple(fc.integer({ min: 0, max: 999_999 }), fc.constantFrom("5", "50", "500000000000001", "499999999999999", "05"))
    .map(([micros, rest]) => `${String(micros).padStart(6, "0")}${rest}`);
}

describe("A price", () => {
  it("keeps each of its cents up to 20.00", () => {
    for (let cents = 0; cents <= 2000; cents++) {
      const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
      assert.equal(microsOfNumber(JSON.parse(text)), cents * 10_000, text);
      assert.equal(microsOfText(text), cents * 10_000, text);
      assert.equal(JSON.stringify(numberOfMicros(cents * 10_000)), JSON.stringify(JSON.parse(text)));
    }
  });

  it("of decimal text is the exact one, half to even", () => {
    for (const [text, micros] of [
      ...[["0", 0] as const, ["2.01", 2_010_000] as const, ["0.0000005", 0] as const, ["0.0000015", 2] as const],
      ...[["0.00000050000000000001", 1] as const, ["1000000000", 1e15] as const, ["00", undefined] as const],
      ...[["0.0000025", 2] as const, ["0.0000035", 4] as const, ["999999999.9999995", 1e15] as const],
    ]) {
      assert.equal(microsOfText(text), micros, text);
    }
    fc.assert(
      fc.property(amounts, (text) => {
        assert.equal(microsOfText(text), exactMicros(text), text);
      }),
      { numRuns: 3000, seed: 6 },
    );
  });

  it("of a JSON number is its shortest text's", () => {
    const numbers = fc.oneof(
      amounts.map(Number),
      fc.double({ min: 0, max: 1e9, noNaN: true }),
      fc.double({ min: 0, max: 1e-5, noNaN: true }),
      fc.integer({ min: 0, max: 4_000_000 }).map((halves) => halves / 2e6),
    );
    fc.assert(
      fc.property(numbers, (price) => {
        assert.equal(microsOfNumber(price), exactMicros(String(price)), String(price));
      }),
      { numRuns: 5000, seed: 6 },
    );
    for (const [price, micros] of [
      [2.01, 2_010_000],
      [1.001, 1_001_000],
      [5e-7, 0],
      [5.000000000000001e-7, 1],
      [4.9e-324, 0],
      [1.0000005, 1_000_000],
      [1.0000015, 1_000_002],
      [1e9, 1e15],
    ] as const) {
      assert.equal(microsOfNumber(price), micros, String(price));
    }
    assert.equal(Object.is(microsOfNumber(-0), 0), true);
  });

  it("is none when negative, too high, or no number", () => {
    for (const price of [-1, -1e-9, 1e9 + 1, Number.POSITIVE_INFINITY, Number.NaN, 1000000000.0000002]) {
      assert.equal(microsOfNumber(price), undefined, String(price));
    }
    const texts = ["", ".", ".5", "5.", "-1", "+1", "1e3", "1E3", " 1", "1 ", "01", "1.2.3", "1,5", "0x1", "١", "1_0"];
    for (const text of [...texts, "Infinity", "NaN", "1000000001", "10000000000", "1000000000.000001"]) {
      assert.equal(microsOfText(text), undefined, text);
    }
  });

  it("is the same after it was written and read", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e15 }), (micros) => {
        const text = textOfMicros(micros);
        assert.equal(microsOfText(text), micros);
        assert.equal(microsOfNumber(numberOfMicros(micros)), micros);
        assert.match(text, /^\d+(\.\d{0,5}[1-9])?$/);
        assert.equal(new Exact(text).times(1e6).toFixed(), String(micros));
      }),
      { numRuns: 3000, seed: 6 },
    );
    assert.deepEqual([0, 1, 10, 2_500_000, 1e15].map(textOfMicros), ["0", "0.000001", "0.00001", "2.5", "1000000000"]);
  });
});
