import assert from "node:assert/strict";
import { parseIssuers } from "../../../../functions/ad-exchange/domain/auth/issuers";
import { ISSUERS } from "./support/authorizing";

const LEAST = {
  name: "acme",
  issuer: "https://acme.example/",
  audience: "exchange",
  jwksUri: "https://acme.example/k",
};
const parsed = (...issuers: unknown[]) => parseIssuers(JSON.stringify(issuers));

describe("The parameter of issuers", () => {
  it("may trust none", () => assert.deepEqual(parsed(), []));

  it("needs little", () => {
    assert.deepEqual(parsed(LEAST), [
      {
        ...LEAST,
        audience: ["exchange"],
        ...{ revokedKeys: [], revokedTokens: [], maximumAgeSeconds: 86_400 },
        may: ["auction", "campaigns:read", "campaigns:write"],
        ...{ claims: { permissions: "scope" }, fixed: {} },
      },
    ]);
  });

  it("may have several", () =>
    assert.deepEqual(
      parsed(...ISSUERS).map(({ name }) => name),
      ["acme", "zeta"],
    ));

  const wrong: Record<string, [object | string | null, RegExp]> = {
    "no object": ["acme", /number 1: name is no name/],
    nothing: [null, /number 1: name is no name/],
    "no name": [{ ...LEAST, name: undefined }, /name is no name/],
    "a name with a slash": [{ ...LEAST, name: "a/b" }, /a\/b: name is no name/],
    "the name of opaque tokens": [{ ...LEAST, name: "token" }, /token: name is no name/],
    "no issuer": [{ ...LEAST, issuer: "" }, /acme: issuer is missing/],
    "no audience": [{ ...LEAST, audience: [] }, /acme: audience is no list/],
    "an empty audience": [{ ...LEAST, audience: "" }, /acme: audience is no list/],
    "null as audience": [{ ...LEAST, audience: null }, /acme: audience is no list/],
    "keys over HTTP": [{ ...LEAST, jwksUri: "http://acme.example/k" }, /jwksUri is no https URL/],
    "keys in a file": [{ ...LEAST, jwksUri: "file:///etc/passwd" }, /jwksUri is no https URL/],
    "keys behind a password": [{ ...LEAST, jwksUri: "https://a:b@acme.example/k" }, /jwksUri is no https URL/],
    "keys nowhere": [{ ...LEAST, jwksUri: "acme" }, /jwksUri is no https URL/],
    "revoked keys that are no list": [{ ...LEAST, revokedKeys: "k1" }, /revokedKeys is no list/],
    "revoked tokens that are numbers": [{ ...LEAST, revokedTokens: [1] }, /revokedTokens is no list/],
    "an age of nothing": [{ ...LEAST, maximumAgeSeconds: 0 }, /maximumAgeSeconds is not 1 or more/],
    "an unknown permission": [{ ...LEAST, may: ["all"] }, /may is no list of auction/],
    "no permission": [{ ...LEAST, may: [] }, /may is no list of auction/],
    "an unknown claim": [{ ...LEAST, claims: { principal: "sub" } }, /claims.principal cannot be that/],
    "a claim without a name": [{ ...LEAST, claims: { publisher: "" } }, /claims.publisher cannot be that/],
    "claims in a list": [{ ...LEAST, claims: ["scope"] }, /claims is no object/],
    "a fixed permission": [{ ...LEAST, fixed: { permissions: "auction" } }, /fixed.permissions cannot be that/],
    "a fixed name that is none": [{ ...LEAST, fixed: { publisher: "p 1" } }, /fixed.publisher cannot be that/],
    "a fixed usage key that is none": [{ ...LEAST, fixed: { usageKey: "short" } }, /fixed.usageKey has not 20/],
    "a publisher both claimed and fixed": [
      { ...LEAST, claims: { publisher: "pub" }, fixed: { publisher: "p1" } },
      /publisher is both a claim and fixed/,
    ],
    "a setting that is none": [{ ...LEAST, revokedKids: [] }, /revokedKids is no setting/],
  };
  for (const [what, [given, problem]] of Object.entries(wrong))
    it(`is refused with ${what}`, () => assert.throws(() => parsed(given), problem));

  it("is refused with two of one name or one issuer", () => {
    assert.throws(() => parsed(LEAST, { ...LEAST, issuer: "https://b.example/" }), /two have the same name/);
    assert.throws(() => parsed(LEAST, { ...LEAST, name: "b" }), /two have the same issuer/);
  });

  it("is refused with all that is wrong at once", () => {
    assert.throws(
      () => parsed({ ...LEAST, jwksUri: "x", may: 7 }, { ...LEAST, name: "b", issuer: 7 }),
      /acme: jwksUri.*; acme: may.*; b: issuer is missing\./,
    );
  });

  for (const json of ["{}", "null", '"acme"'])
    it(`is refused as ${json}`, () => assert.throws(() => parseIssuers(json), /JSON list/));
});
