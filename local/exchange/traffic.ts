import type { BidRequest } from "../../functions/ad-exchange/domain/openrtb/bid-request";
import { LARGEST_BODY } from "../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { Random } from "../random";
import { requests } from "./bid-requests";
import { type PrivacyKind, privacyKinds } from "./privacy-kinds";
import * as world from "./universe";

/** One request that is sent. */
export interface Sending {
  readonly body: string;
  /** Whose token is sent with it; undefined for none, and for one that nobody has issued. */
  readonly publisher: string | undefined;
  readonly token: "own" | "another's" | "forged" | "none";
  /** What there is to be decided; undefined where nothing is. */
  readonly request?: BidRequest;
  readonly privacy?: PrivacyKind;
  /** The statuses that are right. */
  readonly expects: readonly number[];
}

export interface TrafficOptions {
  readonly seed: number;
  readonly count: number;
  readonly now: Date;
  /** Shares of the requests, 0 to 1; realistic small ones when left out. */
  readonly malformed?: number;
  readonly wrongToken?: number;
}

export const PUBLISHERS = 1_000;
const TMAX = [200, 250, 300, 500];

/**
 * Bid requests of a thousand publishers, a few of whom send most: sites, apps, television, billboards; banners, video, audio and
 * native; deals, several impressions, the laws of several countries; and what goes wrong: malformed bodies, and tokens that are
 * missing, made up or another's. The same for a seed.
 */
export function traffic({ seed, count, now, malformed = 0.02, wrongToken = 0.02 }: TrafficOptions): Sending[] {
  const random = new Random(seed * 48_611 + 7);
  const privacy = privacyKinds(now);
  return requests(seed, count).map((made) => {
    const number = random.chance(0.75) ? world.skewed(random, PUBLISHERS + 1) : random.below(PUBLISHERS);
    const publisher = `pub-${number}`;
    const kind = world.weighted(random, privacy);
    const request = kind.of(sold(made, publisher, random));
    const draw = random.next();
    if (draw < malformed) return malformedOf(request, publisher, random);
    if (draw < malformed + wrongToken) return wrongly(request, publisher, random);
    const body = JSON.stringify(request);
    return { body, publisher, token: "own", request, privacy: kind, expects: [200, 204] };
  });
}

/** By its publisher, and for the most part as it was made. */
function sold(request: BidRequest, id: string, random: Random): BidRequest {
  const owned = <Place extends object>(place: Place) => ({ ...place, publisher: { id, domain: "publisher.example" } });
  const { site, app, dooh } = request;
  return {
    ...request,
    ...(site ? { site: owned(site) } : {}),
    ...(app ? { app: owned(app) } : {}),
    ...(dooh ? { dooh: owned(dooh) } : {}),
    // The cloud of one machine takes longer than the network of many.
    tmax: random.pick(TMAX),
    ...(random.chance(0.06) ? inEuros(request) : {}),
  };
}

const inEuros = ({ imp }: BidRequest): Partial<BidRequest> => ({
  cur: ["EUR"],
  imp: imp.map((one) => ({ ...one, bidfloorcur: "EUR" })),
});

const BREAKS: readonly ((request: BidRequest) => unknown)[] = [
  ({ imp: _, ...rest }) => rest,
  (request) => ({ ...request, imp: [] }),
  (request) => ({ ...request, imp: [request.imp[0], request.imp[0]] }),
  (request) => ({ ...request, site: { id: "s" }, app: { id: "a" }, dooh: { id: "d" } }),
  (request) => ({ ...request, imp: request.imp.map(({ id }) => ({ id, bidfloor: "1.00" })) }),
  (request) => ({ ...request, imp: request.imp.map(({ id }) => ({ id })) }),
  (request) => ({ ...request, id: 7 }),
];

function malformedOf(request: BidRequest, publisher: string, random: Random): Sending {
  const draw = random.below(BREAKS.length + 2);
  const common = { publisher, token: "own" as const };
  const text = JSON.stringify(request);
  if (draw === BREAKS.length) return { ...common, body: text.slice(0, -20), expects: [400] };
  const padding = "x".repeat(LARGEST_BODY);
  if (draw > BREAKS.length)
    return { ...common, body: JSON.stringify({ ...request, ext: { padding } }), expects: [413] };
  return { ...common, body: JSON.stringify(BREAKS[draw]!(request)), expects: [400] };
}

function wrongly(request: BidRequest, own: string, random: Random): Sending {
  const body = JSON.stringify(request);
  const token = random.pick(["another's", "forged", "none"] as const);
  if (token !== "another's") return { body, publisher: undefined, token, expects: [401] };
  const publisher = own === "pub-0" ? "pub-1" : "pub-0";
  return { body, publisher, token, expects: [403] };
}
