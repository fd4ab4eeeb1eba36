import type { RunningExchange } from "../../operations/where";
import type { Estate } from "../estate";
import type { Progress } from "../progress";
import type { Show } from "../show";
import { hasExchange, PUBLISHER, SHOPS, tenantToken, urlOf } from "./deployed";
import { isRight, render } from "./report";
import { runSession } from "./run";

export interface ExchangeOptions {
  /** Bid requests of the session. */
  readonly auctions: number;
  readonly seed: number;
}

/** Campaigns of the session beside those that come through the API: so many that an index is one, and a table soon filled. */
const CAMPAIGNS = 1_000;

/** Traffic of a thousand publishers over campaigns of several advertisers, and whether every answer was right. */
export const exchangeShow = (options: ExchangeOptions): Show => ({
  run: (estate, progress, signal) => show(estate, options, progress, signal),
  keepText,
});

async function show(
  estate: Estate,
  { auctions, seed }: ExchangeOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<boolean> {
  if (!hasExchange(estate)) return true;
  const session = await runSession(estate, {
    ...{ auctions, seed, campaigns: CAMPAIGNS, signal },
    step: (what) => progress.say(what),
    onSent: (done, total) => progress.bar("a market of impressions", done, total, "bid requests"),
  });
  if (session === undefined) return true;
  progress.clear();
  const title = `Ad exchange: a market of seed ${seed}, sent as fast as it is answered`;
  console.log(render(session.account, { ...session.facts, title }));
  return signal.aborted || isRight(session.account);
}

/** For commands that use the kept exchange; undefined where the stack has none. */
export const runningExchange = (estate: Estate): RunningExchange | undefined =>
  hasExchange(estate) ? { url: urlOf(estate), token: tenantToken(estate, PUBLISHER.name) } : undefined;

function keepText(estate: Estate): string {
  if (!hasExchange(estate)) return "";
  const url = urlOf(estate);
  const [shop] = SHOPS;
  const bearer = (token: string) => `-H 'authorization: Bearer ${token}'`;
  const own = bearer(tenantToken(estate, shop));
  return `
Ad exchange: send a bid request and see how it is decided, or just its answer,

  npm run bid -- docs/examples/ad-exchange/banner.json
  curl ${bearer(tenantToken(estate, PUBLISHER.name))} -H 'content-type: application/json' \\
    -d @docs/examples/ad-exchange/banner.json ${url}/openrtb2/auction

the publisher of that token is ${PUBLISHER.publisher}; look at the campaigns of ${shop}, and start the one that was paused (it bids some ${BIDS_AFTER} s later),

  curl ${own} '${url}/v1/campaigns?limit=5'
  curl ${own} -i ${url}/v1/campaigns/beacon
  curl ${own} -X PATCH -H 'content-type: application/merge-patch+json' -H 'if-match: "2"' \\
    -d '{"status":"active"}' ${url}/v1/campaigns/beacon
`;
}

/** Stream, indexer and the bid handler's next look at what has changed. */
const BIDS_AFTER = 2;
