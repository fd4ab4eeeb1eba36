import type { Offer } from "../offer";
import type { LossReason } from "../openrtb/codes";
import type { Slot } from "../traits";
import type { AuctionRules } from "./outcome";
import { beats, refusalOf } from "./standing";

/** The best offer of each slot and the best of another seat, by the slots' indexes. */
export interface Ranking {
  readonly best: readonly (Offer | undefined)[];
  /**
   * Sets the second price. It is of another seat: a seat does not bid against itself, else two campaigns of one
   * advertiser would drive up each other's price, and seats would hold back the further bids that [7.3] asks for.
   */
  readonly rival: readonly (Offer | undefined)[];
  /** Some offer is of a group. */
  readonly grouped: boolean;
}

/** One pass, nothing sorted. Offers in `refused` take no part. */
export function rank(
  slots: readonly Slot[],
  offers: readonly Offer[],
  { auctionId }: AuctionRules,
  refused: ReadonlyMap<Offer, LossReason>,
): Ranking {
  const byIndex = slotsByIndex(slots);
  const best: (Offer | undefined)[] = [];
  const rival: (Offer | undefined)[] = [];
  let grouped = false;
  for (let at = 0; at < offers.length; at++) {
    const offer = offers[at]!;
    if (offer.group !== "") grouped = true;
    const slot = byIndex[offer.slot];
    if (slot === undefined) continue;
    const second = rival[offer.slot];
    // Most come in the order of what they bid: whoever is behind both need not be known any better.
    if (second !== undefined && beats(second, offer, slot, auctionId)) continue;
    if ((refused.size > 0 && refused.has(offer)) || refusalOf(offer, slot) !== 0) continue;
    const first = best[offer.slot];
    if (first === undefined || beats(offer, first, slot, auctionId)) {
      if (first !== undefined && first.seat !== offer.seat) rival[offer.slot] = first;
      best[offer.slot] = offer;
    } else if (first.seat !== offer.seat) rival[offer.slot] = offer;
  }
  return { best, rival, grouped };
}

/** The slots themselves where none of the request's impressions was left out. */
export function slotsByIndex(slots: readonly Slot[]): readonly (Slot | undefined)[] {
  let dense = true;
  for (let at = 0; at < slots.length; at++) if (slots[at]!.index !== at) dense = false;
  if (dense) return slots;
  const byIndex: (Slot | undefined)[] = [];
  for (const slot of slots) byIndex[slot.index] = slot;
  return byIndex;
}
