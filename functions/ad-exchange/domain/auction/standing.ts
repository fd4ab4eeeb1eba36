import type { Micros } from "../money";
import type { Offer } from "../offer";
import { AUCTION, LOSS, type LossReason } from "../openrtb/codes";
import type { DealTerms, Slot } from "../traits";
import { floorOf } from "./floors";
import { lotOf } from "./tie";

/**
 * Bids under a deal go before those of the open auction whatever they pay, guaranteed deals before all, agreed prices
 * before deals that are auctioned: a deal is there to be delivered, not to be outbid, [7.3]. Price decides among equals.
 */
export function standingOf(deal: DealTerms | undefined): number {
  if (deal === undefined) return 0;
  if (deal.guaranteed === true) return 3;
  return deal.at === AUCTION.fixedPrice ? 2 : 1;
}

/** The least that this offer may pay, CPM. */
export const floorFor = (offer: Offer, slot: Slot): Micros =>
  // What is bid is asked only where floors hang on it.
  offer.deal === undefined && slot.videoFloors === undefined && slot.audioFloors === undefined
    ? slot.floorMicros
    : floorOf(slot, offer.deal, offer.type, offer.durationSeconds);

/** What an offer is compared by: its bid, or the agreed price, which is all that it would pay, [3.2.12]. */
export const worthOf = (offer: Offer, slot: Slot): Micros =>
  offer.deal?.at === AUCTION.fixedPrice ? floorFor(offer, slot) : offer.priceMicros;

/** Why an offer may not take part in the auction for its slot; 0 where it may. */
export function refusalOf(offer: Offer, slot: Slot): LossReason {
  const { deal } = offer;
  if (deal === undefined) {
    if (slot.privateOnly) return LOSS.invalidDeal;
    return offer.priceMicros < floorFor(offer, slot) ? LOSS.belowFloor : LOSS.won;
  }
  if (deal.seats.length > 0 && !deal.seats.includes(offer.seat)) return LOSS.invalidDeal;
  return offer.priceMicros < floorFor(offer, slot) ? LOSS.belowDealFloor : LOSS.won;
}

/** Whether `one` wins against `other` in the auction for their slot; of two different offers exactly one does. */
export function beats(one: Offer, other: Offer, slot: Slot, auctionId: string): boolean {
  const standing = standingOf(one.deal) - standingOf(other.deal);
  if (standing !== 0) return standing > 0;
  const worth = worthOf(one, slot) - worthOf(other, slot);
  if (worth !== 0) return worth > 0;
  const lot = lotOf(auctionId, one.key) - lotOf(auctionId, other.key);
  return lot === 0 ? one.key < other.key : lot < 0;
}
