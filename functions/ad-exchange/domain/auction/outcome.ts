import type { Micros } from "../money";
import type { Offer } from "../offer";
import type { LossReason } from "../openrtb/codes";
import type { Slot } from "../traits";

export interface AuctionRules {
  /** The request's id. */
  readonly auctionId: string;
  /** How the open auction is priced: 1 the bid; 2, and types of one's own (500 and up), second price plus, [3.2.1]. */
  readonly at: number;
  /** CPM that second price plus adds. */
  readonly incrementMicros: Micros;
}

/** What came of the auctions for all slots of one request. Who lost and why: `lossesOf`. */
export interface Outcome {
  readonly slots: readonly Slot[];
  readonly offers: readonly Offer[];
  readonly rules: AuctionRules;
  /** Parallel to `slots`. */
  readonly results: readonly SlotResult[];
  /** Offers taken out by `without`. */
  readonly withdrawn: ReadonlyMap<Offer, LossReason>;
  /** Those, and offers whose group could not win as a whole, [4.2.2]. */
  readonly refused: ReadonlyMap<Offer, LossReason>;
}

export interface SlotResult {
  readonly slot: Slot;
  readonly winner: Offer | undefined;
  /** CPM that the winner pays; 0 without a winner. */
  readonly priceMicros: Micros;
  /** CPM with which the winner would have tied with the next bid, or the floor, [4.4.1]; 0 without a winner. */
  readonly minToWinMicros: Micros;
}

/** An offer that did not win. */
export interface Loss {
  readonly offer: Offer;
  readonly reason: LossReason;
  /** CPM it would have had to bid; undefined where price did not decide, [4.4.1]. */
  readonly minToWinMicros: Micros | undefined;
}
