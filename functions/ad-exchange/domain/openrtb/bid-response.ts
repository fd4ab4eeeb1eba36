import type { LossReason, MarkupType, NoBidReason } from "./codes";

/** The bid response of OpenRTB 2.6, section 4.2: what the exchange answers. */
export interface BidResponse {
  /** The request's. */
  readonly id: string;
  readonly seatbid?: readonly SeatBid[];
  readonly bidid?: string;
  /** ISO-4217; default USD; one of the request's `cur`. */
  readonly cur?: string;
  readonly nbr?: NoBidReason;
  readonly ext?: Readonly<Record<string, unknown>>;
}

export interface SeatBid {
  readonly bid: readonly Bid[];
  readonly seat?: string;
  /** 1: all of its impressions won or none. Default 0. */
  readonly group?: 0 | 1;
}

/** Section 4.2.3: what the exchange reads of a seat's bid and writes of its own. */
export interface Bid {
  readonly id: string;
  readonly impid: string;
  /** CPM, in the response's currency. */
  readonly price: number;
  readonly nurl?: string;
  readonly burl?: string;
  readonly lurl?: string;
  readonly adm?: string;
  readonly adid?: string;
  readonly adomain?: readonly string[];
  readonly bundle?: string;
  readonly iurl?: string;
  readonly cid?: string;
  readonly crid?: string;
  readonly tactic?: string;
  readonly cattax?: number;
  readonly cat?: readonly string[];
  readonly attr?: readonly number[];
  readonly apis?: readonly number[];
  readonly protocol?: number;
  readonly language?: string;
  readonly dealid?: string;
  readonly w?: number;
  readonly h?: number;
  readonly wratio?: number;
  readonly hratio?: number;
  /** Seconds the bidder waits between auction and impression. */
  readonly exp?: number;
  /** Seconds of the creative. */
  readonly dur?: number;
  readonly mtype?: MarkupType;
}

/** Why a seat's bid for an impression is not in the answer: the community extension seatnonbid. */
export interface SeatNonBid {
  readonly seat: string;
  readonly nonbid: readonly { readonly impid: string; readonly statuscode: LossReason | number }[];
}
