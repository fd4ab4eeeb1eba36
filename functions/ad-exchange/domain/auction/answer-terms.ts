import type { NoticeTerms } from "../notices/notices-of";
import type { Signer } from "../notices/signer";
import type { Offer } from "../offer";
import type { SeatNonBid } from "../openrtb/bid-response";
import type { Traits } from "../traits";
import type { CreativeFragment } from "./creative-fragment";
import type { ForeignTerms } from "./foreign-price";
import type { NoticeAddresses } from "./notice-addresses";

/** What an answer needs beside the outcome. */
export interface AnswerTerms extends NoticeTerms {
  readonly channel: Traits["channel"];
  /** The publisher's account; "" where nobody has said. */
  readonly publisher: string;
  /** Of the answer's prices, ISO-4217: one that the request takes and that has a rate. */
  readonly currency: string;
  /** Undefined where that is the exchange's own. */
  readonly foreign: ForeignTerms | undefined;
  /** Of an offer of the exchange's own campaigns; looked up for winners only. */
  readonly own: (offer: Offer) => CreativeFragment;
  readonly signer: Signer;
  readonly addresses: NoticeAddresses;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Seconds for which notices are heard after their bid has expired: they are tried again, and a click comes late. */
  readonly graceSeconds: number;
}

/** What is added to an answer when it is asked for. */
export interface AnswerExtras {
  readonly nonBids?: readonly SeatNonBid[] | undefined;
  /** JSON text. */
  readonly trace?: string | undefined;
}
