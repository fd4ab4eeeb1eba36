import { type BidTerms, bidTerms } from "../../../../../functions/ad-exchange/domain/auction/check-bid";
import type { BidRequest, Imp } from "../../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { microsOfNumber } from "../../../../../functions/ad-exchange/domain/price";
import type { Slot, Traits } from "../../../../../functions/ad-exchange/domain/traits";
import { slotOf } from "./offers";

export const traitsOf = (fields: Partial<Traits> = {}): Traits => ({
  country: "",
  region: "",
  deviceType: 0,
  os: "",
  channel: "site",
  domain: "",
  bundle: "",
  language: "",
  categories: [],
  cattax: 1,
  segments: [],
  blockedCategories: [],
  blockedAdvertisers: [],
  blockedApps: [],
  creativeLanguages: [],
  allowedSeats: [],
  blockedSeats: [],
  userKey: "",
  isUncounted: false,
  now: 0,
  ...fields,
});

/** EUR at two dollars; any other currency than these two is unknown. */
export const toMicros = (price: number, currency: string): number | undefined =>
  currency === "USD" || currency === "EUR" ? microsOfNumber(currency === "EUR" ? price * 2 : price) : undefined;

export const termsOf = (
  imp: Partial<Imp> = {},
  {
    slot = {},
    traits = {},
    request = {},
  }: { slot?: Partial<Slot>; traits?: Partial<Traits>; request?: Partial<BidRequest> } = {},
): BidTerms => {
  const whole: Imp = { id: "1", banner: { w: 300, h: 250 }, ...imp };
  return bidTerms(
    { id: "auction-1", imp: [whole], ...request },
    traitsOf(traits),
    [slotOf({ imp: whole, ...slot })],
    toMicros,
  );
};

/** A bid with nothing wrong for `termsOf()`. */
export const rawBid = (fields: Readonly<Record<string, unknown>> = {}) => ({
  id: "bid-1",
  impid: "1",
  price: 1.5,
  adm: "<b>ad</b>",
  crid: "creative-1",
  adomain: ["ford.com"],
  w: 300,
  h: 250,
  ...fields,
});

export const responseOf = (bids: readonly unknown[], fields: Readonly<Record<string, unknown>> = {}) => ({
  id: "auction-1",
  seatbid: [{ seat: "s", bid: bids }],
  ...fields,
});
