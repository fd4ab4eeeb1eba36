import { GVL, Segment, SegmentEncoder, TCModel, type VendorList } from "@iabtcf/core";

/** What a made-up person has agreed to. */
export interface Consent {
  /** Purposes of the TCF, 1 to 11. */
  readonly purposes: readonly number[];
  /** Vendors by their number in the global vendor list. */
  readonly vendors: readonly number[];
  readonly preciseGeo: boolean;
}

/** The encoder wants a vendor list; what no vendor restricts is written without looking into one. */
const LIST = {
  ...{ gvlSpecificationVersion: 3, vendorListVersion: 10, tcfPolicyVersion: 5, lastUpdated: "2026-01-01T00:00:00Z" },
  ...{ purposes: {}, specialPurposes: {}, features: {}, specialFeatures: {}, stacks: {}, vendors: {} },
} as unknown as VendorList;

/** A TC string of version 2.3 of the TCF, given at `at`: core and disclosed vendors. */
export function consentString({ purposes, vendors, preciseGeo }: Consent, at: Date): string {
  const model = new TCModel();
  Object.assign(model, { cmpId: 5, cmpVersion: 1, consentScreen: 1, publisherCountryCode: "DE" });
  Object.assign(model, { vendorListVersion: 10, policyVersion: 5, isServiceSpecific: true });
  model.publisherRestrictions.gvl = new GVL(LIST);
  model.purposeConsents.set([...purposes]);
  model.vendorConsents.set([...vendors]);
  model.vendorsDisclosed.set([...vendors]);
  if (preciseGeo) model.specialFeatureOptins.set(1);
  model.created = model.lastUpdated = at;
  return `${SegmentEncoder.encode(model, Segment.CORE)}.${SegmentEncoder.encode(model, Segment.VENDORS_DISCLOSED)}`;
}
