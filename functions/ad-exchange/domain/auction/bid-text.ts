import type { Micros } from "../money";
import { compileTemplate, expand, type MacroMode, type MacroValues, type Template, urlsOnly } from "../notices/macros";
import { type Notice, noticeTokens } from "../notices/notice-url";
import { winnersValues } from "../notices/notices-of";
import { macroValues } from "../notices/settlement";
import { isOutside, type Offer, type OutsideOffer } from "../offer";
import { textOfMicros } from "../price";
import type { AnswerTerms, OwnBid } from "./answer-terms";
import { jsonText } from "./creative-fragment";
import { expiryOf } from "./expiry";
import type { SlotResult } from "./outcome";

/** One bid of the answer as JSON, [4.2.3]. Its id is the offer's key, unique in the answer where bidders' own ids are not. */
export function bidText(result: SlotResult, winner: Offer, terms: AnswerTerms): string {
  const { imp } = result.slot;
  const outside = isOutside(winner) ? winner : undefined;
  const own = outside === undefined ? terms.own(winner) : undefined;
  const exp = expiryOf(imp, winner.type, terms.channel, outside?.bid.exp);
  const priceMicros = priceIn(result.priceMicros, terms);
  const tokens = terms.isTest
    ? undefined
    : noticeTokens(noticeOf(result, winner, own, priceMicros, exp, terms), terms.signer);
  let text = `{"id":${JSON.stringify(winner.key)},"impid":${JSON.stringify(imp.id)}`;
  text += `,"price":${textOfMicros(priceMicros)},"exp":${exp},`;
  if (winner.deal !== undefined) text += `"dealid":${JSON.stringify(winner.deal.id)},`;
  if (tokens !== undefined) text += noticeMembers(tokens.server, terms);
  if (own === undefined) text += outsideMembers(result, outside!, terms);
  else text += ownMembers(result, winner, own, priceMicros, tokens?.browser, terms);
  return `${text}}`;
}

function noticeOf(
  result: SlotResult,
  winner: Offer,
  own: OwnBid | undefined,
  priceMicros: Micros,
  exp: number,
  terms: AnswerTerms,
): Notice {
  const issued = Math.floor(terms.now / 1000);
  return {
    publisher: terms.publisher,
    auction: terms.auctionId,
    imp: result.slot.imp.id,
    bid: winner.key,
    campaign: own?.campaign ?? "",
    seat: winner.seat,
    priceMicros,
    currency: terms.currency,
    issued,
    expires: issued + exp + terms.graceSeconds,
    target: own?.fragment.signedTarget ?? "",
  };
}

function priceIn(micros: Micros, { currency, fromMicros }: AnswerTerms): Micros {
  const converted = fromMicros(micros, currency);
  if (converted === undefined) throw new Error(`answer: currency is ${currency}; give one that has a rate`);
  return converted;
}

/**
 * Macros in the queries are for whoever sells on what the answer offers and knows better how that went. They are not
 * signed: what is billed is the signed price. A test has no notices, so nothing can bill it.
 */
const noticeMembers = (token: string, { noticeUrl }: AnswerTerms): string =>
  `"nurl":"${noticeUrl}/n/win/${token}?price=\${AUCTION_PRICE}",` +
  `"burl":"${noticeUrl}/n/bill/${token}?price=\${AUCTION_PRICE}&ts=\${AUCTION_IMP_TS}",` +
  `"lurl":"${noticeUrl}/n/loss/${token}?loss=\${AUCTION_LOSS}&min=\${AUCTION_MIN_TO_WIN}",`;

/** @param token for views and clicks; undefined in a test, which counts none: its clicks go straight on */
function ownMembers(
  result: SlotResult,
  winner: Offer,
  { campaign, fragment }: OwnBid,
  priceMicros: Micros,
  token: string | undefined,
  terms: AnswerTerms,
): string {
  const { markup, members, clickTarget } = fragment;
  const start = `"cid":${JSON.stringify(campaign)},${members},"adm":"`;
  if (token === undefined) {
    const standard = ownValues(result, winner, fragment.creative, priceMicros, terms);
    return `${start}${expand(markup, { ...standard, click: clickTarget, view: "" }, REVIEW)}"`;
  }
  const click = clickTarget === "" ? "" : `${terms.noticeUrl}/n/click/${token}`;
  const view = `${terms.noticeUrl}/n/view/${token}`;
  if (fragment.isOfAuction) {
    const standard = ownValues(result, winner, fragment.creative, priceMicros, terms);
    return `${start}${expand(markup, { ...standard, click, view }, LIVE)}"`;
  }
  // Notice URLs have no letter that JSON escapes.
  return `${start}${expand(markup, urlsOnly(click, view))}"`;
}

const LIVE: MacroMode = { escape: jsonText };
const REVIEW: MacroMode = { escape: jsonText, audit: true };

const ownValues = (
  result: SlotResult,
  winner: Offer,
  adId: string,
  priceMicros: Micros,
  terms: AnswerTerms,
): MacroValues =>
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

/** What the seat says of its creative; its own notice URLs are called by the exchange and stay here. */
function outsideMembers(result: SlotResult, winner: OutsideOffer, terms: AnswerTerms): string {
  const { adid, cid, crid, adomain, bundle, iurl, cattax, cat, attr, apis, protocol, language, tactic } = winner.bid;
  const { w, h, wratio, hratio, dur, adm = "" } = winner.bid;
  const values = winnersValues(winner, result.priceMicros, result.minToWinMicros, terms);
  const markup: Template = compileTemplate(adm);
  const said = {
    ...{ adid, cid, crid, adomain, bundle, iurl, cattax, cat, attr, apis, protocol, language, tactic },
    ...{ w, h, wratio, hratio, dur, mtype: winner.type },
    adm: expand(markup, values, { audit: terms.isTest }),
  };
  return JSON.stringify(said).slice(1, -1);
}
