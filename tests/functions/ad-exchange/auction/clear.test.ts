import assert from "node:assert/strict";
import fc from "fast-check";
import { clear, without } from "../../../../functions/ad-exchange/domain/auction/clear";
import { lossesOf } from "../../../../functions/ad-exchange/domain/auction/losses";
import type { Outcome } from "../../../../functions/ad-exchange/domain/auction/outcome";
import { floorFor, standingOf } from "../../../../functions/ad-exchange/domain/auction/standing";
import type { Offer } from "../../../../functions/ad-exchange/domain/offer";
import { LOSS } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { anySetting, dealOf, offerOf, RULES, type Setting, shuffled, slotOf } from "./support/offers";

const play = ({ slots, offers, rules }: Setting): Outcome => clear(slots, offers, rules);
const outline = (outcome: Outcome) => ({
  winners: outcome.results.map(({ winner, priceMicros, minToWinMicros }) => [winner?.key, priceMicros, minToWinMicros]),
  losses: lossesOf(outcome)
    .map(({ offer, reason, minToWinMicros }) => `${offer.key} ${reason} ${minToWinMicros}`)
    .sort(),
});
const bidding = (setting: Setting, offer: Offer, priceMicros: number): Setting => ({
  ...setting,
  offers: setting.offers.map((each) => (each === offer ? { ...each, priceMicros } : each)),
});

describe("clearing an auction", () => {
  const runs = { numRuns: 1_000 };

  it("never asks more than was bid, nor less than the floor; an agreed price is asked exactly", () => {
    fc.assert(
      fc.property(anySetting({ groups: true }), (setting) => {
        for (const { slot, winner, priceMicros } of play(setting).results) {
          if (winner === undefined) continue;
          assert.ok(priceMicros <= winner.priceMicros, "above the bid");
          assert.ok(priceMicros >= floorFor(winner, slot), "below the floor");
          if (winner.deal?.at === 3) assert.equal(priceMicros, winner.deal.floorMicros);
        }
      }),
      runs,
    );
  });

  it("comes to the same result in whatever order the bids arrive", () => {
    fc.assert(
      fc.property(shuffled(anySetting({ groups: true })), ([one, other]) => {
        assert.deepEqual(outline(play(one)), outline(play(other)));
      }),
      runs,
    );
  });

  it("gives every offer either the slot or one reason, and a slot goes empty only if nobody may have it", () => {
    fc.assert(
      fc.property(anySetting({ groups: true }), (setting) => {
        const outcome = play(setting);
        const losses = lossesOf(outcome);
        const winners = outcome.results.filter(({ winner }) => winner !== undefined).length;
        assert.equal(losses.length + winners, setting.offers.length);
        for (const { offer, reason } of losses) {
          assert.notEqual(reason, LOSS.won);
          const { winner } = outcome.results[offer.slot]!;
          if (winner === undefined && offer.group === "") assert.ok(![102, 103].includes(reason), "lost to nobody");
        }
      }),
      runs,
    );
  });

  it("asks the same second price however high the winner bids", () => {
    fc.assert(
      fc.property(anySetting(), fc.integer({ min: 1, max: 1_000 }), (setting, more) => {
        for (const [at, { winner, priceMicros }] of play(setting).results.entries()) {
          if (winner === undefined || (winner.deal?.at ?? setting.rules.at) === 1) continue;
          const after = play(bidding(setting, winner, winner.priceMicros + more)).results[at]!;
          assert.equal(after.winner?.key, winner.key);
          if (priceMicros < winner.priceMicros) assert.equal(after.priceMicros, priceMicros);
          else assert.ok(after.priceMicros <= priceMicros + setting.rules.incrementMicros, "more than the increment");
        }
      }),
      runs,
    );
  });

  it("never asks more of the winner when a loser stays away", () => {
    fc.assert(
      fc.property(anySetting(), (setting) => {
        const outcome = play(setting);
        for (const { offer } of lossesOf(outcome)) {
          const { winner, priceMicros } = outcome.results[offer.slot]!;
          const after = play({ ...setting, offers: setting.offers.filter((each) => each !== offer) });
          assert.equal(after.results[offer.slot]!.winner, winner);
          assert.ok(after.results[offer.slot]!.priceMicros <= priceMicros, "the price rose");
        }
      }),
      runs,
    );
  });

  it("tells the winner the price below which it would have lost", () => {
    fc.assert(
      fc.property(anySetting(), (setting) => {
        for (const [at, { winner, minToWinMicros }] of play(setting).results.entries()) {
          if (winner === undefined) continue;
          const lower = play(bidding(setting, winner, minToWinMicros - 1)).results[at]!;
          assert.notEqual(lower.winner?.key, winner.key);
          const enough = play(bidding(setting, winner, minToWinMicros + 1)).results[at]!;
          assert.equal(enough.winner?.seat, winner.seat);
        }
      }),
      runs,
    );
  });

  it("lets a group win everything it bids for or nothing", () => {
    fc.assert(
      fc.property(anySetting({ groups: true }), (setting) => {
        const won = new Map<string, Set<number>>();
        const wanted = new Map<string, Set<number>>();
        const note = (map: Map<string, Set<number>>, { seat, group, slot }: Offer) => {
          if (group === "") return;
          map.set(`${seat} ${group}`, (map.get(`${seat} ${group}`) ?? new Set()).add(slot));
        };
        for (const offer of setting.offers) note(wanted, offer);
        for (const { winner } of play(setting).results) if (winner !== undefined) note(won, winner);
        for (const [name, slots] of won) assert.deepEqual([...slots].sort(), [...wanted.get(name)!].sort(), name);
      }),
      runs,
    );
  });

  it("clears without refused offers as if they had not been made", () => {
    fc.assert(
      fc.property(anySetting(), (setting) => {
        const outcome = play(setting);
        const gone = outcome.results.flatMap(({ winner }) => winner ?? []);
        const again = without(outcome, gone, LOSS.budgetSpent);
        const never = play({ ...setting, offers: setting.offers.filter((offer) => !gone.includes(offer)) });
        assert.deepEqual(again.results, never.results);
        for (const { offer, reason, minToWinMicros } of lossesOf(again)) {
          if (gone.includes(offer)) assert.deepEqual([reason, minToWinMicros], [LOSS.budgetSpent, undefined]);
        }
        const twice = without(again, gone.slice(0, 1), LOSS.internalError);
        assert.deepEqual(twice.results, never.results, "what was taken out stays out");
      }),
      runs,
    );
  });

  it("keeps a group whole when one of its offers is refused", () => {
    const slots = [slotOf({ index: 0 }), slotOf({ index: 1 })];
    const pair = [0, 1].map((slot) => offerOf({ key: `pair-${slot}`, seat: "a", slot, group: "g", priceMicros: 9 }));
    const other = offerOf({ key: "other", seat: "b", slot: 1, priceMicros: 2 });
    const outcome = clear(slots, [...pair, other], RULES);
    assert.deepEqual(
      outcome.results.map(({ winner }) => winner?.key),
      ["pair-0", "pair-1"],
    );
    const after = without(outcome, [pair[0]!], LOSS.budgetSpent);
    assert.deepEqual(
      after.results.map(({ winner }) => winner?.key),
      [undefined, "other"],
    );
    assert.deepEqual(
      lossesOf(after).map(({ reason }) => reason),
      [LOSS.budgetSpent, LOSS.budgetSpent],
    );
  });

  it("gives a group back its chance when what kept it from winning is refused", () => {
    const slots = [slotOf({ index: 0 }), slotOf({ index: 1 })];
    const pair = [0, 1].map((slot) => offerOf({ key: `pair-${slot}`, seat: "a", slot, group: "g", priceMicros: 5 }));
    const high = offerOf({ key: "high", seat: "b", slot: 1, priceMicros: 9 });
    const outcome = clear(slots, [...pair, high], RULES);
    assert.equal(outcome.results[0]!.winner, undefined);
    const after = without(outcome, [high], LOSS.budgetSpent);
    assert.deepEqual(
      after.results.map(({ winner }) => winner?.key),
      ["pair-0", "pair-1"],
    );
  });

  it("draws lots in a tie, by the auction's id: nobody always wins", () => {
    const offers = ["a", "b", "c", "d"].map((seat) => offerOf({ key: seat, seat }));
    const wins: Record<string, number> = {};
    for (let auction = 0; auction < 2_000; auction++) {
      const rules = { ...RULES, auctionId: `auction-${auction}` };
      const [{ winner, priceMicros }] = clear([slotOf()], offers, rules).results as [Outcome["results"][number]];
      assert.equal(priceMicros, 1_000_000);
      wins[winner!.key] = (wins[winner!.key] ?? 0) + 1;
    }
    for (const seat of ["a", "b", "c", "d"]) assert.ok(Math.abs(wins[seat]! - 500) < 100, `${seat}: ${wins[seat]}`);
  });

  it("finds its slots by their indexes when an impression was left out", () => {
    const slots = [slotOf({ index: 1 }), slotOf({ index: 3 })];
    const offers = [offerOf({ key: "three", slot: 3 }), offerOf({ key: "two", slot: 2 })];
    const outcome = clear(slots, offers, RULES);
    assert.deepEqual(
      outcome.results.map(({ winner }) => winner?.key),
      [undefined, "three"],
    );
    assert.deepEqual(
      lossesOf(outcome).map(({ reason }) => reason),
      [LOSS.internalError],
    );
  });

  it("does not let an open bid drive up a deal, nor a deal's bid an open one", () => {
    fc.assert(
      fc.property(anySetting(), (setting) => {
        for (const [at, { winner, priceMicros }] of play(setting).results.entries()) {
          if (winner === undefined) continue;
          const peers = setting.offers.filter(
            ({ deal, slot }) => slot !== at || standingOf(deal) === standingOf(winner.deal),
          );
          assert.equal(play({ ...setting, offers: peers }).results[at]!.priceMicros, priceMicros);
        }
      }),
      runs,
    );
  });

  it("refuses seats that a deal does not name", () => {
    const deal = dealOf({ seats: ["a"] });
    const outcome = clear([slotOf({ deals: [deal] })], [offerOf({ seat: "b", deal })], RULES);
    assert.deepEqual(
      lossesOf(outcome).map(({ reason }) => reason),
      [LOSS.invalidDeal],
    );
  });
});
