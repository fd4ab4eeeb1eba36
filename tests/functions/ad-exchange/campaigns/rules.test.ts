import assert from "node:assert/strict";
import fc from "fast-check";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import { differences } from "../../../../functions/ad-exchange/domain/campaigns/differences";
import { fingerprintOf } from "../../../../functions/ad-exchange/domain/campaigns/fingerprint";
import { unknownMacros } from "../../../../functions/ad-exchange/domain/campaigns/markup";
import { mergePatch } from "../../../../functions/ad-exchange/domain/campaigns/merge-patch";
import { domainOf, placeOf } from "../../../../functions/ad-exchange/domain/campaigns/places";
import { Problem } from "../../../../functions/ad-exchange/domain/campaigns/problem";
import { readNew } from "../../../../functions/ad-exchange/domain/campaigns/reading";
import { canBid, storedCampaign } from "../../../../functions/ad-exchange/domain/campaigns/stored";
import { fromItem, toItem } from "../../../../functions/shared/attribute-values";
import { BANNER, SHOES } from "./support/serving";

/** Pointers of what is wrong with a campaign; empty: nothing. */
const wrongIn = (change: object): readonly string[] => {
  const read = readNew(JSON.parse(JSON.stringify({ ...SHOES, ...change })));
  return read instanceof Problem ? (read.more.errors ?? []).map(({ pointer }) => pointer) : [];
};
const creative = (change: object) => wrongIn({ creatives: [{ ...BANNER, ...change }] });
const targeting = (change: object) => wrongIn({ targeting: change });
const C = "/creatives/0";

describe("What may be written of a campaign", () => {
  it("amounts: decimal text above 0 with at most six decimals", () => {
    for (const bid of ["2.50", "0.000001", "999999999", "999999999.999999"]) assert.deepEqual(wrongIn({ bid }), []);
    for (const bid of [
      "0",
      "0.00",
      "-1",
      "+1",
      "1e3",
      "1.",
      ".5",
      "01",
      "1,5",
      " 1",
      "0.0000001",
      "1000000000",
      2.5,
      null,
    ])
      assert.deepEqual(wrongIn({ bid }), ["/bid"], String(bid));
    assert.deepEqual(wrongIn({ budget: { total: "10", daily: "10.01" } }), ["/budget/daily"]);
    assert.deepEqual(wrongIn({ budget: { total: "9", daily: "9.0" } }), []);
    assert.deepEqual(wrongIn({ currency: "XQQ" }), ["/currency"]);
  });

  it("flights: instants with their offset, the end after the start, kept in UTC", () => {
    assert.deepEqual(wrongIn({ flight: { start: "2026-01-01T00:00:00" } }), ["/flight/start"]);
    assert.deepEqual(wrongIn({ flight: { start: "2026-02-30T00:00:00Z" } }), ["/flight/start"]);
    const same = { start: "2026-01-01T00:00:00Z", end: "2026-01-01T01:00:00+01:00" };
    assert.deepEqual(wrongIn({ flight: same }), ["/flight/end"]);
    const read = readNew({ ...SHOES, flight: { start: "2026-01-01T01:00:00+01:00" } });
    assert.deepEqual("flight" in read && read.flight, { start: "2026-01-01T00:00:00.000Z" });
  });

  it("dayparts: a zone that has a name, and hours of the week in their order", () => {
    const daypart = (timeZone: string, hours: unknown) => targeting({ daypart: { timeZone, hours } });
    assert.deepEqual(daypart("Europe/Berlin", [167, 0]), []);
    assert.deepEqual(daypart("UTC", [5]), []);
    for (const zone of ["+01:00", "Europe/Atlantis", "", "12"])
      assert.deepEqual(daypart(zone, [1]), ["/targeting/daypart/timeZone"]);
    for (const hours of [[168], [-1], [1.5], ["1"]])
      assert.deepEqual(daypart("UTC", hours), ["/targeting/daypart/hours/0"]);
    assert.deepEqual(daypart("UTC", []), ["/targeting/daypart/hours"]);
    const read = readNew({ ...SHOES, targeting: { daypart: { timeZone: "UTC", hours: [5, 1, 5, 20] } } });
    assert.deepEqual("targeting" in read && read.targeting.daypart?.hours, [1, 5, 20]);
  });

  it("lists: each value once, each of its kind", () => {
    assert.deepEqual(targeting({ geo: ["US"] }), ["/targeting/geo/0"]);
    assert.deepEqual(targeting({ categories: ["IAB1", "IAB27", "IAB1-1-1"] }), [
      "/targeting/categories/1",
      "/targeting/categories/2",
    ]);
    assert.deepEqual(targeting({ segments: ["a:b", "ab"] }), ["/targeting/segments/1"]);
    assert.deepEqual(targeting({ channels: ["web"] }), ["/targeting/channels/0"]);
    assert.deepEqual(targeting({ deals: Array.from({ length: 1_001 }, (_, index) => `d${index}`) }), [
      "/targeting/deals",
    ]);
    const read = readNew({
      ...SHOES,
      targeting: { os: ["iOS", "ios"], languages: ["EN", "pt-BR"], allow: ["Bücher.example", "com.Game"] },
    });
    assert.deepEqual("targeting" in read && read.targeting, {
      ...{ os: ["ios"], languages: ["en", "pt-br"], allow: ["xn--bcher-kva.example", "com.game"] },
    });
  });

  it("places: domains in punycode, and bundles; no addresses, URLs or single labels as domains", () => {
    for (const [text, domain] of [
      ...[
        ["Example.COM.", "example.com"],
        ["münchen.example", "xn--mnchen-3ya.example"],
        ["a_b.example", "a_b.example"],
      ],
      ...[
        ["localhost", undefined],
        ["https://a.example", undefined],
        ["a.example/b", undefined],
        ["127.0.0.1", undefined],
      ],
      ...[
        ["a..b", undefined],
        ["-a.example", undefined],
        ["a.example:80", undefined],
        ["a b.example", undefined],
        ["0x7f.1", undefined],
      ],
    ] as const)
      assert.equal(domainOf(text!), domain, text);
    assert.equal(placeOf("com.Example.Game"), "com.example.game");
    assert.equal(placeOf("835599320"), "835599320");
    assert.equal(placeOf("a/b"), undefined);
  });

  it("creatives: what their form needs", () => {
    const video = { type: 2, durationSeconds: 15, mimes: ["video/mp4"], markup: `<VAST>\${SLUICE_CLICK}</VAST>` };
    const { w: _, h: __, ...bare } = BANNER;
    const only = (change: object) => wrongIn({ creatives: [{ ...bare, ...change }] });
    assert.deepEqual(only({}), [`${C}/w`, `${C}/h`]);
    assert.deepEqual(only(video), []);
    assert.deepEqual(only({ ...video, w: 640 }), [`${C}/w`]);
    assert.deepEqual(only({ ...video, durationSeconds: undefined }), [`${C}/durationSeconds`]);
    assert.deepEqual(only({ ...video, type: 3, mimes: [] }), [`${C}/mimes`]);
    assert.deepEqual(only({ ...video, markup: BANNER.markup }), [`${C}/markup`]);
    assert.deepEqual(creative({ durationSeconds: 1 }), [`${C}/durationSeconds`]);
    assert.deepEqual(only({ type: 4, markup: `{"link":"\${SLUICE_CLICK}"}` }), []);
    assert.deepEqual(only({ type: 4 }), [`${C}/markup`]);
    assert.deepEqual(only({ ...video, type: 5 }), [`${C}/type`]);
    assert.deepEqual(wrongIn({ creatives: [BANNER, BANNER] }), ["/creatives/1/id"]);
    assert.deepEqual(wrongIn({ creatives: [] }), ["/creatives"]);
    assert.deepEqual(creative({ advertiserDomains: [] }), [`${C}/advertiserDomains`]);
    assert.deepEqual(creative({ categories: ["620"] }), [`${C}/categories`]);
    assert.deepEqual(creative({ categories: ["620"], cattax: 6 }), []);
    assert.deepEqual(creative({ markup: `\ud800\${SLUICE_CLICK}` }), [`${C}/markup`]);
  });

  it("clicks: counted where they lead somewhere, and the other way round", () => {
    assert.deepEqual(creative({ clickTarget: undefined }), [`${C}/clickTarget`]);
    assert.deepEqual(creative({ markup: "<b>no link</b>" }), [`${C}/markup`]);
    assert.deepEqual(creative({ clickTarget: undefined, markup: "<b>no link</b>" }), []);
    for (const clickTarget of ["javascript:alert(1)", "//a.example", "https://", "data:text/html,x", "https://a b"])
      assert.deepEqual(creative({ clickTarget }), [`${C}/clickTarget`], clickTarget);
  });

  it("secure markup: nothing over plain HTTP, in whatever writing; names of XML vocabularies are none", () => {
    const insecure = [
      "<img src=http://a>",
      "<img src='HTTP://a'>",
      '{"u":"http:\\/\\/a"}',
      "url(http://www.w3.org.evil.example/)",
    ];
    for (const markup of insecure)
      assert.deepEqual(creative({ markup: `${markup}\${SLUICE_CLICK}` }), [`${C}/markup`], markup);
    const secure = ["<img src=https://a>", '<VAST xmlns:x="http://www.w3.org/2001/XMLSchema-instance">', "xhttp://a"];
    for (const markup of secure) assert.deepEqual(creative({ markup: `${markup}\${SLUICE_CLICK}` }), [], markup);
    assert.deepEqual(creative({ markup: `${insecure[0]}\${SLUICE_CLICK}`, secure: false }), []);
  });

  it("macros: those that somebody replaces", () => {
    const known = [
      "AUCTION_ID",
      "AUCTION_PRICE:B64",
      "AUCTION_DISCOUNT_CPM",
      "SLUICE_CLICK",
      "SLUICE_VIEW",
      "name",
      "a.b()",
      "auction_id",
    ];
    assert.deepEqual(unknownMacros(known.map((name) => `\${${name}}`).join(" ")), []);
    const unknown = ["AUCTION_PRISE", "SLUICE_KLICK", "OPENRTB_PRICE", "AUCTION_PRICE:"];
    assert.deepEqual(unknownMacros(unknown.map((name) => `\${${name}}`).join("")), unknown);
    assert.deepEqual(creative({ markup: `\${SLUICE_CLICK}\${AUCTION_PRISE}` }), [`${C}/markup`]);
  });

  it("nothing that it does not know, at any level", () => {
    assert.deepEqual(wrongIn({ bids: "1" }), ["/bids"]);
    assert.deepEqual(wrongIn({ flight: { ...SHOES.flight, stop: 1 } }), ["/flight/stop"]);
    assert.deepEqual(creative({ width: 1 }), [`${C}/width`]);
    assert.deepEqual(wrongIn(JSON.parse('{"__proto__":{"admin":true},"constructor":1}')), [
      "/__proto__",
      "/constructor",
    ]);
  });

  it("never throws, whatever it is given", () => {
    const anything = fc.record(
      Object.fromEntries(Object.keys(SHOES).map((name) => [name, fc.jsonValue()])) as Record<
        string,
        fc.Arbitrary<unknown>
      >,
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(fc.oneof(anything, fc.jsonValue()), (value) => typeof readNew(value) === "object"),
      { numRuns: 300 },
    );
  });
});

describe("A merge patch", () => {
  it("does what the examples of RFC 7396 say, appendix A", () => {
    const examples: readonly (readonly [unknown, unknown, unknown])[] = [
      ...([
        [{ a: "b" }, { a: "c" }, { a: "c" }],
        [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
      ] as const),
      ...([
        [{ a: "b" }, { a: null }, {}],
        [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
      ] as const),
      ...([
        [{ a: ["b"] }, { a: "c" }, { a: "c" }],
        [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
      ] as const),
      [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
      [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
      ...([
        [
          ["a", "b"],
          ["c", "d"],
          ["c", "d"],
        ],
        [{ a: "b" }, ["c"], ["c"]],
        [{ a: "foo" }, null, null],
      ] as const),
      ...([
        [{ a: "foo" }, "bar", "bar"],
        [{ e: null }, { a: 1 }, { e: null, a: 1 }],
        [[1, 2], { a: "b", c: null }, { a: "b" }],
      ] as const),
      [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
    ];
    for (const [target, patch, result] of examples) assert.deepEqual(mergePatch(target, patch), result);
  });

  it("changes nothing when it is applied again, nothing where it is empty, and no prototype", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (target, patch) => {
        const once = mergePatch(target, patch);
        assert.deepEqual(mergePatch(once, patch), once);
      }),
      { numRuns: 300 },
    );
    const patched = mergePatch({}, JSON.parse('{"__proto__":{"a":1}}')) as object;
    assert.deepEqual(
      [Object.keys(patched), "a" in {}, Object.getPrototypeOf(patched)],
      [["__proto__"], false, Object.prototype],
    );
  });
});

describe("What an audit says of a change", () => {
  it("is nothing where nothing changed, and something where anything did", () => {
    const list = fc.uniqueArray(fc.record({ id: fc.constantFrom("a", "b", "c"), v: fc.constantFrom(1, 2) }), {
      selector: ({ id }) => id,
    });
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), list, fc.constantFrom({}, [], null));
    const object = fc.dictionary(fc.constantFrom("x", "y"), value);
    fc.assert(
      fc.property(object, object, (one, other) => {
        const [a, b] = [JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other))];
        assert.deepEqual(differences(a, a), []);
        assert.equal(differences(a, b).length === 0, fingerprintOf([a]) === fingerprintOf([b]));
      }),
      { numRuns: 2_000 },
    );
  });

  it("names creatives by their ids, and keeps only the hash of what is long", () => {
    const long = "x".repeat(1_000);
    const found = differences(
      { creatives: [{ id: "a", markup: "1" }, { id: "b" }] },
      { creatives: [{ id: "b" }, { id: "a", markup: long }] },
    );
    assert.deepEqual(
      found.map(({ path, from }) => [path, from]),
      [
        ["/creatives", '["a","b"]'],
        ["/creatives/a/markup", '"1"'],
      ],
    );
    assert.match(found[1]!.to!, /^sha256:[0-9a-f]{64} of 1002 bytes$/);
  });

  it("stays small: most of very many differences are only counted", () => {
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`k${index}`, "v".repeat(300)]));
    const found = differences({}, many);
    assert.deepEqual([found.length, found.at(-1)], [301, { path: "", to: "and 700 more" }]);
    assert.equal(JSON.stringify(found).length < 200_000, true);
  });
});

describe("A row of the campaigns table", () => {
  const STORED = { ...SHOES, advertiser: "acme", seat: "acme", version: 1, changedAt: "2026-01-05T14:30:00.000Z" };
  const full = {
    ...STORED,
    frequencyCap: { impressions: 3, seconds: 60 },
    targeting: { daypart: { timeZone: "UTC", hours: [1] }, segments: ["a:b"], channels: ["site"] },
  };

  it("is a campaign when it is what was written of one", () => {
    for (const campaign of [STORED, full])
      assert.deepEqual(storedCampaign(fromItem(toItem(campaign as never))), campaign);
  });

  it("is none when any member of it is missing or another kind of thing", () => {
    const required = Object.keys(STORED);
    for (const name of required) assert.equal(storedCampaign({ ...STORED, [name]: undefined }), undefined, name);
    const wrong = [
      ...[{ bid: 2.5 }, { status: "on" }, { version: "1" }, { budget: { total: 1 } }, { flight: { start: "soon" } }],
      ...[{ creatives: [] }, { creatives: [{ ...BANNER, markup: 1 }] }, { creatives: [{ ...BANNER, secure: "yes" }] }],
      ...[
        { targeting: { geo: "USA" } },
        { targeting: { daypart: { timeZone: "UTC" } } },
        { frequencyCap: { impressions: 1 } },
      ],
    ];
    for (const change of wrong)
      assert.equal(storedCampaign({ ...STORED, ...change }), undefined, JSON.stringify(change));
  });

  it("can bid when it is active and its flight has not ended", () => {
    const campaign = STORED as unknown as Campaign;
    const end = Date.parse(SHOES.flight.end);
    assert.deepEqual(
      [canBid(campaign, end - 1), canBid(campaign, end), canBid({ ...campaign, status: "paused" }, 0)],
      [true, false, false],
    );
    assert.equal(canBid({ ...campaign, flight: { start: SHOES.flight.start } }, end), true);
  });
});
