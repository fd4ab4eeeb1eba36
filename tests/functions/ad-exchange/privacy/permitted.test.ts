import assert from "node:assert/strict";
import { GppModel } from "@iabgpp/cmpapi";
import fc from "fast-check";
import type { BidRequest, Regs } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { explainPermitted, permittedIn } from "../../../../functions/ad-exchange/domain/privacy/permitted";
import { choices, EVERYTHING, NOW, tcString } from "./support/consent-strings";

const POLICY = { gvlId: 7 };
const EMPTY: BidRequest = { id: "1", imp: [] };
const decided = (request: BidRequest) => {
  const { ids, preciseGeo, segments, userKey } = permittedIn(request, POLICY, NOW);
  return { ids, preciseGeo, segments, userKey };
};
const ALL = { ids: true, preciseGeo: true, segments: true, userKey: true };
const NONE = { ids: false, preciseGeo: false, segments: false, userKey: false };

describe("What privacy permits of a request", () => {
  it("is everything where no regime applies, and there is no reason", () => {
    for (const request of [EMPTY, { ...EMPTY, regs: {}, device: {}, user: {} }]) {
      assert.deepEqual(permittedIn(request, {}, NOW), { ...ALL, reasons: 0 });
      assert.deepEqual(explainPermitted(permittedIn(request, {}, NOW)), []);
    }
    const said: BidRequest = { ...EMPTY, regs: { coppa: 0, gdpr: 0, ext: { gpc: "0" } }, device: { lmt: 0, dnt: 0 } };
    assert.deepEqual(decided(said), ALL);
  });

  it("is nothing of a child, or where tracking is limited or refused", () => {
    for (const [more, why] of [
      [{ regs: { coppa: 1 } }, "regs.coppa: directed at children (COPPA)"],
      [{ device: { lmt: 1 } }, "device.lmt: tracking is limited"],
      [{ device: { dnt: 1 } }, "device.dnt: tracking is refused"],
      [{ regs: { ext: { gpc: "1" } } }, "Global Privacy Control"],
      [{ regs: { ext: { gpc: 1 as never } } }, "Global Privacy Control"],
      [{ regs: { us_privacy: "1YYN" } }, "us_privacy: opted out of sale, not given notice, or malformed"],
    ] as const) {
      const request: BidRequest = { ...EMPTY, ...more };
      assert.deepEqual(decided(request), NONE, why);
      assert.deepEqual(explainPermitted(permittedIn(request, POLICY, NOW)), [why]);
    }
  });

  it("names every reason at once", () => {
    const request: BidRequest = { ...EMPTY, regs: { coppa: 1, gdpr: 1, us_privacy: "1YYY" }, device: { lmt: 1 } };
    assert.equal(explainPermitted(permittedIn(request, POLICY, NOW)).length, 4);
  });

  it("follows the US privacy string", () => {
    const signs = ["Y", "N", "-", "y", "0"];
    for (const notice of signs) {
      for (const out of signs) {
        for (const covered of signs) {
          const text = `1${notice}${out}${covered}`;
          const isFair = text === "1---" || /^1YN[YN-]$/.test(text);
          assert.deepEqual(decided({ ...EMPTY, regs: { us_privacy: text } }), isFair ? ALL : NONE, text);
          assert.deepEqual(decided({ ...EMPTY, regs: { ext: { us_privacy: text } } }), isFair ? ALL : NONE, text);
        }
      }
    }
    for (const text of ["2YNN", "1YN", "1YNNN", "1YNN ", "yes"]) {
      assert.deepEqual(decided({ ...EMPTY, regs: { us_privacy: text } }), NONE, text);
    }
    assert.deepEqual(decided({ ...EMPTY, regs: { us_privacy: "" } }), ALL);
  });

  it("is what every regime permits by itself: another one never permits more", () => {
    const sections = fc
      .uniqueArray(fc.constantFrom("usnat", "usca", "usva", "ustx", "usmd", "usin"), { minLength: 1, maxLength: 3 })
      .chain((names) => fc.tuple(fc.constant(names), fc.array(fc.nat(2), { minLength: 3, maxLength: 3 })))
      .map(([names, values]) => {
        const model = new GppModel();
        for (const [at, name] of names.entries()) {
          model.setFieldValue(name, "SaleOptOut", 0);
          if (values[at] === 1) model.setFieldValue(name, "SaleOptOut", 1);
          if (values[at] === 2 && name !== "usmd" && name !== "usin") {
            const list = new GppModel(model.encode()).getFieldValue(name, "SensitiveDataProcessing") as number[];
            model.setFieldValue(name, "SensitiveDataProcessing", list.with(0, 1));
          }
        }
        return { gpp: model.encode() };
      });
    const regs: fc.Arbitrary<Regs>[] = [
      fc.constantFrom({ coppa: 0 }, { coppa: 1 }),
      sections,
      fc.constantFrom("1YNN", "1YYN", "1---", "?").map((us_privacy) => ({ us_privacy })),
      fc.constantFrom({ ext: { gpc: "1" } }, { ext: {} }),
    ];
    const consents = fc.oneof(choices, fc.constant(EVERYTHING)).map((chosen): Partial<BidRequest> => {
      return { regs: { gdpr: 1 }, user: { consent: tcString(chosen) } };
    });
    const parts: fc.Arbitrary<Partial<BidRequest>> = fc.oneof(
      ...regs.map((each) => each.map((given) => ({ regs: given }))),
      consents,
      fc.constantFrom({ device: { lmt: 1 as const } }, { device: { dnt: 1 as const } }, { device: {} }),
    );
    let partly = 0;
    fc.assert(
      fc.property(fc.array(parts, { minLength: 1, maxLength: 5 }), (given) => {
        // Two parts that say the same thing: the last one says it.
        const kinds = new Map(given.map((part) => [JSON.stringify(Object.keys({ ...part, ...part.regs })), part]));
        const together: { regs: Regs; device?: object; user?: object } = { regs: {} };
        for (const part of kinds.values()) {
          Object.assign(together, part, { regs: { ...together.regs, ...part.regs } });
        }
        const request = { ...EMPTY, ...together };
        const alone = [...kinds.values()].map((part) => decided({ ...EMPTY, ...part }));
        const right = {
          ids: alone.every(({ ids }) => ids),
          preciseGeo: alone.every(({ preciseGeo }) => preciseGeo),
          segments: alone.every(({ segments }) => segments),
          userKey: alone.every(({ userKey }) => userKey),
        };
        assert.deepEqual(decided(request), right, JSON.stringify(request));
        partly += right.ids !== right.userKey || right.ids !== right.segments ? 1 : 0;
      }),
      { numRuns: 500, seed: 6 },
    );
    assert.equal(partly > 10, true, String(partly));
  });

  it("is nothing, and no error, for text that nobody can read", () => {
    const letters = fc.string({ unit: fc.constantFrom(..."ABCDYaz09-_.~=D\u00e9\u0000"), maxLength: 80 });
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: "binary" }),
      letters,
      letters.map((text) => `DBA${text}`),
    );
    const notEmpty = texts.filter((text) => text !== "");
    fc.assert(
      fc.property(notEmpty, notEmpty, (consent, gpp) => {
        assert.deepEqual(decided({ ...EMPTY, regs: { gdpr: 1 }, user: { consent } }), NONE);
        assert.deepEqual(decided({ ...EMPTY, regs: { gpp, gpp_sid: [7] } }), NONE);
        // "DBAA" is a header of no sections.
        if (!gpp.startsWith("DBAA")) assert.deepEqual(decided({ ...EMPTY, regs: { gpp } }), NONE, gpp);
      }),
      { numRuns: 2000, seed: 6 },
    );
  });

  it("is no error whatever stands where a signal should", () => {
    const anything = fc.anything({ maxDepth: 2 });
    const hostile = fc.record(
      { ...{ coppa: anything, gdpr: anything, gpp: anything, gpp_sid: anything, us_privacy: anything }, ext: anything },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(hostile, anything, anything, (regs, consent, ext) => {
        const isRecord = regs.ext === undefined || (typeof regs.ext === "object" && regs.ext !== null);
        const checked = isRecord ? regs : { ...regs, ext: {} };
        const request = { ...EMPTY, regs: checked, user: { consent, ext: Object(ext) } } as unknown as BidRequest;
        assert.doesNotThrow(() => permittedIn(request, POLICY, NOW));
      }),
      { numRuns: 500, seed: 6 },
    );
  });
});
