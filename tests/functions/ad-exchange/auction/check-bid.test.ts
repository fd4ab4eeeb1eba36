import assert from "node:assert/strict";
import fc from "fast-check";
import { checkResponse } from "../../../../functions/ad-exchange/domain/auction/check-response";
import { loadsInsecurely } from "../../../../functions/ad-exchange/domain/auction/insecure";
import type { Imp } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { LOSS, MARKUP } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import type { Slot, Traits } from "../../../../functions/ad-exchange/domain/traits";
import { rawBid, responseOf, termsOf } from "./support/bids";
import { dealOf } from "./support/offers";

interface Case {
  readonly bid?: Readonly<Record<string, unknown>>;
  readonly imp?: Partial<Imp>;
  readonly slot?: Partial<Slot>;
  readonly traits?: Partial<Traits>;
  readonly request?: object;
  readonly response?: Readonly<Record<string, unknown>>;
}

function reasonsOf({ bid, imp, slot, traits, request, response }: Case): readonly number[] {
  const terms = termsOf(imp, { ...(slot && { slot }), ...(traits && { traits }), ...(request && { request }) });
  const { offers, refused } = checkResponse(responseOf([rawBid(bid)], response), "s", terms);
  assert.equal(offers.length + refused.length, 1);
  return refused.map(({ reason }) => reason);
}

const video = (fields = {}): Partial<Imp> =>
  ({ banner: undefined, video: { mimes: ["video/mp4"], ...fields } }) as unknown as Partial<Imp>;
const DEAL = { deals: [dealOf({ id: "d", seats: ["s"], advertiserDomains: ["ford.com"] })] };

const TAKEN: Readonly<Record<string, Case>> = {
  "as it is": {},
  "with nulls for what it does not say": { bid: { dealid: null, nurl: null, ext: null, cat: null } },
  "in another currency of the request": { request: { cur: ["EUR"] }, response: { cur: "EUR" } },
  "of one of the sizes": {
    imp: {
      banner: {
        format: [
          { w: 1, h: 1 },
          { w: 300, h: 250 },
        ],
      },
    },
  },
  "without a size where there is one": { bid: { w: null, h: null } },
  "without a size where none is asked for": { bid: { w: null, h: null }, imp: { banner: {} } },
  "of a flexible format's ratio": {
    bid: { w: 640, h: 360 },
    imp: { banner: { format: [{ wratio: 16, hratio: 9, wmin: 640 }] } },
  },
  "by its ratio": {
    bid: { w: null, h: null, wratio: 32, hratio: 18 },
    imp: {
      banner: {
        format: [
          { wratio: 16, hratio: 9 },
          { w: 1, h: 1 },
        ],
      },
    },
  },
  "of an advertiser like a blocked one": { traits: { blockedAdvertisers: ["rd.com", "www.ford.com"] } },
  "of a category that is not blocked": { bid: { cat: ["IAB1"] }, traits: { blockedCategories: ["IAB1-2", "IAB11"] } },
  "of an allowed category": { bid: { cat: ["IAB1-2"] }, traits: { allowedCategories: ["IAB1"] } },
  "without words": { bid: { language: "xx" }, traits: { creativeLanguages: ["de"] } },
  "under a deal": { bid: { dealid: "d" }, slot: DEAL },
  "under a deal of a private auction": {
    bid: { dealid: "d", adomain: ["www.FORD.com"] },
    slot: { ...DEAL, privateOnly: true },
  },
  "secure where it has to be": {
    bid: { adm: '<a href="http://x.example/"><img src="https://x.example/"></a>' },
    imp: { secure: 1 },
  },
  "with an attribute that is not blocked": { bid: { attr: [1] }, imp: { banner: { battr: [2] } } },
  "as a video that fits": {
    bid: { dur: 15, protocol: 3 },
    imp: video({ minduration: 15, maxduration: 15, protocols: [3] }),
  },
  "as a video of a pod's whole length": { bid: { dur: 60 }, imp: video({ poddur: 60 }) },
  "as a video of unknown duration for a pod": { imp: video({ poddur: 60 }) },
  "of a kind of banner that is not blocked": {
    bid: { adm: '<a href="https://x.example"><img src="https://x.example/a"></a>' },
    imp: { banner: { w: 300, h: 250, btype: [1, 3, 4] } },
  },
  "of a kind of banner that its markup does not show": {
    bid: { adm: "<div class='ad'></div>" },
    imp: { banner: { w: 300, h: 250, btype: [1, 2, 3, 4] } },
  },
  "as a video of unknown duration": { imp: video({ maxduration: 15 }) },
  "as a video of a required duration": { bid: { dur: 30 }, imp: video({ rqddurs: [15, 30] }) },
  "with another exchange's extensions": { bid: { ext: { deep: [{}] }, api: "old" } },
};

const REFUSED: Readonly<Record<string, readonly [number, Case]>> = {
  "for an impression nobody offers": [LOSS.invalidResponse, { bid: { impid: "2" } }],
  "with an id that is a number": [LOSS.invalidResponse, { bid: { id: 7 } }],
  "with text for its size": [LOSS.invalidResponse, { bid: { w: "300" } }],
  "with a notice that is no address": [LOSS.invalidResponse, { bid: { nurl: "file:///etc/passwd" } }],
  "with a list of the wrong things": [LOSS.invalidResponse, { bid: { attr: ["1"] } }],
  "with a negative price": [LOSS.invalidResponse, { bid: { price: -1 } }],
  "with an infinite price": [LOSS.invalidResponse, { bid: { price: Number.POSITIVE_INFINITY } }],
  "with text for a price": [LOSS.invalidResponse, { bid: { price: "1.5" } }],
  "without a price": [LOSS.missingPrice, { bid: { price: null } }],
  "for nothing": [LOSS.missingPrice, { bid: { price: 0 } }],
  "for less than a millionth": [LOSS.missingPrice, { bid: { price: 1e-9 } }],
  "in a currency that the request does not name": [LOSS.currencyUnknown, { request: { cur: ["EUR"] } }],
  "in a currency without a rate": [LOSS.currencyUnknown, { request: { cur: ["XXX"] }, response: { cur: "XXX" } }],
  "in another than the default currency": [LOSS.currencyUnknown, { response: { cur: "EUR" } }],
  "of a blocked seat": [LOSS.seatBlocked, { traits: { blockedSeats: ["s"] } }],
  "of a seat that is not among the allowed": [LOSS.seatBlocked, { traits: { allowedSeats: ["t"] } }],
  "without markup": [LOSS.missingMarkup, { bid: { adm: null, nurl: "https://s.example/markup" } }],
  "without a creative's id": [LOSS.missingCreativeId, { bid: { crid: "" } }],
  "without an advertiser": [LOSS.missingApproval, { bid: { adomain: [] } }],
  "with an advertiser that is no domain": [LOSS.invalidAdvertiserDomain, { bid: { adomain: ["https://ford.com"] } }],
  "of a blocked advertiser": [LOSS.advertiserExcluded, { traits: { blockedAdvertisers: ["ford.com"] } }],
  "of a subdomain of a blocked advertiser": [
    LOSS.advertiserExcluded,
    { bid: { adomain: ["fine.example", "WWW.ford.com"] }, traits: { blockedAdvertisers: ["ford.com"] } },
  ],
  "of a blocked app": [LOSS.appExcluded, { bid: { bundle: "com.App" }, traits: { blockedApps: ["com.app"] } }],
  "of a blocked category": [LOSS.categoryExcluded, { bid: { cat: ["IAB1"] }, traits: { blockedCategories: ["IAB1"] } }],
  "of a part of a blocked category": [
    LOSS.categoryExcluded,
    { bid: { cat: ["IAB1-2"] }, traits: { blockedCategories: ["IAB1"] } },
  ],
  "of a category in another taxonomy": [
    LOSS.categoryExcluded,
    { bid: { cat: ["12"], cattax: 6 }, traits: { blockedCategories: ["IAB1"] } },
  ],
  "of no allowed category": [
    LOSS.categoryExcluded,
    { bid: { cat: ["IAB2"] }, traits: { allowedCategories: ["IAB1"] } },
  ],
  "of an unknown category where some are asked for": [
    LOSS.categoryExcluded,
    { traits: { allowedCategories: ["IAB1"] } },
  ],
  "in another language": [LOSS.languageExcluded, { bid: { language: "EN" }, traits: { creativeLanguages: ["de"] } }],
  "loading over plain HTTP": [LOSS.notSecure, { bid: { adm: '<img src="http://x.example/">' }, imp: { secure: 1 } }],
  "of another size": [LOSS.creativeSize, { bid: { w: 301 } }],
  "of an unknown size where there are several": [
    LOSS.creativeSize,
    {
      bid: { w: null, h: null },
      imp: {
        banner: {
          format: [
            { w: 1, h: 1 },
            { w: 300, h: 250 },
          ],
        },
      },
    },
  ],
  "narrower than a flexible format": [
    LOSS.creativeSize,
    { bid: { w: 320, h: 180 }, imp: { banner: { format: [{ wratio: 16, hratio: 9, wmin: 640 }] } } },
  ],
  "of a kind that is not offered": [LOSS.creativeFormat, { bid: { mtype: MARKUP.video } }],
  "of a kind that does not exist": [LOSS.creativeFormat, { bid: { mtype: 9 } }],
  "with a blocked attribute": [LOSS.attributeExcluded, { bid: { attr: [1, 2] }, imp: { banner: { battr: [2] } } }],
  "of a blocked kind of banner": [
    LOSS.adTypeExcluded,
    { bid: { adm: '<IFRAME src="https://x.example">' }, imp: { banner: { w: 300, h: 250, btype: [1, 4] } } },
  ],
  "longer than its pod": [LOSS.creativeFormat, { bid: { dur: 61 }, imp: video({ maxduration: 90, poddur: 60 }) }],
  "longer than its pod, of a required duration": [
    LOSS.creativeFormat,
    { bid: { dur: 30 }, imp: video({ rqddurs: [15, 30], poddur: 20 }) },
  ],
  "with an API that is not there": [LOSS.creativeFormat, { bid: { apis: [7] }, imp: { banner: { api: [5] } } }],
  "with an API where none is listed": [LOSS.creativeFormat, { bid: { apis: [7] } }],
  "too short": [LOSS.creativeFormat, { bid: { dur: 14 }, imp: video({ minduration: 15 }) }],
  "too long": [LOSS.creativeFormat, { bid: { dur: 16 }, imp: video({ maxduration: 15 }) }],
  "of none of the required durations": [LOSS.creativeFormat, { bid: { dur: 20 }, imp: video({ rqddurs: [15] }) }],
  "of an unknown duration where one is required": [LOSS.creativeFormat, { imp: video({ rqddurs: [15] }) }],
  "with a protocol that is not played": [LOSS.creativeFormat, { bid: { protocol: 2 }, imp: video({ protocols: [3] }) }],
  "under an unknown deal": [LOSS.invalidDeal, { bid: { dealid: "e" }, slot: DEAL }],
  "under a deal of other seats": [
    LOSS.invalidDeal,
    { bid: { dealid: "d" }, slot: { deals: [dealOf({ id: "d", seats: ["t"] })] } },
  ],
  "under a deal of another advertiser": [
    LOSS.notAllowedInDeal,
    { bid: { dealid: "d", adomain: ["vw.com"] }, slot: DEAL },
  ],
  "openly in a private auction": [LOSS.invalidDeal, { slot: { ...DEAL, privateOnly: true } }],
};

describe("a bid of a seat outside", () => {
  for (const [how, bid] of Object.entries(TAKEN)) {
    it(`is taken ${how}`, () => assert.deepEqual(reasonsOf(bid), []));
  }
  for (const [how, [reason, bid]] of Object.entries(REFUSED)) {
    it(`is refused ${how}: ${reason}`, () => assert.deepEqual(reasonsOf(bid), [reason]));
  }

  it("becomes an offer in the exchange's currency", () => {
    const terms = termsOf({}, { slot: DEAL, request: { cur: ["EUR"] } });
    const response = responseOf([rawBid({ dealid: "d", dur: 4, junk: true })], { cur: "EUR", bidid: "r" });
    const [offer] = checkResponse(response, "s", terms).offers;
    const { bid, ...rest } = offer!;
    assert.deepEqual(rest, {
      key: "s/bid-1",
      seat: "s",
      slot: 0,
      priceMicros: 3_000_000,
      deal: DEAL.deals[0],
      type: MARKUP.banner,
      durationSeconds: 4,
      group: "",
      currency: "EUR",
      responseId: "r",
    });
    assert.equal("junk" in bid, false);
  });

  it("that does not say its kind is what is offered, or what its markup looks like", () => {
    const both = { video: { mimes: ["video/mp4"] }, native: { request: "{}" } };
    const typeOf = (imp: Partial<Imp>, adm: string) =>
      checkResponse(responseOf([rawBid({ adm })]), "s", termsOf(imp)).offers[0]?.type;
    assert.equal(typeOf(both, "<b>ad</b>"), MARKUP.banner);
    assert.equal(typeOf(both, ' <?xml version="1.0"?><VAST version="4.0">'), MARKUP.video);
    assert.equal(typeOf(both, '{"native":{}}'), MARKUP.native);
    assert.equal(typeOf(video(), "<b>not VAST by its look</b>"), MARKUP.video);
  });
});

describe("a seat's response", () => {
  const check = (response: unknown) => {
    const { offers, refused } = checkResponse(response, "s", termsOf());
    return [offers.map(({ bid }) => bid.id), refused.map(({ reason }) => reason)];
  };

  it("is no bid when it is malformed or for another request", () => {
    for (const response of [
      null,
      [],
      "bid",
      {},
      responseOf([rawBid()], { id: "auction-2" }),
      responseOf([], { seatbid: {} }),
    ]) {
      assert.deepEqual(check(response), [[], [LOSS.invalidResponse]]);
    }
  });

  it("may say that there is no bid", () => {
    assert.deepEqual(check({ id: "auction-1" }), [[], []]);
    assert.deepEqual(check({ id: "auction-1", seatbid: [], nbr: 2 }), [[], []]);
  });

  it("may not speak for another seat", () => {
    assert.deepEqual(check({ id: "auction-1", seatbid: [{ seat: "t", bid: [rawBid()] }] }), [
      [],
      [LOSS.invalidResponse],
    ]);
    assert.deepEqual(check({ id: "auction-1", seatbid: [{ bid: [rawBid()] }] }), [["bid-1"], []]);
  });

  it("brings the good bids in beside the bad, each id once", () => {
    const bids = [rawBid(), null, rawBid({ price: 2 }), rawBid({ id: "bid-2" }), rawBid({ id: "bid-3", w: 1 })];
    const expected = [
      ["bid-1", "bid-2"],
      [LOSS.invalidResponse, LOSS.invalidResponse, LOSS.creativeSize],
    ];
    assert.deepEqual(check(responseOf(bids)), expected);
  });

  it("loses a group with a bid that is refused, unless another bid stands in for it", () => {
    const bad = rawBid({ id: "bad", w: 1 });
    const group = (bids: readonly unknown[]) => ({ id: "auction-1", seatbid: [{ group: 1, bid: bids }] });
    assert.deepEqual(check(group([rawBid(), bad])), [["bid-1"], [LOSS.creativeSize]]);
    const elsewhere = rawBid({ id: "bad", impid: "2" });
    const lost = check(group([rawBid(), elsewhere]));
    assert.deepEqual(lost, [[], [LOSS.invalidResponse, LOSS.invalidResponse]]);
    const [first] = checkResponse(group([rawBid()]), "s", termsOf()).offers;
    assert.equal(first?.group, "0");
  });

  it("never fails the auction, whatever it is", () => {
    const key = fc.constantFrom(
      "id",
      "seatbid",
      "bid",
      "seat",
      "group",
      "price",
      "impid",
      "adm",
      "adomain",
      "__proto__",
    );
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { depthSize: "small" },
        fc.constantFrom("auction-1", "s", "1", null, 1, -0, Number.POSITIVE_INFINITY, true, ""),
        fc.dictionary(key, tie("any")),
        fc.array(tie("any"), { maxLength: 3 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, value, (response, bid) => {
        checkResponse(response, "s", termsOf());
        checkResponse(responseOf([bid, { ...rawBid(), ...(bid as object) }]), "s", termsOf());
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("insecure markup", () => {
  it("is told by what is loaded, not by names and clicks", () => {
    const secure = [
      '<svg xmlns="http://www.w3.org/2000/svg">',
      '<!DOCTYPE html PUBLIC "-//W3C" "http://www.w3.org/TR/xhtml1.dtd">',
      '<a class="x" href="http://x.example/">',
      "<ClickThrough id='1'><![CDATA[ http://x.example/]]></ClickThrough>",
      "xhttp://x.example/",
    ];
    for (const markup of secure) assert.equal(loadsInsecurely(markup), false, markup);
    const insecure = [
      '<a href="https://x"><img src="http://x.example/"></a>',
      "<MediaFile>HTTP://x.example/</MediaFile>",
      '{"img":"http:\\/\\/x.example"}',
      '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://x.example/">',
    ];
    for (const markup of insecure) assert.equal(loadsInsecurely(markup), true, markup);
  });

  it("is told of hostile text too, by looking back no further than a tag", () => {
    for (const part of ["<a ", 'xmlns="', "<!DOCTYPE ", "<ClickThrough"]) {
      assert.equal(loadsInsecurely(part.repeat(40_000)), false, part);
      assert.equal(loadsInsecurely(`${part.repeat(40_000)}><img src="http://x.example/">`), true, part);
    }
    assert.equal(loadsInsecurely("<a http://".repeat(40_000)), true);
  });
});
