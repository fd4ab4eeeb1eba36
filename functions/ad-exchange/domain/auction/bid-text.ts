import { jsonString, jsonText } from "../json-text";
import type { Micros } from "../money";
import { compileTemplate, expand, expandUrls, type MacroValues } from "../notices/macros";
import { noticeTokens } from "../notices/notice-url";
import { winnersValues } from "../notices/notices-of";
import { macroValues } from "../notices/settlement";
import type { Signature } from "../notices/signer";
import { isOutside, type Offer, type OutsideOffer } from "../offer";
import { MARKUP } from "../openrtb/codes";
import { textOfMicros } from "../price";
import type { AnswerTerms } from "./answer-terms";
import type { CreativeFragment } from "./creative-fragment";
import { expiryOf } from "./expiry";
import { foreignPrice } from "./foreign-price";
import { noticeMembers } from "./notice-addresses";
import type { SlotResult } from "./outcome";

/** What all bids of an answer say alike, its texts as JSON: written once. */
interface Shared {
  readonly auction: string;
  readonly publisher: string;
  readonly currency: string;
  /** Seconds since the epoch. */
  readonly issued: number;
}

export const sharedBy = ({ auctionId, publisher, currency, now }: AnswerTerms): Shared => ({
  auction: jsonString(auctionId),
  publisher: jsonString(publisher),
  currency: jsonString(currency),
  issued: Math.floor(now / 1000),
});

/** What bids of one seat are written with. */
export interface BidTerms {
  readonly terms: AnswerTerms;
  readonly shared: Shared;
  /** As JSON. */
  readonly seat: string;
}

/** A bid that is being written, and the texts of it that are needed twice, as JSON. */
interface Sold {
  readonly result: SlotResult;
  readonly imp: string;
  readonly key: string;
  /** CPM in the answer's currency. */
  readonly priceMicros: Micros;
  /** Seconds. */
  readonly exp: number;
}

/** One bid of the answer as JSON, [4.2.3]. Its id is the offer's key, unique in the answer where bidders' own ids are not. */
export function bidText(result: SlotResult, winner: Offer, by: BidTerms): string {
  const { imp } = result.slot;
  const { terms } = by;
  const outside = isOutside(winner) ? winner : undefined;
  const exp = expiryOf(imp, winner.type, terms.channel, outside?.bid.exp);
  const priceMicros = priceOf(result, winner, terms);
  const sold: Sold = { result, imp: jsonString(imp.id), key: jsonString(winner.key), priceMicros, exp };
  const deal = winner.deal === undefined ? "" : `"dealid":${jsonString(winner.deal.id)},`;
  const start = `{"id":${sold.key},"impid":${sold.imp},"price":${textOfMicros(priceMicros)},"exp":${exp},${deal}`;
  return start + (outside === undefined ? ownMembers(winner, sold, by) : outsideMembers(outside, sold, by));
}

function tokensOf(sold: Sold, { campaign, target }: CreativeFragment["signed"], by: BidTerms): Signature {
  const { imp, key: bid, priceMicros, exp } = sold;
  const { terms, shared, seat } = by;
  const { publisher, auction, currency, issued } = shared;
  const expires = issued + exp + terms.graceSeconds;
  return noticeTokens(
    { publisher, auction, imp, bid, campaign, seat, priceMicros, currency, issued, expires, target },
    terms.signer,
  );
}
/** Campaigns are the exchange's own, and so are the addresses that clicks are led on to. */
const OUTSIDE = { campaign: '""', target: '""' };

/** What the answer says that the winner pays. */
function priceOf(result: SlotResult, winner: Offer, terms: AnswerTerms): Micros {
  const { foreign } = terms;
  if (foreign === undefined) return priceIn(result.priceMicros, terms);
  return foreignPrice(result, winner, foreign) ?? priceIn(result.priceMicros, terms);
}

function priceIn(micros: Micros, { currency, fromMicros }: AnswerTerms): Micros {
  const converted = fromMicros(micros, currency);
  if (converted === undefined) throw new Error(`answer: currency is ${currency}; give one that has a rate`);
  return converted;
}

/** In a test nothing counts or bills: it has no notices, and its clicks go straight on. */
function ownMembers(winner: Offer, sold: Sold, by: BidTerms): string {
  const { terms } = by;
  const { own, addresses, isTest } = terms;
  const fragment = own(winner);
  const { markup, start, clickTarget, mode } = fragment;
  if (isTest) {
    const values = { ...ownValues(winner, sold, fragment.creative, terms), click: clickTarget };
    return `${start}${expand(markup, values, { ...mode, audit: true })}"}`;
  }
  const { server, browser } = tokensOf(sold, fragment.signed, by);
  const click = clickTarget === "" ? "" : addresses.click + browser;
  const view = addresses.view + browser;
  // Notice URLs have no letter that JSON escapes.
  const adm = fragment.isOfAuction
    ? expand(markup, { ...ownValues(winner, sold, fragment.creative, terms), click, view }, mode)
    : expandUrls(markup, click, view);
  return `${noticeMembers(server, addresses)}${start}${adm}"}`;
}

const ownValues = (winner: Offer, { result, priceMicros }: Sold, adId: string, terms: AnswerTerms): MacroValues =>
  macroValues({
    auctionId: terms.auctionId,
    impId: result.slot.imp.id,
    seat: winner.seat,
    responseId: "",
    adId,
    currency: terms.currency,
    bidMicros: priceIn(winner.priceMicros, terms),
    priceMicros,
    minToWinMicros: priceIn(result.minToWinMicros, terms),
    loss: 0,
  });

/** Native markup is JSON, and a macro stands in one of its texts. */
const isJson = ({ type }: Offer): boolean => type === MARKUP.native;

/** What the seat says of its creative; its own notice URLs are called by the exchange and stay here. */
function outsideMembers(winner: OutsideOffer, sold: Sold, by: BidTerms): string {
  const { terms } = by;
  const { adid, cid, crid, adomain, bundle, iurl, cattax, cat, attr, apis, protocol, language, tactic } = winner.bid;
  const { w, h, wratio, hratio, dur, adm = "" } = winner.bid;
  const values = winnersValues(winner, sold.result.priceMicros, sold.result.minToWinMicros, terms);
  const said = {
    ...{ adid, cid, crid, adomain, bundle, iurl, cattax, cat, attr, apis, protocol, language, tactic },
    ...{ w, h, wratio, hratio, dur, mtype: winner.type },
    adm: expand(compileTemplate(adm), values, { audit: terms.isTest, ...(isJson(winner) && { escape: jsonText }) }),
  };
  const notices = terms.isTest ? "" : noticeMembers(tokensOf(sold, OUTSIDE, by).server, terms.addresses);
  return notices + JSON.stringify(said).slice(1);
}
