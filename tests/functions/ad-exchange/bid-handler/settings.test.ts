import assert from "node:assert/strict";
import { parseSettings } from "../../../../functions/ad-exchange/bid-handler/settings";
import { SETTINGS } from "../support/settings";

describe("The exchange's settings", () => {
  const parsed = (change: Record<string, unknown>) => parseSettings(JSON.stringify({ ...SETTINGS, ...change }));

  it("are read whole", () => {
    assert.deepEqual(parsed({}), SETTINGS);
    const more = { sid: "s-1", testSeat: true, uncountedImpressions: "allow" };
    const privacy = { gvlId: 7, legitimateInterests: [7, 10], flexiblePurposes: [2], unsaidGdpr: "inside" };
    assert.deepEqual(parsed({ ...more, privacy }), { ...SETTINGS, ...more, privacy });
  });

  for (const [key, value, says] of [
    ["asi", "https://exchange.example/", /asi is "https:/],
    ["sid", "x".repeat(65), /sid/],
    ["incrementMicros", 0.01, /incrementMicros is 0.01; give a whole number/],
    ["incrementMicros", -1, /incrementMicros/],
    [
      "rates",
      [{ asOf: "2026-11-20", base: "USD", per: { EUR: 1.08 } }],
      /EUR of "2026-11-20" is "1.08"; give a decimal/,
    ],
    ["rates", [{ asOf: "2026-11-20", base: "EUR", per: {} }], /"2026-11-20" is in EUR, not USD/],
    ["rates", [{ asOf: "20.11.2026", base: "USD", per: {} }], /"20.11.2026" is no day/],
    ["rates", [{ asOf: "2026-02-30", base: "USD", per: {} }], /"2026-02-30" is no day/],
    ["rates", [{ asOf: "2026-11-20", base: "USD", per: { EUR: "1e1" } }], /EUR of "2026-11-20" is "1e1"/],
    ["rates", {}, /rates is \{\}; give a list/],
    ["deadlines", { ...SETTINGS.deadlines, networkMilliseconds: -1 }, /networkMilliseconds is -1; give a whole number/],
    ["deadlines", { ...SETTINGS.deadlines, ports: {} }, /segments is undefined/],
    ["privacy", { gvlId: 0 }, /gvlId is 0/],
    ["privacy", { legitimateInterests: [99] }, /legitimateInterests is 99/],
    ["privacy", { unsaidGdpr: "maybe" }, /unsaidGdpr is "maybe"; give inside or outside/],
    ["graceSeconds", 1.5, /graceSeconds/],
    ["uncountedImpressions", undefined, /uncountedImpressions/],
    ["testSeat", "yes", /testSeat is "yes"/],
  ] as const) {
    it(`with ${key} ${JSON.stringify(value)} are refused by name`, () => {
      assert.throws(() => parsed({ [key]: value }), says);
    });
  }

  it("that are no object are refused", () => {
    assert.throws(() => parseSettings("[]"), /no JSON object/);
  });
});
