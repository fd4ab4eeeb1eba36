import assert from "node:assert/strict";
import fc from "fast-check";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import type { CampaignIndex } from "../../../../functions/ad-exchange/domain/targeting/campaign-index";
import { compileSnapshot } from "../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { Matches } from "../../../../functions/ad-exchange/domain/targeting/matches";
import type { Slot, Traits } from "../../../../functions/ad-exchange/domain/traits";
import { campaignOf, campaigns, NOW, slot, traits } from "./support/arbitraries";
import { best, centsToMicros, matchesAll } from "./support/brute-force";

const OPTIONS = { generation: 1, builtAt: NOW - 3_600_000, toMicros: centsToMicros };
const indexOf = (list: readonly Campaign[]) => loadSnapshot(compileSnapshot(list, OPTIONS));

/** What an index answers, in words that a brute force has too. */
function answered(index: CampaignIndex, asked: readonly [Traits, Slot], into: Matches, barred?: ReadonlySet<number>) {
  const count = index.match(...asked, into, barred);
  return Array.from({ length: count }, (_, at) => ({
    id: index.campaign(into.ordinal[at]!).id,
    creative: index.creative(into.creative[at]!),
    seat: index.seat(into.seat[at]!),
    ...{ deal: into.deal[at], bidMicros: into.bidMicros[at] },
  }));
}

const expected = (list: readonly Campaign[], asked: readonly [Traits, Slot], most: number, ofSeat: number) =>
  best(matchesAll(list, ...asked), most, ofSeat).map(({ campaign, creative, deal, bidMicros }) => ({
    ...{ id: campaign.id, creative, seat: campaign.seat, deal, bidMicros },
  }));

const ASKED = fc.array(fc.tuple(traits, slot), { minLength: 1, maxLength: 12 });
const LIMITS = fc.constantFrom([16, 8], [16, 16], [4, 2], [2, 1], [1, 1]) as fc.Arbitrary<[number, number]>;
/** The last version of each campaign. */
const latest = (lists: readonly Campaign[]) => [
  ...new Map(lists.map((one) => [`${one.advertiser}#${one.id}`, one])).values(),
];
const CHANGES = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.boolean()), { maxLength: 12 }).chain((list) =>
  fc.tuple(
    ...list.map(([number, isGone], at) =>
      campaignOf(number, at + 2).map((campaign) => ({
        ...{
          advertiser: campaign.advertiser,
          id: campaign.id,
          version: at + 2,
          campaign: isGone ? undefined : campaign,
        },
      })),
    ),
  ),
);

describe("The targeting index", () => {
  it("answers as going through all campaigns would", () => {
    let matched = 0;
    fc.assert(
      fc.property(campaigns(40), ASKED, LIMITS, (list, questions, [most, ofSeat]) => {
        const index = indexOf(list);
        const into = new Matches(most, ofSeat);
        for (const asked of questions) {
          const answer = answered(index, asked, into);
          assert.deepEqual(answer, expected(list, asked, most, ofSeat));
          matched += answer.length;
        }
      }),
      { numRuns: 1_000 },
    );

    assert.equal(matched > 1_000, true, `${matched} matches`);
  });

  it("answers so after changes too, in whatever order and however often they are told", () => {
    const told = CHANGES.chain((changes) =>
      fc.tuple(fc.constant(changes), fc.shuffledSubarray([...changes, ...changes], { minLength: changes.length * 2 })),
    );
    fc.assert(
      fc.property(campaigns(20), told, ASKED, LIMITS, (list, [changes, order], questions, [most, ofSeat]) => {
        const index = indexOf(list);
        const into = new Matches(most, ofSeat);
        for (const asked of questions) answered(index, asked, into);
        for (const change of order) index.applyChange(change, centsToMicros);
        const gone = new Set(
          changes
            .filter(
              (change, at) =>
                change.campaign === undefined && !changes.slice(at + 1).some(({ id }) => id === change.id),
            )
            .map(({ id }) => id),
        );
        const now = latest([...list, ...changes.flatMap(({ campaign }) => campaign ?? [])]).filter(
          ({ id }) => !gone.has(id),
        );
        for (const asked of questions)
          assert.deepEqual(answered(index, asked, into), expected(now, asked, most, ofSeat));
      }),
      { numRuns: 600 },
    );
  });

  it("passes over those that are barred, and finds what comes behind them", () => {
    let passedOver = 0;
    fc.assert(
      fc.property(campaigns(20), CHANGES, ASKED, fc.nat(), LIMITS, (list, changes, questions, mask, limits) => {
        const index = indexOf(list);
        for (const change of changes) index.applyChange(change, centsToMicros);
        const all = new Matches(64, 64);
        const some = new Matches(...limits);
        for (const asked of questions) {
          const ordinals = [...all.ordinal.subarray(0, index.match(...asked, all))];
          const barred = new Set(ordinals.filter((_, at) => ((mask >>> (at % 31)) & 1) === 1));
          const names = new Set([...barred].map((ordinal) => index.campaign(ordinal).id));
          const rest = answered(index, asked, all).filter(({ id }) => !names.has(id));
          assert.deepEqual(answered(index, asked, all, barred), rest);
          const best = answered(index, asked, some, barred);
          assert.deepEqual([best.length, best[0]], [Math.min(limits[0], rest.length), rest[0]]);
          if (ordinals.some((ordinal) => ordinal >= index.overlayOrdinal)) passedOver += barred.size;
        }
      }),
      { numRuns: 400 },
    );
    assert.equal(passedOver > 10, true, `${passedOver} passed over`);
  });

  it('explains with "fits" exactly those that match', () => {
    fc.assert(
      fc.property(campaigns(25), CHANGES, traits, slot, (list, changes, who, where) => {
        const index = indexOf(list);
        for (const change of changes) index.applyChange(change, centsToMicros);
        const into = new Matches(64, 64);
        const matched = answered(index, [who, where], into).map(({ id }) => id);
        const fitting = index.explain(who, where, 100).filter(({ reason }) => reason === "fits");
        assert.deepEqual(new Set(fitting.map(({ id }) => id)), new Set(matched));
      }),
      { numRuns: 300 },
    );
  });
});
