import assert from "node:assert/strict";
import fc from "fast-check";
import { type Caller, callerFrom, contextOf, PERMISSIONS } from "../../../../functions/ad-exchange/domain/caller";

const name = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 255,
});
const callers: fc.Arbitrary<Caller> = fc
  .record(
    {
      principal: name,
      may: fc.shuffledSubarray([...PERMISSIONS], { minLength: 1 }),
      publisher: name,
      advertiser: name,
      seat: name,
    },
    { requiredKeys: ["principal", "may"], noNullPrototype: true },
  )
  .filter(
    ({ may, publisher, advertiser, seat }) =>
      (publisher !== undefined || !may.includes("auction")) &&
      (advertiser !== undefined || may.every((permission) => permission === "auction")) &&
      (seat !== undefined || !may.includes("campaigns:write")),
  );

const P1 = { principal: "acme/server-7", may: "auction", publisher: "p1" };

describe("A caller in the gateway's context", () => {
  it("comes back as it went", () => {
    fc.assert(fc.property(callers, (caller) => assert.deepEqual(callerFrom(contextOf(caller)), caller)));
  });

  it("is text alone", () => {
    fc.assert(
      fc.property(callers, (caller) =>
        assert.deepEqual([...new Set(Object.values(contextOf(caller)).map((value) => typeof value))], ["string"]),
      ),
    );
  });

  it("is found among what the gateway adds", () => {
    const added = { ...P1, principalId: "acme/server-7", integrationLatency: 12, seat2: "s" };
    assert.deepEqual(callerFrom(added), { principal: "acme/server-7", may: ["auction"], publisher: "p1" });
  });

  const malformed: Record<string, unknown> = {
    null: null,
    undefined: undefined,
    text: "auction",
    nothing: {},
    "a list of permissions": { ...P1, may: ["auction"] },
    "no permission": { ...P1, may: "" },
    "an unknown permission": { ...P1, may: "auction everything" },
    "a permission twice": { ...P1, may: "auction auction" },
    "a permission in other case": { ...P1, may: "Auction" },
    "an empty permission": { ...P1, may: "auction " },
    "a writer of campaigns without a seat": { ...P1, may: "campaigns:write", advertiser: "a1" },
    "no principal": { may: "auction", publisher: "p1" },
    "an empty principal": { ...P1, principal: "" },
    "a principal of two lines": { ...P1, principal: "a\nb" },
    "a number as publisher": { ...P1, publisher: 7 },
    "an empty publisher": { ...P1, publisher: "" },
    "a publisher beyond ASCII": { ...P1, publisher: "p１" },
    "a name of 256 letters": { ...P1, publisher: "p".repeat(256) },
    "auction without a publisher": { principal: "a", may: "auction", advertiser: "p1" },
    "reading without an advertiser": { ...P1, may: "campaigns:read" },
    "writing without an advertiser": { ...P1, may: "auction campaigns:write" },
    "an inherited publisher": Object.create(P1),
  };
  for (const [what, context] of Object.entries(malformed))
    it(`is none with ${what}`, () => assert.equal(callerFrom(context as Record<string, unknown>), undefined));

  it("is none, or a whole one, whatever the context holds", () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom("principal", "may", "publisher", "advertiser", "seat", "__proto__"),
          fc.anything(),
        ),
        (context) => {
          const caller = callerFrom(context);
          if (caller) assert.deepEqual(callerFrom(contextOf(caller)), caller);
        },
      ),
    );
  });
});
