import assert from "node:assert/strict";
import fc from "fast-check";
import type { AnswerTerms } from "../../../../functions/ad-exchange/domain/auction/answer-terms";
import { checkResponse } from "../../../../functions/ad-exchange/domain/auction/check-response";
import { clear } from "../../../../functions/ad-exchange/domain/auction/clear";
import {
  type CreativeFragment,
  creativeFragment,
} from "../../../../functions/ad-exchange/domain/auction/creative-fragment";
import { expiryOf } from "../../../../functions/ad-exchange/domain/auction/expiry";
import { seatNonBids, wantsNonBids } from "../../../../functions/ad-exchange/domain/auction/non-bids";
import { noticeAddresses } from "../../../../functions/ad-exchange/domain/auction/notice-addresses";
import type { Outcome } from "../../../../functions/ad-exchange/domain/auction/outcome";
import { noBid, writeResponse } from "../../../../functions/ad-exchange/domain/auction/write-response";
import type { Creative } from "../../../../functions/ad-exchange/domain/campaign";
import { verifyNotice } from "../../../../functions/ad-exchange/domain/notices/notice-url";
import { signer } from "../../../../functions/ad-exchange/domain/notices/signer";
import type { Offer } from "../../../../functions/ad-exchange/domain/offer";
import type { BidRequest, Imp } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import type { BidResponse } from "../../../../functions/ad-exchange/domain/openrtb/bid-response";
import { LOSS, MARKUP, NO_BID } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { numberOfMicros } from "../../../../functions/ad-exchange/domain/price";
import { rawBid, responseOf, termsOf } from "./support/bids";
import { dealOf, offerOf, RULES, slotOf } from "./support/offers";

const KEYS = signer([{ id: "k", secret: Buffer.alloc(32, 3) }]);
const CREATIVE: Creative = {
  id: "creative",
  type: MARKUP.banner,
  w: 300,
  h: 250,
  markup: "<b>ad</b>",
  clickTarget: "https://ford.com/",
  advertiserDomains: ["ford.com"],
  secure: true,
};
const ownOf = (creative: Partial<Creative> = {}, campaign = "campaign"): CreativeFragment =>
  creativeFragment({ ...CREATIVE, ...creative }, campaign);
const termsFor = (own: (offer: Offer) => CreativeFragment, fields: Partial<AnswerTerms> = {}): AnswerTerms => ({
  auctionId: RULES.auctionId,
  isTest: false,
  fromMicros: (micros, currency) => (currency === "EUR" ? Math.round(micros / 2) : micros),
  channel: "site",
  publisher: "pub-1",
  currency: "USD",
  foreign: undefined,
  own,
  signer: KEYS,
  addresses: noticeAddresses("https://n.example/x"),
  now: 1_760_000_000_500,
  graceSeconds: 600,
  ...fields,
});
const answer = (outcome: Outcome, terms: AnswerTerms) => JSON.parse(writeResponse(outcome, terms)!) as BidResponse;
const only = (response: BidResponse) => {
  assert.equal(response.seatbid?.length, 1);
  assert.equal(response.seatbid[0]!.bid.length, 1);
  return response.seatbid[0]!.bid[0]!;
};
const macros = (...names: string[]) => names.map((name) => `\${${name}}`).join("|");

/** What the answer has to be, made as an object; without notices and markup with macros. */
function objectForm({ results }: Outcome, terms: AnswerTerms) {
  const seats = new Map<string, object[]>();
  for (const { slot, winner, priceMicros } of results) {
    if (winner === undefined) continue;
    const { start, markup } = terms.own(winner);
    const bid = {
      id: winner.key,
      impid: slot.imp.id,
      price: numberOfMicros(terms.fromMicros(priceMicros, terms.currency)!),
      exp: slot.imp.exp ?? 60,
      ...(winner.deal && { dealid: winner.deal.id }),
      ...(JSON.parse(`{${start}${markup.literals.join("")}"}`) as object),
    };
    seats.set(winner.seat, [...(seats.get(winner.seat) ?? []), bid]);
  }
  return { id: terms.auctionId, seatbid: [...seats].map(([seat, bid]) => ({ bid, seat })), cur: terms.currency };
}

describe("the answer", () => {
  it("is JSON, and the same as if it had been made as an object, whatever texts are in it", () => {
    const text = fc.string({ unit: "binary", maxLength: 12 });
    const creative = fc
      .record(
        {
          id: text,
          w: fc.nat(5_000),
          h: fc.nat(5_000),
          markup: text.map((each) => each.replaceAll("${", "")),
          advertiserDomains: fc.array(text, { maxLength: 2 }),
          categories: fc.array(text, { maxLength: 2 }),
          cattax: fc.nat(9),
          attributes: fc.array(fc.nat(20), { maxLength: 2 }),
          apis: fc.array(fc.nat(9), { maxLength: 2 }),
          language: text,
          bundle: text,
          durationSeconds: fc.nat(60),
          protocol: fc.nat(9),
        },
        { requiredKeys: [] },
      )
      .chain((fields) => text.map((campaign) => ownOf(fields, campaign)));
    const bid = fc.record({
      seat: fc.constantFrom("a", "b", 'quote"d', "\ud800"),
      slot: fc.nat(3),
      priceMicros: fc.integer({ min: 1, max: 1e15 }),
      deal: fc.option(
        text.map((id) => dealOf({ id, floorMicros: 0 })),
        { nil: undefined },
      ),
    });
    const setting = fc.record({
      ids: fc.uniqueArray(text, { minLength: 1, maxLength: 4 }),
      bids: fc.array(fc.tuple(bid, creative), { minLength: 1, maxLength: 8 }),
      auctionId: text,
      currency: fc.constantFrom("USD", "EUR"),
    });
    fc.assert(
      fc.property(setting, ({ ids, bids, auctionId, currency }) => {
        const slots = ids.map((id, index) => slotOf({ index, imp: { id } }));
        const owns = new Map<Offer, CreativeFragment>();
        const offers = bids.map(([fields, own], at) => {
          const offer = offerOf({ ...fields, key: `bid "${at}"`, slot: fields.slot % slots.length });
          owns.set(offer, own);
          return offer;
        });
        const outcome = clear(slots, offers, { ...RULES, auctionId });
        const terms = termsFor((offer) => owns.get(offer)!, { auctionId, currency, isTest: true });
        assert.deepEqual(answer(outcome, terms), objectForm(outcome, terms));
        const live = answer(outcome, { ...terms, isTest: false });
        for (const { bid: sold } of live.seatbid!) {
          for (const { nurl, burl, lurl } of sold)
            assert.deepEqual(
              [nurl, burl, lurl].map((url) => typeof url),
              Array(3).fill("string"),
            );
        }
      }),
      { numRuns: 300 },
    );
  });

  it("is undefined where nobody has won", () => {
    assert.equal(
      writeResponse(
        clear([slotOf()], [], RULES),
        termsFor(() => ownOf()),
      ),
      undefined,
    );
  });

  it("groups bids by seat, in the order of the impressions", () => {
    const slots = [0, 1, 2].map((index) => slotOf({ index }));
    const offers = ["a", "b", "a"].map((seat, slot) => offerOf({ key: `${seat}${slot}`, seat, slot }));
    const { seatbid } = answer(
      clear(slots, offers, RULES),
      termsFor(() => ownOf()),
    );
    assert.deepEqual(
      seatbid?.map(({ seat, bid }) => [seat, ...bid.map(({ impid }) => impid)]),
      [
        ["a", "1", "3"],
        ["b", "2"],
      ],
    );
  });

  it("carries notices that say what it says; upstream fills in the rest", () => {
    const outcome = clear([slotOf()], [offerOf({ key: "bid", seat: "seat" })], { ...RULES, at: 1 });
    const bid = only(
      answer(
        outcome,
        termsFor(() => ownOf(), { currency: "EUR" }),
      ),
    );
    assert.equal(bid.price, 0.5);
    for (const [kind, url, query] of [
      ["win", bid.nurl!, `?price=\${AUCTION_PRICE}`],
      ["bill", bid.burl!, `?price=\${AUCTION_PRICE}&ts=\${AUCTION_IMP_TS}`],
      ["loss", bid.lurl!, `?loss=\${AUCTION_LOSS}&min=\${AUCTION_MIN_TO_WIN}`],
    ] as const) {
      assert.equal(url.startsWith(`https://n.example/x/n/${kind}/`), true);
      assert.equal(url.endsWith(query), true);
      assert.deepEqual(verifyNotice(url, KEYS, 1_760_000_000_500), {
        ok: true,
        kind,
        notice: {
          publisher: "pub-1",
          auction: "auction-1",
          imp: "1",
          bid: "bid",
          campaign: "campaign",
          seat: "seat",
          priceMicros: 500_000,
          currency: "EUR",
          issued: 1_760_000_000,
          expires: 1_760_000_660,
          target: "",
        },
      });
    }
  });

  it("has the macros of its own markup filled in, click and view signed apart from the bill", () => {
    const markup = `<a href="${macros("SLUICE_CLICK")}">"${macros("AUCTION_PRICE", "AUCTION_AD_ID", "AUCTION_ID")}"</a><img src='${macros("SLUICE_VIEW")}'>`;
    const outcome = clear([slotOf()], [offerOf()], { ...RULES, auctionId: 'a"1' });
    const terms = termsFor(() => ownOf({ markup }), { auctionId: 'a"1' });
    const { adm } = only(answer(outcome, terms));
    const [, click, text, view] = /^<a href="([^"]+)">"(.*)"<\/a><img src='([^']+)'>$/.exec(adm!)!;
    assert.equal(text, '0.01|creative|a"1');
    const clicked = verifyNotice(click!, KEYS, terms.now);
    assert.equal(clicked.ok && clicked.kind === "click" && clicked.notice.target, "https://ford.com/");
    const viewed = verifyNotice(view!, KEYS, terms.now);
    assert.equal(viewed.ok && viewed.kind, "view");
    assert.equal(verifyNotice(view!.replace("/view/", "/bill/"), KEYS, terms.now).ok, false);
  });

  describe("with native markup stays JSON within JSON", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary", maxLength: 12 }),
      fc.string({ unit: fc.constantFrom('"', "\\", "\n", "\u0000", "\u2028", "}", "u0022", "a"), maxLength: 12 }),
    );
    const named = { id: macros("AUCTION_ID"), imp: `<${macros("AUCTION_IMP_ID")}>`, by: macros("AUCTION_SEAT_ID") };
    const markup = JSON.stringify({ native: { ...named, link: { url: macros("SLUICE_CLICK") } } });
    const nativeOf = (adm: string | undefined) => (JSON.parse(adm!) as { native: typeof named }).native;

    for (const isTest of [false, true]) {
      it(`whatever the ids are that macros stand for, ${isTest ? "in a test" : "live"}`, () => {
        fc.assert(
          fc.property(hostile, hostile, hostile, (auctionId, id, seat) => {
            fc.pre(auctionId !== "" && id !== "" && seat !== "");
            const own = ownOf({ type: MARKUP.native, markup, clickTarget: 'https://ford.com/?"' });
            const outcome = clear([slotOf({ imp: { id } })], [offerOf({ seat })], { ...RULES, auctionId });
            const { adm } = only(
              answer(
                outcome,
                termsFor(() => own, { auctionId, isTest }),
              ),
            );
            const { link, ...told } = nativeOf(adm) as typeof named & { link: { url: string } };
            assert.deepEqual(told, { id: auctionId, imp: `<${id}>`, by: seat });
            assert.match(link.url, isTest ? /^https:\/\/ford\.com\/\?"$/ : /^https:\/\/n\.example\/x\/n\/click\//);
          }),
        );
      });
    }

    it("of an outside seat as well", () => {
      fc.assert(
        fc.property(hostile, (auctionId) => {
          fc.pre(auctionId !== "");
          const bid = { id: "b", impid: "1", price: 1, adm: markup };
          const offer = { ...offerOf({ type: MARKUP.native }), bid, currency: "USD", responseId: "" };
          const outcome = clear([slotOf()], [offer], { ...RULES, auctionId });
          const { adm } = only(
            answer(
              outcome,
              termsFor(() => ownOf(), { auctionId }),
            ),
          );
          assert.equal(nativeOf(adm).id, auctionId);
        }),
      );
    });
  });

  it("of a test has nothing that could bill: no notices, clicks that go straight on, AUDIT for prices", () => {
    const markup = macros("SLUICE_CLICK", "SLUICE_VIEW", "AUCTION_PRICE", "AUCTION_IMP_ID", "AUCTION_BID_ID");
    const bid = only(
      answer(
        clear([slotOf()], [offerOf()], RULES),
        termsFor(() => ownOf({ markup }), { isTest: true }),
      ),
    );
    assert.deepEqual([bid.nurl, bid.burl, bid.lurl], [undefined, undefined, undefined]);
    assert.equal(bid.adm, "https://ford.com/||AUDIT|1|AUDIT");
  });

  it("passes on what an outside seat says of its creative, not whom it wants told", () => {
    const raw = rawBid({
      nurl: "https://s.example/n",
      adm: `<b>${macros("AUCTION_PRICE", "AUCTION_CURRENCY")}</b>`,
      exp: 30,
    });
    const terms = termsOf({}, { request: { cur: ["EUR"] } });
    const { offers } = checkResponse(
      responseOf([{ ...raw, cid: "c", cat: ["IAB1"], attr: [1] }], { cur: "EUR" }),
      "s",
      terms,
    );
    const outcome = clear([...terms.slots.values()], offers, { ...RULES, at: 1 });
    const { nurl, burl, lurl, ...bid } = only(
      answer(
        outcome,
        termsFor(() => ownOf(), { currency: "EUR" }),
      ),
    );
    assert.deepEqual(bid, {
      id: "s/bid-1",
      impid: "1",
      price: 1.5,
      exp: 30,
      cid: "c",
      crid: "creative-1",
      adomain: ["ford.com"],
      cat: ["IAB1"],
      attr: [1],
      w: 300,
      h: 250,
      mtype: 1,
      adm: "<b>1.5|EUR</b>",
    });
    for (const url of [nurl, burl, lurl]) assert.match(url!, /^https:\/\/n\.example\//);
  });

  it("fails loudly on a currency without a rate, which no request brings about", () => {
    const terms = termsFor(() => ownOf(), { currency: "XXX", fromMicros: () => undefined });
    assert.throws(() => writeResponse(clear([slotOf()], [offerOf()], RULES), terms), /currency is XXX; give one/);
  });
});

describe("no bid", () => {
  it("is said with its reason", () => {
    const body = noBid('a"', NO_BID.noDemand, { nonBids: [], trace: "[1]" });
    assert.deepEqual(JSON.parse(body), { id: 'a"', seatbid: [], nbr: 500, ext: { seatnonbid: [], trace: [1] } });
  });

  it("is told of seats when a test or the publisher asks", () => {
    const wants = (fields: object) => wantsNonBids({ id: "a", imp: [], ...fields } as BidRequest);
    assert.deepEqual(
      [{}, { test: 0 }, { ext: {} }, { ext: { prebid: null } }, { ext: { prebid: { returnallbidstatus: 1 } } }].map(
        wants,
      ),
      Array(5).fill(false),
    );
    assert.deepEqual([{ test: 1 }, { ext: { prebid: { returnallbidstatus: true } } }].map(wants), [true, true]);
  });

  it("of seats says where and why, by the codes of the extension", () => {
    const terms = termsOf();
    const bids = [rawBid({ id: "x", w: 1 }), rawBid({ id: "y", price: 0.1 }), null, rawBid({ id: "z", adomain: [] })];
    const { offers, refused } = checkResponse(responseOf(bids), "s", terms);
    const own = offerOf({ key: "own", seat: "o" });
    const outcome = clear([slotOf({ floorMicros: 500_000 })], [...offers, own], RULES);
    assert.deepEqual(seatNonBids(outcome, refused), [
      {
        seat: "s",
        nonbid: [
          { impid: "1", statuscode: 351 },
          { impid: "1", statuscode: 350 },
          { impid: "1", statuscode: 301 },
        ],
      },
    ]);
    const lost = clear([slotOf()], [own, offerOf({ key: "less", seat: "p", priceMicros: 1 })], RULES);
    assert.deepEqual(
      seatNonBids(lost, [{ seat: "q", reason: LOSS.invalidResponse, bid: undefined, currency: "", responseId: "" }]),
      [{ seat: "p", nonbid: [{ impid: "1", statuscode: 300 }] }],
    );
  });
});

describe("how long a bid stands", () => {
  const { banner, video, audio, native } = MARKUP;
  const of = (imp: Partial<Imp>, type: number, channel: "site" | "app" | "dooh" | "", ofBid?: number) =>
    expiryOf({ id: "1", ...imp }, type as never, channel, ofBid);

  it("is what publisher and bidder say, the shorter", () => {
    assert.deepEqual(
      [of({ exp: 90 }, banner, "site"), of({ exp: 90 }, banner, "site", 20), of({ exp: 90 }, banner, "site", 200)],
      [90, 20, 90],
    );
    assert.deepEqual([of({ exp: 0 }, banner, "site", 0), of({}, banner, "site", 20)], [60, 20]);
  });

  it("is usual for the place where nobody says", () => {
    const usual = [
      of({}, banner, "site"),
      of({}, native, ""),
      of({}, banner, "app"),
      of({}, native, "app"),
      of({ instl: 1 }, video, "app"),
      of({ ssai: 3 }, audio, "site"),
      of({ ssai: 1 }, video, "app"),
    ];
    assert.deepEqual(usual, [60, 60, 300, 600, 1_800, 3_600, 300]);
  });
});
