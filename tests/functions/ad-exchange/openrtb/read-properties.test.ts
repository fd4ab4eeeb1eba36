import assert from "node:assert/strict";
import fc from "fast-check";
import { readBidRequest } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { validRequest } from "../support/requests";
import { golden } from "./golden";
import { REQUEST } from "./request-schema";

/** Values that are right somewhere and wrong nearly everywhere. */
const VALUE = fc.oneof(
  fc.constantFrom<unknown>(null, "", "x", "USD", "usd", 0, -0, 1, 2, 3, -1, 1.5, 500, 2 ** 53, 1e300, true, false),
  fc.constantFrom<unknown>([], {}, [null], [1], [-1], ["x"], [""], ["USD"], [{}], [[]], "x".repeat(4097)),
  fc.constantFrom<unknown>([{ mindur: 9, maxdur: 1 }], [{ maxdur: 1 }], ["x".repeat(4097)], "C".repeat(32_769)),
  fc.jsonValue({ maxDepth: 2 }),
);
/** Attributes that exclude others, or are required. */
const NAME = fc.constantFrom(
  ...[
    "id",
    "imp",
    "site",
    "app",
    "dooh",
    "wseat",
    "bseat",
    "at",
    "banner",
    "native",
    "video",
    "audio",
    "mimes",
    "request",
  ],
  ...[
    "rqddurs",
    "minduration",
    "maxduration",
    "durfloors",
    "mincpmpersec",
    "mindur",
    "maxdur",
    "deals",
    "complete",
    "w",
  ],
  ...["cur", "bidfloor", "bidfloorcur", "pmp", "ext", "regs", "user", "device", "source", "schain", "sua", "__proto__"],
);
type Change = { readonly kind: "replace" | "remove" | "add" | "repeat"; at: number; name: string; value: unknown };
const CHANGE: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom("replace", "remove", "add", "repeat"),
  at: fc.nat(),
  name: NAME,
  value: VALUE,
});

/** Every object and list within a value, itself too. */
function holders(value: unknown, found: object[] = []): object[] {
  if (typeof value !== "object" || value === null) return found;
  found.push(value);
  for (const each of Object.values(value)) holders(each, found);
  return found;
}

function changed(request: object, changes: readonly Change[]): unknown {
  const copy = JSON.parse(JSON.stringify(request));
  for (const { kind, at, name, value: given } of changes) {
    // A copy: a later change may be to it, and the same value is given again to other requests.
    const value = structuredClone(given);
    const all = holders(copy);
    const holder = all[at % all.length]! as Record<string, unknown>;
    const names = Object.keys(holder);
    const key = names[Math.floor(at / all.length) % names.length];
    if (kind === "add")
      Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
    else if (key === undefined) continue;
    else if (kind === "replace") holder[key] = value;
    else if (kind === "remove" && !Array.isArray(holder)) delete holder[key];
    else if (kind === "repeat" && Array.isArray(holder)) holder.push(holder[Number(key)]);
  }
  return copy;
}

type Place = { readonly request: object; readonly at: readonly string[] };

/** Each attribute by its name from the root, elements of lists together, with one request that has it. */
function everyAttribute(requests: readonly object[]): Map<string, Place> {
  const found = new Map<string, Place>();
  const visit = (value: object, request: object, at: readonly string[], name: string): void => {
    for (const [key, each] of Object.entries(value)) {
      const called = Array.isArray(value) ? `${name}[]` : `${name}.${key}`;
      if (!found.has(called)) found.set(called, { request, at: [...at, key] });
      if (typeof each === "object") visit(each, request, [...at, key], called);
    }
  };
  for (const request of requests) visit(request, request, [], "");
  return found;
}

/** As null is to be read, by a way of its own: a copy. */
const withoutNulls = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), function (this: unknown, _key, each) {
    return each === null && !Array.isArray(this) ? undefined : each;
  });

const oracleTakes = (value: unknown) => value !== null && REQUEST.safeParse(withoutNulls(value)).success;

describe("Reading bid requests", () => {
  it("takes every valid one, and changes nothing of it", () => {
    fc.assert(
      fc.property(validRequest(), (request) => {
        const read = readBidRequest(JSON.stringify(request));
        assert.deepEqual(read, { ok: true, request });
        assert.equal(oracleTakes(request), true);
      }),
      { numRuns: 300 },
    );
  });

  it("takes what a schema takes and refuses what it refuses, whatever has been changed in a valid one", () => {
    let taken = 0;
    let refused = 0;
    fc.assert(
      fc.property(validRequest(), fc.array(CHANGE, { minLength: 1, maxLength: 3 }), (request, changes) => {
        const value = changed(request, changes);
        const read = readBidRequest(JSON.stringify(value));
        assert.equal(read.ok, oracleTakes(value), read.ok ? "taken" : read.problem);
        if (read.ok) taken++;
        else refused++;
      }),
      { numRuns: 600 },
    );
    assert.equal(taken > 50 && refused > 50, true, `taken ${taken}, refused ${refused}`);
  });

  it("takes what a schema takes of the golden ones with anything in any place", () => {
    const all = golden().map(({ content }) => content);
    fc.assert(
      fc.property(fc.constantFrom(...all), CHANGE, (request, change) => {
        const value = changed(request, [change]);
        assert.equal(readBidRequest(JSON.stringify(value)).ok, oracleTakes(value));
      }),
      { numRuns: 1500 },
    );
  });

  it("takes what a schema takes with a wrong value in every attribute there is", () => {
    const wrong = ["x".repeat(4097), "x".repeat(32_769), [[]], [-1], [1.5], {}, -1, 1.5, 2, "", "x", true, null];
    const places = everyAttribute(fc.sample(validRequest(), { seed: 1, numRuns: 150 }));
    assert.equal(places.size > 250, true, `${places.size} attributes`);
    for (const [name, { request, at }] of places)
      for (const value of wrong) {
        const copy = JSON.parse(JSON.stringify(request));
        const holder = at.slice(0, -1).reduce((inner, key) => inner[key], copy);
        holder[at[at.length - 1]!] = value;
        assert.equal(readBidRequest(JSON.stringify(copy)).ok, oracleTakes(copy), `${name}: ${JSON.stringify(value)}`);
      }
  });

  it("takes or refuses any JSON, any text and any bytes, and throws for none", () => {
    const body = fc.oneof(
      fc.json(),
      fc.string({ unit: "binary" }),
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(validRequest(), fc.nat(), fc.string({ maxLength: 3 })).map(([request, at, noise]) => {
        const text = JSON.stringify(request);
        return text.slice(0, at % text.length) + noise + text.slice((at % text.length) + noise.length);
      }),
    );
    fc.assert(
      fc.property(body, (given) => {
        const read = readBidRequest(given);
        if (read.ok) assert.equal(oracleTakes(read.request), true);
        else assert.match(read.problem, /^(request|body)[^:]*: give /);
      }),
      { numRuns: 1000 },
    );
  });

  it("says the same of text and of its bytes", () => {
    fc.assert(
      fc.property(validRequest(), fc.array(CHANGE, { maxLength: 2 }), (request, changes) => {
        const text = JSON.stringify(changed(request, changes));
        assert.deepEqual(readBidRequest(Buffer.from(text)), readBidRequest(text.toWellFormed()));
      }),
      { numRuns: 300 },
    );
  });

  it("never says what a value was", () => {
    fc.assert(
      fc.property(validRequest(), fc.nat(), NAME, (request, at, name) => {
        const read = readBidRequest(
          JSON.stringify(changed(request, [{ kind: "add", at, name, value: { secret: ["s3cr3t"] } }])),
        );
        if (!read.ok) assert.doesNotMatch(read.problem, /s3cr3t/);
      }),
      { numRuns: 300 },
    );
  });
});
