import type { Campaign } from "../domain/campaign";
import type { Difference } from "../domain/campaigns/differences";

/** A campaign in a listing: without what makes it large. */
export type Listed = Pick<
  Campaign,
  "id" | "name" | "status" | "bid" | "currency" | "budget" | "flight" | "version" | "changedAt"
>;

export interface ListedPage {
  readonly campaigns: readonly Listed[];
  /** Id behind which the next page begins; absent: this was the last. */
  readonly next?: string;
}

/** Campaigns as readers may see them: as old as the caches before them are. No write is decided by what these say. */
export interface CampaignReads {
  one(advertiser: string, id: string): Promise<Campaign | undefined>;
}

/** What happened to a campaign, for those who have to know later. */
export interface Audit {
  /** The token's holder. */
  readonly principal: string;
  readonly action: "create" | "change" | "archive";
  readonly requestId: string;
  /** Hash of what was asked for: the same request, sent again, is known by it. */
  readonly fingerprint: string;
  readonly differences: readonly Difference[];
}

/** Campaigns as they are now. */
export interface CampaignStore {
  one(advertiser: string, id: string): Promise<Campaign | undefined>;
  /** By id. @param after id behind which it begins */
  list(advertiser: string, of: { status?: string; after?: string; limit: number }): Promise<ListedPage>;
  /**
   * Writes a version and its audit together: the first where there is no such campaign, another where the one before is still current.
   * @returns false where it is not so
   */
  write(campaign: Campaign, audit: Audit): Promise<boolean>;
  /** What made a version. */
  audited(advertiser: string, id: string, version: number): Promise<Audit | undefined>;
}
