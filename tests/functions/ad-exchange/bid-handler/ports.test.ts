import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { openPorts } from "../../../../functions/ad-exchange/adapters/open-ports";
import { TEST_SEATS, testSeats } from "../../../../functions/ad-exchange/adapters/test-seat";
import { holdId } from "../../../../functions/ad-exchange/bid-handler/hold-id";
import type { OutsideNotice } from "../../../../functions/ad-exchange/domain/notices/notices-of";
import type { BidRequest } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { NO_BID } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import type { Demand, Hold, Ports } from "../../../../functions/ad-exchange/domain/ports";
import { exchangeInProcess } from "../../../../local/exchange/in-process";
import { campaign, imp, NOW, opened, PUBLISHER, request } from "../support/exchange";
import { SETTINGS } from "../support/settings";

/** Somebody that may be known, so that every port is asked. */
const known = (more: Partial<BidRequest> = {}) => request({ user: { id: "u-1" }, ...more });
const capped = { frequencyCap: { impressions: 3, seconds: 3_600 } };
const three = [campaign("a", "4.00", capped), campaign("b", "3.00", capped), campaign("c", "2.00")];
const never = new Promise<never>(() => {});

/** Ports that note that they were asked, and answer by `answer`. */
function noting(answer: <T>(value: T) => T | Promise<T> = (value) => value) {
  const asked: string[] = [];
  const deadlines: Record<string, number> = {};
  const note = <T>(port: string, deadline: number, value: T) => {
    asked.push(port);
    deadlines[port] = deadline - NOW;
    return answer(value);
  };
  const ports: Partial<Ports> = {
    segments: { of: (_traits, deadline) => note("segments", deadline, ["crm:vip"]) },
    fraud: { check: (_traits, deadline) => note("fraud", deadline, { verdict: "pass" as const }) },
    caps: {
      left: (_user, all, deadline) =>
        note(
          "caps",
          deadline,
          all.map(() => 9),
        ),
    },
    demand: { ask: (_body, _traits, deadline) => note("demand", deadline, []) },
    budgets: {
      hold: (holds, deadline) =>
        note(
          "budgets",
          deadline,
          holds.map(() => true),
        ),
      release: () => {},
    },
  };
  return { asked, deadlines, ports };
}

describe("Ports of the exchange", () => {
  it("are asked in their order, each until its own deadline", async () => {
    const { asked, deadlines, ports } = noting();
    const { bids } = await opened({ campaigns: three, ports }).ask(known());
    assert.deepEqual(asked, ["segments", "fraud", "demand", "caps", "budgets"]);
    // 100 ms without 10 of network and 5 for the answer; seats outside leave 15 of them to budgets.
    assert.deepEqual(deadlines, { ...SETTINGS.deadlines.ports, demand: 70 });
    assert.equal(bids[0]?.price, 3.01);
  });

  it("are waited for no longer than the request has time, whatever their own", async () => {
    const { deadlines, ports } = noting();
    await opened({ campaigns: three, ports }).ask(known({ tmax: 40 }));
    // 40 ms without 10 of network and 5 for the answer; of 25 seats outside leave half.
    assert.deepEqual(deadlines, { segments: 5, fraud: 5, caps: 10, demand: 12.5, budgets: 15 });
  });

  it("may answer later: the outcome is the same", async () => {
    const { asked, ports } = noting((value) => sleep(1, value));
    const { bids } = await opened({ campaigns: three, ports }).ask(known());
    assert.deepEqual([asked.length, bids[0]?.price], [5, 3.01]);
  });

  it("that nothing can be asked of are not asked: segments and caps of nobody, budgets without a winner", async () => {
    const { asked, ports } = noting();
    await opened({ campaigns: [campaign("c", "2.00")], ports }).ask(request({ imp: [imp("1", { bidfloor: 9 })] }));
    assert.deepEqual(asked, ["fraud", "demand"]);
  });

  describe("segments", () => {
    const vip = campaign("vip", "9.00", { targeting: { segments: ["crm:vip"] } });

    it("are known beside the request's own", async () => {
      const { bids } = await opened({ campaigns: [...three, vip], ports: noting().ports }).ask(known());
      assert.equal(bids[0]?.seat, "seat-vip");
    });

    for (const [how, of] of [
      ["late", () => never],
      ["failing", () => Promise.reject(new Error("down"))],
    ] as const) {
      it(`that are ${how} are none`, async () => {
        const { ask, measured } = opened({ campaigns: [...three, vip], ports: { segments: { of } } });
        assert.equal((await ask(known())).bids[0]?.seat, "seat-a");
        assert.equal(measured[0]?.late, 1, how);
      });
    }

    it("are counted in a trace, not told: who tests may name anybody", async () => {
      const { answer } = await opened({ campaigns: three, ports: noting().ports }).ask(known({ test: 1 }));
      assert.match(answer.body, /"stage":"segments","at":[\d.]+,"more":1/);
      assert.equal(answer.body.includes("crm:vip"), false);
    });

    it("are not asked of whom privacy keeps unknown", async () => {
      const { asked, ports } = noting();
      await opened({ campaigns: three, ports }).ask(known({ regs: { coppa: 1 } }));
      assert.equal(asked.includes("segments"), false);
    });
  });

  describe("fraud", () => {
    const refusing = { fraud: { check: () => ({ verdict: "refuse" as const, reason: NO_BID.knownSpider }) } };

    it("ends it before anybody else is asked", async () => {
      const { asked, ports } = noting();
      const { ask } = opened({ campaigns: three, ports: { ...ports, ...refusing } });
      const { status, answer } = await ask(known());
      assert.deepEqual([status, answer.outcome, asked], [204, "knownSpider", ["segments"]]);
    });

    for (const [how, check] of [
      ["late", () => never],
      ["failing", () => Promise.reject(new Error("down"))],
    ] as const) {
      it(`that is ${how} lets pass`, async () => {
        const { ask } = opened({ campaigns: three, ports: { fraud: { check } } });
        assert.equal((await ask(known())).status, 200);
      });
    }
  });

  describe("caps", () => {
    const seen = (...reached: string[]): Partial<Ports> => ({
      caps: { left: (_user, all) => all.map((one) => (reached.includes(one) ? 0 : 9)) },
    });

    it("that are reached leave the campaign out, and its bid sets no price", async () => {
      const { bids } = await opened({ campaigns: three, ports: seen("adv-a#a", "adv-b#b") }).ask(known());
      assert.deepEqual([bids[0]?.seat, bids[0]?.price], ["seat-c", 0.01]);
    });

    it("that leave nobody are the reason that there is no bid", async () => {
      const campaigns = three.slice(0, 2);
      const all = opened({ campaigns, ports: seen("adv-a#a", "adv-b#b") });
      assert.equal((await all.ask(known())).answer.outcome, "dailyUserCap");
      assert.equal((await opened({ campaigns }).ask(request())).answer.outcome, "unmatchedUser");
      assert.equal((await opened().ask(request())).answer.outcome, "noDemand");
    });

    it("are asked once for all slots, only of campaigns that have one", async () => {
      const asked: (readonly string[])[] = [];
      const left = (_user: string, all: readonly string[]) => {
        asked.push(all);
        return all.map(() => 9);
      };
      await opened({ campaigns: three, ports: { caps: { left } } }).ask(known({ imp: [imp("1"), imp("2")] }));
      assert.deepEqual(asked, [["adv-a#a", "adv-b#b"]]);
    });

    for (const [how, left] of [
      ["late", () => never],
      ["failing", () => Promise.reject(new Error("down"))],
    ] as const) {
      it(`that are ${how} count as reached: a cap is a promise`, async () => {
        const { bids } = await opened({ campaigns: three, ports: { caps: { left } } }).ask(known());
        assert.equal(bids[0]?.seat, "seat-c");
      });
    }

    it("of somebody whom nothing identifies count as reached, unless the settings allow it", async () => {
      assert.equal((await opened({ campaigns: three }).ask(request())).bids[0]?.seat, "seat-c");
      const allowing = opened({ campaigns: three, settings: { uncountedImpressions: "allow" } });
      assert.equal((await allowing.ask(request())).bids[0]?.seat, "seat-a");
    });
  });

  describe("budgets", () => {
    const holding = (isHeld: (hold: Hold) => boolean) => {
      const rounds: Hold[][] = [];
      const hold = (holds: readonly Hold[]) => {
        rounds.push([...holds]);
        return holds.map(isHeld);
      };
      const given: Hold[] = [];
      const release = (holds: readonly Hold[]) => void given.push(...holds);
      return { rounds, given, ports: { budgets: { hold, release } } };
    };

    it("hold a thousandth of the price for each winner, under an id of its own, until its notices are over", async () => {
      const { rounds, ports } = holding(() => true);
      await opened({ campaigns: three, ports }).ask(known({ imp: [imp("1"), imp("2", { exp: 120 })] }));
      assert.deepEqual(
        rounds.map((holds) => holds.map(({ id, campaign: of, costMicros }) => [id, of, costMicros])),
        [
          [
            ["5.9.1/pub-1/auction-1/1/adv-a#a", "adv-a#a", 3_010],
            ["5.9.1/pub-1/auction-1/2/adv-a#a", "adv-a#a", 3_010],
          ],
        ],
      );
      assert.deepEqual(
        rounds[0]?.map(({ expiresAt }) => (expiresAt - NOW) / 1_000 - SETTINGS.graceSeconds),
        [60, 120],
      );
    });

    it("are held for each publisher by itself: two that call an auction the same do not share a hold", async () => {
      const { rounds, ports } = holding(() => true);
      const { ask } = opened({ campaigns: three, ports });
      const anywhere = known({ site: { domain: "news.example" } });
      await ask(anywhere);
      await ask(anywhere, { ...PUBLISHER, publisher: "pub-2" });
      assert.equal(new Set(rounds.flatMap((holds) => holds.map(({ id }) => id))).size, 2);
      assert.notEqual(holdId("p", "a/1", "b", "c"), holdId("p", "a", "1/b", "c"));
    });

    it("are held for an hour at most and the grace, however long a request wants its bids to stand", async () => {
      const { rounds, ports } = holding(() => true);
      const { bids } = await opened({ campaigns: three, ports }).ask(known({ imp: [imp("1", { exp: 9e15 })] }));
      assert.equal(bids[0]?.exp, 3_600);
      assert.equal(rounds[0]?.[0]?.expiresAt, NOW + (3_600 + SETTINGS.graceSeconds) * 1_000);
    });

    it("have their time left when a seat outside takes all of its own", async () => {
      let now = NOW;
      const demand: Demand = {
        ask: async (_body, _traits, deadline) => {
          await Promise.resolve();
          now = deadline;
          return [];
        },
      };
      let left = 0;
      const budgets: Ports["budgets"] = {
        hold: (holds, deadline) => {
          left = deadline - now;
          return holds.map(() => true);
        },
        release: () => {},
      };
      const { exchange } = exchangeInProcess({
        ...{ campaigns: three, ports: { demand, budgets }, now: () => now, settings: JSON.stringify(SETTINGS) },
      });
      const body = JSON.stringify(known());
      const { outcome } = await exchange.answer({ body, caller: PUBLISHER, receivedAt: NOW });
      assert.deepEqual([outcome, left], ["bid", SETTINGS.deadlines.ports.budgets]);
    });

    it("that are spent put the next campaign in its place, at the price that is then right", async () => {
      const { rounds, ports } = holding(({ campaign: of }) => of !== "adv-a#a");
      const { bids } = await opened({ campaigns: three, ports }).ask(known());
      assert.deepEqual([bids[0]?.seat, bids[0]?.price, rounds.length], ["seat-b", 2.01, 2]);
      assert.equal(rounds[1]?.[0]?.costMicros, 2_010);
    });

    it("are not held again for a winner who stays", async () => {
      const wide = { w: 728, h: 90 };
      const leader = {
        ...three[0]!,
        id: "d",
        advertiser: "adv-d",
        seat: "seat-d",
        creatives: [{ ...three[0]!.creatives[0]!, ...wide }],
      };
      const { rounds, ports } = holding(({ campaign: of }) => of !== "adv-a#a");
      const slots = [imp("1"), { id: "2", banner: wide }];
      await opened({ campaigns: [...three, leader], ports }).ask(known({ imp: slots }));
      assert.deepEqual(
        rounds.map((holds) => holds.map(({ campaign: of }) => of)),
        [["adv-a#a", "adv-d#d"], ["adv-b#b"]],
      );
    });

    it("of which none is left end after three rounds, and nothing is sold that is not held", async () => {
      const many = Array.from({ length: 8 }, (_, place) => campaign(`m${place}`, `${8 - place}.00`));
      const { rounds, ports } = holding(({ campaign: of }) => of === "adv-m7#m7");
      const { status, answer } = await opened({ campaigns: many, ports }).ask(known());
      assert.deepEqual([status, answer.outcome, rounds.length], [204, "allRefused", 3]);
    });

    for (const [how, hold] of [
      ["late", () => never],
      ["failing", () => Promise.reject(new Error("down"))],
    ] as const) {
      it(`whose books are ${how} sell nothing of campaigns`, async () => {
        const { ask, measured } = opened({ campaigns: three, ports: { budgets: { hold, release: () => {} } } });
        assert.deepEqual([(await ask(known())).status, measured[0]?.outcome], [204, "allRefused"]);
      });
    }

    it("are not asked for seats outside, who keep their own", async () => {
      const { rounds, ports } = holding(() => false);
      const { bids } = await opened({ campaigns: three, ports: { ...ports, demand: testSeats } }).ask(known());
      assert.equal(bids[0]?.seat, "test-seat-a");
      assert.deepEqual(
        rounds.flatMap((holds) => holds.map(({ campaign: of }) => of)),
        ["adv-a#a", "adv-b#b", "adv-c#c"],
      );
    });
  });

  describe("demand", () => {
    const seats = { demand: testSeats };
    const [first, second] = TEST_SEATS;

    it("is in the same auction as campaigns", async () => {
      const { ask } = opened({ campaigns: [campaign("c", "0.30")], ports: seats });
      const { bids } = await ask(request());
      assert.deepEqual([bids[0]?.seat, bids[0]?.price], [first, 0.31]);
    });

    it("brings native with the assets that are asked for, or loses", async () => {
      const assets = [
        { id: 7, required: 1, title: { len: 90 } },
        { id: 9, required: 1, img: { type: 3 } },
      ];
      const imps = [{ id: "1", native: { request: JSON.stringify({ ver: "1.2", assets }) } }];
      assert.equal((await opened({ ports: seats }).ask(request({ imp: imps }))).bids[0]?.mtype, 4);
      const adm = JSON.stringify({ native: { assets: [{ id: 7, title: { text: "A" } }] } });
      const bid = { id: "b", impid: "1", price: 9, crid: "c", adomain: ["a.example"], adm };
      const demand: Demand = {
        ask: () => [{ seat: "s", says: "bids", response: { id: "auction-1", seatbid: [{ bid: [bid] }] } }],
      };
      const none = await opened({ ports: { demand } }).ask(request({ imp: imps }));
      assert.equal(none.answer.outcome, "allRefused");
    });

    it("keeps to seats that may bid", async () => {
      const { ask } = opened({ ports: seats });
      assert.equal((await ask(request({ wseat: [second] }))).bids[0]?.seat, second);
      assert.equal((await ask(request({ bseat: [first] }))).bids[0]?.seat, second);
      const none = await ask(request({ bseat: [...TEST_SEATS] }));
      assert.deepEqual([none.status, none.answer.outcome], [204, "allRefused"]);
    });

    it("is held to a private deal: its seats, its floor, nobody else", async () => {
      const deals = [{ id: "deal-1", bidfloor: 2, wseat: [first] }];
      const sold = await opened({ campaigns: three, ports: seats }).ask(
        request({ imp: [imp("1", { pmp: { private_auction: 1, deals } })] }),
      );
      assert.deepEqual([sold.bids[0]?.seat, sold.bids[0]?.dealid, sold.bids[0]?.price], [first, "deal-1", 2.01]);
      const others = [{ id: "deal-1", bidfloor: 2, wseat: ["somebody"] }];
      const none = await opened({ campaigns: three, ports: seats }).ask(
        request({ imp: [imp("1", { pmp: { private_auction: 1, deals: others } })] }),
      );
      assert.equal(none.status, 204);
    });

    it("is told apart by codes in seatnonbid where somebody asks why", async () => {
      const ext = { prebid: { returnallbidstatus: true } };
      const { response } = await opened({ ports: seats }).ask(request({ ext, bseat: [second], bcat: ["IAB3"] }));
      assert.deepEqual(response?.ext?.seatnonbid, [
        { seat: first, nonbid: [{ impid: "1", statuscode: 357 }] },
        { seat: second, nonbid: [{ impid: "1", statuscode: 300 }] },
      ]);
    });

    it("gets the request as it may be sent on: nothing private, the exchange in its chain, the time that is left", async () => {
      let body = "";
      const ask: Demand["ask"] = (text) => {
        body = text();
        return [];
      };
      const person = { user: { id: "secret-user" }, device: { ifa: "secret-ifa", ip: "203.0.113.57" } };
      await opened({ ports: { demand: { ask } } }).ask(request({ ...person, regs: { coppa: 1 }, tmax: 60 }));
      const sent = JSON.parse(body) as BidRequest;
      assert.equal(body.includes("secret"), false);
      assert.equal(sent.device?.ip, "203.0.113.0");
      assert.deepEqual(sent.source?.schain, {
        ...{ complete: 1, ver: "1.0" },
        nodes: [{ asi: "exchange.example", sid: "pub-1", rid: "auction-1", hp: 1 }],
      });
      // 60 ms without 10 of network, 5 for the answer and 15 for budgets.
      assert.equal(sent.tmax, 30);
    });

    it("that is late or fails loses its bids, and campaigns are sold", async () => {
      for (const ask of [() => never, () => Promise.reject(new Error("down"))]) {
        const { bids } = await opened({ campaigns: three, ports: { demand: { ask } } }).ask(known());
        assert.equal(bids[0]?.seat, "seat-a");
      }
    });

    it("is sold for the token's publisher in the chain, also where the request does not name it", async () => {
      let body = "";
      const ask: Demand["ask"] = (text) => {
        body = text();
        return [];
      };
      const { ask: asks } = opened({ settings: { sid: "exchange" }, ports: { demand: { ask } } });
      const sids = () => (JSON.parse(body) as BidRequest).source?.schain?.nodes.map(({ sid }) => sid);
      await asks(request({ site: { domain: "news.example" } }));
      assert.deepEqual(sids(), ["pub-1"]);
      await asks(request({ site: { domain: "news.example" } }), null);
      assert.deepEqual(sids(), ["exchange"]);
      await asks(request(), null);
      assert.deepEqual(sids(), ["pub-1"]);
    });

    it("that sends more bids than anybody reads, or more than an answer can hold, loses alone", async () => {
      const bid = { impid: "1", price: 9, crid: "c", adomain: ["a.example"], w: 300, h: 250 };
      const many = Array.from({ length: 300_000 }, (_, place) => ({ ...bid, id: String(place), adm: "<b>" }));
      const large = [{ ...bid, id: "1", adm: "x".repeat(300_000) }];
      for (const bids of [many, large]) {
        const response = { id: "auction-1", seatbid: [{ bid: bids }] };
        const demand: Demand = { ask: () => [{ seat: "s", says: "bids", response }] };
        const { bids: sold } = await opened({ campaigns: three, ports: { demand } }).ask(known());
        assert.equal(sold[0]?.seat, "seat-a");
      }
    });

    it("that answers nonsense loses alone", async () => {
      const nonsense = [undefined, null, 7, {}, { id: "another" }, { id: "auction-1", seatbid: [{ bid: [{}, null] }] }];
      const demand: Demand = {
        ask: () =>
          nonsense.map((response, place) => ({ seat: `s${place}`, says: "bids", response: response as never })),
      };
      const { bids } = await opened({ campaigns: three, ports: { demand } }).ask(known());
      assert.equal(bids[0]?.seat, "seat-a");
    });

    it("hears of each seat that was late", async () => {
      const demand: Demand = {
        ask: () => [
          { seat: "s", says: "late" },
          { seat: "t", says: "late" },
          { seat: "u", says: "nothing" },
        ],
      };
      const { ask, measured } = opened({ campaigns: three, ports: { demand } });
      await ask(known());
      assert.equal(measured[0]?.late, 2);
    });

    it("is told how its bids came out, but not of a test", async () => {
      const told: OutsideNotice[] = [];
      const notices = { take: (some: readonly OutsideNotice[]) => void told.push(...some) };
      const { ask } = opened({ ports: { ...seats, notices } });
      await ask(request({ test: 1 }));
      assert.deepEqual(told, []);
      await ask(request());
      assert.deepEqual(
        told.map(({ on, seat, url }) => [on, seat, url]),
        [
          ["win", first, "https://seat.example/notice/win?price=0.26&bid=&loss=0"],
          ["bill", first, "https://seat.example/notice/bill?price=0.26&bid=&loss=0"],
          ["loss", second, "https://seat.example/notice/loss?price=&bid=&loss=102"],
        ],
      );
    });

    it("that nobody can be told of is sold all the same", async () => {
      const take = () => {
        throw new Error("down");
      };
      const { ask, measured } = opened({ ports: { ...seats, notices: { take } } });
      assert.equal((await ask(request())).bids[0]?.seat, first);
      assert.equal(measured[0]?.late, 1);
    });

    it("that does not bid is told apart by what it says", async () => {
      const demand: Demand = {
        ask: () => [
          { seat: "s", says: "late" },
          { seat: "t", says: "nothing" },
          { seat: "u", says: "malformed" },
        ],
      };
      const ext = { prebid: { returnallbidstatus: true } };
      const { response } = await opened({ ports: { demand } }).ask(request({ ext, imp: [imp("1"), imp("2")] }));
      const told = (statuscode: number) => ["1", "2"].map((impid) => ({ impid, statuscode }));
      assert.deepEqual(response?.ext?.seatnonbid, [
        { seat: "s", nonbid: told(101) },
        { seat: "t", nonbid: told(0) },
        { seat: "u", nonbid: told(102) },
      ]);
    });

    it("of the exchange's own is asked in tests only, and where the settings say so", async () => {
      const settings = { testSeat: true };
      assert.equal((await opened({ settings }).ask(request({ test: 1 }))).bids[0]?.seat, first);
      assert.equal((await opened({ settings }).ask(request())).status, 204);
      assert.equal((await opened().ask(request({ test: 1 }))).response?.nbr, NO_BID.noDemand);
    });
  });

  it("that nothing stands behind answer at once, so a decision waits for none of them", () => {
    const { segments, fraud, caps, demand, budgets } = openPorts();
    const traits = {} as never;
    for (const answer of [
      segments.of(traits, 0),
      fraud.check(traits, 0),
      caps.left("u", ["c"], 0),
      demand.ask(() => "", traits, 0),
      budgets.hold([], 0),
    ])
      assert.equal(answer instanceof Promise, false);
  });
});
