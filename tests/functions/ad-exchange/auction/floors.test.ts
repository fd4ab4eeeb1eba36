import assert from "node:assert/strict";
import { floorOf } from "../../../../functions/ad-exchange/domain/auction/floors";
import { floorFor } from "../../../../functions/ad-exchange/domain/auction/standing";
import { MARKUP } from "../../../../functions/ad-exchange/domain/openrtb/codes";
import type { DurationFloors } from "../../../../functions/ad-exchange/domain/traits";
import { dealOf, offerOf, slotOf } from "./support/offers";

const RANGES: DurationFloors = {
  perSecondMicros: 0,
  leastMicros: 0,
  longestSeconds: 30,
  ranges: [
    { from: 0, to: 15, floorMicros: 10 },
    { from: 15, to: 30, floorMicros: 25 },
  ],
};
const A_SECOND: DurationFloors = { perSecondMicros: 2, leastMicros: 9, longestSeconds: 60, ranges: [] };
const { banner, video, audio } = MARKUP;

describe("floors", () => {
  const slot = slotOf({ floorMicros: 7, videoFloors: RANGES, audioFloors: A_SECOND });

  it("are the impression's for banners, and those by duration for video and audio", () => {
    assert.equal(floorOf(slot, undefined, banner, 10), 7);
    assert.deepEqual(
      [10, 15, 20, 31, 0].map((seconds) => floorOf(slot, undefined, video, seconds)),
      [10, 25, 25, 7, 25],
    );
    assert.deepEqual(
      [1, 10, 0].map((seconds) => floorOf(slot, undefined, audio, seconds)),
      [9, 20, 120],
    );
  });

  it("of a medium hold for offers of it, where the other has none", () => {
    const offer = (type: typeof video | typeof audio) => offerOf({ type, durationSeconds: 10 });
    assert.equal(floorFor(offer(video), slotOf({ floorMicros: 7, videoFloors: RANGES })), 10);
    assert.equal(floorFor(offer(audio), slotOf({ floorMicros: 7, audioFloors: A_SECOND })), 20);
    assert.equal(floorFor(offer(audio), slotOf({ floorMicros: 7, videoFloors: RANGES })), 7);
  });

  it("of a deal go before those of the impression", () => {
    assert.equal(floorOf(slot, dealOf({ floorMicros: 3 }), video, 10), 3);
    assert.equal(floorOf(slot, dealOf({ floorMicros: 3, durationFloors: RANGES }), video, 10), 10);
    assert.equal(floorOf(slot, dealOf({ floorMicros: 3, durationFloors: RANGES }), banner, 10), 3);
    assert.equal(floorOf(slot, dealOf({ floorMicros: 3, inheritsFloor: true }), video, 10), 10);
  });
});
