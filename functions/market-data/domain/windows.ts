import { nanosecondsOf } from "./market-event";
import type { Tick } from "./tick";

const SEQUENCE_RANGE = 10n ** 16n;

/** Neighbouring windows share their elements; each is turned into a number once. */
const ranks = new WeakMap<Tick, bigint>();

/** The place of an element in its series as a whole number above zero: ordered like `position`. */
function rankOf(tick: Tick): bigint {
  const known = ranks.get(tick);
  if (known !== undefined) return known;
  const rank = nanosecondsOf(tick.eventTime) * SEQUENCE_RANGE + BigInt(tick.sequence) + 1n;
  ranks.set(tick, rank);
  return rank;
}

/**
 * How much is known of a window, as a whole number of at most 38 digits (DynamoDB's limit, which 50 elements reach in the
 * year 8307, and event times end with 2999): the sum of its elements' ranks. Learning of one more element of the series
 * raises it, whether the element joins the window or pushes an older one out, since that one's rank is smaller.
 */
export const basisOf = (window: readonly Tick[]): string =>
  window.reduce((total, tick) => total + rankOf(tick), 0n).toString();

export interface Windows {
  readonly subject: readonly Tick[];
  /** Elements after the subject whose window holds it. */
  readonly followers: readonly { readonly tick: Tick; readonly window: readonly Tick[] }[];
}

/**
 * The window that ends at the subject, and those of the elements after it that contain it.
 *
 * @param neighbourhood ascending by position: windowEvents - 1 elements before the subject, itself, and as many after it
 * @throws RangeError when the subject is not among them
 */
export function windowsFrom(neighbourhood: readonly Tick[], subject: Tick, windowEvents: number): Windows {
  const at = neighbourhood.findIndex(({ position }) => position === subject.position);
  if (at < 0) {
    throw new RangeError(`${subject.position} is not in its neighbourhood of ${neighbourhood.length} elements.`);
  }
  const windowAt = (index: number) => neighbourhood.slice(Math.max(0, index - windowEvents + 1), index + 1);
  const followers = neighbourhood
    .slice(at + 1, at + windowEvents)
    .map((tick, index) => ({ tick, window: windowAt(at + 1 + index) }));
  return { subject: windowAt(at), followers };
}
