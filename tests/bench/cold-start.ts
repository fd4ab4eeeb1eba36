import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf, entryOf, STAGES } from "./bundles";
import { median, printFigure, printPart } from "./figures";

const STARTS = 9;

/** How long a fresh process takes to load each function's code, over one that loads none. */
export async function showColdStart(): Promise<void> {
  printPart(`Cold start: median of ${STARTS} fresh processes, a process that loads nothing taken off`);
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  try {
    const codes = await Promise.all(STAGES.map(async (stage) => [stage, await codeOf(entryOf(stage))] as const));
    for (const [stage, code] of codes) writeFileSync(join(folder, `${stage}.js`), code);
    const bare = startsOf([], {});
    printFigure("bare node, whole process", milliseconds(bare.whole));
    for (const [stage, code] of codes) {
      const { load, whole } = startsOf([join(folder, `${stage}.js`)], environmentOf(code));
      printFigure(stage, milliseconds(whole - bare.whole), `require() alone ${milliseconds(load)}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const milliseconds = (figure: number) => `${figure.toFixed(1)} ms`;

/** A value for every variable that the code asks for. */
function environmentOf(code: string): Record<string, string> {
  const names = code.match(/\b[A-Z_]+_PARAMETER\b/g) ?? [];
  return { AWS_REGION: "us-east-1", ...Object.fromEntries(names.map((name) => [name, `/sluice/bench/${name}`])) };
}

/** Median milliseconds: of the loading, as the process measures it, and from its spawning to its end. */
function startsOf(files: readonly string[], variables: Record<string, string>): { load: number; whole: number } {
  const env = { PATH: process.env.PATH, ...variables };
  const runs = Array.from({ length: STARTS }, () => {
    const started = performance.now();
    const load = execFileSync(process.execPath, [join(__dirname, "cold-start.cjs"), ...files], {
      env,
      encoding: "utf8",
    });
    return { load: Number(load.trim().split("\n").at(-1)), whole: performance.now() - started };
  });
  return { load: median(runs.map(({ load }) => load)), whole: median(runs.map(({ whole }) => whole)) };
}
