import type { Micros } from "./money";
import type { Bid } from "./openrtb/bid-response";
import type { MarkupType } from "./openrtb/codes";
import type { DealTerms } from "./traits";

/** A bid in an auction for one slot, of a campaign or of a seat outside; checked, its price in the exchange's currency. */
export interface Offer {
  /** Unique in the auction, and the same whenever the same bid is made again: breaks ties together with the auction's id. */
  readonly key: string;
  readonly seat: string;
  /** Index of the slot. */
  readonly slot: number;
  /** CPM, what the bidder is ready to pay. */
  readonly priceMicros: Micros;
  readonly deal: DealTerms | undefined;
  readonly type: MarkupType;
  /** Seconds of the creative; 0 where it has none. */
  readonly durationSeconds: number;
  /** Offers of one seat that win all or none; "" for none, [4.2.2]. */
  readonly group: string;
}

/** An offer of a seat outside, with its bid as far as the exchange reads it. */
export interface OutsideOffer extends Offer {
  readonly bid: Bid;
  /** ISO-4217, of the bid's price. */
  readonly currency: string;
  /** The bidder's id of its response; "" where it gave none. */
  readonly responseId: string;
}

export const isOutside = (offer: Offer): offer is OutsideOffer => "bid" in offer;
