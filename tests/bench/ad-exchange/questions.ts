import type { BidRequest, Imp } from "../../../functions/ad-exchange/domain/openrtb/bid-request";
import { microsOfNumber } from "../../../functions/ad-exchange/domain/price";
import type { DealTerms, Slot, Traits } from "../../../functions/ad-exchange/domain/traits";

/** What a request asks an index, with nothing of it withheld: for measuring what matching alone costs. */
export interface Asked {
  readonly traits: Traits;
  readonly slots: readonly Slot[];
}

/** @param now of the request; all its money has to be in the exchange's currency */
export function askedBy(request: BidRequest, now: number): Asked {
  const { device, site, app, dooh, user } = request;
  const place = site ?? app;
  const traits: Traits = {
    country: device?.geo?.country ?? "",
    region: device?.geo?.region ?? "",
    deviceType: device?.devicetype ?? 0,
    os: device?.os?.toLowerCase() ?? "",
    channel: site ? "site" : app ? "app" : dooh ? "dooh" : "",
    domain: place?.domain ?? "",
    bundle: app?.bundle ?? "",
    language: device?.language ?? "",
    categories: place?.cat ?? [],
    cattax: 1,
    segments: (user?.data ?? []).flatMap(({ id, segment }) => (segment ?? []).map((one) => `${id}:${one.id}`)),
    blockedCategories: request.bcat ?? [],
    blockedAdvertisers: request.badv ?? [],
    blockedApps: request.bapp ?? [],
    creativeLanguages: request.wlang ?? [],
    allowedSeats: request.wseat ?? [],
    blockedSeats: request.bseat ?? [],
    userKey: device?.ifa ?? "",
    isUncounted: false,
    now,
  };
  return { traits, slots: request.imp.map((imp, index) => slotOf(imp, index, request.at ?? 2)) };
}

const micros = (price: number | undefined): number => microsOfNumber(price ?? 0) ?? 0;

const slotOf = (imp: Imp, index: number, at: number): Slot => ({
  ...{ index, imp, floorMicros: micros(imp.bidfloor), privateOnly: imp.pmp?.private_auction === 1 },
  deals: (imp.pmp?.deals ?? []).map(
    (deal): DealTerms => ({
      ...{ id: deal.id, floorMicros: micros(deal.bidfloor), at: deal.at ?? at },
      ...{ seats: deal.wseat ?? [], advertiserDomains: deal.wadomain ?? [] },
    }),
  ),
});
