import assert from "node:assert/strict";
import { toMicrosBy } from "../../../../functions/ad-exchange/snapshot/rates";

const NOW = Date.parse("2026-01-05T14:30:00.000Z");
const settings = (more: object) => JSON.stringify({ asi: "exchange.example", rates: [], ...more });
const table = (asOf: string, EUR: unknown) => ({ asOf, base: "USD", per: { EUR } });

describe("Rates of the settings", () => {
  it("convert amounts of campaigns by the table that counts", () => {
    const rates = [table("2026-01-04", "1.25"), table("2026-01-06", "2"), table("2026-01-01", "3")];
    const toMicros = toMicrosBy(settings({ rates }), NOW);
    assert.deepEqual(
      [toMicros("2.01", "USD"), toMicros("2.00", "EUR"), toMicros("1", "GBP")],
      [2_010_000, 2_500_000, undefined],
    );
  });

  it("are too old after as many days as the settings say", () => {
    const rates = [table("2026-01-01", "1.25")];
    const by = (ratesMaximumAgeDays: number) => toMicrosBy(settings({ rates, ratesMaximumAgeDays }), NOW)("1", "EUR");
    assert.deepEqual([by(4), by(3)], [1_250_000, undefined]);
  });

  it("stop the build where they cannot be read: it would leave out half of the campaigns", () => {
    for (const text of ["{", "null", "{}", settings({ rates: {} }), settings({ rates: [table("2026-01-04", 1.25)] })])
      assert.throws(() => toMicrosBy(text, NOW), { name: "FinalFailure", message: /settings cannot be read/ }, text);
    assert.throws(() => toMicrosBy(settings({ rates: [table("soon", "1")] }), NOW), /soon/);
  });
});
