import type { Campaign } from "../../functions/ad-exchange/domain/campaign";
import { MARKUP } from "../../functions/ad-exchange/domain/openrtb/codes";
import type { Answered } from "./target";

const SITE = "beacon.example";
/** More than any made-up campaign bids. */
const FLOOR = 60;

/** A campaign that wins every impression of a site of its own, so that it can be seen in answers whether an index has it. */
export const beacon = (advertiser: string, seat: string, now: Date): Campaign => ({
  ...{ advertiser, id: "beacon", name: "Beacon", status: "active", seat, bid: "95.00", currency: "USD" },
  budget: { total: "100000" },
  flight: { start: new Date(now.getTime() - 3_600_000).toISOString() },
  targeting: { allow: [SITE] },
  creatives: [
    {
      ...{ id: "beacon-1", type: MARKUP.banner, w: 300, h: 250, secure: true },
      markup: "<p>Beacon</p>",
      advertiserDomains: ["beacon-brand.example"],
    },
  ],
  version: 1,
  changedAt: now.toISOString(),
});

/** A request that nobody but the beacon can win. */
export const beaconRequest = (id: string, publisher: string): string =>
  JSON.stringify({
    id,
    imp: [{ id: "1", banner: { w: 300, h: 250 }, bidfloor: FLOOR, bidfloorcur: "USD" }],
    site: { domain: SITE, publisher: { id: publisher } },
    device: { devicetype: 2, geo: { country: "USA" } },
    tmax: 500,
  });

export const hasWon = ({ status, body }: Answered): boolean => status === 200 && body.includes('"beacon-1"');
