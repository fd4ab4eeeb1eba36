import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ExchangeScenario } from "./exchange-scenario";
import { runExchangeScenario } from "./run-exchange-scenario";
import { runScenario } from "./run-scenario";
import type { Scenario } from "./scenario";

for (const kind of ["ordinary", "edge"]) {
  describe(`ad exchange scenarios, ${kind}`, () => {
    for (const { name, scenario } of scenariosIn<Scenario>(kind)) {
      it(`${name}: ${scenario.says}`, () => runScenario(scenario));
    }
  });
}

describe("ad exchange scenarios, from bytes to bytes", () => {
  for (const { name, scenario } of scenariosIn<ExchangeScenario>("exchange")) {
    it(`${name}: ${scenario.says}`, async () => runExchangeScenario(scenario));
  }

  it("show every outcome that a request may have", () => {
    const shown = new Set(scenariosIn<ExchangeScenario>("exchange").map(({ scenario }) => scenario.expect.outcome));
    const all = [
      ...["bid", "malformed", "tooLarge", "forbidden", "notReady", "insufficientTime", "noCurrency", "noDemand"],
      ...["allRefused", "unmatchedUser", "dailyUserCap", "knownSpider", "suspectedNonHuman"],
    ];
    assert.deepEqual([...shown].sort(), all.sort());
  });
});

function scenariosIn<T>(kind: string): readonly { readonly name: string; readonly scenario: T }[] {
  const files = readdirSync(join(__dirname, kind)).sort();
  return files.map((file) => ({
    name: file.replace(".json", ""),
    scenario: JSON.parse(readFileSync(join(__dirname, kind, file), "utf8")) as T,
  }));
}
