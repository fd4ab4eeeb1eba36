import { rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { RUNNING, type Running } from "../operations/where";
import { newKeys } from "./clickstream/keys";
import { clickstreamShow } from "./clickstream/show";
import { serveTrackedPage } from "./clickstream/tracker/serve";
import { type Estate, openEstate } from "./estate";
import { exchangeOverrides } from "./exchange/deployed";
import { exchangeShow, runningExchange } from "./exchange/show";
import { exitCodeOf, interruption } from "./interruption";
import { marketShow } from "./market/show";
import { wholeNumber } from "./options";
import { Progress } from "./progress";
import type { Show } from "./show";

const USAGE = `npm start -- [options]
  --events N   events in the generated session of market data (default 900)
  --rate N     events a minute (default 1500; two slow cores keep up with about as much)
  --clicks N   messages in the generated visits of clickstream (default 800)
  --auctions N bid requests in the generated market of the ad exchange (default 1500)
  --seed N     seed of session, visits and market (default 1)
  --keep       leave the cloud running until Ctrl-C`;

interface Options {
  readonly events: number;
  readonly rate: number;
  readonly clicks: number;
  readonly auctions: number;
  readonly seed: number;
  readonly keep: boolean;
}

function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: "string", default: "900" },
      rate: { type: "string", default: "1500" },
      clicks: { type: "string", default: "800" },
      auctions: { type: "string", default: "1500" },
      seed: { type: "string", default: "1" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const number = (flag: "events" | "rate" | "clicks" | "auctions" | "seed") => wholeNumber(flag, values[flag]);
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const { keep } = values;
  const counts = { events: number("events"), rate: number("rate"), clicks: number("clicks") };
  return { ...counts, auctions: number("auctions"), seed: number("seed"), keep };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  const signal = interruption();
  const progress = new Progress(process.stdout);
  // The page's own port is needed before anything is deployed: its origin is a setting.
  const page = options.keep ? await serveTrackedPage() : undefined;
  const keys = newKeys(page ? [page.origin] : []);
  const shows = [
    marketShow(options),
    clickstreamShow({ ...options, keys, ...(page ? { page } : {}) }),
    exchangeShow(options),
  ];
  const overrides = { ...keys.overrides, ...exchangeOverrides(new Date()) };
  try {
    await showAll(shows, overrides, options, progress, signal);
  } finally {
    await page?.stop();
  }
}

async function showAll(
  shows: readonly Show[],
  overrides: Readonly<Record<string, string>>,
  options: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const started = performance.now();
  progress.say("starting the embedded cloud");
  const estate = await openEstate({
    ...{ name: "start", overrides },
    progress: (done, declared, what) => progress.bar("deploying stack local", done, declared, what),
  });
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    progress.done(
      `${estate.deployment.resources.length} resources on ${estate.cloud.endpoint} in ${seconds} s, roles enforced`,
    );
    let wentWell = true;
    for (const show of shows) if (!signal.aborted) wentWell = (await show.run(estate, progress, signal)) && wentWell;
    process.exitCode = exitCodeOf(wentWell, signal);
    if (signal.aborted) progress.done("interrupted: what was sent is not settled");
    if (options.keep && !signal.aborted) await keep(estate, shows, signal);
  } finally {
    progress.say("stopping");
    await estate.stop();
    progress.done("stopped; nothing is left running");
  }
}

/** Says how to use the running cloud, and waits for Ctrl-C. */
async function keep(estate: Estate, shows: readonly Show[], signal: AbortSignal): Promise<void> {
  const { endpoint, region, admin } = estate.cloud;
  const exchange = runningExchange(estate);
  const running: Running = {
    endpoint,
    region,
    credentials: admin,
    pid: process.pid,
    ...(exchange ? { exchange } : {}),
  };
  writeFileSync(RUNNING, JSON.stringify(running), { mode: 0o600 });
  console.log(`
The cloud is running at ${endpoint}:

  export AWS_ACCESS_KEY_ID=${admin.accessKeyId} AWS_SECRET_ACCESS_KEY=${admin.secretAccessKey} AWS_DEFAULT_REGION=${region}`);
  for (const show of shows) console.log(show.keepText(estate).trimEnd());
  console.log("\nCtrl-C stops it and leaves nothing.\n");
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  rmSync(RUNNING, { force: true });
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
