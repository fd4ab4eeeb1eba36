import type { Offer } from "../offer";
import { LOSS } from "../openrtb/codes";
import { without } from "./clear";
import type { Outcome, SlotResult } from "./outcome";

/** How many of a request's slots may be won by who is named; whoever is not named may win any number. */
export interface Limits {
  /** Whom an offer is counted with; undefined for nobody. */
  readonly nameOf: (offer: Offer) => string | undefined;
  /** Whole numbers, 1 or more: who may win nothing makes no offer. */
  readonly most: ReadonlyMap<string, number>;
}

/**
 * The auction in which nobody wins more slots than its limit. Who would keeps the slots where it pays most, of equal ones
 * the first; for all others the auction is as if it had not bid there. That holds of slots that it loses too, once it has
 * as many as it may: a bid that cannot win must not be what somebody else pays.
 *
 * All that are limited are looked at before anything is cleared again, so neither their order nor that of the offers
 * matters. What was taken out stays out, though prices fall with it. Each round takes out an offer, so it ends.
 * @param limits undefined where there are none
 */
export function atMost(outcome: Outcome, limits: Limits | undefined): Outcome {
  if (limits === undefined) return outcome;
  for (let held = outcome; ; ) {
    const over = offersBeyond(held, limits);
    if (over.length === 0) return held;
    held = without(held, over, LOSS.capReached);
  }
}

function offersBeyond(outcome: Outcome, limits: Limits): Offer[] {
  const kept = new Map<string, ReadonlySet<Offer>>();
  for (const [name, won] of winsOf(outcome, limits)) {
    const most = limits.most.get(name)!;
    if (won.length < most) continue;
    // Sorting keeps the order of equal ones, which is that of the slots.
    const dearest = won.sort((one, other) => other.priceMicros - one.priceMicros).slice(0, most);
    kept.set(name, new Set(dearest.map(({ winner }) => winner!)));
  }
  if (kept.size === 0) return [];
  const { offers, withdrawn } = outcome;
  return offers.filter((offer) => {
    const keeps = kept.get(limits.nameOf(offer) ?? "");
    return keeps !== undefined && !keeps.has(offer) && !withdrawn.has(offer);
  });
}

function winsOf({ results }: Outcome, { nameOf, most }: Limits): Map<string, SlotResult[]> {
  const wins = new Map<string, SlotResult[]>();
  for (const result of results) {
    const name = result.winner && nameOf(result.winner);
    if (name === undefined || !most.has(name)) continue;
    const won = wins.get(name);
    if (won === undefined) wins.set(name, [result]);
    else won.push(result);
  }
  return wins;
}
