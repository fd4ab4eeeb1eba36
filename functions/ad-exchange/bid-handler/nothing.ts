import type { AnswerExtras } from "../domain/auction/answer-terms";
import { noBid } from "../domain/auction/write-response";
import type { BidRequest } from "../domain/openrtb/bid-request";
import { NO_BID } from "../domain/openrtb/codes";
import type { Answer } from "./call";
import type { Trace } from "./trace";

interface Explained {
  readonly nonBids?: AnswerExtras["nonBids"] | undefined;
  readonly trace?: Trace | undefined;
}

/** No bid, and why: told to who tests and to who asks why others do not bid; to everybody else a reason is no content, [7.1]. */
export function nothing(request: BidRequest, outcome: keyof typeof NO_BID, explained: Explained = {}): Answer {
  const { nonBids, trace } = explained;
  if (request.test !== 1 && nonBids === undefined) return UNSAID[outcome];
  trace?.note("answer", { reason: outcome });
  const body = noBid(request.id, NO_BID[outcome], extrasOf(explained));
  return { status: 200, body, outcome, bids: 0 };
}

const UNSAID = Object.fromEntries(
  Object.keys(NO_BID).map((outcome) => [outcome, { status: 204, body: "", outcome, bids: 0 }]),
) as Record<keyof typeof NO_BID, Answer>;

const NO_EXTRAS: AnswerExtras = {};

export const extrasOf = ({ nonBids, trace }: Explained): AnswerExtras =>
  nonBids === undefined && trace === undefined ? NO_EXTRAS : { nonBids, trace: trace && JSON.stringify(trace.steps) };
