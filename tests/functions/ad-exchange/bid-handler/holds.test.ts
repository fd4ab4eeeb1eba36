import assert from "node:assert/strict";
import fc from "fast-check";
import type { OutsideNotice } from "../../../../functions/ad-exchange/domain/notices/notices-of";
import type { Demand, Hold, Ports } from "../../../../functions/ad-exchange/domain/ports";
import { exchangeInProcess } from "../../../../local/exchange/in-process";
import { asking, campaign, imp, NOW, request } from "../support/exchange";
import { billedBy, FATES, FakeLedger } from "../support/ledger";
import { SETTINGS } from "../support/settings";

/** The books are waited for no longer than this: what never answers is waited for in earnest. */
const WAIT = 2;
const settings = {
  ...SETTINGS,
  deadlines: { ...SETTINGS.deadlines, ports: { ...SETTINGS.deadlines.ports, budgets: WAIT } },
};
const known = { id: "u-1" };

/** Up to five campaigns and a seat outside whose bids belong together, for up to four impressions. */
const anyMarket = fc.record({
  imps: fc.array(fc.constantFrom(0, 0, 0.5, 2.5), { minLength: 1, maxLength: 4 }),
  campaigns: fc.array(
    fc.record({
      cents: fc.integer({ min: 20, max: 500 }),
      budget: fc.constantFrom(0, 400, 2_000, 5_000, 20_000),
      /** -1: no cap. */
      left: fc.integer({ min: -1, max: 3 }),
    }),
    { minLength: 1, maxLength: 5 },
  ),
  outside: fc.array(fc.record({ imp: fc.nat(3), cents: fc.integer({ min: 20, max: 500 }), group: fc.boolean() }), {
    maxLength: 4,
  }),
  at: fc.constantFrom(1, 2),
  fates: fc.array(fc.oneof(fc.constantFrom("at once" as const, "later" as const), fc.constantFrom(...FATES)), {
    maxLength: 4,
  }),
  from: fc.nat(20),
});

type Market = typeof anyMarket extends fc.Arbitrary<infer T> ? T : never;

function demandOf(outside: Market["outside"], imps: number): Demand {
  const bidOf = ({ imp: at, cents }: Market["outside"][number], id: number) => ({
    ...{ id: `b${id}`, impid: String(at % imps), price: cents / 100, adm: "<b>ad</b>", crid: "c" },
    ...{ adomain: ["seat.example"], w: 300, h: 250 },
  });
  const all = outside.map((one, id) => ({ group: one.group, bid: bidOf(one, id) }));
  const of = (isGroup: boolean) => all.filter(({ group }) => group === isGroup).map(({ bid }) => bid);
  const seatbid = [{ bid: of(false) }, { group: 1 as const, bid: of(true) }];
  return { ask: () => [{ seat: "outside", says: "bids", response: { id: "auction-1", seatbid } }] };
}

async function sellIn({ imps, campaigns, outside, at, fates, from }: Market, ports: Partial<Ports> = {}) {
  let now = NOW;
  const named = campaigns.map(({ cents, left }, place) =>
    campaign(`c${place}`, (cents / 100).toFixed(2), {
      ...(left < 0 ? {} : { frequencyCap: { impressions: 3, seconds: 60 } }),
    }),
  );
  const keyOf = (place: number) => `adv-c${place}#c${place}`;
  const ledger = new FakeLedger(new Map(campaigns.map(({ budget }, place) => [keyOf(place), budget])), fates, () => {
    now = NOW + 1_000;
  });
  const lefts = new Map(campaigns.map(({ left }, place) => [keyOf(place), left]));
  const { exchange } = exchangeInProcess({
    ...{ campaigns: named, now: () => now, settings: JSON.stringify(settings) },
    ports: {
      budgets: ledger,
      caps: { left: (_user, all) => all.map((one) => lefts.get(one) ?? 0) },
      demand: demandOf(outside, imps.length),
      ...ports,
    },
  });
  const slots = imps.map((bidfloor, id) => imp(String(id), { bidfloor }));
  const sold = await asking(exchange)(request({ at, imp: slots, user: known }));
  ledger.arrive(from);
  return { sold, ledger, lefts };
}

describe("Money that is held for an answer", () => {
  it("is in the end just what the answer bills, whatever fails, in whatever order; and never more than the budget", async () => {
    let sales = 0;
    const property = fc.asyncProperty(anyMarket, async (market) => {
      const { sold, ledger, lefts } = await sellIn(market);
      assert.deepEqual(ledger.held, billedBy(sold));
      sales += sold.bids.length;
      for (const [place, { budget }] of market.campaigns.entries()) {
        const most = ledger.most.get(`adv-c${place}#c${place}`) ?? 0;
        assert.equal(most <= budget, true, `${most} of ${budget}`);
      }
      for (const [name, left] of lefts) {
        if (left >= 0) assert.equal(sold.bids.filter(({ cid }) => cid === name).length <= left, true, "cap");
      }
    });
    await fc.assert(property, { numRuns: 1_500 });
    assert.equal(sales > 500, true, `${sales} sales`);
  });

  it("is as much as the answer bills where nothing can be given back", async () => {
    const property = fc.asyncProperty(anyMarket, async (market) => {
      const { sold, ledger } = await sellIn(market);
      for (const [id, cost] of Object.entries(billedBy(sold))) assert.equal((ledger.held[id] ?? 0) >= cost, true, id);
    });
    const release = FakeLedger.prototype.release;
    FakeLedger.prototype.release = () => {
      throw new Error("down");
    };
    try {
      await fc.assert(property, { numRuns: 200 });
    } finally {
      FakeLedger.prototype.release = release;
    }
  });
});

describe("Holds", () => {
  const two = [campaign("a", "4.00"), campaign("b", "3.00"), campaign("c", "2.00")];
  const told = (holds: readonly Hold[]) =>
    holds.map(({ campaign: of, costMicros, revision }) => [of, costMicros, revision]);

  function recorded(
    isHeld: (hold: Hold) => boolean | Promise<boolean>,
    { campaigns = two, ports = {} }: { readonly campaigns?: typeof two; readonly ports?: Partial<Ports> } = {},
  ) {
    const asked: Hold[] = [];
    const given: Hold[] = [];
    const clock = { now: NOW };
    const budgets: Ports["budgets"] = {
      hold(holds) {
        asked.push(...holds);
        const answers = holds.map(isHeld);
        return answers.some((one) => one instanceof Promise) ? Promise.all(answers) : (answers as boolean[]);
      },
      release: (holds) => void given.push(...holds),
    };
    const measured: { outcome: string; late: number }[] = [];
    const { exchange, ready } = exchangeInProcess({
      ...{ campaigns, now: () => clock.now, settings: JSON.stringify(settings) },
      ports: { budgets, ...ports },
      record: (one) => measured.push(one),
    });
    return { asked, given, clock, measured, ready, budgets, ask: asking(exchange) };
  }

  it("are given back of nobody where everybody's money is held", async () => {
    const { given, ask } = recorded(() => true);
    assert.equal((await ask(request({ imp: [imp("1"), imp("2")] }))).bids.length, 2);
    assert.deepEqual(given, []);
  });

  const wide = { w: 728, h: 90 };
  const wideOnly = (id: string, bid: string) => {
    const one = campaign(id, bid);
    return { ...one, creatives: [{ ...one.creatives[0]!, ...wide }] };
  };
  const bothSizes = [imp("1"), { id: "2", banner: wide }];

  it("are lowered to the price that is right when the books are gone: nobody else is known to have money", async () => {
    const campaigns = [...two, wideOnly("d", "2.00"), wideOnly("e", "1.00")];
    const isHeld = ({ campaign: of }: Hold) => (of === "adv-e#e" ? new Promise<boolean>(() => {}) : of !== "adv-d#d");
    const { asked, given, ask } = recorded(isHeld, { campaigns });
    const { bids } = await ask(request({ imp: bothSizes }));
    assert.deepEqual(
      bids.map(({ impid, price }) => [impid, price]),
      [["1", 0.01]],
    );
    assert.deepEqual(told(asked), [
      ["adv-a#a", 3_010, 1],
      ["adv-d#d", 1_010, 1],
      ["adv-e#e", 10, 2],
    ]);
    assert.deepEqual(told(given), [
      ["adv-a#a", 10, 3],
      ["adv-e#e", 0, 3],
    ]);
  });

  it("are raised where somebody without money was kept from bidding by a cap and bids elsewhere again", async () => {
    const one = campaign("a", "4.00", { frequencyCap: { impressions: 3, seconds: 60 } });
    const both = { ...one, creatives: [one.creatives[0]!, { ...one.creatives[0]!, id: "wide", ...wide }] };
    const ports: Partial<Ports> = { caps: { left: () => [1] } };
    for (const isRaised of [true, false]) {
      const { asked, given, ask } = recorded(
        ({ campaign: of, revision }) => of === "adv-d#d" && (revision === 1 || isRaised),
        { campaigns: [both, wideOnly("d", "5.00")], ports },
      );
      const { bids } = await ask(request({ imp: bothSizes, user: known }));
      assert.deepEqual(
        bids.map(({ impid, cid, price }) => [impid, cid, price]),
        isRaised ? [["2", "adv-d#d", 4.01]] : [],
      );
      const [first, ...later] = told(asked);
      assert.deepEqual(first, ["adv-a#a", 10, 1]);
      assert.deepEqual(later.slice(0, 2), [
        ["adv-d#d", 10, 1],
        ["adv-d#d", 4_010, 2],
      ]);
      assert.deepEqual(given, []);
    }
  });

  it("end with the last of three rounds, and who bids against a winner whose money is held goes on to do so", async () => {
    const poor = Array.from({ length: 6 }, (_, place) => wideOnly(`w${place}`, `${6 - place}.00`));
    const { asked, given, ask } = recorded(({ campaign: of }) => of === "adv-a#a", { campaigns: [...two, ...poor] });
    const { bids } = await ask(request({ imp: bothSizes }));
    assert.deepEqual(
      bids.map(({ impid, price }) => [impid, price]),
      [["1", 3.01]],
    );
    assert.deepEqual([asked.length, given], [4, []]);
  });

  it("whose answer never comes are given back, so that one that is late takes no money", async () => {
    const { given, asked, ask } = recorded(() => new Promise<boolean>(() => {}));
    assert.equal((await ask(request())).status, 204);
    assert.deepEqual(told(asked), [["adv-a#a", 3_010, 1]]);
    assert.deepEqual(told(given), [["adv-a#a", 0, 2]]);
  });

  it("whose answer comes when the publisher waits no longer are given back; seats outside hear that it was too late", async () => {
    const notices: OutsideNotice[] = [];
    const bid = { id: "b", impid: "1", price: 1, adm: "<b>", crid: "c", adomain: ["s.example"], w: 300, h: 250 };
    const lurl = `https://seat.example/lost?why=\${AUCTION_LOSS}`;
    const response = { id: "auction-1", seatbid: [{ bid: [{ ...bid, lurl }] }] };
    const { given, clock, measured, ask } = recorded(
      async () => {
        clock.now = NOW + 90;
        return true;
      },
      {
        ports: {
          demand: { ask: () => [{ seat: "s", says: "bids", response }] },
          notices: { take: (some) => void notices.push(...some) },
        },
      },
    );
    const { status, answer } = await ask(request());
    assert.deepEqual([status, answer.body, answer.outcome], [204, "", "insufficientTime"]);
    assert.equal(measured[0]?.outcome, "insufficientTime");
    assert.deepEqual(told(given), [["adv-a#a", 0, 2]]);
    assert.deepEqual(
      notices.map(({ url }) => url),
      ["https://seat.example/lost?why=2"],
    );
  });

  it("are given back where the answer cannot be written, and no seat outside hears that it has won", async () => {
    const notices: OutsideNotice[] = [];
    const bid = { id: "b", impid: "2", price: 9, adm: "<b>", crid: "c", adomain: ["s.example"], w: 300, h: 250 };
    const response = { id: "auction-1", seatbid: [{ bid: [{ ...bid, nurl: "https://seat.example/won" }] }] };
    const ports: Partial<Ports> = {
      demand: { ask: () => [{ seat: "s", says: "bids", response }] },
      notices: { take: (some) => void notices.push(...some) },
    };
    const both = request({ imp: [imp("1"), imp("2")] });
    const { given, ready, ask } = recorded(() => true, { ports });
    await ask(both);
    assert.deepEqual([notices.splice(0).map(({ url }) => url), given.splice(0)], [["https://seat.example/won"], []]);
    const broken = {
      sign: () => {
        throw new Error("broken");
      },
    };
    Reflect.set(ready, "signer", broken);
    Reflect.set(ready, "made", undefined);
    await assert.rejects(async () => ask(both));
    assert.deepEqual(notices, []);
    assert.deepEqual(told(given), [["adv-a#a", 0, 2]]);
  });

  it("that cannot be given back are counted, and the sale stands", async () => {
    const isHeld = ({ campaign: of }: Hold) => (of === "adv-a#a" ? (undefined as never) : true);
    const { given, measured, budgets, ask } = recorded(isHeld);
    assert.equal((await ask(request())).bids[0]?.seat, "seat-b");
    assert.deepEqual(told(given), [["adv-a#a", 0, 3]]);
    budgets.release = () => {
      throw new Error("down");
    };
    assert.equal((await ask(request())).bids[0]?.seat, "seat-b");
    assert.deepEqual(
      measured.map(({ late }) => late),
      [0, 1],
    );
  });
});
