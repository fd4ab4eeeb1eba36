import assert from "node:assert/strict";
import { parseAlertRules } from "../../../functions/market-data/domain/alert-rule";
import { conditionedBy } from "../../../functions/market-data/domain/conditions";
import { DEFAULT_TUNABLES } from "../../../functions/market-data/domain/tunables";

const thresholds = { movePercent: "2", volatility: "0.01", volumeMultiple: "5", spreadBps: "50", missing: 3 };
const TUNABLES = { ...DEFAULT_TUNABLES, candidates: thresholds };
const conditions = (...rules: readonly object[]) => {
  const full = rules.map((rule, index) => ({ id: `rule-${index}`, severity: "info", ...rule }));
  return conditionedBy(parseAlertRules(JSON.stringify(full)), TUNABLES).candidates;
};

describe("The conditions on which an event is offered to rules", () => {
  it("are the thresholds, when there are no rules", () => {
    assert.deepEqual(conditions(), { ...thresholds, priceLevels: [] });
  });

  const finer: readonly [object, object][] = [
    [{ type: "move", percent: "0.5", windowSeconds: 60 }, { movePercent: "0.5" }],
    [{ type: "volatility", above: "0.005" }, { volatility: "0.005" }],
    [{ type: "volume", multiple: "4.5" }, { volumeMultiple: "4.5" }],
    [{ type: "spread", bps: "10" }, { spreadBps: "10" }],
    [{ type: "gap", missing: 1 }, { missing: 1 }],
  ];
  for (const [rule, changed] of finer) {
    it(`are as fine as a finer rule: ${JSON.stringify(rule)}`, () => {
      assert.deepEqual(conditions(rule), { ...thresholds, ...changed, priceLevels: [] });
    });
  }

  it("stay as they are for coarser rules, and compare numbers, not text", () => {
    assert.equal(conditions({ type: "move", percent: "10", windowSeconds: 60 }).movePercent, "2");
    assert.equal(conditions({ type: "gap", missing: 9 }).missing, 3);
  });

  it("are as fine as the finest of several rules", () => {
    const [a, b] = ["1.5", "0.7"].map((percent) => ({ type: "move", percent, windowSeconds: 60 }));
    assert.equal(conditions(a!, b!).movePercent, "0.7");
    assert.equal(conditions(b!, a!).movePercent, "0.7");
  });

  it("hold the level of each price rule, and for which symbols", () => {
    const { priceLevels } = conditions(
      { type: "price", above: "110", symbols: ["AAPL"] },
      { type: "price", below: "-3" },
    );
    assert.deepEqual(priceLevels, [{ symbols: ["AAPL"], above: "110" }, { below: "-3" }]);
  });
});
