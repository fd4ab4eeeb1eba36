import type { Campaign } from "../../../../../functions/ad-exchange/domain/campaign";
import { compileSnapshot } from "../../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../../../../functions/ad-exchange/domain/targeting/load-snapshot";
import type { Slot, Traits } from "../../../../../functions/ad-exchange/domain/traits";
import { centsToMicros } from "./brute-force";

export const NOW = Date.parse("2026-10-28T12:00:00Z");

/** A campaign that bids for `BANNER` of `TRAITS`, but for what is given. */
export const campaign = (number: number, rest: Partial<Campaign> = {}): Campaign => ({
  ...{ advertiser: "adv", id: `c${number}`, name: "", status: "active", seat: `seat-${number % 50}`, bid: "1.00" },
  ...{ currency: "USD", budget: { total: "1" }, flight: { start: "2026-01-01T00:00:00Z" }, targeting: {} },
  creatives: [
    {
      ...{ id: `cr${number}`, type: 1, w: 300, h: 250, markup: `<a>${number}</a>`, secure: true },
      advertiserDomains: ["brand.example"],
    },
  ],
  ...{ version: 1, changedAt: "2026-01-01T00:00:00Z", ...rest },
});

export const TRAITS: Traits = {
  ...{ country: "USA", region: "", deviceType: 2, os: "", channel: "site", domain: "", bundle: "", language: "" },
  ...{ categories: [], cattax: 1, segments: [], blockedCategories: [], blockedAdvertisers: [], blockedApps: [] },
  ...{ creativeLanguages: [], allowedSeats: [], blockedSeats: [], userKey: "", isUncounted: false, now: NOW },
};

export const BANNER: Slot = {
  ...{ index: 0, imp: { id: "1", banner: { w: 300, h: 250 } }, floorMicros: 0, privateOnly: false, deals: [] },
};

export const bytesOf = (list: readonly Campaign[], generation = 1, builtAt = NOW): Uint8Array =>
  compileSnapshot(list, { generation, builtAt, toMicros: centsToMicros });

export const indexOf = (list: readonly Campaign[], generation = 1, builtAt = NOW) =>
  loadSnapshot(bytesOf(list, generation, builtAt));
