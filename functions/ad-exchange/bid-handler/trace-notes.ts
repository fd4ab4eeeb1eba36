import { lossesOf } from "../domain/auction/losses";
import type { Outcome } from "../domain/auction/outcome";
import { campaignKey } from "../domain/campaign";
import { LOSS } from "../domain/openrtb/codes";
import { textOfMicros } from "../domain/price";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { Matches } from "../domain/targeting/matches";
import type { Slot, Traits } from "../domain/traits";
import type { Trace } from "./trace";

/** Campaigns of which a trace says why they do not bid, the best-priced ones. */
const MOST_EXPLAINED = 20;
/** Slots of which it says that: it takes milliseconds, and a request may have a hundred. */
const MOST_SLOTS_EXPLAINED = 8;
const LOSS_NAMES = new Map<number, string>(Object.entries(LOSS).map(([name, code]) => [code, name]));

export function noteMatches(trace: Trace, index: CampaignIndex, traits: Traits, slot: Slot, matches: Matches): void {
  const found = Array.from({ length: matches.count }, (_, at) => ({
    campaign: index.keyOf(matches.ordinal[at]!),
    bid: textOfMicros(matches.bidMicros[at]!),
    ...(matches.deal[at]! < 0 ? {} : { deal: slot.deals[matches.deal[at]!]?.id }),
  }));
  const explained = trace.steps.filter(({ stage }) => stage === "match").length;
  const others = explained < MOST_SLOTS_EXPLAINED ? { others: othersThan(index, traits, slot) } : {};
  const floors = { floor: textOfMicros(slot.floorMicros), deals: slot.deals.map(({ id }) => id) };
  trace.note("match", { imp: slot.imp.id, ...floors, ...(matches.isCut ? { isCut: true } : {}), found, ...others });
}

const othersThan = (index: CampaignIndex, traits: Traits, slot: Slot) =>
  index
    .explain(traits, slot, MOST_EXPLAINED)
    .filter(({ reason }) => reason !== "fits")
    .map((one) => ({ campaign: campaignKey(one), bid: textOfMicros(one.bidMicros), fails: one.reason }));

export function noteAuction(trace: Trace, outcome: Outcome): void {
  const losses = lossesOf(outcome);
  for (const { slot, winner, priceMicros, minToWinMicros } of outcome.results) {
    const lost = losses.flatMap(({ offer, reason }) =>
      offer.slot === slot.index
        ? [{ offer: offer.key, bid: textOfMicros(offer.priceMicros), loss: LOSS_NAMES.get(reason) ?? reason }]
        : [],
    );
    const won = winner && {
      winner: winner.key,
      bid: textOfMicros(winner.priceMicros),
      price: textOfMicros(priceMicros),
      minToWin: textOfMicros(minToWinMicros),
      ...(winner.deal ? { deal: winner.deal.id } : {}),
    };
    trace.note("auction", { imp: slot.imp.id, ...(won ?? { winner: "nobody" }), lost });
  }
}
