import type { Micros } from "./money";
import type { Imp } from "./openrtb/bid-request";

/**
 * What a decision may know of a request once privacy has been applied: nothing behind this reads the raw request's user or
 * device again. Text is lower case but for codes that have their case by standard; unknown is "" or 0 or an empty list.
 */
export interface Traits {
  /** ISO-3166-1 alpha-3, upper case. */
  readonly country: string;
  /** ISO-3166-2 without its country, upper case. */
  readonly region: string;
  readonly deviceType: number;
  readonly os: string;
  readonly channel: "site" | "app" | "dooh" | "";
  readonly domain: string;
  readonly bundle: string;
  readonly language: string;
  /** Content categories of site or app. */
  readonly categories: readonly string[];
  readonly cattax: number;
  /** "<data id>:<segment id>". */
  readonly segments: readonly string[];
  readonly blockedCategories: readonly string[];
  /** Taxonomy of blocked and allowed categories; 1 when absent. */
  readonly blockedCattax?: number;
  /** Categories that creatives have to be of; absent or empty: any. */
  readonly allowedCategories?: readonly string[];
  readonly blockedAdvertisers: readonly string[];
  readonly blockedApps: readonly string[];
  /** Languages that creatives may be in; empty: any. */
  readonly creativeLanguages: readonly string[];
  /** Seats that may bid; empty: any that is not in `blockedSeats`. */
  readonly allowedSeats: readonly string[];
  readonly blockedSeats: readonly string[];
  /** What frequency caps count by; "" where none may be used. */
  readonly userKey: string;
  /** Only campaigns without a frequency cap may be shown: impressions of this user cannot be counted. */
  readonly isUncounted: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** One impression, its money in the exchange's currency. */
export interface Slot {
  readonly index: number;
  readonly imp: Imp;
  /** The open auction's floor, CPM. */
  readonly floorMicros: Micros;
  /** What bids of video and of audio pay at least instead of `floorMicros`, by their duration: see `floorOf`. */
  readonly videoFloors?: DurationFloors | undefined;
  readonly audioFloors?: DurationFloors | undefined;
  /** Only bids under a deal are taken. */
  readonly privateOnly: boolean;
  /** The best-standing first, then the one with the lowest floor. */
  readonly deals: readonly DealTerms[];
}

export interface DealTerms {
  readonly id: string;
  /** CPM; the open auction's where the deal names no price of its own. */
  readonly floorMicros: Micros;
  /** Instead of `floorMicros`, for video and audio. */
  readonly durationFloors?: DurationFloors | undefined;
  /** The deal says nothing of floors, so the open auction's hold, those by duration too, [7.11]. */
  readonly inheritsFloor?: boolean;
  /** 1, 2 or 3; the deal's own, else the request's. */
  readonly at: number;
  /** Delivery is guaranteed, `deal.guar`, so its bids go before all others. */
  readonly guaranteed?: boolean;
  /** Empty: any seat. */
  readonly seats: readonly string[];
  /** Empty: any advertiser. */
  readonly advertiserDomains: readonly string[];
}

/** Floors of video and audio by the seconds of what is bid: a price a second, or ranges; never both, [7.11]. */
export interface DurationFloors {
  /** CPM for each second; 0 where ranges say it. */
  readonly perSecondMicros: Micros;
  /** What `perSecondMicros` never falls below: a deal's own floor. */
  readonly leastMicros: Micros;
  /** May overlap; the highest holds. Outside of all of them the flat floor does, [3.2.35]. */
  readonly ranges: readonly DurationRange[];
  /** Seconds of the longest creative that is taken, for bids that do not say theirs; 0 is unknown. */
  readonly longestSeconds: number;
}

export interface DurationRange {
  /** Seconds, both included; 0 and Infinity where unbounded. */
  readonly from: number;
  readonly to: number;
  readonly floorMicros: Micros;
}
