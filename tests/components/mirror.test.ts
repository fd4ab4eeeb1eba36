import assert from "node:assert/strict";
import fc from "fast-check";
import { OWN_SOURCES } from "../../components/market-data/bus";
import { alertRule, tunables } from "../../components/market-data/config";
import { parseAlertRules } from "../../functions/market-data/domain/alert-rule";
import { DEFAULT_TUNABLES, parseTunables } from "../../functions/market-data/domain/tunables";
import { INGESTION_SOURCE, PROCESSING_SOURCE } from "../../functions/market-data/stage/details";
import { recordProgram } from "../support/recorded-program";

const accepts = (parse: (json: string) => unknown, value: unknown) => {
  try {
    parse(JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
};

/** Rules that are often right: each field mostly of its kind, and there or not. */
const decimal = fc.constantFrom("0.5", "10", "-3.25", "007", "1e3", ".5", "");
const whole = fc.constantFrom(1, 3, 60, 0, -1, 1.5, 86_401);
const rules = fc.record(
  {
    id: fc.constantFrom("a", "fast-move", "A", "", "x".repeat(65)),
    type: fc.constantFrom("price", "move", "volatility", "volume", "cross", "spread", "gap", "halt", "crash"),
    severity: fc.constantFrom("info", "warning", "critical", "fatal"),
    symbols: fc.constantFrom(["AAPL"], [], "AAPL"),
    above: decimal,
    below: decimal,
    clear: decimal,
    percent: decimal,
    windowSeconds: whole,
    multiple: decimal,
    bps: decimal,
    missing: whole,
  },
  { requiredKeys: ["id", "type", "severity"] },
);

const FIELDS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  price: { above: "10" },
  move: { percent: "2", windowSeconds: 60 },
  volatility: { above: "0.01" },
  volume: { multiple: "5" },
  cross: {},
  spread: { bps: "50" },
  gap: { missing: 3 },
  halt: {},
};

describe("The configuration's schema", () => {
  it("lets no alert rule through that the function would refuse", () => {
    fc.assert(
      fc.property(rules, (rule) => {
        if (alertRule.safeParse(rule).success) assert.ok(accepts(parseAlertRules, [rule]), JSON.stringify(rule));
      }),
      { numRuns: 3_000 },
    );
  });

  for (const [type, fields] of Object.entries(FIELDS)) {
    it(`agrees with the function on what a ${type} rule needs`, () => {
      const rule = { id: "a", type, severity: "info", ...fields };
      assert.ok(alertRule.safeParse(rule).success);
      assert.ok(accepts(parseAlertRules, [rule]));
      for (const missing of Object.keys(fields)) {
        const without = Object.fromEntries(Object.entries(rule).filter(([key]) => key !== missing));
        assert.equal(alertRule.safeParse(without).success, false, missing);
        assert.equal(accepts(parseAlertRules, [without]), false, missing);
      }
    });
  }

  it("agrees with the function on each tunable's bounds", () => {
    const { allowedSources, ...known } = DEFAULT_TUNABLES;
    for (const key of Object.keys(known)) {
      for (const value of [0, -1, 1, 2, 4, 14, 16, 50, 51, 365, 366, 1_000, 1_001, 3_600, 3_601, 1.5, "5", null]) {
        if (key === "candidates" || key === "storm") continue;
        const changed = { ...known, [key]: value };
        const read = accepts(parseTunables, { ...changed, allowedSources });
        assert.equal(tunables.safeParse(changed).success, read, `${key} ${String(value)}`);
      }
    }
  });

  it("knows the sources under which the functions publish", () => {
    assert.deepEqual(OWN_SOURCES, { ingestion: INGESTION_SOURCE, processing: PROCESSING_SOURCE });
  });

  it("deploys parameters that the functions can read, in every stack", async () => {
    for (const stack of ["dev", "prod", "local"] as const) {
      const program = await recordProgram(stack);
      const value = (key: string) => String(program.named(`market-data-${key}-parameter`).inputs.insecureValue);
      assert.ok(parseAlertRules(value("alert-rules")).length > 0);
      assert.ok(parseTunables(value("tunables")).allowedSources.length > 0);
    }
  });
});
