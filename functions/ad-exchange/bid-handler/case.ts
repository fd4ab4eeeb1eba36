import type { BidRequest } from "../domain/openrtb/bid-request";
import type { Permitted } from "../domain/privacy/permitted";
import type { Slot, Traits } from "../domain/traits";

/** One request that may be auctioned: read, and reduced to what may be known of it. */
export interface Case {
  readonly request: BidRequest;
  readonly permitted: Permitted;
  readonly traits: Traits;
  readonly slots: readonly Slot[];
  /** ISO-4217, of the answer. */
  readonly currency: string;
  /** When the answer has to be on its way, milliseconds since the epoch. */
  readonly deadline: number;
  /** The publisher's account: of its token, else as the request says; "" where nobody says. */
  readonly seller: string;
  /** The caller has shown that it is the publisher of the request. */
  readonly isOwn: boolean;
}
