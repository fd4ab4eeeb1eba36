import { jsonString } from "../json-text";
import type { NoBidReason } from "../openrtb/codes";
import type { AnswerExtras, AnswerTerms } from "./answer-terms";
import { type BidTerms, bidText, sharedBy } from "./bid-text";
import type { Outcome, SlotResult } from "./outcome";

/**
 * The answer to a request, a BidResponse as text, [4.2]; undefined where nobody has won. What is known of a creative
 * beforehand is not written again, so an answer is little more than putting texts together.
 */
export function writeResponse(outcome: Outcome, terms: AnswerTerms, extras: AnswerExtras = {}): string | undefined {
  const { results } = outcome;
  const shared = sharedBy(terms);
  let seats = "";
  for (let at = 0; at < results.length; at++) {
    const name = results[at]!.winner?.seat;
    if (name === undefined || hasSeatBefore(results, at, name)) continue;
    const seat = jsonString(name);
    const bids = bidsOf(name, results, at, { terms, shared, seat });
    seats += `${seats === "" ? "" : ","}{"bid":[${bids}],"seat":${seat}}`;
  }
  if (seats === "") return undefined;
  return `{"id":${shared.auction},"seatbid":[${seats}],"cur":${shared.currency}${extText(extras)}}`;
}

/** No bid, said with its reason. */
export const noBid = (requestId: string, reason: NoBidReason, extras: AnswerExtras = {}): string =>
  `{"id":${jsonString(requestId)},"seatbid":[],"nbr":${reason}${extText(extras)}}`;

function bidsOf(seat: string, results: readonly SlotResult[], from: number, by: BidTerms): string {
  let bids = "";
  for (let at = from; at < results.length; at++) {
    const result = results[at]!;
    if (result.winner?.seat === seat) bids += (bids === "" ? "" : ",") + bidText(result, result.winner, by);
  }
  return bids;
}

function hasSeatBefore(results: readonly SlotResult[], end: number, seat: string): boolean {
  for (let at = 0; at < end; at++) if (results[at]!.winner?.seat === seat) return true;
  return false;
}

function extText({ nonBids, trace }: AnswerExtras): string {
  if (nonBids === undefined && trace === undefined) return "";
  const members: string[] = [];
  if (nonBids !== undefined) members.push(`"seatnonbid":${JSON.stringify(nonBids)}`);
  if (trace !== undefined) members.push(`"trace":${trace}`);
  return `,"ext":{${members.join(",")}}`;
}
