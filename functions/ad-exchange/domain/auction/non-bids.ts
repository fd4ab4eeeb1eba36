import type { BidRequest } from "../openrtb/bid-request";
import type { SeatNonBid } from "../openrtb/bid-response";
import { LOSS, type LossReason } from "../openrtb/codes";
import type { RefusedBid } from "./check-response";
import { lossesOf } from "./losses";
import type { Outcome } from "./outcome";

/** Loss reasons by the codes of the community extension "Seat Non Bid"; any other is 300, a response rejected. */
const STATUS: ReadonlyMap<LossReason, number> = new Map<LossReason, number>([
  [LOSS.internalError, 100],
  [LOSS.invalidResponse, 102],
  [LOSS.currencyUnknown, 205],
  [LOSS.belowFloor, 301],
  [LOSS.belowDealFloor, 304],
  [LOSS.missingMarkup, 350],
  [LOSS.missingCreativeId, 350],
  [LOSS.missingApproval, 350],
  [LOSS.invalidAdvertiserDomain, 350],
  [LOSS.creativeUnknownReason, 350],
  [LOSS.creativePending, 350],
  [LOSS.creativeDisapproved, 350],
  [LOSS.creativeSize, 351],
  [LOSS.notSecure, 352],
  [LOSS.creativeFormat, 353],
  [LOSS.advertiserExcluded, 356],
  [LOSS.appExcluded, 356],
  [LOSS.categoryExcluded, 357],
]);
const REJECTED = 300;
/** The same of seats that have brought no bid at all. */
const SILENCE: Readonly<Record<Silent["says"], number>> = { nothing: 0, late: 101, malformed: 102 };

/** A seat that was asked and has not bid. */
export interface Silent {
  readonly seat: string;
  readonly says: "nothing" | "late" | "malformed";
}

/**
 * Whether the publisher asks why others are not in the answer: in a test, or by `ext.prebid.returnallbidstatus`, as
 * publishers ask of other exchanges; the extension itself has no way to ask.
 */
export function wantsNonBids({ test, ext }: BidRequest): boolean {
  if (test === 1) return true;
  const prebid = ext?.prebid as { readonly returnallbidstatus?: unknown } | null | undefined;
  return prebid?.returnallbidstatus === true;
}

/**
 * `ext.seatnonbid`: what was refused before the auction or in it, what lost, and who did not bid for any impression. A bid
 * without an impression has none.
 */
export function seatNonBids(
  outcome: Outcome,
  refused: readonly RefusedBid[],
  silent: readonly Silent[] = [],
): SeatNonBid[] {
  const impids = new Map(outcome.slots.map(({ index, imp }) => [index, imp.id]));
  const bySeat = new Map<string, { readonly impid: string; readonly statuscode: number }[]>();
  const note = (seat: string, impid: string | undefined, reason: LossReason) => {
    if (impid === undefined) return;
    const nonbids = bySeat.get(seat) ?? [];
    nonbids.push({ impid, statuscode: STATUS.get(reason) ?? REJECTED });
    bySeat.set(seat, nonbids);
  };
  for (const { seat, bid, reason } of refused) note(seat, bid?.impid, reason);
  for (const { offer, reason } of lossesOf(outcome)) note(offer.seat, impids.get(offer.slot), reason);
  const nonBids = [...bySeat].map(([seat, nonbid]) => ({ seat, nonbid }));
  for (const { seat, says } of silent) nonBids.push({ seat, nonbid: everyImp(outcome, SILENCE[says]) });
  return nonBids;
}

const everyImp = ({ slots }: Outcome, statuscode: number) => slots.map(({ imp }) => ({ impid: imp.id, statuscode }));
