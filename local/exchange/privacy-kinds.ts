import type { BidRequest, Regs } from "../../functions/ad-exchange/domain/openrtb/bid-request";
import { consentString } from "./consent";
import type { Weighted } from "./universe";

/** What the law, or the user, says of a request, and what may therefore be used of it: known because it was made so. */
export interface PrivacyKind {
  readonly name: string;
  /** What is known of the user beside the page. */
  readonly segments: boolean;
  /** Impressions may be counted. */
  readonly counting: boolean;
  readonly of: (request: BidRequest) => BidRequest;
}

const FREE = { segments: true, counting: true };
const STRIPPED = { segments: false, counting: false };

/** The exchange's number in the global vendor list, as the session's settings have it. */
export const VENDOR = 42;

const under =
  (regs: Regs) =>
  (request: BidRequest): BidRequest => ({ ...request, regs });

const consented = (consent: string) => (request: BidRequest) => ({
  ...request,
  regs: { gdpr: 1 as const },
  user: { ...request.user, consent },
});

/** The kinds and their weights, of a session that begins then. */
export function privacyKinds(now: Date): Weighted<PrivacyKind> {
  const given = (purposes: readonly number[]) =>
    consented(consentString({ purposes, vendors: [VENDOR, 91], preciseGeo: true }, now));
  return [
    [{ name: "no law", ...FREE, of: under({ coppa: 0 }) }, 48],
    [{ name: "US, not opted out", ...FREE, of: under({ us_privacy: "1YNN" }) }, 16],
    [{ name: "GDPR, consented", ...FREE, of: given([1, 2, 3, 4, 7, 9, 10]) }, 14],
    [{ name: "US, opted out", ...STRIPPED, of: under({ us_privacy: "1YYN" }) }, 5],
    [{ name: "GDPR, no profiles", segments: false, counting: true, of: given([1, 2, 7]) }, 4],
    [{ name: "GDPR, no consent", ...STRIPPED, of: under({ gdpr: 1 }) }, 4],
    [{ name: "directed at children", ...STRIPPED, of: under({ coppa: 1 }) }, 4],
    [{ name: "limited by the device", ...STRIPPED, of: limited }, 3],
    [{ name: "GPP unreadable", ...STRIPPED, of: under({ gpp: "DBAA", gpp_sid: [7] }) }, 2],
  ];
}

const limited = (request: BidRequest): BidRequest => ({
  ...request,
  regs: {},
  device: { ...request.device, lmt: 1 },
});
