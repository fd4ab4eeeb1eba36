import assert from "node:assert/strict";
import { clear, without } from "../../../functions/ad-exchange/domain/auction/clear";
import { lossesOf } from "../../../functions/ad-exchange/domain/auction/losses";
import type { Outcome } from "../../../functions/ad-exchange/domain/auction/outcome";
import type { Offer } from "../../../functions/ad-exchange/domain/offer";
import { MARKUP } from "../../../functions/ad-exchange/domain/openrtb/codes";
import { microsOfText, textOfMicros } from "../../../functions/ad-exchange/domain/price";
import type { DurationFloors, Slot } from "../../../functions/ad-exchange/domain/traits";
import type { Scenario, ScenarioBid, ScenarioFloors, ScenarioSlot } from "./scenario";

/** Clears the auction with the bids in both orders and compares what came of it with what is expected. */
export function runScenario(scenario: Scenario): void {
  const names = Object.keys(scenario.bids);
  for (const order of [names, [...names].reverse()]) {
    const outcome = play(scenario, order);
    assert.deepEqual(slotsOf(outcome), scenario.expect.slots, "slots");
    assert.deepEqual(lossReasonsOf(outcome), scenario.expect.losses, "losses");
  }
}

function play(scenario: Scenario, names: readonly string[]): Outcome {
  const { auctionId = "auction", at = 2, increment = "0.01" } = scenario;
  const slots = scenario.slots.map((slot, index) => slotOf(slot, index, at));
  const offers = names.map((name) => offerOf(name, scenario.bids[name]!, slots));
  let outcome = clear(slots, offers, { auctionId, at, incrementMicros: micros(increment) });
  for (const { bids, reason } of scenario.refuse ?? []) {
    const gone = offers.filter(({ key }) => bids.includes(key));
    assert.equal(gone.length, bids.length, "bids to be refused");
    outcome = without(outcome, gone, reason as never);
  }
  return outcome;
}

function micros(text: string): number {
  const read = microsOfText(text);
  assert.notEqual(read, undefined, `${text} is no price`);
  return read!;
}

function slotOf(
  { floor = "0", privateOnly = false, videoFloors, deals = [] }: ScenarioSlot,
  index: number,
  at: number,
): Slot {
  return {
    index,
    imp: { id: String(index + 1) },
    floorMicros: micros(floor),
    privateOnly,
    videoFloors: videoFloors && floorsOf(videoFloors),
    deals: deals.map((deal) => ({
      id: deal.id,
      floorMicros: micros(deal.floor),
      at: deal.at ?? at,
      guaranteed: deal.guaranteed ?? false,
      seats: deal.seats ?? [],
      advertiserDomains: [],
    })),
  };
}

const floorsOf = ({ perSecond = "0", longestSeconds = 0, ranges = [] }: ScenarioFloors): DurationFloors => ({
  perSecondMicros: micros(perSecond),
  leastMicros: 0,
  longestSeconds,
  ranges: ranges.map(({ from, to, floor }) => ({ from, to, floorMicros: micros(floor) })),
});

function offerOf(
  key: string,
  { seat, slot = 0, price, deal, group = "", seconds }: ScenarioBid,
  slots: readonly Slot[],
): Offer {
  const terms = slots[slot]!.deals.find(({ id }) => id === deal);
  assert.equal(terms?.id, deal, `${key}: deal`);
  return {
    key,
    seat,
    slot,
    priceMicros: micros(price),
    deal: terms,
    type: seconds === undefined ? MARKUP.banner : MARKUP.video,
    durationSeconds: seconds ?? 0,
    group,
  };
}

const slotsOf = ({ results }: Outcome) =>
  results.map(({ winner, priceMicros, minToWinMicros }) =>
    winner === undefined ? null : [winner.key, textOfMicros(priceMicros), textOfMicros(minToWinMicros)],
  );

const lossReasonsOf = (outcome: Outcome) =>
  Object.fromEntries(
    lossesOf(outcome).map(({ offer, reason, minToWinMicros }) => [
      offer.key,
      [reason, minToWinMicros === undefined ? null : textOfMicros(minToWinMicros)],
    ]),
  );
