import assert from "node:assert/strict";
import { clear } from "../../../../functions/ad-exchange/domain/auction/clear";
import { lossesOf } from "../../../../functions/ad-exchange/domain/auction/losses";
import { LOSS } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { dealOf, offerOf, RULES, slotOf } from "./support/offers";

const usd = (price: number) => Math.round(price * 1_000_000);
const bids = [1, 0.9, 0.8].map((price) =>
  offerOf({ key: `${price}`, seat: `seat of ${price}`, priceMicros: usd(price) }),
);

/** [bid, what it pays, the least that wins]: the tables of OpenRTB 2.6, section 4.4.1. */
const TABLES: Readonly<Record<string, readonly (readonly [number, number | undefined, number])[]>> = {
  "1": [
    [1, 1, 0.9],
    [0.9, undefined, 1],
    [0.8, undefined, 1],
  ],
  "2": [
    [1, 0.91, 0.9],
    [0.9, undefined, 0.91],
    [0.8, undefined, 0.91],
  ],
};

describe("the least that wins", () => {
  for (const [at, table] of Object.entries(TABLES)) {
    it(`is as in the specification's table for at ${at}`, () => {
      const outcome = clear([slotOf({ floorMicros: usd(0.85) })], bids, { ...RULES, at: Number(at) });
      const [{ winner, priceMicros, minToWinMicros }] = outcome.results as [(typeof outcome.results)[number]];
      const losses = lossesOf(outcome);
      const rows = bids.map((bid) => {
        if (bid === winner) return [bid.priceMicros, priceMicros, minToWinMicros];
        return [bid.priceMicros, undefined, losses.find(({ offer }) => offer === bid)?.minToWinMicros];
      });
      const expected = table.map(([bid, price, least]) => [usd(bid), price && usd(price), usd(least)]);
      assert.deepEqual(rows, expected);
      assert.deepEqual(
        losses.map(({ reason }) => reason),
        [LOSS.lostToHigherBid, LOSS.belowFloor],
      );
    });
  }

  it("is the floor for the only bid, and for bids below it when nobody wins", () => {
    const slots = [slotOf({ floorMicros: usd(0.85) })];
    assert.equal(clear(slots, [bids[0]!], RULES).results[0]!.minToWinMicros, usd(0.85));
    assert.equal(lossesOf(clear(slots, [bids[2]!], RULES))[0]!.minToWinMicros, usd(0.85));
  });

  it("is not told where price did not decide: lost to a deal, or to a private auction", () => {
    const deal = dealOf({ floorMicros: usd(0.1) });
    const under = offerOf({ key: "under", seat: "d", priceMicros: usd(0.2), deal });
    const lost = lossesOf(clear([slotOf({ deals: [deal] })], [bids[0]!, under], RULES));
    assert.deepEqual(
      lost.map(({ reason, minToWinMicros }) => [reason, minToWinMicros]),
      [[LOSS.lostToDeal, undefined]],
    );
    const low = lossesOf(clear([slotOf({ floorMicros: usd(5), deals: [deal] })], [bids[0]!, under], RULES));
    assert.deepEqual(
      low.map(({ reason, minToWinMicros }) => [reason, minToWinMicros]),
      [[LOSS.belowFloor, undefined]],
    );
    const shut = lossesOf(clear([slotOf({ privateOnly: true })], [bids[0]!], RULES));
    assert.deepEqual(
      shut.map(({ reason, minToWinMicros }) => [reason, minToWinMicros]),
      [[LOSS.invalidDeal, undefined]],
    );
  });

  it("is the deal's floor for a bid below it that an open bid has beaten", () => {
    const deal = dealOf({ floorMicros: usd(2) });
    const under = offerOf({ key: "under", seat: "d", priceMicros: usd(1.5), deal });
    const [lost] = lossesOf(clear([slotOf({ deals: [deal] })], [bids[0]!, under], RULES));
    assert.deepEqual([lost?.reason, lost?.minToWinMicros], [LOSS.belowDealFloor, usd(2)]);
  });
});
