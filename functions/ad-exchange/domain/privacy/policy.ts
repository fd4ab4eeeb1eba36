/** What the exchange is to the privacy frameworks. */
export interface PrivacyPolicy {
  /** Id in the Global Vendor List of the TCF. Absent: where a TCF string decides, nothing is permitted. */
  readonly gvlId?: number;
  /** Purposes it declared there on legitimate interest (in Canada: implied consent); every other one on consent. */
  readonly legitimateInterests?: readonly number[];
  /** Purposes it declared flexible: a publisher's restriction may change their legal basis. */
  readonly flexiblePurposes?: readonly number[];
  /** Where a request has a consent string and does not say whether the GDPR applies. Absent: outside. */
  readonly unsaidGdpr?: "inside" | "outside";
}
