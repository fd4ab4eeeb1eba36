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

/** Which of these campaigns the user may still see; the answer is parallel to `campaigns`. */
export interface Caps {
  under(userKey: string, campaigns: readonly string[], deadline: number): Awaitable<readonly boolean[]>;
}

/** Seats outside the exchange. Each answers for itself, or is late. */
export interface Demand {
  /** @param body the request as it may be sent on: stripped, with the exchange's node in its supply chain */
  ask(body: () => string, traits: Traits, deadline: number): Awaitable<readonly SeatAnswer[]>;
}

export type SeatAnswer =
  | { readonly seat: string; readonly says: "bids"; readonly response: BidResponse }
  | { readonly seat: string; readonly says: "nothing" | "late" | "malformed" };

/** Money of campaigns. A hold lasts until it is settled, released or past its expiry. */
export interface Budgets {
  /**
   * Holds the cost of one impression each, all or none of an offer's group. Parallel to `holds`: whether the money is held.
   * Doing it again with the same `id` changes nothing.
   */
  hold(holds: readonly Hold[], deadline: number): Awaitable<readonly boolean[]>;
}

export interface Hold {
  /** Unique to (publisher, auction, impression, campaign). */
  readonly id: string;
  readonly campaign: string;
  /** Of one impression: a thousandth of the clearing price, CPM micros, rounded half to even. */
  readonly costMicros: Micros;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly offer: Offer;
}
