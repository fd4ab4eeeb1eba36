import assert from "node:assert/strict";
import fc from "fast-check";
import { adExchangeKeys } from "../../components/ad-exchange/config";
import { parseIssuers } from "../../functions/ad-exchange/domain/auth/issuers";

const long = "x".repeat(200);
const text = fc.constantFrom(
  "a",
  "https://a.example",
  long,
  `${long}x`,
  "",
  "token",
  "a b",
  "ä",
  "usage-key-of-twenty-one",
);
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const told = { publisher: perhaps(text), advertiser: perhaps(text), seat: perhaps(text), usageKey: perhaps(text) };
const issuer = fc.record({
  name: text,
  issuer: text,
  audience: fc.oneof(text, fc.array(text, { maxLength: 2 })),
  jwksUri: fc.constantFrom("https://a.example/jwks", "http://a.example/", "https://u:p@a.example/", "x", ""),
  revokedKeys: perhaps(fc.array(text, { maxLength: 1 })),
  revokedTokens: perhaps(fc.array(text, { maxLength: 1 })),
  maximumAgeSeconds: perhaps(fc.constantFrom(0, 1, 86_400, 1.5)),
  may: perhaps(fc.array(fc.constantFrom("auction", "campaigns:read", "all"), { maxLength: 2 })),
  claims: perhaps(fc.record({ permissions: perhaps(text), ...told })),
  fixed: perhaps(fc.record(told)),
});

describe("What the configuration takes of the exchange's issuers", () => {
  it("lets no issuer through that the authorizer would refuse, and fails at none", () => {
    let passed = 0;
    fc.assert(
      fc.property(fc.array(issuer, { maxLength: 2 }), (issuers) => {
        const json = JSON.stringify(issuers);
        if (!adExchangeKeys.adExchangeIssuers.safeParse(json).success) return;
        passed += 1;
        parseIssuers(json);
      }),
      { numRuns: 10_000, seed: 1 },
    );
    assert.equal(passed > 50, true, `${passed} values passed`);
  });
});
