import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { tradesFromCsv } from "../operations/market-data/prices";
import { RUNNING } from "../operations/market-data/where";
import { type Estate, openEstate, ROOT } from "./estate";
import { render } from "./market/report";
import { factsOf, outgoing, send, settleAccounts, subscribe } from "./market/run-session";
import { generateSession } from "./market/session";
import { wholeNumber } from "./options";
import { Progress } from "./progress";

const USAGE = `npm start -- [options]
  --events N   events in the generated session (default 900)
  --rate N     events a minute (default 1500; two slow cores keep up with about as much)
  --seed N     the session's seed (default 1)
  --keep       leave the cloud running until Ctrl-C`;

const PRICES = join(ROOT, "node_modules/vega-datasets/data/stocks.csv");

interface Options {
  readonly events: number;
  readonly rate: number;
  readonly seed: number;
  readonly keep: boolean;
}

function optionsOf(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      events: { type: "string", default: "900" },
      rate: { type: "string", default: "1500" },
      seed: { type: "string", default: "1" },
      keep: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const number = (flag: "events" | "rate" | "seed") => wholeNumber(flag, values[flag]);
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  return { events: number("events"), rate: number("rate"), seed: number("seed"), keep: values.keep };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => interrupted.abort());
  const progress = new Progress(process.stdout);
  const started = performance.now();
  progress.say("starting the embedded cloud");
  const estate = await openEstate({
    name: "start",
    progress: (done, declared, what) => progress.bar("deploying stack local", done, declared, what),
  });
  try {
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    progress.done(
      `${estate.deployment.resources.length} resources on ${estate.cloud.endpoint} in ${seconds} s, roles enforced`,
    );
    await showMarketData(estate, options, progress, interrupted.signal);
    if (options.keep && !interrupted.signal.aborted) await keep(estate, interrupted.signal);
  } finally {
    progress.say("stopping");
    await estate.stop();
    progress.done("stopped; nothing is left running");
  }
}

/** A generated session, then five stocks' real prices, and what became of both. */
async function showMarketData(
  estate: Estate,
  options: Options,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const subscriber = await subscribe(estate);
  const show = (step: string) => (done: number, total: number) => progress.bar(step, done, total, "events sent");
  const { events, rate: ratePerMinute, seed } = options;
  const session = generateSession({ seed, events, ratePerMinute, startTime: new Date() });
  const prices = tradesFromCsv(readFileSync(PRICES, "utf8"), REAL_PRICES);
  const started = performance.now();
  const generated = await send(estate, outgoing(session), { onSent: show("a trading session"), signal });
  const real = await send(estate, prices, { ratePerMinute, onSent: show("real prices, 2000 to 2010"), signal });
  const seconds = (performance.now() - started) / 1000;
  if (signal.aborted) return;
  progress.say("waiting until every event has been settled");
  const ledger = await settleAccounts(estate, [...generated, ...real]);
  const title = `Market data: a session of seed ${seed} at ${ratePerMinute.toLocaleString("en-US")} events a minute, and ${prices.length} real prices`;
  const facts = await factsOf(estate, subscriber, { title, seconds });
  progress.clear();
  console.log(render(ledger, facts));
  if (ledger.lost.length > 0) process.exitCode = 1;
}

const REAL_PRICES = {
  source: "exchange.xnas",
  venue: "XNAS",
  feed: "monthly",
  currency: "USD",
  size: "100",
  sequenceBase: 0,
};

/** Says how to use the running cloud, and waits for Ctrl-C. */
async function keep(estate: Estate, signal: AbortSignal): Promise<void> {
  const { endpoint, region, admin } = estate.cloud;
  writeFileSync(RUNNING, JSON.stringify({ endpoint, region, credentials: admin, pid: process.pid }), { mode: 0o600 });
  console.log(keepText(estate));
  await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  rmSync(RUNNING, { force: true });
}

function keepText(estate: Estate): string {
  const { endpoint, region, admin } = estate.cloud;
  const detail = JSON.stringify({
    venue: "XNAS",
    feed: "ITCH",
    symbol: "AAPL",
    sequence: 1,
    eventTime: new Date().toISOString(),
    type: "trade",
    price: "189.30",
    size: "100",
    currency: "USD",
  });
  const entry = JSON.stringify([
    {
      EventBusName: estate.output("marketDataBusName"),
      Source: "exchange.xnas",
      DetailType: "MarketData.Raw",
      Detail: detail,
    },
  ]);
  return `
The cloud is running at ${endpoint}. Send an event:

  export AWS_ACCESS_KEY_ID=${admin.accessKeyId} AWS_SECRET_ACCESS_KEY=${admin.secretAccessKey} AWS_DEFAULT_REGION=${region}
  aws --endpoint-url ${endpoint} events put-events --entries '${entry}'

or a file of your own (columns symbol, date, price), follow one event, take letters from a failure queue, replay:

  npm run market:send -- prices.csv
  npm run market:trail -- XNAS:ITCH:AAPL:1
  npm run market:redrive -- --stage ingestion
  npm run market:replay -- --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z

Ctrl-C stops it and leaves nothing.
`;
}

main().catch((error: unknown) => {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  if (process.env.DEBUG) console.error(error);
  process.exitCode = 1;
});
