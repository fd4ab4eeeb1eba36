import type { AnswerTerms } from "../domain/auction/answer-terms";
import type { RefusedBid } from "../domain/auction/check-response";
import { foreignTerms } from "../domain/auction/foreign-price";
import { type Silent, seatNonBids, wantsNonBids } from "../domain/auction/non-bids";
import type { Outcome as AuctionOutcome } from "../domain/auction/outcome";
import { writeResponse } from "../domain/auction/write-response";
import type { NO_BID } from "../domain/openrtb/codes";
import type { Answer } from "./call";
import type { Case } from "./case";
import { extrasOf, nothing } from "./nothing";
import type { Ready } from "./readiness";
import type { Trace } from "./trace";
import type { World } from "./world";

/** What seats outside have said that is no offer. */
export interface Unoffered {
  readonly refused: readonly RefusedBid[];
  readonly silent: readonly Silent[];
}

export function answerTermsOf(one: Case, ready: Ready, { addresses }: Pick<World, "addresses">): AnswerTerms {
  const { own, fromMicros, rates, signer, settings } = ready;
  const { request, traits, currency, seller } = one;
  return {
    auctionId: request.id,
    isTest: request.test === 1,
    fromMicros,
    channel: traits.channel,
    publisher: seller,
    currency,
    foreign: foreignTerms(request, rates, currency),
    own,
    signer,
    addresses,
    now: traits.now,
    graceSeconds: settings.graceSeconds,
  };
}

/** @param none why there is no bid where nobody has won */
export function answerWith(
  sold: AuctionOutcome,
  terms: AnswerTerms,
  { request }: Case,
  { refused, silent }: Unoffered,
  none: keyof typeof NO_BID,
  trace: Trace | undefined,
): Answer {
  const explained = wantsNonBids(request) ? { nonBids: seatNonBids(sold, refused, silent), trace } : { trace };
  const body = writeResponse(sold, terms, extrasOf(explained));
  if (body === undefined) return nothing(request, none, explained);
  return { status: 200, body, outcome: "bid", bids: bidsIn(sold) };
}

function bidsIn({ results }: AuctionOutcome): number {
  let bids = 0;
  for (let at = 0; at < results.length; at++) if (results[at]!.winner !== undefined) bids++;
  return bids;
}
