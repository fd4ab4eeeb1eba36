import assert from "node:assert/strict";
import { GppModel } from "@iabgpp/cmpapi";
import fc from "fast-check";
import type { BidRequest, Regs } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { explainPermitted, permittedIn } from "../../../../functions/ad-exchange/domain/privacy/permitted";
import type { PrivacyPolicy } from "../../../../functions/ad-exchange/domain/privacy/policy";
import { choices, EVERYTHING, NOW, tcString } from "./support/consent-strings";

const POLICY: PrivacyPolicy = { gvlId: 7 };
const decided = (regs: Regs, policy = POLICY, user: BidRequest["user"] = undefined, now = NOW) => {
  const request: BidRequest = { id: "1", imp: [], regs, ...(user === undefined ? {} : { user }) };
  const { ids, preciseGeo, segments, userKey } = permittedIn(request, policy, now);
  return { ids, preciseGeo, segments, userKey };
};
const ALL = { ids: true, preciseGeo: true, segments: true, userKey: true };
const NONE = { ids: false, preciseGeo: false, segments: false, userKey: false };

const SECTIONS = {
  usnat: 7,
  ...{ usca: 8, usva: 9, usco: 10, usut: 11, usct: 12, usfl: 13, usmt: 14, usor: 15, ustx: 16, usde: 17, usia: 18 },
  ...{ usne: 19, usnh: 20, usnj: 21, ustn: 22, usmn: 23, usmd: 24, usin: 25, usky: 26, usri: 27 },
} as const;
type Section = keyof typeof SECTIONS;
const NAMES = Object.keys(SECTIONS) as Section[];
type Fields = Readonly<Record<string, number | readonly number[] | boolean>>;

const HOUSEKEEPING = [
  "Version",
  "MspaVersion",
  "GpcSegmentType",
  "GpcSegmentIncluded",
  "SensitiveDataConsentSegmentIncluded",
];
const decoded = (model: GppModel, section: Section) => (model.toObject() as Readonly<Record<Section, Fields>>)[section];
const blank = (section: Section): Fields => {
  const model = new GppModel();
  model.setFieldValue(section, "SaleOptOut", 0);
  return decoded(model, section);
};

/** A section as the library writes it. */
function written(section: Section, fields: Fields, version?: number): string {
  const model = new GppModel();
  model.setFieldValue(section, "SaleOptOut", 0);
  if (version !== undefined) model.setFieldValue(section, "Version", version);
  if ("Gpc" in fields) model.setFieldValue(section, "GpcSegmentIncluded", true);
  for (const [name, value] of Object.entries(fields)) model.setFieldValue(section, name, value);
  return model.encode();
}

/** The rules by the fields' names, over what the library decodes. */
function expected(fields: Fields): typeof ALL {
  const values = Object.entries(fields).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each) => [name, each] as const),
  );
  const optedOut = values.some(([name, value]) => {
    if (name === "SharingNotice" || name === "ProcessingNotice") return value === 2;
    if (/^(Sale|Sharing|TargetedAdvertising)OptOut$/.test(name)) {
      return !((fields[`${name}Notice`] === 0 && value === 0) || (fields[`${name}Notice`] === 1 && value === 2));
    }
    if (name === "PersonalDataConsents" || name === "AdditionalDataProcessingConsent") return value === 1;
    if (name === "KnownChildSensitiveDataConsents") return value !== 0;
    if (name === "MspaServiceProviderMode") return value === 1;
    return (name === "MspaMode" && value === 2) || (name === "Gpc" && value === true);
  });
  const sensitive = values.some(([name, value]) =>
    name === "SensitiveDataProcessing" ? value === 1 : /^SensitiveData.*Notice$/.test(name) && value === 2,
  );
  if (optedOut) return NONE;
  return sensitive ? { ...ALL, preciseGeo: false, segments: false } : ALL;
}

/** Mostly harmless values, one or two others: so that every field decides alone. */
const filled = (section: Section): fc.Arbitrary<Fields> => {
  const names = Object.keys(blank(section)).filter((name) => !HOUSEKEEPING.includes(name));
  const harmless = names.map((name): [string, Fields[string]] => {
    const value = blank(section)[name]!;
    if (name === "MspaCoveredTransaction") return [name, 1];
    if (/^(Sale|Sharing|TargetedAdvertising)OptOutNotice$/.test(name)) return [name, 1];
    if (/^(Sale|Sharing|TargetedAdvertising)OptOut$/.test(name)) return [name, 2];
    return [name, value];
  });
  const odd = fc.tuple(fc.constantFrom(...names), fc.nat(40), fc.constantFrom(0, 1, 2)).map(([name, at, value]) => {
    const given = blank(section)[name]!;
    if (typeof given === "boolean") return [name, value === 1] as const;
    if (name === "MspaCoveredTransaction") return [name, Math.max(1, value)] as const;
    if (!Array.isArray(given)) return [name, value] as const;
    return [name, given.map((each: number, index) => (index === at % given.length ? value : each))] as const;
  });
  return fc.array(odd, { maxLength: 2 }).map((changes) => Object.fromEntries([...harmless, ...changes]) as Fields);
};

describe("What a GPP section of the United States permits", () => {
  for (const section of NAMES) {
    it(`is what the library's decoding of ${section} says`, () => {
      const seen = new Set<string>();
      fc.assert(
        fc.property(filled(section), (fields) => {
          const gpp = written(section, fields);
          const right = expected(decoded(new GppModel(gpp), section));
          assert.deepEqual(decided({ gpp, gpp_sid: [SECTIONS[section]] }), right, JSON.stringify(fields));
          seen.add(JSON.stringify(right));
        }),
        { numRuns: 150, seed: 6 },
      );
      assert.equal(seen.size >= 2, true);
    });
  }

  it("is read in both versions of the national section", () => {
    const sensitive = Array<number>(12).fill(0);
    const of = (fields: Fields) => decided({ gpp: written("usnat", fields, 1), gpp_sid: [7] });
    const fair = { SaleOptOutNotice: 1, SaleOptOut: 2, SensitiveDataProcessing: sensitive };
    const children = { KnownChildSensitiveDataConsents: [0, 0] };
    assert.deepEqual(of({ ...fair, ...children }), ALL);
    assert.deepEqual(of({ ...fair, KnownChildSensitiveDataConsents: [0, 2] }), NONE);
    assert.deepEqual(of({ ...fair, ...children, MspaServiceProviderMode: 1 }), NONE);
    assert.deepEqual(of({ ...fair, ...children, MspaServiceProviderMode: 2 }), ALL);
    for (let at = 0; at < 12; at++) {
      const refused = of({ ...fair, ...children, SensitiveDataProcessing: sensitive.with(at, 1) });
      assert.deepEqual(refused, { ...ALL, preciseGeo: false, segments: false }, String(at));
    }
  });

  it("is nothing in a version nobody knows, or with a segment nobody knows", () => {
    const gpp = written("usca", {});
    const [header, section] = gpp.split("~") as [string, string];
    assert.deepEqual(decided({ gpp: `${header}~${section}`, gpp_sid: [8] }), ALL);
    assert.deepEqual(decided({ gpp: `${header}~C${section.slice(1)}`, gpp_sid: [8] }), NONE);
    for (const more of [".", ".gA", ".Y", ".YA.", ".QA.YA", ".YA=", "..YA"]) {
      assert.deepEqual(decided({ gpp: `${header}~${section}${more}`, gpp_sid: [8] }), NONE, more);
    }
    assert.deepEqual(decided({ gpp: `${header}~${section}.QA`, gpp_sid: [8] }), ALL);
  });

  it("is nothing in the newer form of 26, with a header that tells its segments", () => {
    const [header] = written("usky", {}).split("~") as [string];
    // SectionID 26, Version 1, one subsection: 0.
    assert.deepEqual(decided({ gpp: `${header}~aBABg.BAAA`, gpp_sid: [26] }), NONE);
  });

  it("says why", () => {
    const why = (fields: Fields) =>
      explainPermitted(
        permittedIn({ id: "1", imp: [], regs: { gpp: written("usnat", fields), gpp_sid: [7] } }, POLICY, NOW),
      );
    assert.deepEqual(why({ Gpc: true }), ["Global Privacy Control"]);
    assert.deepEqual(why({ SaleOptOut: 1 }), ["GPP, United States: opted out, not given notice, or contradictory"]);
    assert.deepEqual(why({ KnownChildSensitiveDataConsents: [0, 1, 0] }), ["GPP, United States: a known child"]);
    assert.deepEqual(why({ SensitiveDataLimitUseNotice: 2 }), ["GPP, United States: sensitive data refused"]);
    assert.deepEqual(why({}), []);
  });
});

describe("A GPP string", () => {
  const US_OUT = written("usca", { SaleOptOutNotice: 1, SaleOptOut: 1 });
  const model = new GppModel();
  model.setFieldValue("usnat", "SaleOptOut", 0);
  model.setFieldValue("usca", "SaleOptOut", 1);
  model.setFieldValue("ustx", "SaleOptOut", 1);
  const MANY = model.encode();

  it("binds by the sections that apply, and by all where none is named", () => {
    assert.deepEqual(decided({ gpp: MANY, gpp_sid: [7] }), ALL);
    assert.deepEqual(decided({ gpp: MANY, gpp_sid: [8] }), NONE);
    assert.deepEqual(decided({ gpp: MANY, gpp_sid: [7, 16] }), NONE);
    assert.deepEqual(decided({ gpp: MANY, gpp_sid: [-1] }), ALL);
    assert.deepEqual(decided({ gpp: MANY, gpp_sid: [3, 4, 7] }), ALL);
    for (const open of [{}, { gpp_sid: [] }, { gpp_sid: [0] }]) {
      assert.deepEqual(decided({ gpp: MANY, ...open }), NONE);
      assert.deepEqual(decided({ gpp: written("usnat", {}), ...open }), ALL);
    }
  });

  it("is read from where 2.5 put it", () => {
    assert.deepEqual(decided({ ext: { gpp: US_OUT, gpp_sid: [8] } }), NONE);
    assert.deepEqual(decided({ ext: { gpp: written("usca", {}), gpp_sid: [8] } }), ALL);
  });

  it("permits nothing when a section that applies is not in it, or nobody knows it", () => {
    for (const gpp_sid of [[9], [7, 9], [28], [1], [31], [1e9], [-2], [7.5]]) {
      assert.deepEqual(decided({ gpp: MANY, gpp_sid }), NONE, String(gpp_sid));
    }
    assert.deepEqual(decided({ gpp_sid: [7] }), NONE);
    assert.deepEqual(decided({ gpp: "", gpp_sid: [7] }), NONE);
    assert.deepEqual(decided({ gpp_sid: [-1] }), ALL);
    assert.deepEqual(decided({ gpp: "", gpp_sid: [] }), ALL);
  });

  it("permits nothing when its header and its sections differ", () => {
    const [header, ...sections] = MANY.split("~") as [string, ...string[]];
    assert.deepEqual(decided({ gpp: `${header}~${sections[0]}~${sections[0]}~${sections[0]}`, gpp_sid: [7] }), ALL);
    for (const broken of [
      header,
      `${header}~${sections[0]}`,
      `${MANY}~${sections[0]}`,
      `${MANY}~`,
      `~${MANY}`,
      `C${MANY.slice(1)}`,
      `D${MANY.slice(2)}`,
      `${header}=~${sections.join("~")}`,
      // 4,095 sections announced
      `DB__${header.slice(4)}~${sections.join("~")}`,
    ]) {
      assert.deepEqual(decided({ gpp: broken, gpp_sid: [7] }), NONE, broken);
    }
  });

  it("names its sections in any order and in ranges", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }), fc.nat(), (names, pick) => {
        const several = new GppModel();
        const out = names[pick % names.length]!;
        for (const name of names) several.setFieldValue(name, "SaleOptOut", name === out ? 1 : 0);
        const gpp = several.encode();
        for (const name of names) {
          assert.deepEqual(decided({ gpp, gpp_sid: [SECTIONS[name]] }), name === out ? NONE : ALL);
        }
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it("carries a TCF string, which applies by itself and stands for one that is not given", () => {
    fc.assert(
      fc.property(choices, (chosen) => {
        const consent = tcString(chosen);
        const gpp = `DBABM~${consent}`;
        const right = decided({ gdpr: 1 }, POLICY, { consent });
        assert.deepEqual(decided({ gpp, gpp_sid: [2] }), right);
        assert.deepEqual(decided({ gpp, gpp_sid: [2], gdpr: 0 }), right);
        assert.deepEqual(decided({ gpp, gdpr: 1 }), right);
        assert.deepEqual(decided({ gpp, gpp_sid: [-1], gdpr: 1 }), right);
      }),
      { numRuns: 100, seed: 6 },
    );
    assert.deepEqual(decided({ gpp: MANY, gpp_sid: [7], gdpr: 1 }), NONE);
    const refused = tcString({ ...EVERYTHING, consents: [] });
    assert.deepEqual(decided({ gpp: `DBABM~${refused}`, gdpr: 1 }, POLICY, { consent: tcString(EVERYTHING) }), NONE);
  });

  it("carries a US privacy string", () => {
    for (const [text, right] of [
      ["1YNN", ALL],
      ["1YYN", NONE],
      ["1---", ALL],
      ["1YN", NONE],
      ["", NONE],
    ] as const) {
      assert.deepEqual(decided({ gpp: `DBABTA~${text}`, gpp_sid: [6] }), right, text);
    }
  });
});

describe("What a string of Canada permits", () => {
  const today = Date.now();
  const bits = (ids: readonly number[], length: number) => Array.from({ length }, (_, at) => ids.includes(at + 1));
  const canada = (fields: Readonly<Record<string, unknown>>) => {
    const model = new GppModel();
    for (const [name, value] of Object.entries(fields)) model.setFieldValue("tcfcav1", name, value);
    return model.encode();
  };
  const FULL = {
    ...{ PurposesExpressConsent: bits([2, 3, 4, 7], 24), SpecialFeatureExpressConsent: bits([1], 12) },
    VendorExpressConsent: [7],
  };
  const of = (fields: object, policy = POLICY) => {
    const gpp = canada({ ...FULL, ...fields });
    return decided({ gpp, gpp_sid: [5] }, policy, undefined, today);
  };

  it("is decided as the TCF's, without purpose 1", () => {
    assert.deepEqual(of({}), ALL);
    assert.deepEqual(of({}, {}), NONE);
    assert.deepEqual(of({ VendorExpressConsent: [6, 8] }), NONE);
    assert.deepEqual(of({ PurposesExpressConsent: bits([2, 3, 7], 24) }), { ...ALL, ids: false, segments: false });
    assert.deepEqual(of({ PurposesExpressConsent: bits([2, 3, 4], 24) }), { ...ALL, userKey: false });
    assert.deepEqual(of({ SpecialFeatureExpressConsent: bits([2], 12) }), { ...ALL, preciseGeo: false });
    const implied = { PurposesImpliedConsent: bits([2, 7], 24), PurposesExpressConsent: bits([3, 4], 24) };
    assert.deepEqual(of({ ...implied, VendorImpliedConsent: [7] }), NONE);
    const declared: PrivacyPolicy = { gvlId: 7, legitimateInterests: [2, 7] };
    assert.deepEqual(of({ ...implied, VendorImpliedConsent: [7] }, declared), ALL);
    assert.deepEqual(of({ ...implied, VendorImpliedConsent: [8] }, declared), NONE);
  });

  it("finds the vendor in lists of either form", () => {
    const list = fc.uniqueArray(fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 3000 })), {
      ...{ minLength: 1, maxLength: 60 },
    });
    fc.assert(
      fc.property(list, list, fc.boolean(), (express, implied, us) => {
        const VendorExpressConsent = us ? [...new Set([...express, 7])] : express.filter((id) => id !== 7);
        const got = of({ VendorExpressConsent, VendorImpliedConsent: implied });
        assert.deepEqual(got, us ? ALL : NONE);
      }),
      { numRuns: 150, seed: 6 },
    );
  });

  it("respects restrictions, which are ranges of the same kind", () => {
    const restricted = (key: number, type: number, ids: readonly number[]) => ({ key, type, ids });
    const entry = (each: ReturnType<typeof restricted>) => ({
      ...{ getKey: () => each.key, getType: () => each.type, getIds: () => [...each.ids] },
    });
    const by = (...entries: ReturnType<typeof restricted>[]) => of({ PubRestrictions: entries.map(entry) });
    assert.deepEqual(by(restricted(4, 0, [3, 7])), { ...ALL, ids: false, segments: false });
    assert.deepEqual(by(restricted(4, 0, [3, 8]), restricted(7, 2, [7])), { ...ALL, userKey: false });
    assert.deepEqual(by(restricted(4, 1, [5, 6, 7])), ALL);
  });

  it("is nothing when it is too old or cut", () => {
    const gpp = canada(FULL);
    assert.deepEqual(decided({ gpp, gpp_sid: [5] }, POLICY, undefined, today + 397 * 86_400_000), NONE);
    const [header, section] = gpp.split("~") as [string, string];
    const core = section.split(".")[0]!;
    for (let at = 0; at < core.length - 4; at++) {
      const cut = `${header}~${core.slice(0, at)}`;
      assert.deepEqual(decided({ gpp: cut, gpp_sid: [5] }, POLICY, undefined, today), NONE, cut);
    }
  });
});
