import { AUCTION } from "../openrtb/codes";
import type { DealTerms } from "../traits";
import { standingOf } from "./standing";

/** Each is searched for campaigns by itself; a request may name a thousand prices. */
const MOST_CLASSES = 6;

/**
 * Deals among whose bids the highest wins, together; of one class after the other. What is bid does not decide between deals
 * that stand differently, nor between agreed prices: these are all that such bids pay.
 * @param deals of one impression, sorted as `Slot` has them
 * @returns in that order; past the bound agreed prices share a class
 */
export function dealClasses(deals: readonly DealTerms[]): readonly (readonly DealTerms[])[] {
  const classes: DealTerms[][] = [];
  for (const deal of deals) {
    const last = classes.at(-1);
    if (last !== undefined && areAlike(last[0]!, deal, classes.length < MOST_CLASSES)) last.push(deal);
    else classes.push([deal]);
  }
  return classes;
}

const areAlike = (one: DealTerms, other: DealTerms, byPrice: boolean): boolean =>
  standingOf(one) === standingOf(other) && (!byPrice || agreedIn(one) === agreedIn(other));

/** -1 where no price is agreed. */
const agreedIn = ({ at, floorMicros }: DealTerms): number => (at === AUCTION.fixedPrice ? floorMicros : -1);
