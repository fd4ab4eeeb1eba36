import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Runs every check in order and counts: `npm test` (all) or `npm run test:unit` (no cloud, seconds).
 * A check that is not a mocha suite (lint, types) counts as one test. The last line is `N passed, N failed`.
 */
interface Suite {
  readonly title: string;
  readonly files: readonly string[];
  readonly timeoutMilliseconds: number;
}

const UNIT: readonly Suite[] = [
  {
    title: "Domain, functions, components and policy",
    files: ["functions", "components", "scenarios", "operations", "policy"].map(
      (folder) => `tests/${folder}/**/*.test.ts`,
    ),
    timeoutMilliseconds: 180_000,
  },
  { title: "Recorded program", files: ["tests/program/**/*.test.ts"], timeoutMilliseconds: 180_000 },
];
const CLOUD: readonly Suite[] = [
  { title: "Embedded cloud", files: ["tests/local/**/*.test.ts"], timeoutMilliseconds: 180_000 },
];

const root = join(__dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);

interface Count {
  readonly passed: number;
  readonly failed: number;
  /** What failed and why, a text each. */
  readonly failures: readonly string[];
}

function countOf(suite: Suite, scratch: string): Count {
  console.log(`\n== ${suite.title}`);
  const counts = join(scratch, `${suite.title.replace(/\W+/g, "-")}.json`);
  const args = [
    ...["--require", "tsx/cjs", "--reporter", "tests/support/counting-reporter.cjs"],
    ...["--reporter-option", `counts=${counts}`, "--timeout", String(suite.timeoutMilliseconds), ...suite.files],
  ];
  const { status } = spawnSync(bin("mocha"), args, { cwd: root, stdio: "inherit" });
  try {
    const count = JSON.parse(readFileSync(counts, "utf8")) as Count;
    return status !== 0 && count.failed === 0
      ? { ...count, failed: 1, failures: [`${suite.title}: exit ${status}`] }
      : count;
  } catch {
    return { passed: 0, failed: 1, failures: [`${suite.title}: died before it could count`] };
  }
}

function checked(title: string, command: string, args: readonly string[]): Count {
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  return status === 0
    ? { passed: 1, failed: 0, failures: [] }
    : { passed: 0, failed: 1, failures: [`${title}: exit ${status}`] };
}

function main(): void {
  const unitOnly = process.argv.includes("unit");
  const scratch = mkdtempSync(join(tmpdir(), "sluice-tests-"));
  const counts = unitOnly
    ? []
    : [checked("Lint", bin("biome"), ["check", "."]), checked("Types", bin("tsc"), ["--noEmit"])];
  for (const suite of unitOnly ? UNIT : [...UNIT, ...CLOUD]) counts.push(countOf(suite, scratch));
  rmSync(scratch, { recursive: true, force: true });
  const passed = sumOf(counts, (count) => count.passed);
  const failed = sumOf(counts, (count) => count.failed);
  // Once more at the end: thousands of lines lie between a failure and the result.
  for (const failure of counts.flatMap(({ failures }) => failures)) console.log(`\nFAILED ${failure}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
}

const sumOf = (counts: readonly Count[], of: (count: Count) => number): number =>
  counts.reduce((sum, count) => sum + of(count), 0);

main();
