import assert from "node:assert/strict";
import fc from "fast-check";
import { atMost, type Limits } from "../../../../functions/ad-exchange/domain/auction/at-most";
import { clear } from "../../../../functions/ad-exchange/domain/auction/clear";
import { lossesOf } from "../../../../functions/ad-exchange/domain/auction/losses";
import type { Outcome } from "../../../../functions/ad-exchange/domain/auction/outcome";
import { LOSS } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { anySetting, offerOf, RULES, type Setting, shuffled, slotOf } from "./support/offers";

/** Seats are limited here, as campaigns are in the exchange; offers of groups are nobody's. */
const limitsOf = (most: Readonly<Record<string, number>>): Limits => ({
  nameOf: ({ seat, group }) => (group === "" ? seat : undefined),
  most: new Map(Object.entries(most)),
});
const anyLimits = fc
  .dictionary(fc.constantFrom("a", "b", "c"), fc.integer({ min: 1, max: 2 }), { minKeys: 1, noNullPrototype: true })
  .map(limitsOf);

const play = ({ slots, offers, rules }: Setting): Outcome => clear(slots, offers, rules);
const winsOf = ({ results }: Outcome, { nameOf }: Limits, name: string): number =>
  results.filter(({ winner }) => winner !== undefined && nameOf(winner) === name).length;
const outline = ({ results }: Outcome) =>
  results.map(({ winner, priceMicros, minToWinMicros }) => [winner?.key, priceMicros, minToWinMicros]);
const namesIn = (limits: Limits) => [...limits.most.keys()];

describe("An auction of which some may win so many slots only", () => {
  const runs = { numRuns: 2_000 };

  it("gives nobody more than that, whatever else bids", () => {
    fc.assert(
      fc.property(anySetting({ groups: true }), anyLimits, (setting, limits) => {
        const outcome = atMost(play(setting), limits);
        for (const [name, most] of limits.most) assert.equal(winsOf(outcome, limits, name) <= most, true, name);
      }),
      runs,
    );
  });

  it("is the same in whatever order bids arrive and limits are named", () => {
    fc.assert(
      fc.property(shuffled(anySetting({ groups: true })), anyLimits, ([one, other], limits) => {
        const reversed = { ...limits, most: new Map([...limits.most].reverse()) };
        assert.deepEqual(outline(atMost(play(one), limits)), outline(atMost(play(other), reversed)));
      }),
      runs,
    );
  });

  it("is untouched where nobody has as many as it may", () => {
    fc.assert(
      fc.property(anySetting({ groups: true }), anyLimits, (setting, limits) => {
        const outcome = play(setting);
        fc.pre(namesIn(limits).every((name) => winsOf(outcome, limits, name) < limits.most.get(name)!));
        assert.equal(atMost(outcome, limits), outcome);
      }),
      runs,
    );
  });

  it("has, where a limited one has its fill, everywhere else the winners and prices of an auction without it", () => {
    fc.assert(
      fc.property(anySetting(), anyLimits, (setting, limits) => {
        const outcome = atMost(play(setting), limits);
        const isFull = (name: string) => winsOf(outcome, limits, name) === limits.most.get(name);
        const won = new Set(outcome.results.map(({ winner }) => winner));
        const offers = setting.offers.filter((offer) => {
          const name = limits.nameOf(offer)!;
          return won.has(offer) || !limits.most.has(name) || !isFull(name);
        });
        assert.deepEqual(outline(outcome), outline(play({ ...setting, offers })));
      }),
      runs,
    );
  });

  it("is as before in slots that no limited one bids for", () => {
    fc.assert(
      fc.property(anySetting(), anyLimits, (setting, limits) => {
        const [before, after] = [outline(play(setting)), outline(atMost(play(setting), limits))];
        for (const { index } of setting.slots) {
          const bidders = setting.offers.filter(({ slot }) => slot === index).map(({ seat }) => seat);
          if (bidders.some((seat) => limits.most.has(seat))) continue;
          assert.deepEqual(after[index], before[index]);
        }
      }),
      runs,
    );
  });

  it("leaves a limited one the slots where it pays most, in whatever order the slots come", () => {
    fc.assert(
      fc.property(anySetting(), fc.integer({ min: 1, max: 2 }), (setting, most) => {
        const limits = limitsOf({ a: most });
        const prices = play(setting).results.flatMap(({ winner, priceMicros }) =>
          winner?.seat === "a" ? [priceMicros] : [],
        );
        fc.pre(new Set(prices).size === prices.length && prices.length > most);
        const last = setting.slots.length - 1;
        const turned: Setting = {
          ...setting,
          slots: [...setting.slots].reverse().map((slot, index) => ({ ...slot, index })),
          offers: setting.offers.map((offer) => ({ ...offer, slot: last - offer.slot })),
        };
        const outcome = atMost(play(setting), limits);
        assert.deepEqual(outline(atMost(play(turned), limits)).reverse(), outline(outcome));
        const kept = play(setting).results.filter((_result, at) => outcome.results[at]!.winner?.seat === "a");
        const least = Math.min(...kept.map(({ priceMicros }) => priceMicros));
        assert.equal(prices.filter((price) => price > least).length < most, true, `${prices} but not below ${least}`);
      }),
      runs,
    );
  });

  it("leaves it the first of slots where it pays the same, and says of the others why they are lost", () => {
    const slots = [0, 1, 2].map((index) => slotOf({ index }));
    const offers = [2, 0, 1].map((slot) => offerOf({ key: `a-${slot}`, seat: "a", slot }));
    const outcome = atMost(clear(slots, offers, RULES), limitsOf({ a: 2 }));
    assert.deepEqual(
      outcome.results.map(({ winner }) => winner?.key),
      ["a-0", "a-1", undefined],
    );
    assert.deepEqual(
      lossesOf(outcome).map(({ offer, reason }) => [offer.key, reason]),
      [["a-2", LOSS.capReached]],
    );
  });

  it("moves a slot on to the next who may have one, and his other bids are out with it", () => {
    const slots = [0, 1].map((index) => slotOf({ index }));
    const offers = [
      ...[0, 1].map((slot) => offerOf({ key: `a-${slot}`, seat: "a", slot, priceMicros: 5_000_000 - slot })),
      ...[0, 1].map((slot) => offerOf({ key: `b-${slot}`, seat: "b", slot, priceMicros: 4_000_000 })),
    ];
    const outcome = atMost(clear(slots, offers, RULES), limitsOf({ a: 1, b: 1 }));
    // Neither can have the other's slot any more, so neither drives up the other's price.
    assert.deepEqual(outline(outcome), [
      ["a-0", 10_000, 0],
      ["b-1", 10_000, 0],
    ]);
  });
});
