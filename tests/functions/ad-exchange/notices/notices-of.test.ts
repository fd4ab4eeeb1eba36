import assert from "node:assert/strict";
import { checkResponse } from "../../../../functions/ad-exchange/domain/auction/check-response";
import { clear, without } from "../../../../functions/ad-exchange/domain/auction/clear";
import { noticesOf } from "../../../../functions/ad-exchange/domain/notices/notices-of";
import { LOSS } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { rawBid, responseOf, termsOf } from "../auction/support/bids";
import { offerOf, RULES } from "../auction/support/offers";

const PRICES = `p=\${AUCTION_PRICE}\${AUCTION_CURRENCY}&m=\${AUCTION_MIN_TO_WIN}&l=\${AUCTION_LOSS}&r=\${AUCTION_MBR}`;
const urls = {
  nurl: `https://s.example/win?${PRICES}&b=\${AUCTION_BID_ID}&a=\${AUCTION_AD_ID}`,
  burl: `https://s.example/bill?${PRICES}&t=\${AUCTION_IMP_TS}`,
  lurl: `https://s.example/loss?${PRICES}`,
};
/** Two dollars a euro, as in `toMicros`. */
const fromMicros = (micros: number, currency: string) =>
  currency === "EUR" ? Math.round(micros / 2) : currency === "USD" ? micros : undefined;
const TERMS = { auctionId: "auction-1", isTest: false, fromMicros };

const bidTerms = termsOf({}, { request: { cur: ["EUR", "USD"] }, slot: { floorMicros: 100_000 } });
const euro = checkResponse(
  responseOf([rawBid({ ...urls, price: 0.5, adid: "ad" })], { cur: "EUR", bidid: "r" }),
  "s",
  bidTerms,
);
const slots = [...bidTerms.slots.values()];
const rival = (priceMicros: number) => offerOf({ key: "own", seat: "own", priceMicros });
const told = (offers: Parameters<typeof clear>[1], at = 2, refused = euro.refused) =>
  noticesOf(clear(slots, offers, { ...RULES, at }), refused, TERMS).map(({ on, url }) => [on, url]);

describe("notices that outside seats ask for", () => {
  it("of a win are called at once and, for the bill, later, with the price in the bid's currency", () => {
    assert.deepEqual(told([...euro.offers, rival(790_000)]), [
      ["win", "https://s.example/win?p=0.4EUR&m=0.395&l=0&r=0.8&b=r&a=ad"],
      ["bill", `https://s.example/bill?p=0.4EUR&m=0.395&l=0&r=0.8&t=\${AUCTION_IMP_TS}`],
    ]);
  });

  it("of a first-price win say the bid as it was made", () => {
    const odd = checkResponse(responseOf([rawBid({ ...urls, price: 0.333333 })], { cur: "EUR" }), "s", bidTerms);
    const [[, url]] = told(odd.offers, 1) as [[string, string]];
    assert.match(url, /p=0.333333EUR&.*r=1&/);
  });

  it("say neither less than a first-price bid nor more than any, however rates round", () => {
    const priceBy = (rounding: number, at: number) => {
      const terms = { ...TERMS, fromMicros: (micros: number) => Math.round(micros / 2) + rounding };
      const outcome = clear(slots, [...euro.offers, rival(989_999)], { ...RULES, at });
      return /p=([^E]*)EUR/.exec(noticesOf(outcome, [], terms)[0]!.url)?.[1];
    };
    assert.equal(priceBy(-1, 1), "0.5");
    assert.equal(priceBy(5, 2), "0.5");
  });

  it("of a loss say why and what would have won, not what is paid", () => {
    assert.deepEqual(told([...euro.offers, rival(2_000_000)]), [
      ["loss", "https://s.example/loss?p=EUR&m=0.505&l=102&r="],
    ]);
  });

  it("of a bid whose money was refused say no more than that", () => {
    const outcome = without(clear(slots, euro.offers, RULES), euro.offers, LOSS.budgetSpent);
    const [notice] = noticesOf(outcome, [], TERMS);
    assert.deepEqual(notice, {
      on: "loss",
      seat: "s",
      imp: "1",
      bid: "bid-1",
      url: "https://s.example/loss?p=EUR&m=&l=1000&r=",
    });
  });

  it("of a bid that was refused before the auction are called too", () => {
    const bad = checkResponse(responseOf([rawBid({ ...urls, w: 1 }), null]), "s", bidTerms);
    assert.deepEqual(told([], 2, bad.refused), [["loss", "https://s.example/loss?p=USD&m=&l=203&r="]]);
  });

  it("are none where none are asked for, and none at all in a test", () => {
    const silent = checkResponse(responseOf([rawBid()]), "s", bidTerms);
    assert.deepEqual(told(silent.offers), []);
    assert.deepEqual(told([...silent.offers, rival(9_000_000)]), []);
    assert.deepEqual(noticesOf(clear(slots, euro.offers, RULES), euro.refused, { ...TERMS, isTest: true }), []);
  });
});
