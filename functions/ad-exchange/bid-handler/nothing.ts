import type { AnswerExtras } from "../domain/auction/answer-terms";
import { noBid } from "../domain/auction/write-response";
import type { BidRequest } from "../domain/openrtb/bid-request";
import { NO_BID } from "../domain/openrtb/codes";
import type { Answer } from "./call";
import type { Trace } from "./trace";

export interface Explained {
  readonly nonBids?: AnswerExtras["nonBids"];
  readonly trace?: Trace | undefined;
}

/** No bid, and why: told to who tests and to who asks why others do not bid; to everybody else a reason is no content, [7.1]. */
export function nothing(request: BidRequest, outcome: keyof typeof NO_BID, explained: Explained = {}): Answer {
  const { nonBids, trace } = explained;
  trace?.note("answer", { reason: outcome });
  const isExplained = request.test === 1 || nonBids !== undefined;
  return { ...noBid(request.id, NO_BID[outcome], isExplained, extrasOf(explained)), outcome, bids: 0 };
}

export const extrasOf = ({ nonBids, trace }: Explained): AnswerExtras => ({
  ...(nonBids ? { nonBids } : {}),
  ...(trace ? { trace: JSON.stringify(trace.steps) } : {}),
});
