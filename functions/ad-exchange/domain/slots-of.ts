import { floorByDuration } from "./auction/floors";
import { standingOf } from "./auction/standing";
import type { Micros } from "./money";
import type { Audio, BidRequest, Deal, DurFloors, Imp } from "./openrtb/bid-request";
import { AUCTION } from "./openrtb/codes";
import { HIGHEST_MICROS } from "./price";
import type { DealTerms, DurationFloors, DurationRange, Slot } from "./traits";

/** @returns the price in the exchange's currency; undefined when the currency is unknown or the price beyond counting */
export type ToMicros = (price: number, currency: string) => Micros | undefined;

/** An impression, or one of its deals, that cannot be auctioned: without its price it might be sold under it. */
export interface Dropped {
  readonly imp: string;
  readonly deal?: string;
  readonly because: "currency unknown" | "no fixed price" | typeof DEALS_ONLY;
}

/** The floor of the open auction is in an unknown currency, so only deals with a floor of their own are sold. */
const DEALS_ONLY = "currency unknown: its deals only";

/** Where neither the impression nor the deal names one: a deal "does not inherit from Imp.bidfloorcur", [3.2.4, 3.2.12]. */
const DEFAULT_CURRENCY = "USD";
const NONE: readonly never[] = [];
/** Told apart from undefined, which is "says nothing of durations". */
const UNKNOWN = "currency unknown";

/**
 * The impressions of a request as they are auctioned, in its order; the deals of each by their standing. Floors are looked for in the deal, then in video or
 * audio, then in the impression, [7.11]: see `floorOf`.
 * @param dropped is given what cannot be auctioned
 */
export function slotsOf(request: BidRequest, toMicros: ToMicros, dropped?: Dropped[]): Slot[] {
  const slots: Slot[] = [];
  const at = auctionTypeOf(request);
  for (let index = 0; index < request.imp.length; index++) {
    const slot = slotOf(request.imp[index]!, index, at, toMicros, dropped);
    if (slot !== undefined) slots.push(slot);
  }
  return slots;
}

/** How the open auction's winner pays, 1 or 2. No type of the exchange's own has been agreed: 500 and up are the default. */
export const auctionTypeOf = (request: BidRequest): number =>
  request.at === AUCTION.firstPrice ? AUCTION.firstPrice : AUCTION.secondPricePlus;

function slotOf(
  imp: Imp,
  index: number,
  at: number,
  toMicros: ToMicros,
  dropped: Dropped[] | undefined,
): Slot | undefined {
  const currency = imp.bidfloorcur ?? DEFAULT_CURRENCY;
  const floor = microsOf(imp.bidfloor, currency, toMicros);
  const videoFloors = durationFloorsOf(imp.video, 0, longestOf(imp.video), currency, toMicros);
  const audioFloors = durationFloorsOf(imp.audio, 0, longestOf(imp.audio), currency, toMicros);
  const given = imp.pmp?.deals;
  if (floor === undefined || videoFloors === UNKNOWN || audioFloors === UNKNOWN) {
    const deals = given === undefined ? NONE : byStanding(termsOf(given, imp, undefined, at, toMicros, dropped));
    dropped?.push({ imp: imp.id, because: deals.length === 0 ? UNKNOWN : DEALS_ONLY });
    return deals.length === 0 ? undefined : closed(index, imp, deals);
  }
  const privateOnly = imp.pmp?.private_auction === 1;
  if (given === undefined)
    return { index, imp, floorMicros: floor, videoFloors, audioFloors, privateOnly, deals: NONE };
  const deals = byStanding(termsOf(given, imp, floor, at, toMicros, dropped), videoFloors ?? audioFloors);
  return { index, imp, floorMicros: floor, videoFloors, audioFloors, privateOnly, deals };
}

/** Its floor is the highest there is: whoever looked at it by mistake would sell nothing for too little. */
const closed = (index: number, imp: Imp, deals: readonly DealTerms[]): Slot => ({
  ...{ index, imp, floorMicros: HIGHEST_MICROS, videoFloors: undefined, audioFloors: undefined },
  ...{ privateOnly: true, deals },
});

/** @param openFloor undefined where it is not known: deals that say nothing of theirs would have that */
function termsOf(
  deals: readonly Deal[],
  imp: Imp,
  openFloor: Micros | undefined,
  at: number,
  toMicros: ToMicros,
  dropped: Dropped[] | undefined,
): DealTerms[] {
  const terms: DealTerms[] = [];
  const longest = Math.max(longestOf(imp.video), longestOf(imp.audio));
  for (const deal of deals) {
    const read = dealTermsOf(deal, openFloor, longest, at, toMicros);
    if (typeof read === "string") dropped?.push({ imp: imp.id, deal: deal.id, because: read });
    else terms.push(read);
  }
  return terms;
}

/**
 * Of several deals that take it, an own campaign bids under the first. So the best-standing goes first, then the one that
 * asks less, of the longest creative where it asks by the second; of equal ones the request's order stays.
 * @param open floors by duration of the impression, which deals have that say nothing of floors
 */
function byStanding(terms: DealTerms[], open?: DurationFloors): readonly DealTerms[] {
  if (terms.length < 2) return terms;
  return terms.sort((one, other) => standingOf(other) - standingOf(one) || askedBy(one, open) - askedBy(other, open));
}

function askedBy({ durationFloors, floorMicros, inheritsFloor }: DealTerms, open: DurationFloors | undefined): Micros {
  const floors = inheritsFloor === true ? open : durationFloors;
  return floors === undefined || floors.longestSeconds === 0 ? floorMicros : floorByDuration(floors, 0, floorMicros);
}

function dealTermsOf(
  deal: Deal,
  openFloor: Micros | undefined,
  longest: number,
  requestAt: number,
  toMicros: ToMicros,
): DealTerms | Dropped["because"] {
  const at = deal.at ?? requestAt;
  const isFixed = at === AUCTION.fixedPrice;
  if (isFixed && deal.bidfloor === undefined) return "no fixed price";
  const currency = deal.bidfloorcur ?? DEFAULT_CURRENCY;
  const own = microsOf(deal.bidfloor, currency, toMicros);
  const floorMicros = deal.bidfloor === undefined ? openFloor : own;
  if (own === undefined || floorMicros === undefined) return UNKNOWN;
  // The agreed price of a fixed deal is the same for every length.
  const durationFloors = isFixed ? undefined : durationFloorsOf(deal, own, longest, currency, toMicros);
  if (durationFloors === UNKNOWN) return UNKNOWN;
  return {
    id: deal.id,
    floorMicros,
    durationFloors,
    inheritsFloor: deal.bidfloor === undefined && durationFloors === undefined,
    at,
    guaranteed: deal.guar === 1,
    seats: deal.wseat ?? NONE,
    advertiserDomains: deal.wadomain === undefined ? NONE : deal.wadomain.map((domain) => domain.toLowerCase()),
  };
}

/** Nothing costs nothing in any currency. */
function microsOf(price: number | undefined, currency: string, toMicros: ToMicros): Micros | undefined {
  return price === undefined || price === 0 ? 0 : toMicros(price, currency);
}

function durationFloorsOf(
  priced: Pick<Deal, "mincpmpersec" | "durfloors"> | undefined,
  leastMicros: Micros,
  longestSeconds: number,
  currency: string,
  toMicros: ToMicros,
): DurationFloors | undefined | typeof UNKNOWN {
  if (priced === undefined) return undefined;
  const { mincpmpersec = 0, durfloors = NONE } = priced;
  if (mincpmpersec === 0 && durfloors.length === 0) return undefined;
  const perSecondMicros = microsOf(mincpmpersec, currency, toMicros);
  const ranges = rangesOf(durfloors, currency, toMicros);
  if (perSecondMicros === undefined || ranges === undefined) return UNKNOWN;
  return { perSecondMicros, leastMicros, ranges, longestSeconds };
}

function rangesOf(
  durfloors: readonly DurFloors[],
  currency: string,
  toMicros: ToMicros,
): readonly DurationRange[] | undefined {
  const ranges: DurationRange[] = [];
  for (const { mindur, maxdur, bidfloor } of durfloors) {
    const floorMicros = microsOf(bidfloor, currency, toMicros);
    if (floorMicros === undefined) return undefined;
    ranges.push({ from: mindur ?? 0, to: maxdur ?? Number.POSITIVE_INFINITY, floorMicros });
  }
  return ranges;
}

/** Seconds of the longest creative that is taken; 0 where that is not said. */
function longestOf(timed: Pick<Audio, "maxduration" | "rqddurs" | "poddur"> | undefined): number {
  if (timed === undefined) return 0;
  let longest = timed.maxduration ?? 0;
  for (const seconds of timed.rqddurs ?? NONE) if (seconds > longest) longest = seconds;
  return longest > 0 ? longest : (timed.poddur ?? 0);
}
