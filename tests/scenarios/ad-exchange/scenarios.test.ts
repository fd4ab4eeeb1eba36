import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runScenario } from "./run-scenario";
import type { Scenario } from "./scenario";

for (const kind of ["ordinary", "edge"]) {
  describe(`ad exchange scenarios, ${kind}`, () => {
    for (const file of readdirSync(join(__dirname, kind)).sort()) {
      const scenario = JSON.parse(readFileSync(join(__dirname, kind, file), "utf8")) as Scenario;
      it(`${file.replace(".json", "")}: ${scenario.says}`, () => runScenario(scenario));
    }
  });
}
