import type { Micros } from "../money";
import type { OutsideOffer } from "../offer";
import type { BidRequest } from "../openrtb/bid-request";
import type { Bid } from "../openrtb/bid-response";
import { LOSS, type LossReason } from "../openrtb/codes";
import type { DealTerms, Slot, Traits } from "../traits";
import { type Blocks, blocksOf, covers, creativeProblem } from "./creative-rules";
import { placementProblem, typeOf } from "./placement";

/** What every bid of one auction is held against. */
export interface BidTerms {
  readonly request: BidRequest;
  readonly traits: Traits;
  /** By the impression's id. */
  readonly slots: ReadonlyMap<string, Slot>;
  readonly blocks: Blocks;
  /** Undefined where the currency or the price is none. */
  readonly toMicros: (price: number, currency: string) => Micros | undefined;
}

/** What a bid has from the response around it. */
export interface BidOrigin {
  readonly seat: string;
  /** As in `Offer`. */
  readonly group: string;
  readonly currency: string;
  readonly responseId: string;
}

/** Made once for an auction, and only when a seat outside has bid. */
export const bidTerms = (
  request: BidRequest,
  traits: Traits,
  slots: readonly Slot[],
  toMicros: BidTerms["toMicros"],
): BidTerms => ({
  request,
  traits,
  slots: new Map(slots.map((slot) => [slot.imp.id, slot])),
  blocks: blocksOf(traits),
  toMicros,
});

/** The offer that a bid makes, or why it makes none. Floors are the auction's: see `clear`. */
export function checkBid(bid: Bid, origin: BidOrigin, terms: BidTerms): OutsideOffer | LossReason {
  const slot = terms.slots.get(bid.impid);
  if (slot === undefined) return LOSS.invalidResponse;
  if (bid.price === 0) return LOSS.missingPrice;
  const priceMicros = takesCurrency(terms.request, origin.currency)
    ? terms.toMicros(bid.price, origin.currency)
    : undefined;
  if (priceMicros === undefined) return LOSS.currencyUnknown;
  if (priceMicros === 0) return LOSS.missingPrice;
  if (!mayBid(origin.seat, terms.traits)) return LOSS.seatBlocked;
  const deal = slot.deals.find(({ id }) => id === bid.dealid);
  const type = typeOf(bid, slot.imp);
  const problem =
    dealProblem(bid, deal, slot, origin.seat) ||
    creativeProblem(bid, terms.traits, terms.blocks, slot.imp.secure === 1) ||
    (type === undefined ? LOSS.creativeFormat : placementProblem(bid, type, slot.imp));
  if (problem !== LOSS.won || type === undefined) return problem;
  const { seat, group, currency, responseId } = origin;
  const durationSeconds = bid.dur ?? 0;
  const key = `${seat}/${bid.id}`;
  return { key, seat, slot: slot.index, priceMicros, deal, type, durationSeconds, group, bid, currency, responseId };
}

/** A request that names no currencies leaves it at the default of bids, [3.2.1, 4.2.1]. */
const takesCurrency = ({ cur }: BidRequest, currency: string): boolean =>
  cur === undefined || cur.length === 0 ? currency === "USD" : cur.includes(currency);

const mayBid = (seat: string, { allowedSeats, blockedSeats }: Traits): boolean =>
  (allowedSeats.length === 0 || allowedSeats.includes(seat)) && !blockedSeats.includes(seat);

function dealProblem(bid: Bid, deal: DealTerms | undefined, slot: Slot, seat: string): LossReason {
  if (!bid.dealid) return slot.privateOnly ? LOSS.invalidDeal : LOSS.won;
  if (deal === undefined) return LOSS.invalidDeal;
  if (deal.seats.length > 0 && !deal.seats.includes(seat)) return LOSS.invalidDeal;
  if (deal.advertiserDomains.length === 0) return LOSS.won;
  const allowed = new Set(deal.advertiserDomains);
  const isOutside = (domain: string) => !covers(allowed, domain.toLowerCase());
  return (bid.adomain ?? []).length === 0 || bid.adomain!.some(isOutside) ? LOSS.notAllowedInDeal : LOSS.won;
}
