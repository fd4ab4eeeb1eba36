/**
 * What one regime says: the low bits are what it refuses, those above are why. Two regimes together are the `|` of both,
 * so the strictest always wins and another regime can never permit more.
 */
export type Refusals = number;

export const REFUSED = { ids: 1, preciseGeo: 2, segments: 4, userKey: 8 } as const;

export const NOTHING: Refusals = 0;
const EVERYTHING: Refusals = 15;

/** Number of bits below the reasons. */
export const WHAT_BITS = 4;

/** Bits of `Permitted.reasons`. */
export const REASONS = {
  coppa: 1 << 0,
  limitAdTracking: 1 << 1,
  doNotTrack: 1 << 2,
  /** The GDPR applies and there is no consent string that can be read and is valid, or the exchange has no vendor id. */
  noConsentString: 1 << 3,
  /** The consent string lacks a purpose, or the exchange as a vendor. */
  notConsented: 1 << 4,
  /** A section of the GPP string applies that is missing, unknown or cannot be read. */
  gppUnreadable: 1 << 5,
  gppCanada: 1 << 6,
  /** A section of a state or the nation tells of an opt-out, of a notice not given, or contradicts itself. */
  gppUsOptOut: 1 << 7,
  gppUsChild: 1 << 8,
  gppUsSensitive: 1 << 9,
  usPrivacy: 1 << 10,
  globalPrivacyControl: 1 << 11,
} as const;

export const refuse = (what: number, reason: number): Refusals => what | (reason << WHAT_BITS);
export const refuseAll = (reason: number): Refusals => refuse(EVERYTHING, reason);

const SAID: readonly (readonly [number, string])[] = [
  [REASONS.coppa, "regs.coppa: directed at children (COPPA)"],
  [REASONS.limitAdTracking, "device.lmt: tracking is limited"],
  [REASONS.doNotTrack, "device.dnt: tracking is refused"],
  [REASONS.noConsentString, "GDPR applies without a valid consent string for this vendor"],
  [REASONS.notConsented, "TCF string: a purpose, the special feature or the vendor lacks permission"],
  [REASONS.gppUnreadable, "GPP: a section that applies is missing, unknown or malformed"],
  [REASONS.gppCanada, "GPP, TCF Canada: a purpose, the special feature or the vendor lacks permission"],
  [REASONS.gppUsOptOut, "GPP, United States: opted out, not given notice, or contradictory"],
  [REASONS.gppUsChild, "GPP, United States: a known child"],
  [REASONS.gppUsSensitive, "GPP, United States: sensitive data refused"],
  [REASONS.usPrivacy, "us_privacy: opted out of sale, not given notice, or malformed"],
  [REASONS.globalPrivacyControl, "Global Privacy Control"],
];

/** For people, in a trace: why something is not permitted. */
export const explainReasons = (reasons: number): readonly string[] =>
  SAID.filter(([bit]) => (reasons & bit) !== 0).map(([, text]) => text);
