import assert from "node:assert/strict";
import fc from "fast-check";
import { adExchangeKeys } from "../../components/ad-exchange/config";
import { parseSettings } from "../../functions/ad-exchange/bid-handler/settings";
import { parseIssuers } from "../../functions/ad-exchange/domain/auth/issuers";
import { recordProgram } from "../support/recorded-program";

const number = fc.constantFrom(0, 1, 7, 24, 25, 365, 366, 1_000, 1_001, 10_000, 10_001, 65_536, -1, 1.5);
const usual = <T>(value: T, others: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(value) }, others);
const ports = (most: fc.Arbitrary<unknown>) =>
  fc.record({ segments: most, fraud: most, caps: most, demand: most, budgets: most }, { requiredKeys: [] });

const settings = fc.record({
  asi: usual("exchange.example.com", fc.constantFrom("", "https://a.b", "x")),
  rates: usual(
    [{ asOf: "2026-11-20", base: "USD", per: { EUR: "1.08" } }],
    fc.constantFrom([{ asOf: "today", base: "USD", per: {} }], [{ asOf: "2026-11-20", base: "EUR", per: {} }], {}),
  ),
  ratesMaximumAgeDays: usual(7, number),
  incrementMicros: usual(10_000, number),
  deadlines: fc.record({
    ...{ defaultMilliseconds: usual(100, number), mostMilliseconds: usual(500, number) },
    ...{ networkMilliseconds: usual(20, number), answerMilliseconds: usual(5, number) },
    ports: usual({ segments: 1, fraud: 1, caps: 1, demand: 1, budgets: 1 }, ports(number)),
  }),
  privacy: usual({}, fc.record({ gvlId: number, legitimateInterests: fc.array(number, { maxLength: 2 }) })),
  graceSeconds: usual(3_600, number),
  uncountedImpressions: usual("refuse", fc.constantFrom("allow", "maybe")),
  testSeat: usual(true, fc.constantFrom("yes", null)),
  debug: usual(false, fc.constantFrom("yes", null)),
});

const takes = (parse: (text: string) => unknown, text: string): boolean => {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
};

describe("What the configuration takes of the exchange's settings", () => {
  it("is what the bid handler can read", async () => {
    let taken = 0;
    await fc.assert(
      fc.property(settings, (value) => {
        const text = JSON.stringify(value);
        const { success } = adExchangeKeys.adExchangeSettings.safeParse(text);
        if (success) {
          taken++;
          assert.equal(takes(parseSettings, text), true, text);
        }
      }),
      { numRuns: 1_000 },
    );
    assert.equal(taken > 50, true, `${taken} taken`);
  });

  it("and what is deployed of it can be read, in each stack", async () => {
    for (const stack of ["dev", "prod"] as const) {
      const program = await recordProgram(stack);
      const textOf = (name: string) =>
        String(program.named(name).inputs.insecureValue ?? program.named(name).inputs.value);
      assert.equal(takes(parseSettings, textOf("ad-exchange-settings-parameter")), true, stack);
      assert.equal(takes(parseIssuers, textOf("ad-exchange-issuers-parameter")), true, stack);
    }
  });
});
