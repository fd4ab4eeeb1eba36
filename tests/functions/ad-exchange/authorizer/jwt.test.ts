import assert from "node:assert/strict";
import { ACME, Authorizing, ISSUERS, STAGE, USAGE_KEY, ZETA } from "./support/authorizing";
import { ecPair, hmacBy, jwkOf, jwtOf, rsaPair, signedBy, signedJwt } from "./support/issuing";

const DAY = 86_400;

describe("A JWT", () => {
  let world: Authorizing;
  beforeEach(() => {
    world = new Authorizing();
  });
  const outcome = (claims: object, header: object = {}) => world.outcome(signedJwt(ACME, world.claims(claims), header));

  it("opens what its claims say, for all methods at once, and counts under its usage key", async () => {
    const token = signedJwt(ACME, world.claims());
    assert.deepEqual(await world.answer(`Bearer ${token}`), {
      principalId: "acme/server-7",
      policyDocument: {
        Version: "2012-10-17",
        Statement: [{ Action: "execute-api:Invoke", Effect: "Allow", Resource: [`${STAGE}/POST/openrtb2/auction`] }],
      },
      context: { principal: "acme/server-7", may: "auction", publisher: "p1" },
      usageIdentifierKey: USAGE_KEY,
    });
  });

  it("of an elliptic curve opens as well", async () => {
    const claims = { iss: "https://zeta.example/", aud: ["other", "ads"], sub: "u1", rights: ["campaigns:read"] };
    const result = await world.answer(`Bearer ${signedJwt(ZETA, world.claims(claims))}`);
    assert.deepEqual(result.context, {
      ...{ principal: "zeta/u1", may: "campaigns:read", advertiser: "zeta", seat: "seat-zeta" },
    });
    assert.equal(result.usageIdentifierKey, "usage-key-of-advertiser-zeta");
  });

  for (const scheme of ["bearer", "BEARER", "Bearer ", "bEaReR  "])
    it(`may be called ${JSON.stringify(scheme)}`, async () => {
      const { principalId } = await world.answer(`${scheme} ${signedJwt(ACME, world.claims())}`);
      assert.equal(principalId, "acme/server-7");
    });

  describe("in time", () => {
    const cases: Record<string, [(now: number) => object, string]> = {
      "that has expired": [(now) => ({ exp: now - 60 }), "401 expired"],
      "that expired within the skew": [(now) => ({ exp: now - 10 }), "p1"],
      "without an end": [() => ({ exp: undefined }), "401 malformed"],
      "that ends as a text": [(now) => ({ exp: String(now + 60) }), "401 malformed"],
      "that is not yet valid": [(now) => ({ nbf: now + 60 }), "401 not-yet-valid"],
      "that begins within the skew": [(now) => ({ nbf: now + 10 }), "p1"],
      "that is issued later": [(now) => ({ iat: now + 60 }), "401 not-yet-valid"],
      "without a beginning": [() => ({ iat: undefined }), "401 malformed"],
      "that is too old, however long it is valid": [
        (now) => ({ iat: now - 7_300, exp: now + 1_000 * DAY }),
        "401 too-old",
      ],
      "that is as old as it may be": [(now) => ({ iat: now - 7_190 }), "p1"],
    };
    for (const [what, [changes, expected]] of Object.entries(cases))
      it(`${what}: ${expected}`, async () => assert.equal(await outcome(changes(world.now)), expected));
  });

  describe("of claims", () => {
    const cases: Record<string, [object, string]> = {
      "of another issuer": [{ iss: "https://evil.example/" }, "401 issuer"],
      "of an issuer but for its last letter": [{ iss: "https://acme.example" }, "401 issuer"],
      "of no issuer": [{ iss: undefined }, "401 issuer"],
      "of a list of issuers": [{ iss: ["https://acme.example/"] }, "401 malformed"],
      "for another audience": [{ aud: "shop" }, "401 audience"],
      "for no audience": [{ aud: undefined }, "401 audience"],
      "for several audiences": [{ aud: ["shop", "exchange"] }, "p1"],
      "that is revoked": [{ jti: "stolen" }, "401 revoked"],
      "with another id": [{ jti: "fine" }, "p1"],
      "without a permission": [{ scope: "openid" }, "403"],
      "without a scope": [{ scope: undefined }, "403"],
      "without a publisher": [{ pub: undefined }, "403"],
      "with a publisher of the wrong type": [{ pub: ["p1", "p2"] }, "403"],
      "with an advertiser's permission and no advertiser": [{ scope: "auction campaigns:read" }, "403"],
      "without a subject": [{ sub: undefined }, "403"],
      "with an empty subject": [{ sub: "" }, "403"],
      "with a subject of two lines": [{ sub: "a\nb" }, "403"],
      "with a usage key that is none": [{ use: "short" }, "403"],
      "without a usage key": [{ use: undefined }, "p1"],
    };
    for (const [what, [changes, expected]] of Object.entries(cases))
      it(`${what}: ${expected}`, async () => assert.equal(await outcome(changes), expected));
  });

  describe("that is forged", () => {
    const publicPem = ACME.publicKey.export({ type: "spki", format: "pem" });
    const stranger = rsaPair("acme-1");
    const good = () => signedJwt(ACME, world.claims());
    const part = (token: string, index: number) => token.split(".")[index];
    const cases: Record<string, [() => string, string]> = {
      "by a stranger's key": [() => signedJwt(stranger, world.claims()), "401 signature"],
      "with alg none and no signature": [
        () => jwtOf({ alg: "none", kid: "acme-1" }, world.claims(), () => Buffer.alloc(0)),
        "401 malformed",
      ],
      "with alg none and a signature": [
        () => jwtOf({ alg: "none", kid: "acme-1" }, world.claims(), signedBy(ACME)),
        "401 algorithm",
      ],
      "with the public key as secret of HS256": [
        () => jwtOf({ alg: "HS256", kid: "acme-1" }, world.claims(), hmacBy(publicPem)),
        "401 algorithm",
      ],
      "with RS256 said and an HMAC made": [
        () => jwtOf({ alg: "RS256", kid: "acme-1" }, world.claims(), hmacBy(publicPem)),
        "401 signature",
      ],
      "with another hash": [
        () => jwtOf({ alg: "RS512", kid: "acme-1" }, world.claims(), signedBy(ACME)),
        "401 algorithm",
      ],
      "with no algorithm": [() => jwtOf({ kid: "acme-1" }, world.claims(), signedBy(ACME)), "401 algorithm"],
      "with an RSA key said to be of a curve": [
        () => jwtOf({ alg: "ES256", kid: "acme-1" }, world.claims(), signedBy(ACME)),
        "401 key-unknown",
      ],
      "with its own key in the header": [
        () => signedJwt(stranger, world.claims(), { kid: undefined, jwk: jwkOf(stranger) }),
        "401 key-unknown",
      ],
      "with a key to fetch from elsewhere": [
        () => signedJwt(stranger, world.claims(), { jku: "https://evil.example/jwks" }),
        "401 signature",
      ],
      "with an extension that must be understood": [
        () => signedJwt(ACME, world.claims(), { crit: ["b64"], b64: false }),
        "401 malformed",
      ],
      "with an empty key id": [() => signedJwt(ACME, world.claims(), { kid: "" }), "401 key-unknown"],
      "with an unknown key": [() => signedJwt(ACME, world.claims(), { kid: "acme-2" }), "401 key-unknown"],
      "with a revoked key": [() => signedJwt(ACME, world.claims(), { kid: "acme-lost" }), "401 key-revoked"],
      "with the key of another issuer": [() => signedJwt(ZETA, world.claims()), "401 key-unknown"],
      "with another publisher's claims under its signature": [
        () => {
          const claims = Buffer.from(JSON.stringify(world.claims({ pub: "p2" }))).toString("base64url");
          return `${part(good(), 0)}.${claims}.${part(good(), 2)}`;
        },
        "401 signature",
      ],
      "with a signature that is cut": [() => good().slice(0, -10), "401 signature"],
      "with a signature of one letter": [() => `${part(good(), 0)}.${part(good(), 1)}.A`, "401 signature"],
      "with a header that is no JSON": [() => `abc.${part(good(), 1)}.${part(good(), 2)}`, "401 malformed"],
      "with a header that is null": [() => `bnVsbA.${part(good(), 1)}.${part(good(), 2)}`, "401 malformed"],
      "with claims that are a list": [
        () => jwtOf({ alg: "RS256", kid: "acme-1" }, [], signedBy(ACME)),
        "401 malformed",
      ],
    };
    for (const [what, [token, expected]] of Object.entries(cases))
      it(`${what}: ${expected}`, async () => assert.equal(await world.outcome(token()), expected));

    it("by a key of the wrong curve, or a short one, opens nothing", async () => {
      const [curve, short] = [ecPair("zeta-384", "P-384"), rsaPair("acme-short", 1024)];
      world.published.set("https://zeta.example/jwks", [{ ...jwkOf(curve), alg: undefined }]);
      world.published.set("https://acme.example/jwks", [jwkOf(short)]);
      const claims = { iss: "https://zeta.example/", rights: "campaigns:read" };
      assert.equal(await world.outcome(signedJwt(curve, world.claims(claims))), "401 key-unknown");
      assert.equal(await world.outcome(signedJwt(short, world.claims())), "401 key-unknown");
    });

    it("by a key of another kind than its algorithm's opens nothing, whatever else the key says", async () => {
      const curve = { ...ecPair("acme-1"), alg: "RS256" as const };
      world.published.set("https://acme.example/jwks", [{ ...jwkOf(curve), n: "A".repeat(342), e: "AQAB" }]);
      assert.equal(await world.outcome(signedJwt(curve, world.claims())), "401 key-unknown");
    });

    it("by a key that is published for encryption opens nothing", async () => {
      world.published.set("https://acme.example/jwks", [{ ...jwkOf(ACME), use: "enc" }]);
      assert.equal(await world.outcome(signedJwt(ACME, world.claims())), "401 key-unknown");
    });
  });

  describe("of one tenant", () => {
    it("never opens another's: an advertiser's own issuer speaks for no one else", async () => {
      const claims = {
        iss: "https://zeta.example/",
        sub: "u1",
        rights: "campaigns:write",
        adv: "acme",
        advertiser: "acme",
      };
      assert.equal(await world.outcome(signedJwt(ZETA, world.claims(claims))), "zeta");
    });

    it("never opens what its issuer may not give", async () => {
      const claims = { iss: "https://zeta.example/", sub: "u1", rights: "auction", pub: "p1" };
      assert.equal(await world.outcome(signedJwt(ZETA, world.claims(claims))), "403");
    });

    it("gets of what it claims only what its issuer may give", async () => {
      const zeta = { ...ISSUERS[1], may: ["campaigns:read"] };
      const claims = { iss: "https://zeta.example/", rights: "campaigns:write campaigns:read" };
      const { context } = await new Authorizing([zeta]).answer(`Bearer ${signedJwt(ZETA, world.claims(claims))}`);
      assert.equal(context?.may, "campaigns:read");
    });

    it("gets its own context, whatever token came before it", async () => {
      const [a, b] = ["pa", "pb"].map((pub) => signedJwt(ACME, world.claims({ pub, sub: `server-of-${pub}` })));
      const seen = [];
      for (const token of [a, b, a, b]) seen.push(await world.outcome(String(token)));
      assert.deepEqual(seen, ["pa", "pb", "pa", "pb"]);
    });

    it("takes nothing that a prototype says", async () => {
      const token = jwtOf(
        { alg: "RS256", kid: "acme-1" },
        JSON.parse(`{"__proto__": {"pub": "p9"}, ${JSON.stringify(world.claims({ pub: undefined })).slice(1)}`),
        signedBy(ACME),
      );
      assert.equal(await world.outcome(token), "403");
    });
  });

  it("is verified by the key that is for its algorithm, where two have its id", async () => {
    const [wanted, other] = [jwkOf(ACME), { ...jwkOf(rsaPair("acme-1")), alg: "RS512" }];
    world.published.set("https://acme.example/jwks", [other, jwkOf(ecPair("acme-1")), wanted]);
    assert.equal(await world.outcome(signedJwt(ACME, world.claims())), "p1");
  });

  it("may be verified by a key that says neither use nor algorithm", async () => {
    world.published.set("https://acme.example/jwks", [{ ...jwkOf(ACME), alg: undefined, use: undefined }]);
    assert.equal(await world.outcome(signedJwt(ACME, world.claims())), "p1");
  });

  it("is verified against the key that stands there now, under the same id too", async () => {
    const [before, after] = [rsaPair("acme-1"), rsaPair("acme-1")];
    world.published.set("https://acme.example/jwks", [jwkOf(before)]);
    assert.equal(await world.outcome(signedJwt(before, world.claims())), "p1");
    world.published.set("https://acme.example/jwks", [jwkOf(after)]);
    world.clock.pass(301_000);
    assert.equal(await world.outcome(signedJwt(before, world.claims())), "401 signature");
    assert.equal(await world.outcome(signedJwt(after, world.claims())), "p1");
  });

  it("is refused within a minute of its key's revocation, though issuers cannot be read for a moment", async () => {
    const token = signedJwt(ACME, world.claims());
    assert.equal(await world.outcome(token), "p1");
    const revoked = JSON.parse(world.source.values.get("/issuers") ?? "").map((issuer: object) => ({
      ...issuer,
      revokedKeys: ["acme-1"],
    }));
    world.source.values.set("/issuers", JSON.stringify(revoked));
    world.source.fail(new Error("throttled"));
    world.clock.pass(61_000);
    assert.equal(await world.outcome(token), "p1");
    assert.equal(world.metrics.total("ParametersStale"), 1);
    world.clock.pass(6_000);
    assert.equal(await world.outcome(token), "401 key-revoked");
  });

  it("opens nothing while nobody can say whether it is good", async () => {
    world.down = true;
    const failed = { name: "RetryableFailure", message: /keys of https:\/\/acme\.example\/jwks are not to be had/ };
    await assert.rejects(world.answer(`Bearer ${signedJwt(ACME, world.claims())}`), failed);
    world.source.fail(new Error("throttled"));
    world.clock.pass(61_000);
    await assert.rejects(new Authorizing(["nonsense"]).answer(`Bearer ${signedJwt(ACME, world.claims())}`), {
      name: "FinalFailure",
    });
    assert.deepEqual([world.metrics.total("AuthorizerFailures"), world.metrics.total("Authorized")], [1, 0]);
  });

  it("leaves no trace of itself in what is logged", async () => {
    const good = signedJwt(ACME, world.claims());
    const tokens = [
      good,
      signedJwt(ACME, world.claims({ exp: 1 })),
      signedJwt(ACME, world.claims(), { kid: "acme-9" }),
    ];
    for (const token of tokens) await world.outcome(token);
    world.down = true;
    world.clock.pass(8_000_000);
    await assert.rejects(world.answer(`Bearer ${good}`));
    const said = JSON.stringify(world.log.lines);
    for (const piece of tokens.flatMap((token) => token.split(".")).concat(USAGE_KEY, "acme-9"))
      assert.equal(said.includes(piece.slice(0, 12)), false, piece);
    assert.deepEqual(
      world.log.lines.map(({ message }) => message),
      ["authorized", "refused", "refused", "authorizer failed"],
    );
  });
});
