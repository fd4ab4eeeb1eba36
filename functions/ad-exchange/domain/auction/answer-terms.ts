import type { NoticeTerms } from "../notices/notices-of";
import type { Signer } from "../notices/signer";
import type { Offer } from "../offer";
import type { SeatNonBid } from "../openrtb/bid-response";
import type { Traits } from "../traits";
import type { CreativeFragment } from "./creative-fragment";

/** What the answer says of an offer of the exchange's own campaigns. */
export interface OwnBid {
  readonly campaign: string;
  readonly fragment: CreativeFragment;
}

/** What an answer needs beside the outcome. */
export interface AnswerTerms extends NoticeTerms {
  readonly channel: Traits["channel"];
  /** The publisher's account; "" where nobody has said. */
  readonly publisher: string;
  /** Of the answer's prices, ISO-4217: one that the request takes and that has a rate. */
  readonly currency: string;
  /** Looked up for winners only. */
  readonly own: (offer: Offer) => OwnBid;
  readonly signer: Signer;
  /** What notice URLs begin with, without a slash at the end; nothing in it that a URL writes with a percent sign. */
  readonly noticeUrl: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds for which notices are heard after their bid has expired: they are tried again, and a click comes late. */
  readonly graceSeconds: number;
}

/** What is added to an answer when it is asked for. */
export interface AnswerExtras {
  readonly nonBids?: readonly SeatNonBid[];
  /** JSON text. */
  readonly trace?: string;
}
