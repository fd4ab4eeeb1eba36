import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import { verifyNotice } from "../../../../functions/ad-exchange/domain/notices/notice-url";
import { NO_BID } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { microsOfText } from "../../../../functions/ad-exchange/domain/price";
import { type Asked, campaign, creative, imp, NOW, opened, PUBLISHER, request } from "../support/exchange";

interface Step {
  readonly stage: string;
  readonly others?: unknown;
  readonly reason?: string;
}

interface Found {
  readonly deals: readonly string[];
  readonly found: readonly { readonly campaign: string }[];
}

const traceOf = (response: Asked["response"]) => (response?.ext?.trace ?? []) as readonly Step[];

describe("The exchange", () => {
  const two = [campaign("high", "3.00"), campaign("low", "2.00")];

  it("sells an impression to the highest bid, at the second price and an increment", async () => {
    const { status, response, bids } = await opened({ campaigns: two }).ask(request());
    assert.equal(status, 200);
    assert.deepEqual([response?.id, response?.cur, bids.length], ["auction-1", "USD", 1]);
    const [bid] = bids;
    assert.deepEqual(
      [bid?.impid, bid?.seat, bid?.price, bid?.crid, bid?.mtype, bid?.w, bid?.h],
      ["1", "seat-high", 2.01, "cr-high", 1, 300, 250],
    );
    assert.match(bid?.nurl ?? "", /^https:\/\/exchange\.example\/n\/win\//);
  });

  it("sells by first price where the request says so, and never under the floor", async () => {
    const { ask } = opened({ campaigns: two });
    assert.equal((await ask(request({ at: 1 }))).bids[0]?.price, 3);
    assert.equal((await ask(request({ imp: [imp("1", { bidfloor: 2.5 })] }))).bids[0]?.price, 2.51);
    assert.equal((await ask(request({ imp: [imp("1", { bidfloor: 3 })] }))).bids[0]?.price, 3);
    const none = await ask(request({ imp: [imp("1", { bidfloor: 3.000001 })] }));
    assert.deepEqual([none.status, none.answer.body, none.answer.outcome], [204, "", "noDemand"]);
  });

  it("sells each impression by itself, and a campaign may win several, each bid with an id of its own", async () => {
    const { bids } = await opened({ campaigns: two }).ask(request({ imp: [imp("1"), imp("2")] }));
    assert.deepEqual(bids.map(({ impid, price }) => [impid, price]).sort(), [
      ["1", 2.01],
      ["2", 2.01],
    ]);
    assert.equal(new Set(bids.map(({ id }) => id)).size, 2);
  });

  describe("sells under deals", () => {
    const under = (id: string, bid: string) => campaign(id, bid, { targeting: { deals: [id] } });
    const sold = async (campaigns: Campaign[], pmp: object, test: 0 | 1 = 0) =>
      opened({ campaigns }).ask(request({ test, imp: [imp("1", { bidfloor: 0.5, pmp })] }));

    it("however many bid more in the open auction", async () => {
      const open = Array.from({ length: 40 }, (_, place) => campaign(`o${place}`, "5.00"));
      const pmp = { deals: [{ id: "deal", bidfloor: 1 }] };
      const { bids } = await sold([...open, under("deal", "2.00")], pmp);
      assert.deepEqual([bids[0]?.seat, bids[0]?.dealid, bids[0]?.price], ["seat-deal", "deal", 1.01]);
      const without = await sold(open, pmp);
      assert.deepEqual([without.bids[0]?.dealid, without.bids[0]?.price], [undefined, 5]);
    });

    for (const [at, price] of [
      [1, 4],
      [2, 1.01],
      [3, 1],
    ] as const) {
      it(`by auction type ${at} of the deal: ${price}`, async () => {
        const pmp = { private_auction: 1, deals: [{ id: "deal", bidfloor: 1, at }] };
        const { bids } = await sold([...two, under("deal", "4.00")], pmp);
        assert.deepEqual([bids[0]?.seat, bids[0]?.price], ["seat-deal", price]);
      });
    }

    it("of the best standing however many bid more under others, each campaign once", async () => {
      const many = Array.from({ length: 12 }, (_, at) =>
        campaign(`x${at}`, "9.00", { targeting: { deals: ["auctioned"] } }),
      );
      const best = [
        campaign("g", "2.00", { targeting: { deals: ["guaranteed", "auctioned"] } }),
        campaign("f", "9.50", { targeting: { deals: ["fixed", "auctioned"] } }),
      ];
      const deals = [{ id: "auctioned" }, { id: "fixed", at: 3, bidfloor: 1.5 }, { id: "guaranteed", guar: 1 }];
      const pmp = { private_auction: 1, deals };
      const { bids, response } = await sold([...many, ...best], pmp, 1);
      assert.deepEqual([bids[0]?.seat, bids[0]?.dealid, bids[0]?.price], ["seat-g", "guaranteed", 0.51]);
      const step = traceOf(response).find(({ stage }) => stage === "auction");
      const { lost } = step as unknown as { lost: readonly { offer: string }[] };
      assert.equal(lost.length, new Set(lost.map(({ offer }) => offer)).size);
    });

    it("of the highest agreed price however much is bid under others", async () => {
      const many = Array.from({ length: 12 }, (_, at) =>
        campaign(`x${at}`, "9.00", { targeting: { deals: ["cheap"] } }),
      );
      const deals = [
        { id: "cheap", at: 3, bidfloor: 1 },
        { id: "dear", at: 3, bidfloor: 5 },
      ];
      const { bids } = await sold([...many, under("dear", "6.00")], { deals });
      assert.deepEqual([bids[0]?.seat, bids[0]?.dealid, bids[0]?.price], ["seat-dear", "dear", 5]);
    });

    it("and nobody else in a private auction", async () => {
      const { answer } = await sold(two, { private_auction: 1, deals: [{ id: "deal", bidfloor: 1 }] });
      assert.equal(answer.outcome, "noDemand");
    });

    it("and says in a trace what was found under them and what openly", async () => {
      const { response } = await sold([...two, under("deal", "2.00")], { deals: [{ id: "deal" }] }, 1);
      const matches = traceOf(response).filter(({ stage }) => stage === "match") as unknown as Found[];
      assert.deepEqual(
        matches.map(({ found, deals }) => [deals, found.map(({ campaign: of }) => of)]),
        [
          [["deal"], ["adv-deal#deal"]],
          [[], ["adv-high#high", "adv-low#low"]],
        ],
      );
    });
  });

  it("sells native to a creative that has the assets that are asked for, of their kinds", async () => {
    const assets = [
      { id: 1, title: { text: "A" } },
      { id: 2, img: { url: "https://cdn.example/a.png" } },
    ];
    const markup = JSON.stringify({ native: { ver: "1.2", assets, link: { url: "https://a.example" } } });
    const own = creative("cr", { type: 4, markup });
    const outcome = async (...asked: object[]) => {
      const native = { request: JSON.stringify({ ver: "1.2", assets: asked }) };
      const { ask } = opened({ campaigns: [campaign("one", "2.00", { creatives: [own] })] });
      return (await ask(request({ imp: [{ id: "1", native }] }))).answer.outcome;
    };
    const [title, img] = [
      { id: 1, required: 1, title: { len: 90 } },
      { id: 2, required: 1, img: { type: 3 } },
    ];
    assert.equal(await outcome(title, img), "bid");
    assert.equal(await outcome(title, { id: 3, data: { type: 2 } }), "bid", "not required");
    assert.equal(await outcome(title, { id: 3, required: 1, data: { type: 2 } }), "noDemand");
    assert.equal(await outcome({ ...title, id: 2 }), "noDemand", "of another kind");
  });

  for (const [kind, own, medium] of [
    ["video", { type: 2, durationSeconds: 15, mimes: ["video/mp4"], protocol: 3 }, "video"],
    ["audio", { type: 3, durationSeconds: 15, mimes: ["video/mp4"], protocol: 3 }, "audio"],
  ] as const) {
    it(`sells ${kind}, its markup a VAST document`, async () => {
      const { w: _w, h: _h, ...rest } = creative("cr", { ...own, markup: '<VAST version="3.0"></VAST>' });
      const { ask } = opened({ campaigns: [campaign("one", "2.00", { creatives: [rest] })] });
      const timed = { mimes: ["video/mp4"], protocols: [3], maxduration: 30 };
      const { bids } = await ask(request({ imp: [{ id: "1", [medium]: timed }] }));
      assert.deepEqual([bids[0]?.mtype, bids[0]?.dur, bids[0]?.adm], [own.type, 15, '<VAST version="3.0"></VAST>']);
      const short = await ask(request({ imp: [{ id: "1", [medium]: { ...timed, maxduration: 10 } }] }));
      assert.equal(short.answer.outcome, "noDemand");
    });
  }

  it("answers in the first currency that the request takes and that has a rate, floors converted", async () => {
    const { ask } = opened({ campaigns: two });
    const asked = await ask(
      request({ cur: ["XXX", "EUR", "USD"], imp: [imp("1", { bidfloor: 2.5, bidfloorcur: "EUR" })] }),
    );
    // 2.50 EUR are 2.70 USD; and the increment: 2.71 USD are 2.509259 EUR.
    assert.deepEqual([asked.response?.cur, asked.bids[0]?.price], ["EUR", 2.509259]);
    const unknown = await ask(request({ cur: ["XXX"] }));
    assert.deepEqual([unknown.status, unknown.answer.outcome], [204, "noCurrency"]);
    const unread = await ask(request({ imp: [imp("1", { bidfloor: 1, bidfloorcur: "XXX" })] }));
    assert.equal(unread.answer.outcome, "noCurrency");
  });

  it("passes over bids that are too much to be told in the currency of the answer: others are sold to", async () => {
    const dear = campaign("dear", "7000000.00");
    for (const at of [1, 2]) {
      const { ask } = opened({ campaigns: [dear, ...two] });
      const inYen = await ask(request({ at, cur: ["JPY"] }));
      assert.deepEqual([inYen.response?.cur, inYen.bids[0]?.seat], ["JPY", "seat-high"]);
      assert.equal((await ask(request({ at }))).bids[0]?.seat, "seat-dear");
      const alone = await opened({ campaigns: [dear] }).ask(request({ at, cur: ["JPY"] }));
      assert.deepEqual([alone.status, alone.answer.outcome], [204, "allRefused"]);
    }
  });

  it("answers a floor as it is named, though what it is worth rounds to less", async () => {
    const rates = [{ asOf: "2026-11-20", base: "USD", per: { JPY: "0.006543" } }];
    const { ask, ready } = opened({ campaigns: [campaign("a", "0.65888")], settings: { rates } });
    // 100.70 JPY are 0.6588801 USD; 0.65888 USD are 100.699985 JPY.
    const { bids } = await ask(request({ cur: ["JPY"], imp: [imp("1", { bidfloor: 100.7, bidfloorcur: "JPY" })] }));
    assert.equal(bids[0]?.price, 100.7);
    const billed = verifyNotice(bids[0]?.burl ?? "", ready.at(NOW)!.signer, NOW);
    assert.deepEqual(billed.ok && [billed.notice.priceMicros, billed.notice.currency], [100_700_000, "JPY"]);
  });

  it("takes bids of campaigns in their currency", async () => {
    const { ask } = opened({ campaigns: [campaign("euro", "2.00", { currency: "EUR" }), campaign("usd", "2.10")] });
    const [bid] = (await ask(request())).bids;
    assert.deepEqual([bid?.seat, bid?.price], ["seat-euro", 2.11]);
  });

  it("answers what is no bid request without content", async () => {
    const { ask, measured } = opened();
    for (const body of [
      "",
      "{",
      "[]",
      "{}",
      '{"id":"1","imp":[]}',
      gzipSync("{}"),
      JSON.stringify({ ...request(), id: 7 }),
    ]) {
      const { status, answer } = await ask(body);
      assert.deepEqual([status, answer.body, answer.outcome], [400, "", "malformed"], String(body));
    }
    const large = await ask(`{"id":"${"x".repeat(300_000)}"}`);
    assert.deepEqual([large.status, large.answer.outcome], [413, "tooLarge"]);
    assert.deepEqual([...new Set(measured.map(({ outcome }) => outcome))], ["malformed", "tooLarge"]);
  });

  it("does not sell for another publisher than the token's", async () => {
    const { ask } = opened({ campaigns: two });
    for (const place of [{ site: { publisher: { id: "pub-2" } } }, { app: { publisher: { id: "pub-2" } } }]) {
      const { site: _own, ...rest } = request();
      const { status, answer } = await ask({ ...rest, ...place });
      assert.deepEqual([status, answer.body, answer.outcome], [403, "", "forbidden"]);
    }
    assert.equal((await ask(request(), { ...PUBLISHER, publisher: "pub-2" })).status, 403);
    assert.equal((await ask(request({ site: { domain: "news.example" } }))).status, 200);
  });

  it("is not ready before index, settings and keys are there", async () => {
    const { exchange, ready, measured } = opened({ campaigns: two });
    const whole = ready.at(NOW);
    assert.notEqual(whole, undefined);
    Reflect.set(ready, "made", undefined);
    Reflect.set(ready, "signer", undefined);
    const body = JSON.stringify(request());
    const answer = await exchange.answer({ body, caller: PUBLISHER, receivedAt: NOW });
    assert.deepEqual([answer.status, answer.outcome, measured.at(-1)?.outcome], [204, "notReady", "notReady"]);
  });

  it("does not begin what it could not answer in time: tmax has the network in it, and counts from the receipt", async () => {
    const { ask } = opened({ campaigns: two });
    // 10 ms of network, 5 ms for the answer.
    assert.equal((await ask(request({ tmax: 16 }))).status, 200);
    assert.equal((await ask(request({ tmax: 15 }))).answer.outcome, "insufficientTime");
    assert.equal((await ask(request({ tmax: 100 }), PUBLISHER, 84)).status, 200);
    assert.equal((await ask(request({ tmax: 100 }), PUBLISHER, 85)).answer.outcome, "insufficientTime");
    assert.equal((await ask(request(), PUBLISHER, 85)).answer.outcome, "insufficientTime", "100 ms by default");
    assert.equal((await ask(request({ tmax: 5_000 }), PUBLISHER, 990)).answer.outcome, "insufficientTime");
  });

  it("measures every request: outcome, impressions sold, and the time of each stage", async () => {
    const { ask, measured } = opened({ campaigns: two });
    await ask(request({ imp: [imp("1"), imp("2")] }));
    await ask(request({ imp: [imp("1", { bidfloor: 9 })] }));
    assert.deepEqual(
      measured.map(({ outcome, bids, late }) => [outcome, bids, late]),
      [
        ["bid", 2, 0],
        ["noDemand", 0, 0],
      ],
    );
    for (const { stages } of measured) {
      assert.equal(stages.length, 4);
      assert.equal(
        stages.every((milliseconds) => milliseconds >= 0),
        true,
        stages.join(),
      );
    }
  });

  it("fills in the macros of the markup, and a click leads to its target by a signed way", async () => {
    const markup = `<a href="\${SLUICE_CLICK}"><img src="https://t.example/?p=\${AUCTION_PRICE}&c=\${AUCTION_CURRENCY}"></a>`;
    const own = creative("cr", { markup, clickTarget: "https://shop.example/landing" });
    const { ask } = opened({ campaigns: [campaign("one", "2.00", { creatives: [own] })] });
    const adm = (await ask(request())).bids[0]?.adm ?? "";
    assert.match(adm, /^<a href="https:\/\/exchange\.example\/n\/click\/[^"]+"><img src="[^"]+p=0.01&c=USD"><\/a>$/);
  });

  it("names the campaign that has won where campaigns share a creative", async () => {
    const shared = creative("shared");
    const { ask, ready } = opened();
    for (const [at, id] of ["first", "second"].entries()) {
      const more = campaign(id, `${at + 2}.00`, { creatives: [shared] });
      ready.at(NOW)?.index.applyChange({ ...more, campaign: more, at: NOW }, microsOfText);
      const [bid] = (await ask(request())).bids;
      const noticed = verifyNotice(bid?.burl ?? "", ready.at(NOW)!.signer, NOW);
      assert.deepEqual([bid?.cid, noticed.ok && noticed.notice.campaign], Array(2).fill(`adv-${id}#${id}`));
    }
  });

  it("tells who tests every decision, and bills nothing: no holds, no notices, no signed links", async () => {
    let holds = 0;
    const budgets = { hold: (all: readonly unknown[]) => all.map(() => ++holds > 0), release: () => {} };
    const { ask } = opened({ campaigns: two, ports: { budgets } });
    const { status, response, bids } = await ask(request({ test: 1 }));
    assert.equal(status, 200);
    assert.equal(holds, 0);
    assert.deepEqual([bids[0]?.nurl, bids[0]?.burl, bids[0]?.lurl], [undefined, undefined, undefined]);
    assert.deepEqual(
      traceOf(response).map(({ stage }) => stage),
      ["read", "privacy", "match", "auction"],
    );
    await ask(request());
    assert.equal(holds, 1);
  });

  it("tells who tests why nobody bids", async () => {
    const { ask } = opened({ campaigns: two });
    const { status, response } = await ask(request({ test: 1, imp: [imp("1", { bidfloor: 9 })] }));
    assert.deepEqual([status, response?.nbr, response?.seatbid], [200, NO_BID.noDemand, []]);
    const trace = traceOf(response);
    assert.deepEqual(trace.find(({ stage }) => stage === "match")?.others, [
      { campaign: "adv-high#high", bid: "3", fails: "floor" },
      { campaign: "adv-low#low", bid: "2", fails: "floor" },
    ]);
    assert.equal(trace.at(-1)?.reason, "noDemand");
  });

  it("tells who tests why it did not even begin, and others nothing", async () => {
    const { ask } = opened({ campaigns: two });
    const foreign = { cur: ["XXX"] };
    const { status, response } = await ask(request({ ...foreign, test: 1 }));
    assert.deepEqual([status, response?.nbr, response?.seatbid], [200, NO_BID.noCurrency, []]);
    const { answer } = await ask(request(foreign));
    assert.deepEqual([answer.status, answer.body], [204, ""]);
  });

  it("explains of the first eight impressions only who does not fit: it takes longer than deciding", async () => {
    const imps = Array.from({ length: 12 }, (_, place) => imp(String(place), { bidfloor: 9 }));
    const { response } = await opened({ campaigns: two }).ask(request({ test: 1, imp: imps }));
    const matches = traceOf(response).filter(({ stage }) => stage === "match");
    assert.deepEqual([matches.length, matches.filter(({ others }) => others !== undefined).length], [12, 8]);
  });

  it("signs whose impression it was, for two publishers may call an auction the same", async () => {
    const { ask, ready } = opened({ campaigns: two });
    const publishers = ["pub-1", "pub-2"];
    for (const publisher of publishers) {
      const { bids } = await ask(request({ site: { domain: "news.example" } }), { ...PUBLISHER, publisher });
      const signer = ready.at(NOW)?.signer;
      const verified = signer && verifyNotice(bids[0]?.burl ?? "", signer, NOW);
      assert.equal(verified?.ok === true ? verified.notice.publisher : "", publisher);
    }
  });

  it("keeps its trace to itself where the settings say so", async () => {
    const { ask } = opened({ campaigns: two, settings: { debug: false } });
    const { response } = await ask(request({ test: 1 }));
    assert.equal("trace" in (response?.ext ?? {}), false);
  });
});
