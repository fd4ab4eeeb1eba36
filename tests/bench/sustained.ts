import { type Estate, openEstate } from "../../local/estate";
import type { Ledger } from "../../local/market/ledger";
import type { ReportFacts } from "../../local/market/report";
import { factsOf, outgoing, send, settleAccounts, subscribe } from "../../local/market/run-session";
import { generateSession } from "../../local/market/session";
import { count } from "../../local/report-lines";
import { type CpuSeconds, cpuSecondsOf } from "./cpu";
import { distribution, mean, printFigure, printPart, sum } from "./figures";

export interface Load {
  readonly events: number;
  readonly ratePerMinute: number;
}

/** 10 environments at 10,000 events a minute: each is free again in time for the next event after so long. */
const RESERVED_CONCURRENCY = 10;
const TARGET_EVENTS_PER_SECOND = 10_000 / 60;
const TARGET_MILLISECONDS = (RESERVED_CONCURRENCY / TARGET_EVENTS_PER_SECOND) * 1_000;

/** Longer than any run, so that no worker's CPU time ends with it. */
const IDLE_SECONDS = 3_600;

interface Run {
  readonly ledger: Ledger;
  readonly facts: ReportFacts;
  readonly sendingSeconds: number;
  /** From the first event to the end of the last one's stages. */
  readonly seconds: number;
  readonly cpu: CpuSeconds | undefined;
}

/** A session at a steady rate through all stages on the embedded cloud, from cold. */
export async function showSustained(load: Load): Promise<void> {
  printPart(`Sustained run on the embedded cloud: a session of ${count(load.events)} events, from cold`);
  const estate = await openEstate({ name: "bench", sources: { idleSeconds: IDLE_SECONDS } });
  try {
    const run = await runOf(estate, load);
    showFlow(run, load);
    showStarts(estate);
    showStages(run);
    showCpu(run);
  } finally {
    await estate.stop();
  }
}

async function runOf(estate: Estate, { events, ratePerMinute }: Load): Promise<Run> {
  const subscriber = await subscribe(estate);
  const before = cpuSecondsOf(estate);
  const session = generateSession({ seed: 1, events, ratePerMinute, startTime: new Date() });
  const started = performance.now();
  const secondsSince = () => (performance.now() - started) / 1_000;
  const sent = await send(estate, outgoing(session));
  const sendingSeconds = secondsSince();
  await estate.sources.idle();
  const seconds = secondsSince();
  const cpu = spentSince(before, cpuSecondsOf(estate));
  const ledger = await settleAccounts(estate, sent);
  const facts = await factsOf(estate, subscriber, { title: "", seconds });
  return { ledger, facts, sendingSeconds, seconds, cpu };
}

function spentSince(before: CpuSeconds | undefined, after: CpuSeconds | undefined): CpuSeconds | undefined {
  if (!before || !after) return undefined;
  const { ministack, workers, sources } = after;
  return {
    ministack: ministack - before.ministack,
    workers: workers - before.workers,
    sources: sources - before.sources,
  };
}

function showFlow({ ledger, sendingSeconds, seconds }: Run, { ratePerMinute }: Load): void {
  const letters = sum([...ledger.letters.values()]);
  printFigure("rate in", `${count((ledger.sent / sendingSeconds) * 60)} / min`, `asked ${count(ratePerMinute)}`);
  printFigure(
    "settled",
    `${(ledger.sent / seconds).toFixed(1)} / s`,
    `${count(ledger.sent)} in ${seconds.toFixed(1)} s`,
  );
  printFigure("lost", count(ledger.lost.length), ledger.lost.slice(0, 3).join(", "));
  printFigure("duplicates recognised", count(ledger.duplicates));
  printFigure("waiting in failure queues", count(letters), `${count(ledger.retries)} failed attempts`);
}

function showStarts({ sources, deployment }: Estate): void {
  const { functions, problems } = sources.stats;
  const inits = Object.values(functions).map(({ init }) => init);
  const milliseconds = sum(inits.map((init) => init.mean * init.count)) / sum(inits.map((init) => init.count));
  const most = `${deployment.functions.size} functions`;
  printFigure("cold starts", count(sum(inits.map((init) => init.count))), `mean ${count(milliseconds)} ms, ${most}`);
  if (problems.length > 0) printFigure("problems", count(problems.length), problems[0]);
}

function showStages({ facts, ledger }: Run): void {
  for (const [stage, figures] of facts.latencies)
    printFigure(stage, `mean ${mean(figures).toFixed(0)} ms`, distribution(figures, "ms"));
  printFigure("end to end", `mean ${mean(ledger.endToEnd).toFixed(0)} ms`, distribution(ledger.endToEnd, "ms"));
  for (const [stage, figures] of facts.latencies) {
    const times = (mean(figures) / TARGET_MILLISECONDS).toFixed(2);
    printFigure(`${stage}, mean over ${TARGET_MILLISECONDS.toFixed(0)} ms`, `${times} ×`, TARGET_SAYS);
  }
}

const TARGET_SAYS = `${RESERVED_CONCURRENCY} environments / ${TARGET_EVENTS_PER_SECOND.toFixed(0)} events a second`;

function showCpu({ cpu, ledger, seconds }: Run): void {
  for (const [name, spent] of Object.entries(cpu ?? {})) {
    printFigure(
      `CPU of ${name}`,
      `${((spent / ledger.sent) * 1_000).toFixed(1)} ms / event`,
      `${(spent / seconds).toFixed(2)} cores`,
    );
  }
}
