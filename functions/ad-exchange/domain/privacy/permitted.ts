import type { BidRequest, Regs } from "../openrtb/bid-request";
import { refusedByGpp } from "./gpp";
import type { PrivacyPolicy } from "./policy";
import { explainReasons, NOTHING, REASONS, REFUSED, type Refusals, refuseAll, WHAT_BITS } from "./refusals";
import { refusedByTcf } from "./tcf";
import { refusedByUsPrivacy } from "./us-privacy";

/**
 * What may be done with a request's personal data: every regime that applies has been asked, and the strictest answer of
 * each kind stands.
 */
export interface Permitted {
  /** Identifiers of user and device may be used, stored and sent on: `user.id`, `buyeruid`, `eids`, `device.ifa`, hashes. */
  readonly ids: boolean;
  /** Coordinates, postal code and address may be used and sent on as they came; else as `redaction.ts` leaves them. */
  readonly preciseGeo: boolean;
  /** What is known of the user beside the page: `user.data`, year of birth, gender, keywords, stored segments. */
  readonly segments: boolean;
  /** A key may be derived from an identifier to count impressions by; it is not sent on. May hold without `ids`. */
  readonly userKey: boolean;
  /** Bits of `REASONS`: why something is refused; 0: nothing is. `explainPermitted` puts them in words. */
  readonly reasons?: number;
}

/**
 * Decides before anything else reads a request's user or device. Never throws; what applies and cannot be read permits
 * nothing, what does not apply refuses nothing.
 *
 * | signal                                         | refuses                                                     |
 * |------------------------------------------------|-------------------------------------------------------------|
 * | `regs.coppa` 1 [3.2.3], (16 CFR 312.2)         | everything                                                  |
 * | `device.lmt` 1, `device.dnt` 1 [3.2.18]        | everything                                                  |
 * | `regs.gdpr` 1, TCF string version 2            | ids without purposes 1, 2, 3, 4; segments without 2, 3, 4;  |
 * |                                                | user key without 1, 2, 7; precise geo without 2 and special |
 * |                                                | feature 1; each for the exchange as vendor                  |
 * | no such string, or one that is not valid       | everything                                                  |
 * | GPP section 2                                  | as the TCF string, in whose place it also stands            |
 * | GPP section 5 (Canada)                         | as the TCF, without purpose 1                               |
 * | GPP sections 7 to 27: an opt-out, no notice,   | everything                                                  |
 * | service provider mode, a known child, GPC      |                                                             |
 * | the same: a kind of sensitive data refused     | precise geo, segments                                       |
 * | GPP section 6, `regs.us_privacy`               | everything, but for "1---" and "1YN" with anything behind   |
 * | `regs.ext.gpc` "1" (Cal. Code Regs. 11, 7025)  | everything                                                  |
 * | GPP section that applies and is not read       | everything                                                  |
 *
 * @param now milliseconds since the epoch: a consent string has an age
 */
export function permittedIn(request: BidRequest, policy: PrivacyPolicy, now: number): Permitted {
  const { device, regs, user } = request;
  let refusals = NOTHING;
  if (device !== undefined) {
    if (device.lmt === 1) refusals |= LIMITED;
    if (device.dnt === 1) refusals |= NOT_TRACKED;
  }
  const consent = text(user?.consent) || text(user?.ext?.consent);
  if (regs !== undefined || consent !== "") refusals |= refusedByLaw(regs ?? NO_REGS, consent, policy, now);
  return {
    ids: (refusals & REFUSED.ids) === 0,
    preciseGeo: (refusals & REFUSED.preciseGeo) === 0,
    segments: (refusals & REFUSED.segments) === 0,
    userKey: (refusals & REFUSED.userKey) === 0,
    reasons: refusals >>> WHAT_BITS,
  };
}

/** In words, for a trace. */
export const explainPermitted = ({ reasons }: Permitted): readonly string[] => explainReasons(reasons ?? 0);

const COPPA = refuseAll(REASONS.coppa);
const LIMITED = refuseAll(REASONS.limitAdTracking);
const NOT_TRACKED = refuseAll(REASONS.doNotTrack);
const NO_CONSENT = refuseAll(REASONS.noConsentString);
const CONTROLLED = refuseAll(REASONS.globalPrivacyControl);
const NO_REGS: Regs = {};

function refusedByLaw(regs: Regs, consent: string, policy: PrivacyPolicy, now: number): Refusals {
  const { ext } = regs;
  let refusals = regs.coppa === 1 ? COPPA : NOTHING;
  const gdpr = regs.gdpr ?? ext?.gdpr;
  const inside = gdpr === undefined ? consent !== "" && policy.unsaidGdpr === "inside" : gdpr === 1;
  const gpp = text(regs.gpp) || text(ext?.gpp);
  const sections = regs.gpp_sid ?? ext?.gpp_sid;
  if (inside && consent !== "") refusals |= refusedByTcf(consent, 0, consent.length, policy, now);
  else if (inside && gpp === "") refusals |= NO_CONSENT;
  if (gpp !== "" || sections !== undefined) {
    const listed = Array.isArray(sections) ? sections : undefined;
    refusals |= refusedByGpp(gpp, listed, inside && consent === "" && gpp !== "", policy, now);
  }
  const usPrivacy = text(regs.us_privacy) || text(ext?.us_privacy);
  if (usPrivacy !== "") refusals |= refusedByUsPrivacy(usPrivacy, 0, usPrivacy.length);
  // Some write the number.
  if (ext?.gpc !== undefined && String(ext.gpc) === "1") refusals |= CONTROLLED;
  return refusals;
}

/** Extensions are not always what they should be. An empty string says as little as an absent one, [2.3]. */
const text = (value: string | undefined): string => (typeof value === "string" ? value : "");
