import type { MarkupType } from "./openrtb/codes";

/**
 * A campaign as its advertiser writes it and the table keeps it. Amounts are decimal text ("2.50"), CPM in `currency`;
 * an absent or empty list restricts nothing.
 */
export interface Campaign {
  /** The advertiser that owns it, from the caller's token. */
  readonly advertiser: string;
  readonly id: string;
  readonly name: string;
  readonly status: "active" | "paused" | "archived";
  /** Seat it bids under: the advertiser's. */
  readonly seat: string;
  /** Decimal text: the most that a thousand impressions may cost. */
  readonly bid: string;
  /** ISO-4217. */
  readonly currency: string;
  /** Decimal text; kept for the ledger. */
  readonly budget: { readonly total: string; readonly daily?: string };
  readonly frequencyCap?: { readonly impressions: number; readonly seconds: number };
  /** ISO 8601 instants; the end is not included. */
  readonly flight: { readonly start: string; readonly end?: string };
  readonly targeting: Targeting;
  /** At least one. */
  readonly creatives: readonly Creative[];
  /** Rises by one with every change. */
  readonly version: number;
  /** ISO 8601 instant of the last change. */
  readonly changedAt: string;
}

/** "<advertiser>#<id>": what tells a campaign from all others, for an id is its advertiser's own. */
export const campaignKey = ({ advertiser, id }: Pick<Campaign, "advertiser" | "id">): string => `${advertiser}#${id}`;

/** Every given condition has to hold. */
export interface Targeting {
  /** ISO-3166-1 alpha-3, with an ISO-3166-2 region behind a hyphen where narrower: "USA", "USA-CA". */
  readonly geo?: readonly string[];
  readonly notGeo?: readonly string[];
  /** OpenRTB's device types. */
  readonly deviceTypes?: readonly number[];
  /** Lower case, as OpenRTB's `device.os`: "android", "ios". */
  readonly os?: readonly string[];
  /** Any of these segments, and none of those; "<data id>:<segment id>". */
  readonly segments?: readonly string[];
  readonly notSegments?: readonly string[];
  readonly daypart?: Daypart;
  /** Domains and bundles, lower case; a domain covers its subdomains. */
  readonly allow?: readonly string[];
  readonly deny?: readonly string[];
  /** Content categories of site or app, IAB; "IAB1" covers "IAB1-2". */
  readonly categories?: readonly string[];
  readonly notCategories?: readonly string[];
  readonly channels?: readonly ("site" | "app" | "dooh")[];
  readonly languages?: readonly string[];
  /** Bids only under one of these deals; absent: bids in the open auction only. */
  readonly deals?: readonly string[];
}

export interface Daypart {
  /** IANA name: "Europe/Berlin". */
  readonly timeZone: string;
  /** Hours of the week, 0 to 167, Monday 00:00 is 0. */
  readonly hours: readonly number[];
}

export interface Creative {
  readonly id: string;
  readonly type: MarkupType;
  /** CSS pixels, of banners and videos. */
  readonly w?: number;
  readonly h?: number;
  /** Markup with OpenRTB's macros: HTML, VAST or native JSON. */
  readonly markup: string;
  /** Where a click leads; reached by `${SLUICE_CLICK}` in the markup. */
  readonly clickTarget?: string;
  readonly advertiserDomains: readonly string[];
  /** Of the creative, IAB content taxonomy 1.0 where `cattax` says nothing else. */
  readonly categories?: readonly string[];
  readonly cattax?: number;
  readonly attributes?: readonly number[];
  readonly apis?: readonly number[];
  readonly language?: string;
  /** Whether everything in it is loaded over HTTPS. */
  readonly secure: boolean;
  /** Of video and audio. */
  readonly durationSeconds?: number;
  readonly mimes?: readonly string[];
  readonly protocol?: number;
  readonly bitrate?: number;
  /** Bundle of the advertised app. */
  readonly bundle?: string;
}
