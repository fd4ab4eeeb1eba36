import { BitReader, endOfLetters } from "./bit-reader";
import type { PrivacyPolicy } from "./policy";
import { type Purposes, purpose, pursued } from "./purposes";
import { NOTHING, REASONS, REFUSED, type Refusals, refuse, refuseAll } from "./refusals";
import { type VendorsReader, vendorIn, vendorInOptimized, vendorInRanges } from "./vendors";

const DAY = 86_400_000;
/** A user is asked again after at most 13 months (TCF Policies, 5.1): what is older says nothing. */
const OLDEST_DAYS = 396;
/** Clocks differ, and the last update is rounded to a day. */
const AHEAD_DAYS = 1;

const DOT = 46;

/** Behind the version: times in deciseconds, 36 bits each. */
const LAST_UPDATED = 42;
const DISCLOSED_VENDORS = 1;

/**
 * Which purposes a use of data needs. 1 store and access on a device; 2 select advertising by limited data, frequency
 * capping included; 3 and 4 make and use profiles; 7 measure advertising (TCF Policies, Appendix A).
 */
const NEEDS = {
  any: purpose(2),
  ids: purpose(1) | purpose(2) | purpose(3) | purpose(4),
  segments: purpose(2) | purpose(3) | purpose(4),
  userKey: purpose(1) | purpose(2) | purpose(7),
} as const;

/**
 * What a TC string of the EU forbids ("Consent string and vendor list formats v2", version 2 of the core string), as it
 * stands in `text` from `from` to `end`. A string that is malformed, too old, of the future, or has not told the user of
 * this vendor, permits nothing.
 */
export function refusedByTcf(text: string, from: number, end: number, policy: PrivacyPolicy, now: number): Refusals {
  const bits = new BitReader(text, from, endOfLetters(text, from));
  if (policy.gvlId === undefined || bits.int(6) !== 2 || !isCurrent(bits, now)) return UNREADABLE;
  bits.at = 140;
  const precise = bits.flag();
  bits.at = 152;
  const said = { consents: bits.int(24), interests: bits.int(24) };
  bits.at = 213;
  const purposes = pursued(bits, said, policy, vendorIn, vendorInRanges);
  if (bits.failed || !isDisclosed(text, from + bits.length / 6, end, policy.gvlId, vendorIn)) return UNREADABLE;
  return refusals(purposes, precise, REASONS.notConsented);
}

const UNREADABLE = refuseAll(REASONS.noConsentString);

/**
 * The same of Canada (GPP section 5, version 1): express consent for consent, implied consent for legitimate interest,
 * and no purpose 1.
 */
export function refusedByTcfCanada(
  text: string,
  from: number,
  end: number,
  policy: PrivacyPolicy,
  now: number,
): Refusals {
  const bits = new BitReader(text, from, endOfLetters(text, from));
  if (policy.gvlId === undefined || bits.int(6) !== 1 || !isCurrent(bits, now)) return UNREADABLE_SECTION;
  bits.at = 139;
  const precise = bits.flag();
  bits.at = 151;
  const said = { consents: bits.int(24), interests: bits.int(24) };
  const purposes = pursued(bits, said, policy, vendorInOptimized, vendorInOptimized) | purpose(1);
  const coreEnd = from + bits.length / 6;
  if (bits.failed || !isDisclosed(text, coreEnd, end, policy.gvlId, vendorInOptimized)) return UNREADABLE_SECTION;
  return refusals(purposes, precise, REASONS.gppCanada);
}

const UNREADABLE_SECTION = refuseAll(REASONS.gppUnreadable);

function refusals(purposes: Purposes, precise: boolean, reason: number): Refusals {
  let what = 0;
  if ((purposes & NEEDS.ids) !== NEEDS.ids) what |= REFUSED.ids;
  if ((purposes & NEEDS.segments) !== NEEDS.segments) what |= REFUSED.segments;
  if ((purposes & NEEDS.userKey) !== NEEDS.userKey) what |= REFUSED.userKey;
  if (!precise || (purposes & NEEDS.any) === 0) what |= REFUSED.preciseGeo;
  return what === 0 ? NOTHING : refuse(what, reason);
}

function isCurrent(bits: BitReader, now: number): boolean {
  bits.at = LAST_UPDATED;
  const updated = (bits.int(18) * 2 ** 18 + bits.int(18)) * 100;
  return now - updated <= OLDEST_DAYS * DAY && updated - now <= AHEAD_DAYS * DAY;
}

/** Segments behind the core: where the disclosed vendors are listed (from TCF 2.3 on always) the vendor is one of them. */
function isDisclosed(text: string, coreEnd: number, end: number, vendor: number, vendorIsIn: VendorsReader): boolean {
  for (let at = coreEnd; at < end; ) {
    if (text.charCodeAt(at) !== DOT) return false;
    const bits = new BitReader(text, at + 1, endOfLetters(text, at + 1));
    if (bits.int(3) === DISCLOSED_VENDORS && !vendorIsIn(bits, vendor)) return false;
    if (bits.failed) return false;
    at += 1 + bits.length / 6;
  }
  return true;
}
