import type { Campaign } from "../campaign";

/** What has become of a campaign. */
export interface Change {
  readonly advertiser: string;
  readonly id: string;
  /** A change is taken once, and never after a later one. */
  readonly version: number;
  /** Absent: it is gone. */
  readonly campaign?: Campaign | undefined;
  /** Milliseconds since the epoch at which it was written; unknown when left out. */
  readonly at?: number;
}

/**
 * - taken: from now on it is matched as it is now, or not at all;
 * - known: this version or a later one was there;
 * - refused: it can never bid, and was taken out if it did before;
 * - full: it was taken out, but how it is now fits only into a newer snapshot.
 */
export type Applied = "taken" | "known" | "refused" | "full";
