import type { RefusedBid } from "../auction/check-response";
import { lossesOf } from "../auction/losses";
import type { Outcome } from "../auction/outcome";
import type { Micros } from "../money";
import { isOutside, type OutsideOffer } from "../offer";
import type { Bid } from "../openrtb/bid-response";
import { LOSS } from "../openrtb/codes";
import { microsOfNumber } from "../price";
import { compileTemplate, expand, type MacroValues } from "./macros";
import { macroValues } from "./settlement";

/** A notice that a seat outside has asked for, to be called by the exchange's servers. */
export interface OutsideNotice {
  /** "win" and "loss" are known at once; "bill" is called when the exchange books the impression, and not before. */
  readonly on: "win" | "bill" | "loss";
  readonly seat: string;
  readonly imp: string;
  readonly bid: string;
  /** With its macros filled in; of a bill, `${AUCTION_IMP_TS}` is left for when it happens. */
  readonly url: string;
}

export interface NoticeTerms {
  readonly auctionId: string;
  /** Of test requests nobody is told anything: they are never billed, [3.2.1]. */
  readonly isTest: boolean;
  /** From the exchange's currency. */
  readonly fromMicros: (micros: Micros, currency: string) => Micros | undefined;
}

/**
 * Which URLs of outside bids are to be called, [4.2.3]. Losers are told why, and what would have won where that is
 * theirs to know; never what somebody else pays.
 */
export function noticesOf(outcome: Outcome, refused: readonly RefusedBid[], terms: NoticeTerms): OutsideNotice[] {
  const notices: OutsideNotice[] = [];
  if (terms.isTest) return notices;
  for (const { winner, priceMicros, minToWinMicros } of outcome.results) {
    if (winner === undefined || !isOutside(winner)) continue;
    const values = winnersValues(winner, priceMicros, minToWinMicros, terms);
    add(notices, "win", winner, winner.bid.nurl, values);
    add(notices, "bill", winner, winner.bid.burl, { ...values, impTs: `\${AUCTION_IMP_TS}` });
  }
  for (const { offer, reason, minToWinMicros } of lossesOf(outcome)) {
    if (!isOutside(offer) || !offer.bid.lurl) continue;
    const least = minToWinMicros === undefined ? undefined : terms.fromMicros(minToWinMicros, offer.currency);
    add(notices, "loss", offer, offer.bid.lurl, losersValues({ ...offer, reason }, terms, least));
  }
  for (const loser of refused) {
    const { bid } = loser;
    if (bid !== undefined) add(notices, "loss", { ...loser, bid }, bid.lurl, losersValues({ ...loser, bid }, terms));
  }
  return notices;
}

/** Macros of an outside bid that has won: in its notices and in its markup. Never more than it bid, in its own currency. */
export function winnersValues(
  winner: OutsideOffer,
  priceMicros: Micros,
  minToWinMicros: Micros,
  { auctionId, fromMicros }: NoticeTerms,
): MacroValues {
  const bidMicros = microsOfNumber(winner.bid.price) ?? 0;
  const own = (micros: Micros): Micros | undefined => {
    if (micros === winner.priceMicros) return bidMicros;
    const converted = fromMicros(micros, winner.currency);
    return converted === undefined ? undefined : Math.min(bidMicros, converted);
  };
  const price = own(priceMicros);
  const least = own(minToWinMicros);
  return macroValues({
    ...partyOf(winner),
    auctionId,
    bidMicros,
    priceMicros: price,
    minToWinMicros: least,
    loss: LOSS.won,
  });
}

interface Party {
  readonly seat: string;
  readonly currency: string;
  readonly responseId: string;
  readonly bid: Bid;
}

const losersValues = (loser: Party & { readonly reason: number }, { auctionId }: NoticeTerms, least?: Micros) =>
  macroValues({
    ...partyOf(loser),
    auctionId,
    bidMicros: 0,
    priceMicros: undefined,
    minToWinMicros: least,
    loss: loser.reason,
  });

const partyOf = ({ seat, currency, responseId, bid }: Party) => ({
  seat,
  currency,
  responseId,
  impId: bid.impid,
  adId: bid.adid ?? "",
});

function add(
  notices: OutsideNotice[],
  on: OutsideNotice["on"],
  { seat, bid }: Pick<Party, "seat" | "bid">,
  url: string | undefined,
  values: MacroValues,
): void {
  if (url) notices.push({ on, seat, imp: bid.impid, bid: bid.id, url: expand(compileTemplate(url), values) });
}
