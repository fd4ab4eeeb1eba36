import assert from "node:assert/strict";
import fc from "fast-check";
import { clear } from "../../../../functions/ad-exchange/domain/auction/clear";
import { foreignPrice, foreignTerms } from "../../../../functions/ad-exchange/domain/auction/foreign-price";
import type { BidRequest, Imp } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { MARKUP } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import { prepareRates } from "../../../../functions/ad-exchange/domain/rates";
import { slotsOf } from "../../../../functions/ad-exchange/domain/slots-of";
import { offerOf } from "./support/offers";

const NOON = Date.parse("2026-06-10T12:00:00.000Z");
/** Worth more than the exchange's, about as much, and so little that a micro of the exchange's is many of it. */
const RATES = ["3.2573", "1.084312", "1.08", "1", "0.9999", "0.5", "0.0065", "0.006543"];
const of = (rate: string) =>
  prepareRates([{ asOf: "2026-06-10", base: "USD", per: { XTS: rate, XXX: "1.3171" } }], NOON);

interface Sale {
  readonly rate: string;
  readonly at: number;
  /** Whose currency is the answer's, "XTS", or another. */
  readonly named: { readonly floor: string; readonly bid: string };
  readonly floor: number;
  readonly bid: number;
  readonly rival: number;
  readonly deal: number;
}

/** A bid that is the floor, or a few millionths of it away, is where amounts round past each other. */
const anySale: fc.Arbitrary<Sale> = fc
  .record({
    rate: fc.constantFrom(...RATES),
    at: fc.constantFrom(1, 2, 3),
    named: fc.record({ floor: fc.constantFrom("XTS", "XTS", "USD", "XXX"), bid: fc.constantFrom("XTS", "USD", "XXX") }),
    micros: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 900_000_000 })),
    above: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -400, max: 400_000 })),
    under: fc.integer({ min: 0, max: 500 }),
    deal: fc.constantFrom(0, 0, 1, 2, 3),
  })
  .map(({ rate, at, named, micros, above, under, deal }) => {
    const worth = (currency: string) => Number(currency === "XTS" ? rate : currency === "XXX" ? "1.3171" : "1");
    const bid = Math.max(1, Math.round((micros * worth(named.floor)) / worth(named.bid)) + above);
    return { rate, at: Math.min(at, 2), named, floor: micros, bid, rival: under, deal };
  });

describe("A price in another currency than the exchange's", () => {
  it("is not below the floor and not above the bid, as they are named and as they are worth", () => {
    let full = 0;
    let least = 0;
    fc.assert(
      fc.property(anySale, (sale) => {
        const { rate, at, named, floor, bid, deal } = sale;
        const rates = of(rate);
        const priced = { bidfloor: floor / 1e6, bidfloorcur: named.floor };
        const banner: Imp = { id: "1", banner: { w: 300, h: 250 } };
        const imp =
          deal === 0 ? { ...banner, ...priced } : { ...banner, pmp: { deals: [{ id: "d", at: deal, ...priced }] } };
        const request = { id: "a", at, cur: ["XTS"], imp: [imp] } as BidRequest;
        const slots = slotsOf(request, (price, currency) => rates.toMicros(price, currency));
        const [slot] = slots;
        const floorMicros = deal === 0 ? slot!.floorMicros : slot!.deals[0]!.floorMicros;
        const bidMicros = rates.toBase(bid, named.bid)!;
        fc.pre(bidMicros >= floorMicros && bidMicros > 0);
        const winner = offerOf({ seat: "w", priceMicros: bidMicros, deal: slot!.deals[0], type: MARKUP.banner });
        const rival = offerOf({ seat: "r", priceMicros: bidMicros - sale.rival, deal: slot!.deals[0] });
        const outbids = rival.priceMicros > 0 && sale.rival > 0 && deal !== 3;
        const offers = outbids ? [winner, rival] : [winner];
        const [result] = clear(slots, offers, { auctionId: "a", at, incrementMicros: 1 }).results;
        assert.equal(result!.winner, winner);
        const price = foreignPrice(result!, winner, foreignTerms(request, rates, "XTS")!)!;
        const worth = rates.toBase(price, "XTS")!;
        assert.equal(worth >= floorMicros, true, `${price} is worth ${worth}, below the floor of ${floorMicros}`);
        if (named.floor === "XTS") assert.equal(price >= floor, true, `${price} is below the floor, ${floor}`);
        const isUnder = named.floor === "XTS" && named.bid === "XTS" && bid < floor;
        if (named.bid === "XTS" && !isUnder) assert.equal(price <= bid, true, `${price} is above the bid, ${bid}`);
        // Between a floor and a bid that is no higher there may be no amount of this currency.
        const isBetween = rates.toBase(price - 1, "XTS")! >= floorMicros && !(named.floor === "XTS" && price === floor);
        if (worth > bidMicros)
          assert.equal(isBetween, false, `${price} is worth ${worth}, above the bid of ${bidMicros}`);
        full += result!.priceMicros === bidMicros ? 1 : 0;
        least += price === floor && named.floor === "XTS" ? 1 : 0;
        const nearest = rates.fromBase(result!.priceMicros, "XTS")!;
        assert.equal(
          Math.abs(price - nearest) <= Math.ceil(0.5 / Number(rate)) + 1,
          true,
          `${price}, nearest ${nearest}`,
        );
      }),
      { numRuns: 20_000, seed: 11 },
    );
    assert.equal(full > 1_000 && least > 1_000, true, `${full} in full, ${least} the floor`);
  });

  it("is the nearest where neither is in question", () => {
    const rates = of("0.0065");
    const request = { id: "a", imp: [{ id: "1", banner: {}, bidfloor: 1 }] } as unknown as BidRequest;
    const slots = slotsOf(request, (price, currency) => rates.toMicros(price, currency));
    const winner = offerOf({ priceMicros: 6_000_000 });
    const terms = foreignTerms(request, rates, "XTS")!;
    const priceOf = (priceMicros: number) =>
      foreignPrice({ slot: slots[0]!, winner, priceMicros, minToWinMicros: 0 }, winner, terms);
    assert.equal(priceOf(5_000_000), 769_230_769);
    assert.equal(foreignTerms(request, rates, "USD"), undefined);
  });
});
