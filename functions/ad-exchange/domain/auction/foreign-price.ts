import type { Micros } from "../money";
import type { Offer } from "../offer";
import type { BidRequest } from "../openrtb/bid-request";
import { microsOfNumber } from "../price";
import type { Exchangeable } from "../rates";
import { slotsOf } from "../slots-of";
import type { Slot } from "../traits";
import { floorOf } from "./floors";
import type { SlotResult } from "./outcome";

/** What prices of an answer are told by that is in another currency than the exchange's. */
export interface ForeignTerms {
  readonly currency: string;
  readonly rates: Pick<Exchangeable, "leastFor" | "toBase" | "fromBase">;
  /** The request's, their money in that currency: what is named in it, to the micro. */
  readonly slots: readonly Slot[];
}

/** Undefined where the currency is the exchange's own. */
export function foreignTerms(request: BidRequest, rates: Exchangeable, currency: string): ForeignTerms | undefined {
  if (currency === rates.base) return undefined;
  const toForeign = (price: number, named: string): Micros | undefined => {
    if (named === currency) return microsOfNumber(price);
    const micros = rates.toMicros(price, named);
    return micros === undefined ? undefined : rates.leastFor(micros, currency);
  };
  return { currency, rates, slots: slotsOf(request, toForeign) };
}

/**
 * What a winner pays, in the answer's currency: the nearest amount, which may be a micro over a bid or under a floor. Of a
 * bid that is paid in full it is the least amount that is worth as much: one that is named in that currency is no less. A
 * floor holds as it is named; where nothing lies between it and the bid, it is the bid that is exceeded, by less than a micro
 * of what it is told in.
 */
export function foreignPrice(
  { slot, priceMicros }: SlotResult,
  winner: Offer,
  { currency, rates, slots }: ForeignTerms,
): Micros | undefined {
  const isAll = priceMicros === winner.priceMicros;
  const price = isAll ? rates.leastFor(priceMicros, currency) : rates.fromBase(priceMicros, currency);
  if (price === undefined) return undefined;
  const worth = rates.toBase(price, currency) ?? Number.POSITIVE_INFINITY;
  const within = worth > winner.priceMicros ? price - 1 : price;
  const named = slots.find(({ index }) => index === slot.index);
  return named === undefined ? within : Math.max(within, floorIn(named, winner));
}

function floorIn(slot: Slot, { deal, type, durationSeconds }: Offer): Micros {
  const named = deal && slot.deals.find(({ id }) => id === deal.id);
  return floorOf(slot, named, type, durationSeconds);
}
