import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { printFigure, printPart } from "../figures";
import type { Built, Measured } from "./matching-worker";

const AT_MOST = { request: 6, timesSmall: 5, adversarial: 150, loadMilliseconds: 15, slice: 5_000 };
/** What going through all campaigns costs, to the index. */
const AT_LEAST = 1_000;

/**
 * What finding the best campaigns costs, CPU, best of several rounds; bundled as functions are, since modules that a test
 * runner loads one by one reach each other's functions by a detour.
 * @param counts of campaigns, rising, among them the 1,000 and 100,000 that targets are of
 */
export async function showMatching(counts: readonly number[] = [1_000, 10_000, 100_000]): Promise<void> {
  printPart("Matching: CPU microseconds a request of 1.8 impressions on average, 19 kinds of request");
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  try {
    const code = join(folder, "worker.js");
    const entryPoints = [join(__dirname, "matching-worker.ts")];
    buildSync({ entryPoints, outfile: code, bundle: true, platform: "node", target: "node20", minify: true });
    const first: { small?: Measured } = {};
    for (const count of counts) {
      const file = join(folder, "snapshot.bin");
      const built = (await runOf(code, ["build", file, String(count)])) as Built;
      const measured = (await runOf(code, ["measure", file])) as Measured;
      first.small ??= measured;
      show(count, built, measured, first.small);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runOf(code: string, args: readonly string[]): Promise<unknown> {
  const worker = fork(code, args, { execArgv: ["--max-old-space-size=8192"] });
  const [answer] = await Promise.race([
    once(worker, "message"),
    once(worker, "exit").then(([status]) => Promise.reject(new Error(`bench worker ended with ${status}`))),
  ]);
  return answer;
}

function show(count: number, built: Built, measured: Measured, small: Measured): void {
  const name = `${count.toLocaleString("en-US")} campaigns`;
  const isTarget = count === 100_000;
  const figure = (what: string, value: number, unit: string, note = "") =>
    printFigure(`${name}: ${what}`, `${value.toFixed(value < 100 ? 1 : 0)} ${unit}`, note);
  const judged = (isMet: boolean, target: string) => (isTarget ? `target ${target}: ${isMet ? "met" : "MISSED"}` : "");
  const { top16, top4, parse, loadMilliseconds, slice } = measured;
  const ratio = built.naive / top16;
  const parsed = `${(top16 / parse).toFixed(2)} × JSON.parse (${parse.toFixed(1)} µs); `;
  figure("best 16", top16, "µs", parsed + judged(top16 <= AT_MOST.request, `${AT_MOST.request} µs`));
  figure("best 4", top4, "µs", `${measured.matches.toFixed(1)} matches a request`);
  const times = top16 / small.top16;
  figure("best 16, to the smallest index", times, "×", judged(times <= AT_MOST.timesSmall, `${AT_MOST.timesSmall} ×`));
  const filtered = `${built.naive.toFixed(0)} µs, to the index; `;
  const most = `at least ${AT_LEAST.toLocaleString("en-US")} ×`;
  figure("a filter over campaigns by their bids", ratio, "×", filtered + judged(ratio >= AT_LEAST, most));
  for (const [what, cost] of Object.entries(measured.adversarial))
    figure(what, cost, "µs", judged(cost <= AT_MOST.adversarial, `${AT_MOST.adversarial} µs`));
  const mebibytes = built.bytes / 2 ** 20;
  const file = `of ${mebibytes.toFixed(1)} MiB, read in ${measured.readMilliseconds.toFixed(1)} ms; `;
  const bound = `${AT_MOST.loadMilliseconds} ms`;
  figure(
    "ready from its bytes",
    loadMilliseconds,
    "ms",
    file + judged(loadMilliseconds <= AT_MOST.loadMilliseconds, bound),
  );
  figure("a change", measured.change, "µs");
  figure(
    "longest slice of changing over",
    slice / 1_000,
    "ms",
    judged(slice <= AT_MOST.slice, `${AT_MOST.slice / 1_000} ms`),
  );
  figure("memory beside the snapshot", measured.mebibytes, "MiB");
  figure("build", built.compile, "µs each");
}
