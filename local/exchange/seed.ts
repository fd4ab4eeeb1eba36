import { type Campaign, type Creative, campaignKey } from "../../functions/ad-exchange/domain/campaign";
import { hasClick } from "../../functions/ad-exchange/domain/campaigns/markup";
import type { Plain } from "../../functions/shared/attribute-values";
import type { Estate } from "../estate";
import { beacon } from "./beacon";
import { CampaignApi } from "./campaign-api";
import { generateCampaigns } from "./campaigns";
import { putAll, SHOPS, type Shop, seatOf, tenantToken } from "./deployed";
import type { Connections } from "./http-target";

export interface Seeded {
  /** By "<advertiser>#<id>". */
  readonly campaigns: ReadonlyMap<string, Campaign>;
  readonly apis: ReadonlyMap<Shop, CampaignApi>;
  /** Entity tag of the beacon, which is the first shop's. */
  readonly beaconTag: string;
}

export interface SeedOptions {
  readonly seed: number;
  /** Those of other advertisers, straight into the table. */
  readonly bulk: number;
  /** Of each shop, through the API. */
  readonly ofEach: number;
  readonly now: Date;
}

/** Campaigns of three shops through the campaign API, and all others where that would take too long. */
export async function seedCampaigns(estate: Estate, connections: Connections, options: SeedOptions): Promise<Seeded> {
  const { seed, bulk, ofEach, now } = options;
  const apis = new Map(SHOPS.map((shop) => [shop, new CampaignApi(connections, tenantToken(estate, shop))]));
  const others = [...generateCampaigns({ seed, count: bulk, now })];
  await putAll(estate, estate.output("adExchangeCampaignsTableName"), others as unknown as Record<string, Plain>[]);
  const own = SHOPS.flatMap((shop, place) =>
    [...generateCampaigns({ seed: seed + 1 + place, count: ofEach, now })].map((one) => ofShop(one, shop)),
  );
  for (const campaign of own) await apis.get(campaign.advertiser as Shop)!.create(campaign);
  const [first] = SHOPS;
  const lit = beacon(first, seatOf(first), now);
  const beaconTag = await apis.get(first)!.create(lit);
  const all = [...others, ...own, lit];
  return { campaigns: new Map(all.map((one) => [campaignKey(one), one])), apis, beaconTag };
}

const ofShop = (campaign: Campaign, shop: Shop): Campaign => ({
  ...campaign,
  ...{ advertiser: shop, seat: seatOf(shop), status: "active" },
  creatives: campaign.creatives.map(leading),
});

/** The API takes a target only where the markup has a place for it. */
function leading({ clickTarget, ...creative }: Creative): Creative {
  return clickTarget !== undefined && hasClick(creative.markup) ? { ...creative, clickTarget } : creative;
}
