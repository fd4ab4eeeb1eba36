import type { Micros } from "../money";
import { MARKUP, type MarkupType } from "../openrtb/codes";
import type { DealTerms, DurationFloors, Slot } from "../traits";

/**
 * The least CPM that a bid may have: the deal's own floor, else that of video or audio by its seconds, else the
 * impression's, [7.11].
 * @param seconds of the creative; 0 is unknown and counts as the longest that is taken
 */
export function floorOf(slot: Slot, deal: DealTerms | undefined, type: MarkupType, seconds: number): Micros {
  const timed = type === MARKUP.video || type === MARKUP.audio;
  if (deal !== undefined && deal.inheritsFloor !== true) {
    const floors = timed ? deal.durationFloors : undefined;
    return floors === undefined ? deal.floorMicros : floorByDuration(floors, seconds, deal.floorMicros);
  }
  const floors = type === MARKUP.video ? slot.videoFloors : type === MARKUP.audio ? slot.audioFloors : undefined;
  return floors === undefined ? slot.floorMicros : floorByDuration(floors, seconds, slot.floorMicros);
}

export function floorByDuration(floors: DurationFloors, given: number, flat: Micros): Micros {
  const seconds = given > 0 ? given : floors.longestSeconds;
  if (floors.perSecondMicros > 0) return Math.max(floors.leastMicros, Math.ceil(floors.perSecondMicros * seconds));
  let highest = -1;
  for (const range of floors.ranges) {
    if (seconds >= range.from && seconds <= range.to && range.floorMicros > highest) highest = range.floorMicros;
  }
  return highest < 0 ? flat : highest;
}
