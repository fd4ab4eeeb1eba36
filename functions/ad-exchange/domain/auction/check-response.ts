import { isRecord } from "../../../shared/fields";
import type { OutsideOffer } from "../offer";
import type { Bid } from "../openrtb/bid-response";
import { LOSS, type LossReason } from "../openrtb/codes";
import { type BidTerms, checkBid } from "./check-bid";
import { readBid } from "./read-bid";

/** Bids of one response, ten for each of the most impressions: what one seat sends must not cost all others their time. */
const MOST_BIDS = 1_000;

/** A bid that did not come into the auction. */
export interface RefusedBid {
  readonly seat: string;
  readonly reason: LossReason;
  /** Undefined where it could not be read. */
  readonly bid: Bid | undefined;
  readonly currency: string;
  readonly responseId: string;
}

export interface CheckedResponse {
  readonly offers: readonly OutsideOffer[];
  readonly refused: readonly RefusedBid[];
}

/**
 * What a seat's answer brings into the auction. A response that is malformed, or is for another request, brings nothing
 * and counts as no bid; it never fails the auction [4]. A seat answers for itself: what names another is refused, so
 * nobody takes the place, or a deal, of somebody else.
 * @param asked the seat that was asked
 * @param response as it came, of any shape
 */
export function checkResponse(response: unknown, asked: string, terms: BidTerms): CheckedResponse {
  const offers: OutsideOffer[] = [];
  const refused: RefusedBid[] = [];
  const checked = { offers, refused };
  const malformed = { seat: asked, reason: LOSS.invalidResponse, bid: undefined, currency: "", responseId: "" };
  if (!isRecord(response)) return { offers, refused: [malformed] };
  const { id, seatbid = [], cur, bidid } = response;
  if (id !== terms.request.id || !Array.isArray(seatbid) || hasTooMany(seatbid))
    return { offers, refused: [malformed] };
  const currency = typeof cur === "string" && cur !== "" ? cur : "USD";
  const responseId = typeof bidid === "string" ? bidid : "";
  const ids = new Set<string>();
  for (const [index, each] of (seatbid as readonly unknown[]).entries()) {
    const isOwn = isRecord(each) && (each.seat ?? asked) === asked && Array.isArray(each.bid);
    if (!isOwn) {
      refused.push(malformed);
      continue;
    }
    const group = each.group === 1 ? String(index) : "";
    takeSeatBid(each.bid as readonly unknown[], { seat: asked, group, currency, responseId }, terms, ids, checked);
  }
  return checked;
}

function hasTooMany(seatbid: readonly unknown[]): boolean {
  let bids = seatbid.length;
  for (const each of seatbid) if (isRecord(each) && Array.isArray(each.bid)) bids += each.bid.length;
  return bids > MOST_BIDS;
}

function takeSeatBid(
  bids: readonly unknown[],
  origin: { readonly seat: string; readonly group: string; readonly currency: string; readonly responseId: string },
  terms: BidTerms,
  ids: Set<string>,
  into: { readonly offers: OutsideOffer[]; readonly refused: RefusedBid[] },
): void {
  const { seat, currency, responseId } = origin;
  const offers: OutsideOffer[] = [];
  const missing = new Map<string, LossReason>();
  for (const raw of bids) {
    const bid = readBid(raw);
    const isNew = bid !== undefined && !ids.has(bid.id);
    if (isNew) ids.add(bid.id);
    const offer = isNew ? checkBid(bid, origin, terms) : LOSS.invalidResponse;
    if (typeof offer !== "number") offers.push(offer);
    else {
      into.refused.push({ seat, reason: offer, bid, currency, responseId });
      missing.set(bid?.impid ?? "", offer);
    }
  }
  const short = origin.group === "" ? undefined : shortOf(missing, offers);
  if (short === undefined) into.offers.push(...offers);
  else for (const { bid } of offers) into.refused.push({ seat, reason: short, bid, currency, responseId });
}

/** Why a group cannot be won as a whole: an impression it is for has no bid left. */
function shortOf(missing: ReadonlyMap<string, LossReason>, offers: readonly OutsideOffer[]): LossReason | undefined {
  for (const [impid, reason] of missing) if (!offers.some(({ bid }) => bid.impid === impid)) return reason;
  return undefined;
}
