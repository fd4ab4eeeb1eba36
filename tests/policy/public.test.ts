import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "../../policy/rules/rule";
import { type Deployed, violationsIn } from "../../policy/verdict";
import { resource, TODAY } from "./asked";

const FOLDER = join(__dirname, "public");
const FINDINGS = "findings.json";

interface Registered extends Pick<Resource, "type" | "name" | "props" | "opts"> {
  readonly outputs?: Resource["props"];
}

type Findings = Readonly<Record<string, { readonly on: readonly string[]; readonly verdict: string }>>;

const read = <T>(file: string): T => JSON.parse(readFileSync(join(FOLDER, file), "utf8"));

const programs = readdirSync(FOLDER).filter((file) => file.endsWith(".json") && file !== FINDINGS);

const deployedOf = ({ outputs, ...inputs }: Registered): Deployed => ({
  inputs: resource(inputs),
  outputs: resource({ ...inputs, props: { ...inputs.props, ...outputs } }),
});

describe("The policy pack over programs that others wrote", () => {
  const written = read<Readonly<Record<string, Findings>>>(FINDINGS);

  it("is of at least five, each with its address and commit", () => {
    assert.deepEqual(programs.map((file) => file.replace(".json", "")).sort(), Object.keys(written).sort());
    assert.ok(programs.length >= 5);
    for (const file of programs) assert.match(read<{ commit: string }>(file).commit, /^[0-9a-f]{40}$/);
  });

  for (const file of programs) {
    it(`finds in ${file} what is written down, with a verdict on each`, () => {
      const stack = read<{ resources: Registered[] }>(file).resources.map(deployedOf);
      const findings = written[file.replace(".json", "")]!;
      const found = new Map<string, Set<string>>();
      for (const { rule, resource } of violationsIn(stack, { stack: "dev", today: TODAY }))
        found.set(rule.name, (found.get(rule.name) ?? new Set()).add(resource.name));
      assert.deepEqual(
        Object.fromEntries([...found].map(([rule, names]) => [rule, [...names].sort()])),
        Object.fromEntries(Object.entries(findings).map(([rule, { on }]) => [rule, [...on].sort()])),
      );
      for (const { verdict } of Object.values(findings)) assert.match(verdict, /^Right.*\.$/);
    });
  }
});
