import { prepareRates } from "../../functions/ad-exchange/domain/rates";
import type { Estate } from "../estate";
import { logLinesOf } from "../read-back";
import { type Account, accountOf } from "./account";
import { issueTokens, PUBLISHER, publicUrlOf, SHOPS, settingsOf, tenantToken, urlOf } from "./deployed";
import { type DecisionFigures, decisionFigures } from "./emf-figures";
import { Connections, httpTarget } from "./http-target";
import type { Pause, ReportFacts } from "./report";
import { type Seeded, seedCampaigns } from "./seed";
import { type Exchanged, type Sent, sendAll } from "./send";
import type { Target } from "./target";
import { type Sending, traffic } from "./traffic";
import { untilItCeases, untilItWins, type WatchOptions } from "./watch-beacon";

export interface SessionOptions {
  /** Bid requests. */
  readonly auctions: number;
  readonly seed: number;
  /** Campaigns beside those that come through the API. */
  readonly campaigns: number;
  readonly signal: AbortSignal;
  readonly step: (what: string) => void;
  readonly onSent: (done: number, total: number) => void;
}

export interface Session {
  readonly account: Account;
  readonly facts: Omit<ReportFacts, "title">;
}

/** The functions' environments that answer bid requests at once, of stack `local`. */
const IN_FLIGHT = 4;
const OF_EACH_SHOP = 8;
/** Seconds in which an index has everything that was seeded; half of it is a first start of four environments. */
const READY_SECONDS = 60;
/** Seconds after which a paused campaign bids no more: usually two to three, see docs/decisions. */
const STALE_SECONDS = 10;
const MOST_READS = 5;

/** Seeds campaigns, waits until they bid, sends a session's requests, pauses a campaign, and holds every answer against its request. */
export async function runSession(estate: Estate, options: SessionOptions): Promise<Session | undefined> {
  const target = httpTarget(urlOf(estate));
  const connections = new Connections(urlOf(estate));
  try {
    return await session(estate, { target, connections }, options);
  } finally {
    target.close();
    connections.close();
  }
}

interface Ways {
  readonly target: Target;
  readonly connections: Connections;
}

async function session(estate: Estate, ways: Ways, options: SessionOptions): Promise<Session | undefined> {
  const { auctions, seed, campaigns: bulk, signal, step } = options;
  const now = new Date();
  const sendings = traffic({ seed, count: auctions, now });
  step("seeding campaigns and tokens");
  const seeded = await seedCampaigns(estate, ways.connections, { seed, bulk, ofEach: OF_EACH_SHOP, now });
  const publishers = [...new Set(sendings.flatMap(({ publisher }) => publisher ?? []))];
  const tokens = await issueTokens(estate, publishers, Math.floor(now.getTime() / 1_000));
  step("waiting until the index has them");
  await estate.sources.idle();
  const watching = { target: ways.target, publisher: PUBLISHER.publisher, token: tenantToken(estate, PUBLISHER.name) };
  const watch: WatchOptions = { ...watching, abreast: IN_FLIGHT, signal };
  const ready = await untilItWins(watch, READY_SECONDS);
  if (signal.aborted) return undefined;
  if (ready === undefined) throw new Error(`The index did not have a new campaign after ${READY_SECONDS} s.`);
  await nextSecond();
  const from = Date.now();
  const sent = await sendAll(sendings, {
    ...{ target: ways.target, tokenOf: (publisher) => tokens.get(publisher)!, inFlight: IN_FLIGHT, signal },
    health: () => ways.connections.ask("/health", {}),
    onSent: options.onSent,
  });
  const to = Date.now();
  step("pausing a campaign");
  await nextSecond();
  const paused = signal.aborted ? undefined : await pauseBeacon(seeded, watch);
  const figures = await figuresOf(estate, sent, [from, to], watch);
  return summary(estate, { sent, sendings, seeded, figures, publishers, paused });
}

interface Done {
  readonly sent: Sent;
  readonly sendings: readonly Sending[];
  readonly seeded: Seeded;
  readonly figures: DecisionFigures;
  readonly publishers: readonly string[];
  readonly paused: { readonly pause: Pause; readonly wrong: readonly string[] } | undefined;
}

async function summary(
  estate: Estate,
  { sent, sendings, seeded, figures, publishers, paused }: Done,
): Promise<Session> {
  const { rates: tables, ratesMaximumAgeDays: maximumAgeDays } = await settingsOf(estate);
  const rates = prepareRates(tables, Date.now(), { maximumAgeDays });
  const noticeUrl = publicUrlOf(estate);
  const account = accountOf(sent.exchanged, { campaigns: seeded.campaigns, rates, noticeUrl });
  return {
    account: { ...account, wrong: [...account.wrong, ...(paused?.wrong ?? [])] },
    facts: {
      ...{ planned: sendings.length, seconds: sent.seconds, publishers: publishers.length, figures },
      ...{ campaigns: seeded.campaigns.size, floor: sent.floor },
      ...endToEnd(sent.exchanged),
      ...(paused ? { pause: paused.pause } : {}),
    },
  };
}

/**
 * What the function has counted of these milliseconds. An environment writes a second's line with a later request, and lines
 * are under way for a while: until all that was decided is there, it is asked once more, a few times.
 */
async function figuresOf(
  { clients, output }: Estate,
  { exchanged }: Sent,
  [from, to]: readonly [number, number],
  watch: WatchOptions,
): Promise<DecisionFigures> {
  const decided = exchanged.filter(({ answered }) => answered?.status === 200 || answered?.status === 204).length;
  for (let reads = 1; ; reads++) {
    const lines = await logLinesOf(clients, output("adExchangeBidHandlerLogGroupName"));
    const figures = decisionFigures(lines, from, to);
    if (figures.requests >= decided || reads === MOST_READS || watch.signal?.aborted) return figures;
    await nextSecond();
    await untilItCeases(watch, STALE_SECONDS);
  }
}

/** Times of what was decided, by whether the gateway had seen the token before: those before may still have been under way. */
function endToEnd(exchanged: readonly Exchanged[]): Pick<ReportFacts, "answers" | "firsts"> {
  const seen = new Set<string | undefined>();
  const [answers, firsts]: [number[], number[]] = [[], []];
  for (const { sending, milliseconds } of [...exchanged].sort((a, b) => a.at - b.at)) {
    if (sending.request) (seen.has(sending.publisher) ? answers : firsts).push(milliseconds);
    seen.add(sending.publisher);
  }
  return { answers, firsts };
}

/** Another shop must not see it, and its own stops it for good. */
async function pauseBeacon({ apis, beaconTag }: Seeded, watch: WatchOptions): Promise<NonNullable<Done["paused"]>> {
  const [own, other] = SHOPS.map((shop) => apis.get(shop)!);
  const wrong: string[] = [];
  const seen = await Promise.all([own!.show("beacon"), other!.show("beacon")]);
  if (seen[0]!.status !== 200) wrong.push(`a shop's own campaign: ${seen[0]!.status}`);
  if (seen[1]!.status !== 404) wrong.push(`another shop's campaign: ${seen[1]!.status} instead of 404`);
  await own!.change("beacon", beaconTag, { status: "paused" });
  const { seconds, probes, stillWins } = await untilItCeases(watch, STALE_SECONDS);
  if (stillWins && !watch.signal?.aborted) wrong.push(`a paused campaign still bids after ${STALE_SECONDS} s`);
  return { pause: { seconds, probes, boundSeconds: STALE_SECONDS }, wrong };
}

/** Figures are of whole seconds: what comes before must not be counted. */
const nextSecond = () => new Promise((resolve) => setTimeout(resolve, 1_010 - (Date.now() % 1_000)));
