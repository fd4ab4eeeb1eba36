import type { Campaign } from "../campaign";

/** What became of a campaign: what bid handlers need to know of it. */
export interface CampaignChange {
  readonly advertiser: string;
  readonly id: string;
  /** Rises with every change of the campaign: of two the higher one holds, in whatever order they come. */
  readonly version: number;
  /** Absent: it does not bid. */
  readonly campaign?: Campaign;
  /** Milliseconds since the epoch at which this was written; unknown before it is. */
  readonly at?: number;
}
