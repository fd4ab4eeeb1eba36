import assert from "node:assert/strict";
import { Base64Url } from "@iabtcf/core";
import fc from "fast-check";
import { BitReader, endOfLetters } from "../../../../functions/ad-exchange/domain/privacy/bit-reader";
import {
  type VendorsReader,
  vendorIn,
  vendorInOptimized,
  vendorInRanges,
} from "../../../../functions/ad-exchange/domain/privacy/vendors";

const binary = (value: number, bits: number) => value.toString(2).padStart(bits, "0");
/** A few letters before and a dot behind, as within a string. */
const readerOf = (bits: string) => {
  const text = `AB~${Base64Url.encode(bits)}.Z`;
  return new BitReader(text, 3, endOfLetters(text, 3));
};
const asked = (read: VendorsReader, bits: string, vendor = 7) => {
  const reader = readerOf(bits);
  const found = read(reader, vendor);
  return reader.failed ? "failed" : found;
};
const entry = (first: number, last = first) =>
  first === last ? `0${binary(first, 16)}` : `1${binary(first, 16)}${binary(last, 16)}`;
const ranges = (...entries: readonly string[]) => binary(entries.length, 12) + entries.join("");

describe("Bits of base64url text", () => {
  it("are those that a decoder makes of it, wherever reading begins", () => {
    const widths = fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.stringMatching(/^[01]{1,400}$/), widths, (bits, lengths) => {
        const reader = readerOf(bits);
        const decoded = bits.padEnd(reader.length, "0");
        assert.equal(reader.length >= bits.length && reader.length % 6 === 0, true);
        let at = 0;
        for (const width of lengths) {
          const fits = at + width <= reader.length;
          assert.equal(reader.int(width), fits ? Number.parseInt(decoded.slice(at, at + width), 2) : 0);
          assert.equal(reader.failed, !fits);
          if (!fits) return;
          at += width;
        }
      }),
      { numRuns: 300, seed: 6 },
    );
  });

  it("hold numbers in Fibonacci coding, as the specification writes them", () => {
    const written = ["11", "011", "0011", "1011", "00011", "10011", "01011"];
    const reader = readerOf(written.join(""));
    assert.deepEqual(
      written.map(() => reader.fibonacci()),
      [1, 2, 3, 4, 5, 6, 7],
    );
    const endless = readerOf("0".repeat(60));
    endless.fibonacci();
    assert.equal(endless.failed, true);
  });
});

describe("A list of vendors", () => {
  it("has who is in one of its ranges, the first and the last of it too", () => {
    for (const [first, last] of [
      [7, 7],
      [7, 9],
      [5, 7],
      [1, 65535],
    ] as const) {
      assert.equal(asked(vendorInRanges, ranges(entry(2), entry(first, last))), true);
      assert.equal(asked(vendorIn, `${binary(900, 16)}1${ranges(entry(first, last), entry(900))}`), true);
    }
    assert.equal(asked(vendorInRanges, ranges(entry(1, 6), entry(8, 900))), false);
    assert.equal(asked(vendorInRanges, ranges()), false);
  });

  it("has who has a bit", () => {
    assert.equal(asked(vendorIn, `${binary(7, 16)}00000001`), true);
    assert.equal(asked(vendorIn, `${binary(7, 16)}01111110`), false);
    assert.equal(asked(vendorIn, `${binary(6, 16)}0111111`), false);
    assert.equal(asked(vendorIn, `${binary(7, 16)}01111111`, 0), false);
  });

  it("is not read when a range ends before it begins, begins at 0, or is missing", () => {
    assert.equal(asked(vendorInRanges, ranges(`1${binary(9, 16)}${binary(5, 16)}`, entry(7))), "failed");
    assert.equal(asked(vendorInRanges, ranges(entry(0), entry(7))), "failed");
    assert.equal(asked(vendorInRanges, binary(9, 12) + entry(7)), "failed");
    assert.equal(asked(vendorIn, `${binary(900, 16)}0000000100`), "failed");
  });

  it("in Fibonacci coding ends with the highest vendor, else it is of another coding", () => {
    // 3, then 4 more.
    const two = `${binary(2, 12)}0${"0011"}0${"1011"}`;
    assert.equal(asked(vendorInOptimized, `${binary(7, 16)}1${two}`), true);
    assert.equal(asked(vendorInOptimized, `${binary(7, 16)}1${two}`, 3), true);
    assert.equal(asked(vendorInOptimized, `${binary(7, 16)}1${two}`, 4), false);
    assert.equal(asked(vendorInOptimized, `${binary(8, 16)}1${two}`), "failed");
  });
});
