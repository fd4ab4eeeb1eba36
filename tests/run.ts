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
    timeoutMilliseconds: 60_000,
  },
  { title: "Recorded program", files: ["tests/program/**/*.test.ts"], timeoutMilliseconds: 60_000 },
];
const CLOUD: readonly Suite[] = [
  { title: "Embedded cloud", files: ["tests/local/**/*.test.ts"], timeoutMilliseconds: 180_000 },
];

const root = join(__dirname, "..");
const bin = (name: string) => join(root, "node_modules", ".bin", name);

function passes(title: string, command: string, args: readonly string[]): boolean {
  console.log(`\n== ${title}`);
  const { status } = spawnSync(command, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) console.log(`${title}: failed`);
  return status === 0;
}

interface Count {
  passed: number;
  failed: number;
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
    const { passed, failed } = JSON.parse(readFileSync(counts, "utf8")) as Count;
    return { passed, failed: status !== 0 && failed === 0 ? 1 : failed };
  } catch {
    return { passed: 0, failed: 1 }; // the suite died before it could count
  }
}

function main(): void {
  const unitOnly = process.argv.includes("unit");
  const scratch = mkdtempSync(join(tmpdir(), "sluice-tests-"));
  const checks = unitOnly
    ? []
    : [passes("Lint", bin("biome"), ["check", "."]), passes("Types", bin("tsc"), ["--noEmit"])];
  const total: Count = { passed: checks.filter(Boolean).length, failed: checks.filter((ok) => !ok).length };
  for (const suite of unitOnly ? UNIT : [...UNIT, ...CLOUD]) {
    const { passed, failed } = countOf(suite, scratch);
    total.passed += passed;
    total.failed += failed;
  }
  rmSync(scratch, { recursive: true, force: true });
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
}

main();
