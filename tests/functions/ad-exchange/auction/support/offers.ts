import fc from "fast-check";
import type { AuctionRules } from "../../../../../functions/ad-exchange/domain/auction/outcome";
import type { Offer } from "../../../../../functions/ad-exchange/domain/offer";
import { MARKUP } from "../../../../../functions/ad-exchange/domain/openrtb/codes";
import type { DealTerms, Slot } from "../../../../../functions/ad-exchange/domain/traits";

export const RULES: AuctionRules = { auctionId: "auction-1", at: 2, incrementMicros: 10_000 };

export const slotOf = (fields: Partial<Slot> = {}): Slot => ({
  index: 0,
  imp: { id: String((fields.index ?? 0) + 1) },
  floorMicros: 0,
  privateOnly: false,
  deals: [],
  ...fields,
});

export const offerOf = (fields: Partial<Offer> = {}): Offer => ({
  key: fields.key ?? `${fields.seat ?? "seat"}/${fields.priceMicros ?? 1_000_000}`,
  seat: "seat",
  slot: 0,
  priceMicros: 1_000_000,
  deal: undefined,
  type: MARKUP.banner,
  durationSeconds: 0,
  group: "",
  ...fields,
});

export const dealOf = (fields: Partial<DealTerms> = {}): DealTerms => ({
  id: "deal",
  floorMicros: 500_000,
  at: 2,
  seats: [],
  advertiserDomains: [],
  ...fields,
});

export interface Setting {
  readonly slots: readonly Slot[];
  readonly offers: readonly Offer[];
  readonly rules: AuctionRules;
}

/** Small prices, few seats and deals, so that ties, floors and rivals meet. */
export function anySetting({ groups = false } = {}): fc.Arbitrary<Setting> {
  const deal = fc.record({
    floorMicros: fc.integer({ min: 0, max: 6 }),
    at: fc.constantFrom(1, 2, 3),
    guaranteed: fc.boolean(),
    seats: fc.constantFrom([], [], ["a", "b"]),
  });
  const slot = fc.record({
    floorMicros: fc.integer({ min: 0, max: 6 }),
    privateOnly: fc.constantFrom(false, false, false, true),
    deals: fc.array(deal, { maxLength: 2 }),
  });
  const bid = fc.record({
    seat: fc.constantFrom("a", "b", "c"),
    slot: fc.nat(2),
    priceMicros: fc.integer({ min: 1, max: 12 }),
    deal: fc.constantFrom(-1, -1, 0, 1),
    group: groups ? fc.constantFrom("", "", "g", "h") : fc.constant(""),
  });
  return fc
    .record({
      slots: fc.array(slot, { minLength: 1, maxLength: 3 }),
      bids: fc.array(bid, { maxLength: 10 }),
      at: fc.constantFrom(1, 2, 500),
      incrementMicros: fc.integer({ min: 0, max: 2 }),
      auctionId: fc.constantFrom("x", "y", "z"),
    })
    .map(({ slots: drawn, bids, ...rules }) => {
      const slots = drawn.map((fields, index) =>
        slotOf({ ...fields, index, deals: fields.deals.map((terms, at) => dealOf({ ...terms, id: `deal-${at}` })) }),
      );
      const offers = bids.map((fields, at) => {
        const index = fields.slot % slots.length;
        return offerOf({ ...fields, key: `bid-${at}`, slot: index, deal: slots[index]!.deals[fields.deal] });
      });
      return { slots, offers, rules };
    });
}

/** The setting with its offers in another order. */
export const shuffled = (arbitrary: fc.Arbitrary<Setting>): fc.Arbitrary<[Setting, Setting]> =>
  arbitrary.chain((setting) =>
    fc
      .shuffledSubarray([...setting.offers], { minLength: setting.offers.length })
      .map((offers): [Setting, Setting] => [setting, { ...setting, offers }]),
  );
