import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { printFigure, printPart } from "../figures";
import { type Bundled, bundledIn } from "../fresh-process";
import type { Decided, Refreshed } from "./exchange-worker";
import { showHandlerStart } from "./handler-start";
import { judged } from "./judged";
import { servingCosts } from "./serving";

/** To JSON.parse of the same bodies, by campaigns. */
const DECISION = new Map([
  [10_000, 3],
  [100_000, 3.7],
]);
const VALIDATION = 0.15;
const SERVING = 2;
const READY_MILLISECONDS = 15;
const PAUSE_MILLISECONDS = 5;
const LARGE = 100_000;

/** The whole decision of the bid handler, from a body's bytes to those of its answer; on its own and behind node:http. */
export async function showExchange(): Promise<void> {
  printPart("Exchange: CPU microseconds a decision, best of 8 rounds of 9,500 different requests, bundled");
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  try {
    const worker = await bundledIn(folder, "tests/bench/ad-exchange/exchange-worker.ts");
    for (const [count, most] of DECISION) {
      const snapshot = join(folder, `${count}.bin`);
      await worker.run("build", snapshot, String(count));
      showDecision(count, most, (await worker.run("decide", snapshot)) as Decided);
      if (count === LARGE) await showLarge(worker, snapshot);
    }
    await showHandlerStart(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function showDecision(campaigns: number, most: number, decided: Decided): void {
  const { parse, read, traits, match, auction, text, bytes, bids, answerBytes, requestBytes } = decided;
  const name = `${campaigns.toLocaleString("en-US")} campaigns`;
  const times = (cost: number) => cost / parse;
  const stages: readonly (readonly [string, number])[] = [
    ["reading", read],
    ["privacy and traits", traits - read],
    ["matching", match - traits],
    ["auction", auction - match],
    ["ports, answer, metrics", text - auction],
  ];
  const largest = [...stages].sort(([, one], [, other]) => other - one).slice(0, 2);
  const why = largest.map(([stage, cost]) => `${stage} takes ${cost.toFixed(1)} µs`).join(", ");
  const show = (what: string, figure: string, note: string) => printFigure(`${name}: ${what}`, figure, note);
  show("JSON.parse", `${parse.toFixed(1)} µs`, `bodies of ${kilobytes(requestBytes)} on average`);
  show(
    "decision of a text",
    `${times(text).toFixed(2)} ×`,
    `${text.toFixed(1)} µs; ${judged(times(text), most, "×", why)}`,
  );
  const answers = `${bids.toFixed(1)} bids and ${kilobytes(answerBytes)} an answer on average`;
  show("decision of bytes", `${times(bytes).toFixed(2)} ×`, `${bytes.toFixed(1)} µs; ${answers}`);
  show("decisions a core-second", Math.round(1e6 / text).toLocaleString("en-US"), "about 40,000 wanted");
  const validation = times(read - parse);
  const checked = judged(validation, VALIDATION, "×");
  show("validation", `${validation.toFixed(2)} ×`, `${(read - parse).toFixed(1)} µs; ${checked}`);
  for (const [stage, cost] of stages) show(`of it ${stage}`, `${cost.toFixed(1)} µs`, "");
}

async function showLarge(worker: Bundled, snapshot: string): Promise<void> {
  const name = `${LARGE.toLocaleString("en-US")} campaigns`;
  const { read, ready, slice, firstDecision } = (await worker.run("refresh", snapshot)) as Refreshed;
  const show = (what: string, milliseconds: number, note: string) =>
    printFigure(`${name}: ${what}`, `${milliseconds.toFixed(1)} ms`, note);
  const parts = `reading the file ${read.toFixed(1)}, the rest ${ready.toFixed(1)}`;
  show("index ready", read + ready, `${parts}; ${judged(read + ready, READY_MILLISECONDS, "ms")}`);
  show("a full slice of changes", slice, judged(slice, PAUSE_MILLISECONDS, "ms"));
  show("first decision after a swap", firstDecision, judged(firstDecision, PAUSE_MILLISECONDS, "ms"));
  const { matching, without } = await servingCosts(worker, snapshot);
  const times = matching / without;
  const why = `decision and body of the answer add ${(matching - without).toFixed(1)} µs`;
  const costs = `${matching.toFixed(1)} µs a request, ${without.toFixed(1)} with matching off`;
  const note = `${costs}; ${judged(times, SERVING, "×", why)}`;
  printFigure(`${name}: served over node:http`, `${times.toFixed(2)} ×`, note);
}

const kilobytes = (bytes: number) => `${(bytes / 1_000).toFixed(1)} kB`;
