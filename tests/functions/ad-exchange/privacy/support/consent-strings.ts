import {
  GVL,
  PurposeRestriction,
  type RestrictionType,
  Segment,
  SegmentEncoder,
  TCModel,
  type VendorList,
} from "@iabtcf/core";
import fc from "fast-check";

export const NOW = Date.parse("2026-06-01T12:00:00.000Z");
const DAY = 86_400_000;
const MOST_VENDORS = 1200;

const ids = Array.from({ length: MOST_VENDORS }, (_, at) => at + 1);
const PURPOSES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** The library writes restrictions of vendors that declare the purpose both ways: here all do. */
const LIST = {
  ...{ gvlSpecificationVersion: 3, vendorListVersion: 10, tcfPolicyVersion: 5, lastUpdated: "2026-01-01T00:00:00Z" },
  ...{ specialPurposes: {}, features: {}, stacks: {}, specialFeatures: { 1: { id: 1 } } },
  purposes: Object.fromEntries(PURPOSES.map((id) => [String(id), { id }])),
  vendors: Object.fromEntries(
    ids.map((id) => {
      const declared = { purposes: PURPOSES, legIntPurposes: PURPOSES, flexiblePurposes: PURPOSES };
      return [String(id), { id, ...declared, specialPurposes: [], features: [], specialFeatures: [1] }];
    }),
  ),
} as unknown as VendorList;
const gvl = new GVL(LIST);

export interface Choices {
  readonly consents: readonly number[];
  readonly interests: readonly number[];
  readonly vendorConsents: readonly number[];
  readonly vendorInterests: readonly number[];
  readonly restrictions: readonly (readonly [vendor: number, purpose: number, type: 0 | 1 | 2])[];
  readonly precise: boolean;
  readonly disclosed?: readonly number[];
  readonly ageDays?: number;
}

/** All that vendor 7 may be given. */
export const EVERYTHING: Choices = {
  consents: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  interests: [2, 7, 8, 9, 10, 11],
  vendorConsents: [7],
  vendorInterests: [7],
  restrictions: [],
  precise: true,
};

/** The library's encoding, without its step that leaves out what a vendor list does not declare. */
export function tcString(choices: Choices, now = NOW): string {
  const model = new TCModel();
  Object.assign(model, { cmpId: 5, cmpVersion: 1, consentScreen: 1, publisherCountryCode: "DE" });
  Object.assign(model, { vendorListVersion: 10, policyVersion: 5 });
  model.isServiceSpecific = true;
  model.purposeConsents.set([...choices.consents]);
  model.purposeLegitimateInterests.set([...choices.interests]);
  model.vendorConsents.set([...choices.vendorConsents]);
  model.vendorLegitimateInterests.set([...choices.vendorInterests]);
  model.publisherRestrictions.gvl = gvl;
  if (choices.precise) model.specialFeatureOptins.set(1);
  for (const [vendor, purpose, type] of choices.restrictions) {
    model.publisherRestrictions.add(vendor, new PurposeRestriction(purpose, type as RestrictionType));
  }
  model.created = new Date(now);
  model.lastUpdated = new Date(now - (choices.ageDays ?? 0) * DAY);
  if (choices.disclosed !== undefined) model.vendorsDisclosed.set([...choices.disclosed]);
  const behind = choices.disclosed === undefined ? Segment.PUBLISHER_TC : Segment.VENDORS_DISCLOSED;
  return `${SegmentEncoder.encode(model, Segment.CORE)}.${SegmentEncoder.encode(model, behind)}`;
}

const some = (most: number) => fc.uniqueArray(fc.integer({ min: 1, max: most }), { maxLength: 11 });

/** Few vendors become ranges, a dense block becomes a field of bits. */
export const vendors = fc.oneof(
  fc.uniqueArray(fc.integer({ min: 1, max: MOST_VENDORS }), { maxLength: 12 }),
  fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 50 }),
  fc
    .tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 300 }))
    .map(([first, count]) => Array.from({ length: count }, (_, at) => first + at)),
);

/** Vendor 7 and all purposes are likely, so that permission is. */
export const choices: fc.Arbitrary<Choices> = fc.record(
  {
    consents: fc.oneof(fc.constant(EVERYTHING.consents), some(11)),
    interests: fc.oneof(fc.constant(EVERYTHING.interests), some(11)),
    vendorConsents: fc.tuple(vendors, fc.boolean()).map(([list, us]) => (us ? [...new Set([...list, 7])] : list)),
    vendorInterests: fc.tuple(vendors, fc.boolean()).map(([list, us]) => (us ? [...new Set([...list, 7])] : list)),
    restrictions: fc.array(
      fc.tuple(
        fc.oneof(fc.constant(7), fc.integer({ min: 1, max: MOST_VENDORS })),
        fc.integer({ min: 1, max: 11 }),
        fc.constantFrom(0, 1, 2),
      ),
      { maxLength: 4 },
    ),
    precise: fc.boolean(),
    disclosed: fc.tuple(vendors, fc.boolean()).map(([list, us]) => (us ? [...new Set([...list, 7])] : list)),
    ageDays: fc.oneof({ weight: 8, arbitrary: fc.constant(3) }, fc.integer({ min: 0, max: 800 })),
  },
  { requiredKeys: ["consents", "interests", "vendorConsents", "vendorInterests", "restrictions", "precise"] },
) as fc.Arbitrary<Choices>;
