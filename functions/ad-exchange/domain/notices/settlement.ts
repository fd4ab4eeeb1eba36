import type { Micros } from "../money";
import { textOfMicros } from "../price";
import type { MacroValues } from "./macros";

/** How a bid came out, as its bidder may know it. Amounts are CPM micros in the bid's currency. */
export interface Settlement {
  readonly auctionId: string;
  readonly impId: string;
  readonly seat: string;
  readonly responseId: string;
  readonly adId: string;
  readonly currency: string;
  readonly bidMicros: Micros;
  /** Before any discount; undefined where nothing is paid or the price is not told: lost. */
  readonly priceMicros: Micros | undefined;
  readonly minToWinMicros: Micros | undefined;
  /** A loss reason; 0 is won. */
  readonly loss: number;
  /** Hundredths of a percent of the bid's price that the seller takes off, [7.16]. */
  readonly discountBasisPoints?: number;
}

/** Values of the standard's macros. Quantities are 1 each: the exchange sells single impressions. */
export function macroValues(settlement: Settlement): MacroValues {
  const { priceMicros, minToWinMicros, bidMicros, discountBasisPoints = 0 } = settlement;
  const isPaid = priceMicros !== undefined;
  const isDiscounted = isPaid && discountBasisPoints > 0;
  const discountMicros = isDiscounted ? Math.min(priceMicros, shareOf(bidMicros, discountBasisPoints)) : 0;
  const paidMicros = isPaid ? priceMicros - discountMicros : 0;
  return {
    auctionId: settlement.auctionId,
    bidId: settlement.responseId,
    impId: settlement.impId,
    seatId: settlement.seat,
    adId: settlement.adId,
    price: isPaid ? textOfMicros(paidMicros) : "",
    currency: settlement.currency,
    mbr: isPaid && bidMicros > 0 ? textOfMicros(Math.round((paidMicros / bidMicros) * 1e6)) : "",
    loss: String(settlement.loss),
    minToWin: minToWinMicros === undefined ? "" : textOfMicros(minToWinMicros),
    multiplier: isPaid ? "1" : "",
    impTs: "",
    discountPct: isDiscounted ? textOfMicros(discountBasisPoints * 10_000) : "",
    discountCpm: isDiscounted ? textOfMicros(discountMicros) : "",
    click: "",
    view: "",
  };
}

/** Rounded half to even; whole basis points of up to a billion units are more than a number holds exactly. */
function shareOf(micros: Micros, basisPoints: number): Micros {
  const product = BigInt(micros) * BigInt(basisPoints);
  const whole = product / 10_000n;
  const twice = (product % 10_000n) * 2n;
  return Number(twice > 10_000n || (twice === 10_000n && whole % 2n === 1n) ? whole + 1n : whole);
}
