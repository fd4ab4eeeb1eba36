import type { Micros } from "../money";
import type { Offer } from "../offer";
import { LOSS, type LossReason } from "../openrtb/codes";
import type { Slot } from "../traits";
import { lossTo } from "./groups";
import type { Loss, Outcome, SlotResult } from "./outcome";
import { slotsByIndex } from "./ranking";
import { floorFor, refusalOf, standingOf } from "./standing";

/** Every offer that did not win, in the order of the offers. Made when asked for: most requests need it of no one. */
export function lossesOf(outcome: Outcome): Loss[] {
  const byIndex = slotsByIndex(outcome.slots);
  const results: (SlotResult | undefined)[] = [];
  for (const result of outcome.results) results[result.slot.index] = result;
  const losses: Loss[] = [];
  for (const offer of outcome.offers) {
    const winner = results[offer.slot]?.winner;
    if (winner !== offer) losses.push(lossOf(offer, byIndex[offer.slot], results[offer.slot], outcome.refused));
  }
  return losses;
}

function lossOf(
  offer: Offer,
  slot: Slot | undefined,
  result: SlotResult | undefined,
  refused: ReadonlyMap<Offer, LossReason>,
): Loss {
  if (slot === undefined || result === undefined) {
    return { offer, reason: LOSS.internalError, minToWinMicros: undefined };
  }
  const taken = refused.get(offer);
  const own = refusalOf(offer, slot);
  if (taken !== undefined && taken !== own) return { offer, reason: taken, minToWinMicros: undefined };
  const { winner } = result;
  const reason = own === LOSS.won && winner !== undefined ? lossTo(winner, offer) : own;
  return { offer, reason, minToWinMicros: minToWin(offer, slot, result, reason) };
}

/**
 * The price that wins instead, or would have tied with it: what the winner pays, as in the tables of [4.4.1]; the floor
 * where nobody who stands as high has won.
 */
function minToWin(offer: Offer, slot: Slot, result: SlotResult, reason: LossReason): Micros | undefined {
  if (reason !== LOSS.lostToHigherBid && !isOfFloor(reason)) return undefined;
  const floor = floorFor(offer, slot);
  if (result.winner === undefined) return floor;
  const ahead = standingOf(result.winner.deal) - standingOf(offer.deal);
  if (ahead > 0) return undefined;
  return ahead === 0 ? Math.max(floor, result.priceMicros) : floor;
}

const isOfFloor = (reason: LossReason): boolean => reason === LOSS.belowFloor || reason === LOSS.belowDealFloor;
