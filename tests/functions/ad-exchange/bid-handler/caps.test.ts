import assert from "node:assert/strict";
import fc from "fast-check";
import type { Ports } from "../../../../functions/ad-exchange/domain/ports";
import { campaign, imp, opened, request } from "../support/exchange";

const cap = { frequencyCap: { impressions: 3, seconds: 3_600 } };
const user = { id: "u-1" };
const imps = (...floors: number[]) => floors.map((bidfloor, at) => imp(String(at + 1), { bidfloor }));
/** By campaign; whoever is not named has nothing left. */
const leaving = (left: Readonly<Record<string, number>>): Partial<Ports> => ({
  caps: { left: (_user, all) => all.map((one) => left[one] ?? 0) },
});

describe("A capped campaign in a request of several impressions", () => {
  const capped = campaign("a", "4.00", cap);
  const rest = [campaign("b", "3.00"), campaign("c", "2.00")];
  const sold = async (left: number, ...floors: number[]) => {
    const { ask } = opened({ campaigns: [capped, ...rest], ports: leaving({ "adv-a#a": left }) });
    const { bids } = await ask(request({ user, imp: imps(...floors) }));
    return bids.map(({ impid, seat, price }) => [impid, seat, price]).sort();
  };

  it("wins as many as its cap leaves it, those where it pays most; elsewhere the price is as without it", async () => {
    assert.deepEqual(await sold(1, 0, 3.5, 0), [
      ["1", "seat-b", 2.01],
      ["2", "seat-a", 3.51],
      ["3", "seat-b", 2.01],
    ]);
    assert.deepEqual(await sold(2, 0, 3.5, 0), [
      ["1", "seat-a", 3.01],
      ["2", "seat-a", 3.51],
      ["3", "seat-b", 2.01],
    ]);
  });

  it("wins them all where its cap leaves as many", async () => {
    for (const left of [3, 4, Number.MAX_SAFE_INTEGER]) {
      assert.equal((await sold(left, 0, 0, 0)).filter(([, seat]) => seat === "seat-a").length, 3);
    }
  });

  it("wins none where what is left is no count", async () => {
    for (const left of [0, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, undefined as never, "2" as never]) {
      assert.equal((await sold(left, 0, 0)).filter(([, seat]) => seat === "seat-a").length, 0, String(left));
    }
  });

  it("is held to it in a test as well, and the trace says so", async () => {
    const { ask } = opened({ campaigns: [capped, ...rest], ports: leaving({ "adv-a#a": 1 }) });
    const { response, bids } = await ask(request({ user, test: 1, imp: imps(0, 0) }));
    assert.deepEqual(bids.map(({ impid, seat }) => [impid, seat]).sort(), [
      ["1", "seat-a"],
      ["2", "seat-b"],
    ]);
    const trace = (response?.ext?.trace ?? []) as readonly Record<string, unknown>[];
    const { stage, out, left } = trace.find((step) => step.stage === "caps") ?? {};
    assert.deepEqual({ stage, out, left }, { stage: "caps", out: [], left: { "adv-a#a": 1 } });
    const lost = trace.findLast((step) => step.stage === "auction")?.lost as readonly Record<string, unknown>[];
    assert.deepEqual(lost[0], { offer: "adv-a#a:1", bid: "4", loss: "capReached" });
  });

  it("gets its slot back in place of one whose money is not held", async () => {
    const budgets: Ports["budgets"] = {
      hold: (holds) => holds.map(({ id }) => !id.includes("/2/")),
      release: () => {},
    };
    const { ask } = opened({ campaigns: [capped], ports: { ...leaving({ "adv-a#a": 1 }), budgets } });
    const { bids } = await ask(request({ user, imp: imps(0, 1) }));
    // The dearer one was its first choice.
    assert.deepEqual(
      bids.map(({ impid, price }) => [impid, price]),
      [["1", 0.01]],
    );
  });

  it("never wins more than is left, and what has no cap is sold as if those that are full had not bid elsewhere", async () => {
    const market = fc.record({
      floors: fc.array(fc.constantFrom(0, 1, 2, 3), { minLength: 1, maxLength: 5 }),
      bids: fc.array(fc.record({ cents: fc.integer({ min: 50, max: 450 }), left: fc.integer({ min: -1, max: 4 }) }), {
        minLength: 1,
        maxLength: 6,
      }),
    });
    const property = fc.asyncProperty(market, async ({ floors, bids }) => {
      const campaigns = bids.map(({ cents, left }, at) =>
        campaign(`x${at}`, (cents / 100).toFixed(2), left < 0 ? {} : cap),
      );
      const left = Object.fromEntries(bids.map((one, at) => [`adv-x${at}#x${at}`, one.left]));
      const { ask } = opened({ campaigns, ports: leaving(left) });
      const asked = request({ user, imp: imps(...floors) });
      const answer = await ask(asked);
      for (const [at, one] of bids.entries()) {
        const wins = answer.bids.filter(({ seat }) => seat === `seat-x${at}`).length;
        if (one.left >= 0) assert.equal(wins <= one.left, true, `${wins} of ${one.left}`);
      }
      assert.equal((await ask(asked)).answer.body, answer.answer.body, "the same again");
      // Each slot by itself, with whoever has no cap, has won it, or has something left still.
      for (const { impid, price } of answer.bids) {
        const may = campaigns.filter((_one, at) => {
          const wins = answer.bids.filter(({ seat }) => seat === `seat-x${at}`);
          const most = bids[at]!.left;
          return most < 0 || wins.length < most || wins.some((won) => won.impid === impid);
        });
        const alone = await opened({ campaigns: may, ports: leaving(left) }).ask({
          ...asked,
          imp: asked.imp.filter(({ id }) => id === impid),
        });
        assert.equal(alone.bids[0]?.price, price);
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });
});

describe("Campaigns behind those whose caps are reached", () => {
  const names = [..."abcdefghijklmn"];
  /** Each of a seat of its own, a cent less than the one before. */
  const bidOf = (at: number) => 5 - at / 100;
  const all = (hasCap: readonly boolean[]) =>
    names.map((id, at) => campaign(id, bidOf(at).toFixed(2), hasCap[at] ? cap : {}));
  const seatsOf = (free: readonly number[]) => free.map((at) => `seat-${names[at]}`);

  it("win, and set the price, as if the others were not there", async () => {
    const flags = fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length });
    await fc.assert(
      fc.asyncProperty(flags, flags, fc.boolean(), async (hasCap, isReached, waits) => {
        const asked: string[] = [];
        const left: Ports["caps"]["left"] = (_user, some) => {
          asked.push(...some);
          const counts = some.map((one) => (isReached[names.indexOf(one.slice(-1))] ? 0 : 9));
          return waits ? Promise.resolve(counts) : counts;
        };
        const { bids } = await opened({ campaigns: all(hasCap), ports: { caps: { left } } }).ask(request({ user }));
        const free = names.map((_, at) => at).filter((at) => !(hasCap[at] && isReached[at]));
        assert.deepEqual(
          bids.map(({ seat }) => seat),
          seatsOf(free.slice(0, 1)),
        );
        if (free.length > 0) {
          const price = free.length > 1 ? bidOf(free[1]!) + 0.01 : 0.01;
          assert.equal(bids[0]?.price.toFixed(2), Math.min(price, bidOf(free[0]!)).toFixed(2));
        }
        assert.equal(new Set(asked).size, asked.length, "nobody is asked for twice");
      }),
      { numRuns: 300 },
    );
  });

  it("are those without a cap where whoever counts does not answer, or nonsense, and it is not asked again", async () => {
    const hasCap = names.map((_, at) => at < 12);
    for (const says of [() => Promise.reject(new Error("down")), () => undefined as never, async () => null as never]) {
      let asked = 0;
      const left = () => {
        asked++;
        return says();
      };
      const { bids } = await opened({ campaigns: all(hasCap), ports: { caps: { left } } }).ask(request({ user }));
      assert.deepEqual([bids[0]?.seat, bids[0]?.price, asked], ["seat-m", 4.88, 1]);
    }
  });

  it("are looked for a bounded number of times", async () => {
    let asked = 0;
    const left = (_user: string, some: readonly string[]) => {
      asked++;
      return some.map(() => 0);
    };
    const many = Array.from({ length: 40 }, (_, at) => campaign(`x${at}`, (9 - at / 100).toFixed(2), cap));
    const { answer } = await opened({ campaigns: many, ports: { caps: { left } } }).ask(request({ user }));
    assert.deepEqual([answer.outcome, asked], ["dailyUserCap", 3]);
  });

  it("are found where nobody can be counted, however many with a cap bid more", async () => {
    const many = Array.from({ length: 40 }, (_, at) => campaign(`x${at}`, (9 - at / 100).toFixed(2), cap));
    const { bids } = await opened({ campaigns: [...many, campaign("free", "1.00")] }).ask(request());
    assert.equal(bids[0]?.seat, "seat-free");
  });

  it("are found under a deal though the open auction has seats enough", async () => {
    const under = { targeting: { deals: ["d"] } };
    const capped = Array.from({ length: 12 }, (_, at) => campaign(`x${at}`, "9.00", { ...cap, ...under }));
    const behind = [campaign("p", "2.00", under), campaign("q", "1.50", under)];
    const open = [campaign("b", "5.00"), campaign("c", "4.00")];
    const { ask } = opened({ campaigns: [...capped, ...behind, ...open], ports: leaving({}) });
    const { bids } = await ask(request({ user, imp: [imp("1", { pmp: { deals: [{ id: "d" }] } })] }));
    assert.deepEqual(
      bids.map(({ seat, dealid, price }) => [seat, dealid, price]),
      [["seat-p", "d", 1.51]],
    );
  });
});
