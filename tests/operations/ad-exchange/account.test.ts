import assert from "node:assert/strict";
import type { BidResponse } from "../../../functions/ad-exchange/domain/openrtb/bid-response";
import { accountOf } from "../../../local/exchange/account";
import { type Exchanged, sendAll } from "../../../local/exchange/send";
import type { Answered } from "../../../local/exchange/target";
import { traffic } from "../../../local/exchange/traffic";
import { NOW, standIn, tokenOf } from "./support/stand-in";

type Change = (response: BidResponse) => unknown;
const bidIn = (response: BidResponse) => response.seatbid![0]!.bid[0]! as unknown as Record<string, unknown>;

describe("The account of a market", () => {
  const { target, known } = standIn();
  let exchanged: readonly Exchanged[];
  const account = () => accountOf(exchanged, known);

  before(async () => {
    const health = () => Promise.resolve({ status: 200, body: "" });
    const sendings = traffic({ seed: 3, count: 900, now: NOW });
    const sent = await sendAll(sendings, { target, tokenOf, health, inFlight: 4 });
    // The exchange's clock stands still, and so does the check's.
    exchanged = sent.exchanged.map((one) => ({ ...one, at: NOW.getTime() }));
    assert.equal(sent.floor.length, 60);
  });

  it("finds nothing wrong with the exchange, of any kind of request", () => {
    const { wrong, requests, statuses, bids, impressions, prices, decided, stripped } = account();
    assert.deepEqual(wrong, []);
    assert.equal(requests, 900);
    assert.deepEqual([...statuses.keys()].sort(), [
      ...["200 bids", "204 no bid", "400 malformed", "401 token unknown", "403 another's token", "413 too large"],
    ]);
    assert.equal(bids > 300 && bids <= impressions, true);
    for (const format of ["banner", "video", "native"]) assert.equal(prices.get(format)!.length > 0, true, format);
    assert.equal(stripped > 0 && stripped < decided / 2, true);
  });

  /** The first answer with a bid whose request is such a one, changed. */
  const planted = (change: Change, of: (one: Exchanged) => boolean = () => true): readonly string[] => {
    const place = exchanged.findIndex((one) => one.answered?.status === 200 && of(one));
    assert.notEqual(place, -1, "there is such an answer");
    const response = JSON.parse(exchanged[place]!.answered!.body) as BidResponse;
    change(response);
    return withAnswer(place, { status: 200, body: JSON.stringify(response) });
  };
  const withAnswer = (place: number, answered: Answered) =>
    accountOf(
      exchanged.map((one, at) => (at === place ? { ...one, answered } : one)),
      known,
    ).wrong;
  const campaignIn = ({ answered }: Exchanged) => known.campaigns.get(String(bidIn(JSON.parse(answered!.body)).cid));
  const capped = (one: Exchanged) => campaignIn(one)?.frequencyCap !== undefined && one.sending.privacy!.counting;
  const withDeal = ({ answered }: Exchanged) => answered!.body.includes('"dealid"');

  for (const [what, change, says] of [
    ["another request's id", (r) => Object.assign(r, { id: "other" }), /id is other/],
    ["a currency that was not asked for", (r) => Object.assign(r, { cur: "XXX" }), /currency XXX/],
    ["no bids", (r) => Object.assign(r, { seatbid: [] }), /it has no bid/],
    ["an unknown impression", (r) => Object.assign(bidIn(r), { impid: "99" }), /no such impression/],
    ["an impression sold twice", (r) => (r.seatbid![0]!.bid as unknown[]).push(bidIn(r)), /sold twice/],
    ["a price below the floor", (r) => Object.assign(bidIn(r), { price: 0.000001 }), /below the floor/],
    ["a price above the bid", (r) => Object.assign(bidIn(r), { price: 5_000 }), /above its bid/],
    ["a campaign that there is not", (r) => Object.assign(bidIn(r), { cid: "adv#none" }), /there is no creative/],
    ["another campaign's creative", (r) => Object.assign(bidIn(r), { crid: "cr-x" }), /there is no creative cr-x/],
    ["another seat", (r) => Object.assign(r.seatbid![0]!, { seat: "seat-x" }), /seat is seat-x/],
    ["another's notice", (r) => Object.assign(bidIn(r), { burl: "https://elsewhere" }), /notice URL/],
    ["no markup", (r) => Object.assign(bidIn(r), { adm: "" }), /no markup/],
    ["a macro in the markup", (r) => Object.assign(bidIn(r), { adm: `\${SLUICE_CLICK}` }), /macro is left/],
    ["a deal that was not offered", (r) => Object.assign(bidIn(r), { dealid: "deal-x" }), /deal deal-x was not/],
  ] as const satisfies readonly (readonly [string, Change, RegExp])[])
    it(`finds ${what}`, () => {
      const wrong = planted(change);
      assert.equal(
        wrong.some((one) => says.test(one)),
        true,
        wrong.join("\n"),
      );
    });

  it("finds a deal that is left out", () => {
    const wrong = planted((response) => {
      for (const { bid } of response.seatbid!) for (const one of bid) Reflect.deleteProperty(one, "dealid");
    }, withDeal);
    assert.match(wrong.join("\n"), /it bids under deals only|no deal in a private auction/);
  });

  it("finds a campaign that should not have been counted for this user", () => {
    const place = exchanged.findIndex((one) => one.answered?.status === 200 && capped(one));
    assert.notEqual(place, -1, "a capped campaign has won");
    const { sending } = exchanged[place]!;
    const stripped = { ...sending, privacy: { ...sending.privacy!, segments: false, counting: false } };
    const changed = exchanged.map((one, at) => (at === place ? { ...one, sending: stripped } : one));
    assert.match(accountOf(changed, known).wrong.join("\n"), /it is capped and nobody may count/);
  });

  it("finds winners whose conditions do not hold", () => {
    const place = exchanged.findIndex(({ answered }) => answered?.status === 200);
    const winner = campaignIn(exchanged[place]!)!;
    const [creative] = winner.creatives;
    const later = new Date(NOW.getTime() + 60_000).toISOString();
    for (const [change, says] of [
      [{ status: "paused" }, /status is paused/],
      [{ flight: { start: later } }, /flight has not begun/],
      [{ flight: { ...winner.flight, end: NOW.toISOString() } }, /flight is over/],
      [{ targeting: { geo: ["ATA"] } }, /it is for ATA/],
      [{ targeting: { notGeo: [exchanged[place]!.sending.request!.device!.geo!.country!] } }, /it is not for/],
      [{ targeting: { deviceTypes: [8] } }, /device type/],
      [{ targeting: { os: ["none"] } }, /os /],
      [{ targeting: { segments: ["x:y"] } }, /none of its segments/],
      [{ targeting: { allow: ["nowhere.example"] } }, /is not allowed/],
      [{ targeting: { categories: ["IAB99"] } }, /it is not for/],
      [{ targeting: { channels: [] as const, deals: ["deal-y"] } }, /bids under deals only|it has no deal/],
      [{ creatives: winner.creatives.map((one) => ({ ...one, secure: false })) }, /not secure/],
      [
        {
          creatives: winner.creatives.map((one) => ({
            ...one,
            type: creative!.type === 3 ? (1 as const) : (3 as const),
          })),
        },
        /none is asked for/,
      ],
    ] as const) {
      const campaigns = new Map([...known.campaigns, [`${winner.advertiser}#${winner.id}`, { ...winner, ...change }]]);
      const { wrong } = accountOf([exchanged[place]!], { ...known, campaigns });
      assert.equal(
        wrong.some((one) => says.test(one)),
        true,
        `${says}: ${wrong.join("; ")}`,
      );
    }
  });

  it("finds what the request forbids", () => {
    const place = exchanged.findIndex((one) => {
      const request = one.sending.request;
      return one.answered?.status === 200 && request?.at === 2 && request.imp.length === 1 && !withDeal(one);
    });
    const one = exchanged[place]!;
    const { request } = one.sending;
    const winner = campaignIn(one)!;
    const [imp] = request!.imp;
    const categories = winner.creatives.flatMap((creative) => creative.categories ?? []);
    for (const [change, says] of [
      [{ bseat: [winner.seat] }, /its seat is among bseat/],
      [{ wseat: ["another"] }, /its seat is not among wseat/],
      [{ badv: winner.creatives[0]!.advertiserDomains }, /its advertiser is blocked/],
      [{ bcat: categories }, /categories .* are blocked/],
      [{ at: 1 }, /a first price that is not the bid/],
      [{ imp: [{ ...imp!, pmp: { private_auction: 1 } }] }, /no deal in a private auction/],
    ] as const) {
      const sending = { ...one.sending, request: { ...request!, ...change } };
      const { wrong } = accountOf([{ ...one, sending } as Exchanged], known);
      assert.equal(
        wrong.some((each) => says.test(each)),
        true,
        `${says}: ${wrong.join("; ")}`,
      );
    }
  });

  it("finds a fixed price that is not paid", () => {
    const place = exchanged.findIndex((one) => one.answered?.status === 200 && withDeal(one));
    const one = exchanged[place]!;
    const imp = one.sending.request!.imp.map((each) => ({
      ...each,
      pmp: { deals: (each.pmp?.deals ?? []).map((deal) => ({ ...deal, at: 3, bidfloor: 0.000001 })) },
    }));
    const sending = { ...one.sending, request: { ...one.sending.request!, imp } };
    assert.match(accountOf([{ ...one, sending }], known).wrong.join(), /not the price agreed on/);
  });

  it("finds answers that are none, and statuses that are not right", () => {
    const own = exchanged.findIndex(({ sending }) => sending.request !== undefined);
    const forged = exchanged.findIndex(({ sending }) => sending.token === "forged");
    assert.match(withAnswer(own, { status: 500, body: "" }).join(), /500 instead of 200 or 204/);
    assert.match(withAnswer(own, { status: 200, body: "<html>" }).join(), /no JSON object/);
    assert.match(withAnswer(own, { status: 204, body: "{}" }).join(), /204 with content/);
    assert.match(withAnswer(forged, { status: 204, body: "" }).join(), /forged token: 204 instead of 401/);
    const { answered: _, ...lost } = exchanged[own]!;
    assert.match(accountOf([{ ...lost, failure: "ECONNRESET" }], known).wrong.join(), /no answer: ECONNRESET/);
  });
});
