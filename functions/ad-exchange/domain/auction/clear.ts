import type { Micros } from "../money";
import type { Offer } from "../offer";
import { AUCTION, type LossReason } from "../openrtb/codes";
import type { Slot } from "../traits";
import { withWholeGroups } from "./groups";
import type { AuctionRules, Outcome, SlotResult } from "./outcome";
import { rank } from "./ranking";
import { floorFor, standingOf, worthOf } from "./standing";

const NONE: ReadonlyMap<Offer, LossReason> = new Map();

/**
 * One auction for every slot of a request. The winner pays its bid (first price), the deal's price (fixed price), or what
 * it needed to win, plus an increment: the higher of its floor and the best bid of another seat that stands as it does,
 * never more than its own bid. A bid that stands lower cannot take the slot at any price, so it sets none: the open
 * auction does not drive up a deal, and a deal's bid is not what an open one pays.
 * @param offers checked; their order does not matter
 */
export const clear = (slots: readonly Slot[], offers: readonly Offer[], rules: AuctionRules): Outcome =>
  settle(slots, offers, rules, NONE);

/** The same auction as if these offers had not been made; they lose for `reason`, and prices are what is then right. */
export function without(outcome: Outcome, gone: readonly Offer[], reason: LossReason): Outcome {
  const withdrawn = new Map(outcome.withdrawn);
  for (const offer of gone) withdrawn.set(offer, reason);
  return settle(outcome.slots, outcome.offers, outcome.rules, withdrawn);
}

function settle(
  slots: readonly Slot[],
  offers: readonly Offer[],
  rules: AuctionRules,
  withdrawn: ReadonlyMap<Offer, LossReason>,
): Outcome {
  let ranking = rank(slots, offers, rules, withdrawn);
  let refused = withdrawn;
  if (ranking.grouped) ({ ranking, refused } = withWholeGroups(slots, offers, rules, withdrawn, ranking));
  const results: SlotResult[] = [];
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at]!;
    results.push(resultOf(slot, ranking.best[slot.index], ranking.rival[slot.index], rules));
  }
  return { slots, offers, rules, results, withdrawn, refused };
}

function resultOf(slot: Slot, winner: Offer | undefined, rival: Offer | undefined, rules: AuctionRules): SlotResult {
  if (winner === undefined) return { slot, winner, priceMicros: 0, minToWinMicros: 0 };
  const floor = floorFor(winner, slot);
  const at = winner.deal?.at ?? rules.at;
  if (at === AUCTION.fixedPrice) return { slot, winner, priceMicros: floor, minToWinMicros: floor };
  const isRival = rival !== undefined && standingOf(rival.deal) === standingOf(winner.deal);
  const minToWinMicros: Micros = isRival ? Math.max(floor, worthOf(rival, slot)) : floor;
  const priceMicros =
    at === AUCTION.firstPrice
      ? winner.priceMicros
      : Math.min(winner.priceMicros, minToWinMicros + rules.incrementMicros);
  return { slot, winner, priceMicros, minToWinMicros };
}
