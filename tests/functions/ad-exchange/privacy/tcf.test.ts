import assert from "node:assert/strict";
import { TCString } from "@iabtcf/core";
import fc from "fast-check";
import type { BidRequest } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { explainPermitted, permittedIn } from "../../../../functions/ad-exchange/domain/privacy/permitted";
import type { PrivacyPolicy } from "../../../../functions/ad-exchange/domain/privacy/policy";
import { type Choices, choices, EVERYTHING, NOW, tcString } from "./support/consent-strings";

const POLICY: PrivacyPolicy = { gvlId: 7 };
const inEurope = (consent: string | undefined): BidRequest => ({
  ...{ id: "1", imp: [] },
  regs: { gdpr: 1 },
  ...(consent === undefined ? {} : { user: { consent } }),
});
const decided = (consent: string | undefined, policy = POLICY) => {
  const { ids, preciseGeo, segments, userKey } = permittedIn(inEurope(consent), policy, NOW);
  return { ids, preciseGeo, segments, userKey };
};
const ALL = { ids: true, preciseGeo: true, segments: true, userKey: true };
const NONE = { ids: false, preciseGeo: false, segments: false, userKey: false };

/** The rules read off the policies purpose by purpose, over what the library decodes. */
function expected(consent: string, policy: PrivacyPolicy): typeof ALL {
  const model = TCString.decode(consent);
  const vendor = policy.gvlId!;
  const age = NOW - model.lastUpdated!.getTime();
  const isDisclosed = !consent.includes(".I") || model.vendorsDisclosed.has(vendor);
  if (age > 396 * 86_400_000 || !isDisclosed) return NONE;
  const may = (purpose: number): boolean => {
    const consented = model.purposeConsents.has(purpose) && model.vendorConsents.has(vendor);
    const interested =
      ![1, 3, 4, 5, 6].includes(purpose) &&
      model.purposeLegitimateInterests.has(purpose) &&
      model.vendorLegitimateInterests.has(vendor);
    const byInterest = policy.legitimateInterests?.includes(purpose) ?? false;
    const isFlexible = policy.flexiblePurposes?.includes(purpose) ?? false;
    const types = model.publisherRestrictions
      .getRestrictions(vendor)
      .filter((each) => each.purposeId === purpose)
      .map((each) => Number(each.restrictionType));
    if (types.includes(0)) return false;
    if (types.includes(1) && types.includes(2)) return false;
    if (types.includes(1)) return consented && (isFlexible || !byInterest);
    if (types.includes(2)) return interested && (isFlexible || byInterest);
    return byInterest ? interested : consented;
  };
  return {
    ids: may(1) && may(2) && may(3) && may(4),
    segments: may(2) && may(3) && may(4),
    userKey: may(1) && may(2) && may(7),
    preciseGeo: may(2) && model.specialFeatureOptins.has(1),
  };
}

const policies: fc.Arbitrary<PrivacyPolicy> = fc.record({
  gvlId: fc.oneof(fc.constant(7), fc.integer({ min: 1, max: 1500 })),
  legitimateInterests: fc.constantFrom([], [2], [2, 7], [7], [2, 3, 7]),
  flexiblePurposes: fc.constantFrom([], [2], [2, 7]),
});

describe("What a TCF string permits", () => {
  it("is what the library's decoding of it says, for all choices and declarations", () => {
    const seen = { some: 0, all: 0 };
    fc.assert(
      fc.property(choices, policies, (chosen, policy) => {
        const consent = tcString(chosen);
        const right = expected(consent, policy);
        assert.deepEqual(decided(consent, policy), right);
        seen.some += right.ids || right.preciseGeo || right.userKey ? 1 : 0;
        seen.all += right.ids ? 1 : 0;
      }),
      { numRuns: 1500, seed: 6 },
    );
    // Otherwise a decision that refuses everything would pass.
    assert.equal(seen.some > 100 && seen.all > 20, true, JSON.stringify(seen));
  });

  it("is everything where everything was consented to, and nothing for another vendor or none", () => {
    const consent = tcString(EVERYTHING);
    assert.deepEqual(decided(consent), ALL);
    assert.deepEqual(decided(consent, { gvlId: 8 }), NONE);
    assert.deepEqual(decided(consent, {}), NONE);
  });

  const cases: readonly [string, Partial<Choices>, PrivacyPolicy, object][] = [
    ["no purpose 1", { consents: [2, 3, 4, 7] }, POLICY, { ids: false, userKey: false }],
    ["no purpose 2", { consents: [1, 3, 4, 7] }, POLICY, NONE],
    ["no purpose 3", { consents: [1, 2, 4, 7] }, POLICY, { ids: false, segments: false }],
    ["no purpose 4", { consents: [1, 2, 3, 7] }, POLICY, { ids: false, segments: false }],
    ["no purpose 7", { consents: [1, 2, 3, 4] }, POLICY, { userKey: false }],
    ["no special feature", { precise: false }, POLICY, { preciseGeo: false }],
    ["interest not declared", { vendorConsents: [] }, POLICY, NONE],
    ["interest declared", { consents: [1, 3, 4] }, { gvlId: 7, legitimateInterests: [2, 7] }, {}],
    [
      "interest declared where it cannot be",
      { consents: [1, 2, 7], interests: [3, 4] },
      { gvlId: 7, legitimateInterests: [3, 4] },
      { ids: false, segments: false },
    ],
    ["purpose 4 not allowed", { restrictions: [[7, 4, 0]] }, POLICY, { ids: false, segments: false }],
    ["another vendor's purpose 4", { restrictions: [[8, 4, 0]] }, POLICY, {}],
    ["not disclosed", { disclosed: [8] }, POLICY, NONE],
    ["disclosed", { disclosed: [7] }, POLICY, {}],
    ["13 months old", { ageDays: 396 }, POLICY, {}],
    ["older", { ageDays: 397 }, POLICY, NONE],
    ["of tomorrow's clock", { ageDays: -1 }, POLICY, {}],
    ["of the future", { ageDays: -2 }, POLICY, NONE],
  ];
  for (const [name, chosen, policy, differs] of cases) {
    it(`with ${name}`, () => {
      assert.deepEqual(decided(tcString({ ...EVERYTHING, ...chosen }), policy), { ...ALL, ...differs });
    });
  }

  it("is nothing without a string, and says why", () => {
    for (const consent of [undefined, "", " ", "null"]) assert.deepEqual(decided(consent), NONE);
    assert.deepEqual(explainPermitted(permittedIn(inEurope(undefined), POLICY, NOW)), [
      "GDPR applies without a valid consent string for this vendor",
    ]);
  });

  it("is nothing for a string cut anywhere, or with anything in it that is no letter of base64url", () => {
    const consent = tcString({ ...EVERYTHING, restrictions: [[9, 3, 0]], disclosed: [7, 8] });
    assert.deepEqual(decided(consent), ALL);
    const core = consent.indexOf(".");
    const end = Math.ceil((core * 6 - 12) / 6) - 1;
    for (let at = 0; at < end; at++) assert.deepEqual(decided(consent.slice(0, at)), NONE, `cut at ${at}`);
    for (let at = 0; at < consent.length; at++) {
      for (const letter of ["=", "+", "/", " ", "~", "é", "\u{1F36A}", "\u0000"]) {
        const broken = consent.slice(0, at) + letter + consent.slice(at + 1);
        assert.deepEqual(decided(broken), NONE, broken);
      }
    }
  });

  it("is nothing when a segment behind the core is empty or cut", () => {
    const disclosing = tcString({ ...EVERYTHING, disclosed: [7, 8, 900] });
    const [core, disclosed] = disclosing.split(".") as [string, string];
    assert.deepEqual(decided(core), ALL);
    for (const behind of [".", "..", `.${disclosed}.`, `..${disclosed}`, `.${disclosed.slice(0, -5)}`]) {
      assert.deepEqual(decided(core + behind), NONE, behind);
    }
  });

  it("is nothing under version 1", () => {
    assert.deepEqual(decided(`B${tcString(EVERYTHING).slice(1)}`), NONE);
  });

  it("is what the library reads when any letter is another, unless nothing is permitted", () => {
    const consent = tcString({ ...EVERYTHING, vendorConsents: [7, 300, 301, 302, 500] });
    const letters = fc.constantFrom(..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    fc.assert(
      fc.property(fc.nat(consent.indexOf(".") - 1), letters, (at, letter) => {
        const changed = consent.slice(0, at) + letter + consent.slice(at + 1);
        const got = decided(changed);
        // The library also refuses languages and countries that are none; they do not matter here.
        const isCountry = (at >= 18 && at <= 19) || (at >= 33 && at <= 35);
        if (!isCountry && Object.values(got).some(Boolean)) assert.deepEqual(got, expected(changed, POLICY), changed);
      }),
      { numRuns: 800, seed: 6 },
    );
  });

  it("does not matter outside the GDPR, and where nothing is said the policy decides", () => {
    const refused = tcString({ ...EVERYTHING, vendorConsents: [], vendorInterests: [] });
    const unsaid: BidRequest = { id: "1", imp: [], user: { consent: refused } };
    const permitted = (request: BidRequest, policy: PrivacyPolicy) => permittedIn(request, policy, NOW).ids;
    assert.equal(permitted({ ...unsaid, regs: { gdpr: 0 } }, { gvlId: 7, unsaidGdpr: "inside" }), true);
    assert.equal(permitted(unsaid, POLICY), true);
    assert.equal(permitted(unsaid, { gvlId: 7, unsaidGdpr: "inside" }), false);
    assert.equal(permitted({ id: "1", imp: [] }, { gvlId: 7, unsaidGdpr: "inside" }), true);
  });

  it("is read from where 2.5 put it", () => {
    const of = (consent: string): BidRequest => ({
      ...{ id: "1", imp: [] },
      ...{ regs: { ext: { gdpr: 1 } }, user: { ext: { consent } } },
    });
    assert.equal(permittedIn(of(tcString(EVERYTHING)), POLICY, NOW).ids, true);
    assert.equal(permittedIn(of(tcString({ ...EVERYTHING, consents: [] })), POLICY, NOW).ids, false);
  });
});
