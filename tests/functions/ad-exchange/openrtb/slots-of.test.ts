import assert from "node:assert/strict";
import fc from "fast-check";
import type { Deal, DurFloors, Imp } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { readBidRequest } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { microsOfNumber } from "../../../../functions/ad-exchange/domain/price";
import { auctionTypeOf, type Dropped, slotsOf } from "../../../../functions/ad-exchange/domain/slots-of";
import type { DealTerms, Slot } from "../../../../functions/ad-exchange/domain/traits";
import { validRequest } from "../support/requests";
import { golden } from "./golden";

/** Euros are two dollars, pounds three; nothing else is known. */
const IN_DOLLARS: Readonly<Record<string, number>> = { USD: 1, EUR: 2, GBP: 3 };
function toMicros(price: number, currency: string): number | undefined {
  const rate = IN_DOLLARS[currency];
  const micros = microsOfNumber(price);
  return rate === undefined || micros === undefined ? undefined : micros * rate;
}

const VIDEO = { mimes: ["video/mp4"] };

function slotOf(imp: Partial<Imp>, at?: number): Slot {
  const dropped: Dropped[] = [];
  const slots = slotsOf(
    { id: "r", imp: [{ id: "1", banner: {}, ...imp }], ...(at === undefined ? {} : { at }) },
    toMicros,
    dropped,
  );
  assert.deepEqual(dropped, []);
  assert.equal(slots.length, 1);
  return slots[0]!;
}

const dealOf = (deal: Partial<Deal>, imp: Partial<Imp> = {}, at?: number): DealTerms =>
  slotOf({ ...imp, pmp: { deals: [{ id: "d", ...deal }] } }, at).deals[0]!;

function droppedOf(imp: Partial<Imp>): readonly Dropped[] {
  const dropped: Dropped[] = [];
  slotsOf({ id: "r", imp: [{ id: "1", banner: {}, ...imp }] }, toMicros, dropped);
  return dropped;
}

const slotsIn = (name: string): Slot[] => {
  const read = readBidRequest(golden().find((each) => each.name === name)!.body);
  if (!read.ok) assert.fail(read.problem);
  return slotsOf(read.request, toMicros);
};

describe("Slots of a request", () => {
  it("have floors in the exchange's currency, dollars where none is said", () => {
    assert.equal(slotOf({}).floorMicros, 0);
    assert.equal(slotOf({ bidfloor: 2.01 }).floorMicros, 2_010_000);
    assert.equal(slotOf({ bidfloor: 2.01, bidfloorcur: "EUR" }).floorMicros, 4_020_000);
  });

  it("are open but where the auction is private", () => {
    assert.equal(slotOf({}).privateOnly, false);
    assert.equal(slotOf({ pmp: {} }).privateOnly, false);
    assert.equal(slotOf({ pmp: { private_auction: 1 } }).privateOnly, true);
  });

  it("are the request's impressions in their order", () => {
    const imp = ["a", "b", "c"].map((id) => ({
      id,
      banner: {},
      ...(id === "b" ? { bidfloor: 1, bidfloorcur: "XXX" } : {}),
    }));
    const slots = slotsOf({ id: "r", imp }, toMicros);
    assert.deepEqual(
      slots.map(({ index }) => index),
      [0, 2],
    );
    assert.equal(slots[1]!.imp, imp[2]);
  });

  it("have floors by duration beside the flat one, of video and of audio", () => {
    const durfloors: DurFloors[] = [
      { maxdur: 15, bidfloor: 5 },
      { mindur: 16, maxdur: 30, bidfloor: 10 },
      { mindur: 31 },
    ];
    const slot = slotOf({
      bidfloor: 1,
      bidfloorcur: "EUR",
      video: { ...VIDEO, maxduration: 60, durfloors },
      audio: { ...VIDEO, rqddurs: [15, 30], mincpmpersec: 0.25 },
    });
    assert.equal(slot.floorMicros, 2_000_000);
    assert.deepEqual(slot.videoFloors, {
      perSecondMicros: 0,
      leastMicros: 0,
      longestSeconds: 60,
      ranges: [
        { from: 0, to: 15, floorMicros: 10_000_000 },
        { from: 16, to: 30, floorMicros: 20_000_000 },
        { from: 31, to: Number.POSITIVE_INFINITY, floorMicros: 0 },
      ],
    });
    assert.deepEqual(slot.audioFloors, { perSecondMicros: 500_000, leastMicros: 0, longestSeconds: 30, ranges: [] });
  });

  it("have none by duration where none is said", () => {
    const slot = slotOf({ video: { ...VIDEO, durfloors: [] }, audio: { ...VIDEO, mincpmpersec: 0 } });
    assert.equal(slot.videoFloors, undefined);
    assert.equal(slot.audioFloors, undefined);
  });

  it("take the whole pod for the longest creative where its lengths are not said", () => {
    assert.equal(slotOf({ video: { ...VIDEO, poddur: 120, mincpmpersec: 1 } }).videoFloors?.longestSeconds, 120);
  });

  it("have deals with a floor of their own, in dollars unless they say otherwise", () => {
    assert.equal(dealOf({ bidfloor: 3 }, { bidfloor: 9, bidfloorcur: "EUR" }).floorMicros, 3_000_000);
    assert.equal(dealOf({ bidfloor: 3, bidfloorcur: "GBP" }, { bidfloor: 9 }).floorMicros, 9_000_000);
    assert.equal(dealOf({ bidfloor: 0 }, { bidfloor: 9 }).floorMicros, 0);
    assert.equal(dealOf({ bidfloor: 0 }).inheritsFloor, false);
  });

  it("have deals that take the open auction's floors where they say nothing", () => {
    const deal = dealOf({}, { bidfloor: 9, bidfloorcur: "EUR" });
    assert.deepEqual([deal.floorMicros, deal.inheritsFloor, deal.durationFloors], [18_000_000, true, undefined]);
  });

  it("have deals with floors by duration, with the impression's outside of them", () => {
    const video = { ...VIDEO, maxduration: 30 };
    const ranged = dealOf({ durfloors: [{ maxdur: 15, bidfloor: 9 }] }, { bidfloor: 2, video });
    assert.deepEqual([ranged.floorMicros, ranged.inheritsFloor], [2_000_000, false]);
    assert.deepEqual(ranged.durationFloors?.ranges, [{ from: 0, to: 15, floorMicros: 9_000_000 }]);
    const timed = dealOf({ mincpmpersec: 0.5, bidfloor: 4, bidfloorcur: "GBP" }, { video });
    assert.deepEqual(timed.durationFloors, {
      perSecondMicros: 1_500_000,
      leastMicros: 12_000_000,
      longestSeconds: 30,
      ranges: [],
    });
  });

  it("have deals of the request's auction type unless they have their own", () => {
    assert.deepEqual(
      [1, 2, 500, undefined].map((at) => dealOf({}, {}, at).at),
      [1, 2, 2, 2],
    );
    assert.deepEqual(
      ([1, 2] as const).map((at) => dealOf({ at }, {}, 1).at),
      [1, 2],
    );
    assert.deepEqual(
      [1, 2, 777].map((at) => auctionTypeOf({ id: "r", imp: [], at })),
      [1, 2, 2],
    );
  });

  it("have deals at a fixed price that is the same for every length", () => {
    const deal = dealOf({ at: 3, bidfloor: 7.5, durfloors: [{ mindur: 1, bidfloor: 99 }] });
    assert.deepEqual([deal.at, deal.floorMicros, deal.durationFloors], [3, 7_500_000, undefined]);
    assert.equal(dealOf({ at: 3, bidfloor: 0 }).floorMicros, 0);
    assert.deepEqual(droppedOf({ pmp: { deals: [{ id: "d", at: 3 }] } }), [
      { imp: "1", deal: "d", because: "no fixed price" },
    ]);
  });

  it("have deals for the seats and advertisers that they name", () => {
    const deal = dealOf({ wseat: ["Seat-A"], wadomain: ["Ford.com"] });
    assert.deepEqual([deal.seats, deal.advertiserDomains], [["Seat-A"], ["ford.com"]]);
    assert.deepEqual([dealOf({}).seats, dealOf({}).advertiserDomains], [[], []]);
  });

  it("are not there where a price has an unknown currency", () => {
    const lost = [{ imp: "1", because: "currency unknown" }];
    assert.deepEqual(droppedOf({ bidfloor: 1, bidfloorcur: "XXX" }), lost);
    assert.deepEqual(droppedOf({ bidfloorcur: "XXX", video: { ...VIDEO, mincpmpersec: 1 } }), lost);
    assert.deepEqual(
      droppedOf({ bidfloorcur: "XXX", audio: { ...VIDEO, durfloors: [{ mindur: 1, bidfloor: 1 }] } }),
      lost,
    );
    assert.deepEqual(droppedOf({ bidfloorcur: "XXX", bidfloor: 0 }), []);
    assert.deepEqual(droppedOf({ bidfloor: 1e300 }), lost);
  });

  it("lose only the deal where it is the deal's price", () => {
    for (const deal of [{ bidfloor: 1 }, { mincpmpersec: 1 }, { durfloors: [{ mindur: 1, bidfloor: 1 }] }]) {
      const dropped: Dropped[] = [];
      const deals = [{ id: "x", bidfloorcur: "XXX", ...deal }, { id: "y" }];
      const [slot] = slotsOf({ id: "r", imp: [{ id: "1", banner: {}, pmp: { deals } }] }, toMicros, dropped);
      assert.deepEqual(
        slot!.deals.map(({ id }) => id),
        ["y"],
      );
      assert.deepEqual(dropped, [{ imp: "1", deal: "x", because: "currency unknown" }]);
    }
  });

  it("have their deals by standing, then by what they ask, then in the request's order", () => {
    const orderOf = (deals: readonly Deal[], imp: Partial<Imp> = {}) =>
      slotOf({ bidfloor: 5, ...imp, pmp: { deals } }).deals.map(({ id }) => id);
    const deals: Deal[] = [
      { id: "open-cheap", bidfloor: 1 },
      { id: "inherits" },
      { id: "open-same", bidfloor: 1 },
      { id: "fixed-dear", bidfloor: 9, at: 3 },
      { id: "first-price", bidfloor: 0.5, bidfloorcur: "EUR", at: 1 },
      { id: "fixed-cheap", bidfloor: 8, at: 3 },
      { id: "guaranteed", bidfloor: 99, guar: 1 },
    ];
    const order = ["guaranteed", "fixed-cheap", "fixed-dear", "open-cheap", "open-same", "first-price", "inherits"];
    assert.deepEqual(orderOf(deals), order);
    const timed = [
      { id: "by-second", mincpmpersec: 1 },
      { id: "flat", bidfloor: 9 },
    ];
    assert.deepEqual(orderOf(timed, { bidfloor: 0, video: { ...VIDEO, maxduration: 15 } }), ["flat", "by-second"]);
    assert.deepEqual(orderOf(timed, { bidfloor: 0, video: { ...VIDEO, maxduration: 6 } }), ["by-second", "flat"]);
  });

  it("are sold to deals with a floor of their own where the impression's has an unknown currency", () => {
    const unknown: readonly Partial<Imp>[] = [
      { bidfloor: 1, bidfloorcur: "XXX" },
      { bidfloorcur: "XXX", video: { ...VIDEO, mincpmpersec: 1 } },
      { bidfloorcur: "XXX", audio: { ...VIDEO, durfloors: [{ mindur: 1, bidfloor: 1 }] } },
    ];
    const deals: Deal[] = [
      { id: "own", bidfloor: 2, bidfloorcur: "EUR" },
      { id: "inherits" },
      { id: "fixed", bidfloor: 3, at: 3 },
      { id: "partly", durfloors: [{ mindur: 1, bidfloor: 1 }] },
      { id: "unknown too", bidfloor: 1, bidfloorcur: "XXX" },
      { id: "free", bidfloor: 0 },
    ];
    for (const fields of unknown) {
      const dropped: Dropped[] = [];
      const imp = [{ id: "1", banner: {}, ...fields, pmp: { deals } }];
      const [slot] = slotsOf({ id: "r", imp }, toMicros, dropped);
      assert.deepEqual(
        slot?.deals.map(({ id, floorMicros }) => [id, floorMicros]),
        [
          ["fixed", 3_000_000],
          ["free", 0],
          ["own", 4_000_000],
        ],
      );
      assert.equal(slot?.privateOnly, true);
      assert.deepEqual(dropped, [
        ...["inherits", "partly", "unknown too"].map((deal) => ({ imp: "1", deal, because: "currency unknown" })),
        { imp: "1", because: "currency unknown: its deals only" },
      ]);
      const none: Dropped[] = [];
      assert.deepEqual(
        slotsOf({ id: "r", imp: [{ ...imp[0]!, pmp: { deals: deals.slice(1, 2) } }] }, toMicros, none),
        [],
      );
      assert.deepEqual(none.at(-1), { imp: "1", because: "currency unknown" });
    }
  });

  it("are read of realistic requests", () => {
    assert.deepEqual(slotsIn("deals-private")[0]!.deals, [
      {
        id: "D-AUTO-1",
        floorMicros: 7_500_000,
        durationFloors: undefined,
        guaranteed: true,
        inheritsFloor: false,
        at: 3,
        seats: ["seat-auto"],
        advertiserDomains: ["cars.example"],
      },
      {
        id: "D-ANY-3",
        floorMicros: 500_000,
        durationFloors: undefined,
        guaranteed: false,
        inheritsFloor: true,
        at: 1,
        seats: [],
        advertiserDomains: [],
      },
      {
        id: "D-OPEN-2",
        floorMicros: 8_000_000,
        durationFloors: undefined,
        guaranteed: false,
        inheritsFloor: false,
        at: 1,
        seats: ["seat-auto", "seat-bank"],
        advertiserDomains: [],
      },
    ]);
    assert.deepEqual(
      slotsIn("multi-imp-page").map(({ floorMicros }) => floorMicros),
      [1_100_000, 600_000, 400_000, 500_000],
    );
    assert.equal(slotsIn("ctv-pod-structured")[2]!.imp.id, "3");
    assert.equal(slotsIn("ctv-pod-dynamic")[0]!.videoFloors?.perSecondMicros, 1_500_000);
    const floors = slotsIn("deals-video-floors")[0]!;
    assert.equal(floors.videoFloors?.perSecondMicros, 600_000);
    assert.deepEqual(
      floors.deals.map(({ id, inheritsFloor }) => [id, inheritsFloor]),
      [
        ["DF", false],
        ["INHERITS", true],
        ["PS", false],
      ],
    );
  });

  it("are whole micros, and every impression is one or is dropped", () => {
    fc.assert(
      fc.property(validRequest(), (request) => {
        const dropped: Dropped[] = [];
        const slots = slotsOf(request, toMicros, dropped);
        const lost = dropped.filter(({ deal, because }) => deal === undefined && because === "currency unknown");
        assert.equal(slots.length + lost.length, request.imp.length);
        for (const { imp, floorMicros, deals, videoFloors, audioFloors } of slots) {
          const timed = [videoFloors, audioFloors, ...deals.map(({ durationFloors }) => durationFloors)];
          const prices = [floorMicros, ...deals.map((deal) => deal.floorMicros)].concat(
            timed.flatMap((each) =>
              each === undefined
                ? []
                : [each.perSecondMicros, each.leastMicros, ...each.ranges.map((range) => range.floorMicros)],
            ),
          );
          assert.equal(
            prices.every((price) => Number.isSafeInteger(price) && price >= 0),
            true,
            String(prices),
          );
          const lostDeals = dropped.filter((each) => each.imp === imp.id && each.deal !== undefined);
          assert.equal(deals.length + lostDeals.length, imp.pmp?.deals?.length ?? 0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
