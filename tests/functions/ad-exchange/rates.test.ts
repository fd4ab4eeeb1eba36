import assert from "node:assert/strict";
import { Decimal } from "decimal.js";
import fc from "fast-check";
import { prepareRates, type Rates, ratesOn } from "../../../functions/ad-exchange/domain/rates";

const Exact = Decimal.clone({ precision: 100, rounding: Decimal.ROUND_HALF_EVEN });
const NOON = Date.parse("2026-06-10T12:00:00.000Z");
const rates = (asOf: string, per: Rates["per"] = {}): Rates => ({ asOf, base: "USD", per });
const HIGHEST = 1e15;

describe("Rates of a day", () => {
  const tables = [rates("2026-06-08"), rates("2026-06-10"), rates("2026-06-09"), rates("2026-06-11")];

  it("are the newest that are not of the future", () => {
    const on = (iso: string) => ratesOn(tables, Date.parse(iso), 7)?.asOf;
    assert.equal(on("2026-06-10T00:00:00.000Z"), "2026-06-10");
    assert.equal(on("2026-06-09T23:59:59.999Z"), "2026-06-09");
    assert.equal(on("2026-06-30T00:00:00.000Z"), undefined);
    assert.equal(on("2026-06-07T23:59:59.999Z"), undefined);
  });

  it("are not too old, by days of the calendar", () => {
    const on = (iso: string) => ratesOn([rates("2026-06-08")], Date.parse(iso), 2)?.asOf;
    assert.equal(on("2026-06-10T23:59:59.999Z"), "2026-06-08");
    assert.equal(on("2026-06-11T00:00:00.000Z"), undefined);
    assert.equal(ratesOn([rates("2026-06-10")], NOON, 0)?.asOf, "2026-06-10");
    assert.equal(ratesOn([], NOON, 7), undefined);
  });

  it("convert by the table in use, and only the base without one", () => {
    const money = prepareRates([rates("2026-06-09", { EUR: "1.1" }), rates("2026-06-11", { EUR: "9" })], NOON);
    assert.equal(money.asOf, "2026-06-09");
    assert.equal(money.toMicros(2, "EUR"), 2_200_000);
    const none = prepareRates([rates("2026-06-01", { EUR: "1.1" })], NOON);
    assert.equal(none.asOf, undefined);
    assert.equal(none.toMicros(2.01, "USD"), 2_010_000);
    assert.equal(none.fromMicros(2_010_000, "USD"), 2.01);
    assert.equal(none.toMicros(2, "EUR"), undefined);
    assert.equal(none.fromMicros(2, "EUR"), undefined);
    assert.equal(prepareRates([rates("2026-06-01", { EUR: "1.1" })], NOON, { maximumAgeDays: 9 }).asOf, "2026-06-01");
    assert.equal(prepareRates([rates("2026-06-03")], NOON).asOf, "2026-06-03");
    assert.equal(prepareRates([rates("2026-06-02")], NOON).asOf, undefined);
  });

  it("know no currency by the names that objects have, nor in lower case", () => {
    const money = prepareRates([rates("2026-06-10", { EUR: "1.1" })], NOON);
    for (const currency of ["__proto__", "constructor", "eur", "", "GBP"]) {
      assert.equal(money.toMicros(1, currency), undefined, currency);
      assert.equal(money.fromBase(1, currency), undefined, currency);
    }
  });

  it("are refused with every mistake named", () => {
    const wrong = [
      rates("2026-02-30", { EUR: "1.1" }),
      rates("today"),
      {
        asOf: "2026-06-10",
        base: "EUR",
        per: { usd: "1", GBP: "0", JPY: "1e3", NOK: 1.1 as never, CHF: "-1", SEK: "0.1234567890123456" },
      },
    ];
    assert.throws(
      () => prepareRates(wrong, NOON),
      (error: Error) => {
        for (const part of [
          "2026-02-30",
          "today",
          "in EUR, not USD",
          "usd",
          'GBP of "2026-06-10" is "0"',
          "1e3",
          "-1",
          "SEK",
        ]) {
          assert.equal(error.message.includes(part), true, `${part}: ${error.message}`);
        }
        return true;
      },
    );
  });
});

describe("An amount that is converted", () => {
  const texts = fc.oneof(
    fc.constantFrom("1.0843", "0.0067", "1", "0.5", "3", "0.00000000000001", "123456789012345", "1.25", "0.2"),
    fc.tuple(fc.integer({ min: 0, max: 99_999 }), fc.integer({ min: 1, max: 999_999 })).map(([whole, rest]) => {
      return `${whole}.${String(rest).padStart(6, "0")}`;
    }),
  );
  const amounts = fc.oneof(fc.integer({ min: 0, max: 1e15 }), fc.integer({ min: 0, max: 50_000_000 }));
  const kept = (value: Decimal) => (value.gt(HIGHEST) ? undefined : value.toNumber());

  it("is rounded once, half to even, from the exact quotient", () => {
    let large = 0;
    let halves = 0;
    fc.assert(
      fc.property(amounts, texts, (micros, rate) => {
        const money = prepareRates([rates("2026-06-10", { EUR: rate })], NOON);
        const product = new Exact(micros).times(rate);
        assert.equal(money.toBase(micros, "EUR"), kept(product.toDecimalPlaces(0)), `${micros} at ${rate}`);
        // Of the quotient 100 digits are enough to tell a half: its divisor has 15.
        const quotient = new Exact(micros).div(rate);
        assert.equal(money.fromBase(micros, "EUR"), kept(quotient.toDecimalPlaces(0)), `${micros} from ${rate}`);
        large += product.times(1e6).gt(Number.MAX_SAFE_INTEGER) ? 1 : 0;
        halves += product.mod(1).eq(0.5) ? 1 : 0;
      }),
      { numRuns: 4000, seed: 6 },
    );
    assert.equal(large > 100 && halves > 20, true, `${large} large, ${halves} halves`);
  });

  it("goes to the even neighbour from a half, small or large", () => {
    const half = prepareRates([rates("2026-06-10", { EUR: "0.5", JPY: "2" })], NOON);
    for (const [micros, right] of [
      ...[[1, 0] as const, [3, 2] as const, [5, 2] as const, [7, 4] as const],
      ...[[999_999_999_999_999, 500_000_000_000_000] as const, [999_999_999_999_997, 499_999_999_999_998] as const],
    ]) {
      assert.equal(half.toBase(micros, "EUR"), right);
      assert.equal(half.fromBase(micros, "JPY"), right);
    }
  });

  it("is a number as JSON writes it, and the base costs nothing", () => {
    const money = prepareRates([rates("2026-06-10", { EUR: "1.0843", JPY: "0.0067" })], NOON);
    assert.equal(money.toMicros(1.5, "EUR"), 1_626_450);
    assert.equal(money.fromMicros(1_626_450, "EUR"), 1.5);
    assert.equal(money.toMicros(200, "JPY"), 1_340_000);
    assert.equal(JSON.stringify(money.fromMicros(1_000_000, "JPY")), "149.253731");
    for (let cents = 0; cents <= 2000; cents++) {
      assert.equal(money.toMicros(cents / 100, "USD"), cents * 10_000);
      assert.equal(money.fromMicros(cents * 10_000, "USD"), cents / 100);
    }
    for (const price of [-1, Number.NaN, 1e9 + 1]) assert.equal(money.toMicros(price, "EUR"), undefined);
    assert.equal(money.toMicros(1e9, "EUR"), undefined);
  });

  it("is the least that is worth so much: one micro less is worth less", () => {
    let large = 0;
    fc.assert(
      fc.property(amounts, texts, (micros, rate) => {
        const money = prepareRates([rates("2026-06-10", { EUR: rate })], NOON);
        const least = money.leastFor(micros, "EUR");
        if (least === undefined)
          return assert.equal(new Exact(micros).div(rate).gt(HIGHEST), true, `${micros} at ${rate}`);
        const worth = (amount: number) => new Exact(amount).times(rate).toDecimalPlaces(0).toNumber();
        assert.equal(worth(least) >= micros, true, `${least} at ${rate} for ${micros}`);
        if (least > 0) assert.equal(worth(least - 1) < micros, true, `${least} - 1 at ${rate} for ${micros}`);
        large += least > 1e9 ? 1 : 0;
      }),
      { numRuns: 4000, seed: 6 },
    );
    assert.equal(large > 100, true, `${large} large`);
    const money = prepareRates([rates("2026-06-10", { EUR: "0.5" })], NOON);
    assert.deepEqual(
      [money.leastFor(7, "USD"), money.leastFor(7, "GBP"), money.leastFor(1e15, "EUR")],
      [7, undefined, undefined],
    );
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((micros) => money.leastFor(micros, "EUR")),
      [0, 2, 3, 6, 7],
    );
  });

  it("comes back the same where the other currency is worth less", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.integer({ min: 1, max: 999_999 }), (micros, rate) => {
        const money = prepareRates([rates("2026-06-10", { JPY: `0.${String(rate).padStart(6, "0")}` })], NOON);
        const there = money.fromBase(micros, "JPY");
        if (there !== undefined) assert.equal(money.toBase(there, "JPY"), micros);
      }),
      { numRuns: 1000, seed: 6 },
    );
  });
});
