import { readFileSync } from "node:fs";
import { join } from "node:path";
import { tradesFromCsv } from "../../operations/market-data/prices";
import { type Estate, ROOT } from "../estate";
import type { Progress } from "../progress";
import type { Show } from "../show";
import { render } from "./report";
import { factsOf, outgoing, send, settleAccounts, subscribe } from "./run-session";
import { generateSession } from "./session";

export interface MarketOptions {
  readonly events: number;
  /** Events a minute. */
  readonly rate: number;
  readonly seed: number;
}

const PRICES = join(ROOT, "node_modules/vega-datasets/data/stocks.csv");
const REAL_PRICES = {
  source: "exchange.xnas",
  venue: "XNAS",
  feed: "monthly",
  currency: "USD",
  size: "100",
  sequenceBase: 0,
};

/** A generated session, then five stocks' real prices, and what became of both. */
export const marketShow = (options: MarketOptions): Show => ({
  run: (estate, progress, signal) => run(estate, options, progress, signal),
  keepText,
});

async function run(
  estate: Estate,
  { events, rate: ratePerMinute, seed }: MarketOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  const subscriber = await subscribe(estate);
  const show = (step: string) => (done: number, total: number) => progress.bar(step, done, total, "events sent");
  const session = generateSession({ seed, events, ratePerMinute, startTime: new Date() });
  const prices = tradesFromCsv(readFileSync(PRICES, "utf8"), REAL_PRICES);
  const started = performance.now();
  const generated = await send(estate, outgoing(session), { onSent: show("a trading session"), signal });
  const real = await send(estate, prices, { ratePerMinute, onSent: show("real prices, 2000 to 2010"), signal });
  const seconds = (performance.now() - started) / 1000;
  if (signal.aborted) return true;
  progress.say("waiting until every event has been settled");
  const ledger = await settleAccounts(estate, [...generated, ...real]);
  const title = `Market data: a session of seed ${seed} at ${ratePerMinute.toLocaleString("en-US")} events a minute, and ${prices.length} real prices`;
  const facts = await factsOf(estate, subscriber, { title, seconds });
  progress.clear();
  console.log(render(ledger, facts));
  return ledger.lost.length === 0;
}

function keepText(estate: Estate): string {
  const { endpoint } = estate.cloud;
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
Market data: send an event,

  aws --endpoint-url ${endpoint} events put-events --entries '${entry}'

or a file of your own (columns symbol, date, price), follow one event, take letters from a failure queue, replay:

  npm run market:send -- prices.csv
  npm run market:trail -- XNAS:ITCH:AAPL:1
  npm run market:redrive -- --stage ingestion
  npm run market:replay -- --from 2026-01-01T00:00:00Z --to 2027-01-01T00:00:00Z
`;
}
