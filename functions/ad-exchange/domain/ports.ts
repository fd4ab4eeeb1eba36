import type { Micros } from "./money";
import type { OutsideNotice } from "./notices/notices-of";
import type { Offer } from "./offer";
import type { BidResponse } from "./openrtb/bid-response";
import type { Traits } from "./traits";

/** What may be there at once or later. A decision waits only for what is not there at once. */
export type Awaitable<T> = T | Promise<T>;

/**
 * What the world does for one auction, in this order. Each is given the instant by which it has to have answered, in
 * milliseconds of the same clock as `Traits.now`; what answers later is counted and not used.
 */
export interface Ports {
  readonly segments: Segments;
  readonly fraud: Fraud;
  readonly caps: Caps;
  readonly demand: Demand;
  readonly budgets: Budgets;
  readonly notices: Notices;
}

/** Takes what seats outside have asked to be told, after the answer was made; nothing waits for it. */
export interface Notices {
  take(notices: readonly OutsideNotice[]): void;
}

/** Segments of the user beside the request's own. */
export interface Segments {
  of(traits: Traits, deadline: number): Awaitable<readonly string[]>;
}

/** Whether the request looks like a person's. A reason is one of OpenRTB's no-bid reasons. */
export interface Fraud {
  check(
    traits: Traits,
    deadline: number,
  ): Awaitable<{ readonly verdict: "pass" } | { readonly verdict: "refuse"; readonly reason: number }>;
}

/** How often the user may still be shown each of these campaigns. */
export interface Caps {
  /**
   * Parallel to `campaigns`: impressions that are left to the user, a whole number from 0 to `Number.MAX_SAFE_INTEGER`.
   * Anything else, Infinity as well, is no count and is taken for 0.
   */
  left(userKey: string, campaigns: readonly string[], deadline: number): Awaitable<readonly number[]>;
}

/** Seats outside the exchange. Each answers for itself, or is late. */
export interface Demand {
  /** @param body the request as it may be sent on: stripped, with the exchange's node in its supply chain */
  ask(body: () => string, traits: Traits, deadline: number): Awaitable<readonly SeatAnswer[]>;
}

export type SeatAnswer =
  | { readonly seat: string; readonly says: "bids"; readonly response: BidResponse }
  | { readonly seat: string; readonly says: "nothing" | "late" | "malformed" };

/**
 * Money of campaigns. A hold lasts until it is settled, released or past its expiry.
 *
 * Whatever is said of an `id` with the highest `revision` stands, in whatever order it comes in: what comes later with a
 * lower one changes nothing, a hold among them is refused, and the same said again is answered the same. So a hold
 * that was given up while it was still on its way takes no money when it gets there.
 */
export interface Budgets {
  /**
   * Holds the cost of one impression each. Parallel to `holds`: whether just `costMicros` is held. Where it is not,
   * nothing is held under that id, nor what was before: amounts are replaced, not added up.
   */
  hold(holds: readonly Hold[], deadline: number): Awaitable<readonly boolean[]>;
  /**
   * Lowers what is held under each id to `costMicros`; 0 gives all of it back. Never raises it, holds nothing where nothing
   * was held, and cannot be refused, so nothing waits for it: what fails to be given back stays held until it expires.
   */
  release(holds: readonly Hold[]): void;
}

export interface Hold {
  /** Unique to (publisher, auction, impression, campaign). */
  readonly id: string;
  /** From 1; each time that more is said of an auction's holds it is higher. */
  readonly revision: number;
  readonly campaign: string;
  /**
   * Micros of the exchange's currency, of one impression: a thousandth of the clearing price, which is CPM, rounded half to
   * even. Once the answer is sent it is what the answer bills.
   */
  readonly costMicros: Micros;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly offer: Offer;
}
