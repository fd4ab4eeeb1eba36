import assert from "node:assert/strict";
import fc from "fast-check";
import type { BidRequest, SupplyChain } from "../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { outboundBody, type Sender } from "../../../../functions/ad-exchange/domain/openrtb/outbound-body";
import { readBidRequest } from "../../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import type { Permitted } from "../../../../functions/ad-exchange/domain/privacy/permitted";
import { validRequest } from "../support/requests";
import { golden } from "./golden";

const ALL: Permitted = { ids: true, preciseGeo: true, segments: true, userKey: true };
const NONE: Permitted = { ids: false, preciseGeo: false, segments: false, userKey: false };
const SENDER: Sender = { asi: "exchange.example", sid: "pub-1", isSource: true };
const PERMITTED: fc.Arbitrary<Permitted> = fc.record({
  ids: fc.boolean(),
  preciseGeo: fc.boolean(),
  segments: fc.boolean(),
  userKey: fc.boolean(),
});

const IMP = { id: "1", banner: { w: 300, h: 250 } };
const GOOD: BidRequest = { id: "r", imp: [IMP] };

const sent = (request: object, permitted = ALL, sender = SENDER) =>
  JSON.parse(outboundBody({ ...GOOD, ...request } as BidRequest, permitted, sender));
const chainOf = (request: object, sender = SENDER): SupplyChain | undefined =>
  sent(request, ALL, sender).source?.schain;

/** Every private place, each with marks of its kind. */
const GEO = {
  lat: 12.3456789,
  lon: -98.7654321,
  accuracy: 4242424242,
  lastfix: 4343434343,
  ipservice: 4444444444,
  zip: "precise-zip",
  country: "USA",
};
const EIDS = [{ source: "ids.example", inserter: "ids-inserter", uids: [{ id: "ids-uid", atype: 1 }] }];
const PRIVATE = {
  device: {
    ifa: "ids-ifa",
    didsha1: "ids-didsha1",
    didmd5: "ids-didmd5",
    dpidsha1: "ids-dpidsha1",
    dpidmd5: "ids-dpidmd5",
    macsha1: "ids-macsha1",
    macmd5: "ids-macmd5",
    ip: "203.0.113.77",
    ipv6: "2001:db8:1:2:3:4:5:6",
    geo: GEO,
  },
  user: {
    id: "ids-user",
    buyeruid: "ids-buyeruid",
    customdata: "ids-customdata",
    eids: EIDS,
    ext: { eids: EIDS, consent: "CONSENT", more: "never-user-ext" },
    yob: 19871987,
    gender: "segments-gender",
    keywords: "segments-keywords",
    kwarray: ["segments-kwarray"],
    data: [{ id: "segments-data", name: "segments-name", segment: [{ id: "segments-id", value: "segments-value" }] }],
    geo: GEO,
  },
};
const SITE = { search: "segments-search", ref: "https://segments-ref.example/" };
const MARKS = {
  ids: /ids-|ids\.example/,
  segments: /segments-|19871987/,
  preciseGeo: /precise-|12\.3456789|98\.7654321|4242424242|4343434343|4444444444/,
  address: /203\.0\.113\.77|2001:db8:1:2/,
  never: /never-/,
} as const;

/** With attributes that nobody knows in every object, and the private ones where they do not belong. */
function strewn(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strewn);
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, each]) => [name, strewn(each)]));
  return {
    ...inner,
    unknown: "never-unknown",
    nested: { user: { id: "never-nested" } },
    ...("ext" in value ? {} : { ext: { uid: "never-ext" } }),
  };
}

function marked(request: BidRequest): BidRequest {
  const { site, ...rest } = request;
  const all = {
    ...rest,
    ...(site === undefined ? {} : { site: { ...site, ...SITE } }),
    device: { ...request.device, ...PRIVATE.device },
    user: PRIVATE.user,
  };
  return strewn(all) as BidRequest;
}

describe("A request as it is sent on", () => {
  it("has nothing private that is not permitted, and loses nothing that is, whatever else it has", () => {
    fc.assert(
      fc.property(validRequest(), PERMITTED, (request, permitted) => {
        const text = outboundBody(marked(request), permitted, SENDER);
        const { ids, segments, preciseGeo } = permitted;
        const expected = { ids, segments, preciseGeo, address: ids && preciseGeo, never: false };
        for (const [name, mark] of Object.entries(MARKS))
          assert.equal(mark.test(text), expected[name as keyof typeof MARKS], name);
      }),
      { numRuns: 300 },
    );
  });

  it("has each private attribute where it is permitted, in its place", () => {
    const { device, user, site } = sent({ ...PRIVATE, site: SITE });
    const { more: _more, ...ext } = PRIVATE.user.ext;
    assert.deepEqual(device, PRIVATE.device);
    assert.deepEqual(user, { ...PRIVATE.user, ext });
    assert.deepEqual(site, SITE);
  });

  it("has networks and squares where places may not be precise", () => {
    const { device, user } = sent(PRIVATE, NONE);
    assert.deepEqual(device, {
      ip: "203.0.113.0",
      ipv6: "2001:db8:1::",
      geo: { lat: 12.35, lon: -98.77, country: "USA" },
    });
    assert.deepEqual(user, { geo: { lat: 12.35, lon: -98.77, country: "USA" }, ext: { consent: "CONSENT" } });
  });

  it("has no address that is none", () => {
    assert.deepEqual(sent({ device: { ip: "ids-x", ipv6: "ids-y" } }, NONE).device, {});
  });

  it("takes whole addresses for ids and places both", () => {
    const ipOf = (permitted: Permitted) => sent(PRIVATE, permitted).device.ip;
    assert.equal(ipOf(ALL), "203.0.113.77");
    assert.equal(ipOf({ ...ALL, ids: false }), "203.0.113.0");
    assert.equal(ipOf({ ...ALL, preciseGeo: false }), "203.0.113.0");
  });

  it("is a valid request, of the same impressions and rules", () => {
    fc.assert(
      fc.property(validRequest(), PERMITTED, (request, permitted) => {
        const body = outboundBody(request, permitted, SENDER);
        const read = readBidRequest(body);
        if (!read.ok) assert.fail(read.problem);
        const { imp, bcat, badv, regs, cur, at, tmax } = request;
        const {
          imp: outImp,
          bcat: outBcat,
          badv: outBadv,
          regs: outRegs,
          cur: outCur,
          at: outAt,
          tmax: outTmax,
        } = read.request;
        assert.deepEqual(
          [outImp, outBcat, outBadv, outRegs, outCur, outAt, outTmax],
          [imp, bcat, badv, regs, cur, at, tmax],
        );
      }),
      { numRuns: 200 },
    );
  });

  it("is whole where all is permitted, but for what nobody knows", () => {
    fc.assert(
      fc.property(validRequest(), (request) => {
        const { ext: _ext, source, ...known } = request;
        const { source: outSource, ...out } = sent(request);
        const { schain: _schain, ext: _sourceExt, ...plain } = source ?? {};
        const { schain: _outSchain, ...outPlain } = outSource;
        assert.deepEqual([out, outPlain], [known, plain]);
      }),
      { numRuns: 200 },
    );
  });

  it("has objects and lists that nobody has checked only of known names and plain values", () => {
    const sua = {
      platform: { brand: "x", version: [["never"], "1"] },
      browsers: [{ brand: "y", version: ["1"] }, "never", null],
      model: { never: 1 },
    };
    const { device, imp } = sent({
      device: { sua },
      imp: [{ ...IMP, metric: "never", qty: { multiplier: { never: 1 }, vendor: "v" } }],
    });
    assert.deepEqual(device, { sua: { platform: { brand: "x" }, browsers: [{ brand: "y", version: ["1"] }] } });
    assert.deepEqual(imp, [{ ...IMP, qty: { vendor: "v" } }]);
  });

  it("has the same text for halves of letters and for keys of prototypes", () => {
    const read = readBidRequest(
      '{"id":"\\ud800","imp":[{"id":"1","banner":{},"__proto__":{"id":"never"}}],"__proto__":{"user":{"id":"never"}}}',
    );
    if (!read.ok) assert.fail(read.problem);
    const text = outboundBody(read.request, ALL, SENDER);
    assert.equal(text.isWellFormed(), true);
    assert.doesNotMatch(text, /never|proto/);
    assert.equal(JSON.parse(text).id, "\ud800");
  });

  it("has the time that is left for its answer", () => {
    assert.equal(sent({ tmax: 200 }).tmax, 200);
    assert.equal(sent({ tmax: 200 }, ALL, { ...SENDER, tmax: 120 }).tmax, 120);
    assert.equal(sent({}, ALL, { ...SENDER, tmax: 120 }).tmax, 120);
    assert.equal("tmax" in sent({}), false);
  });

  it("leaves the request as it was", () => {
    for (const { body } of golden()) {
      const read = readBidRequest(body);
      if (!read.ok) assert.fail(read.problem);
      const before = JSON.stringify(read.request);
      outboundBody(read.request, NONE, { ...SENDER, tmax: 1 });
      assert.equal(JSON.stringify(read.request), before);
    }
  });
});

describe("The supply chain that is sent on", () => {
  const OWN = { asi: "exchange.example", sid: "pub-1", rid: "r", hp: 1 };
  const GIVEN = { complete: 1, ver: "1.0", nodes: [{ asi: "ssp.example", sid: "7", hp: 1 }] };

  it("has the exchange behind the nodes it came with, and is as complete as it was", () => {
    for (const complete of [0, 1])
      assert.deepEqual(chainOf({ source: { schain: { ...GIVEN, complete } } }, { ...SENDER, isSource: false }), {
        complete,
        ver: "1.0",
        nodes: [...GIVEN.nodes, OWN],
      });
  });

  it("is read where version 2.5 puts it, and written where 2.6 does", () => {
    const { source } = sent({ source: { tid: "t", ext: { schain: GIVEN, more: 1 } } });
    assert.deepEqual(source, { tid: "t", schain: { ...GIVEN, nodes: [...GIVEN.nodes, OWN] } });
    const both = { schain: GIVEN, ext: { schain: { ...GIVEN, nodes: [] } } };
    assert.equal(chainOf({ source: both })!.nodes.length, 2);
  });

  it("is made where there is none, complete only when the publisher is the source", () => {
    assert.deepEqual(chainOf({}), { complete: 1, ver: "1.0", nodes: [OWN] });
    assert.deepEqual(chainOf({}, { ...SENDER, isSource: false }), { complete: 0, ver: "1.0", nodes: [OWN] });
  });

  it("has only what is known of a node", () => {
    const node = { asi: "a", sid: "1", rid: "x", name: "n", domain: "d", hp: 0 };
    const chain = { ...GIVEN, nodes: [{ ...node, ext: { never: 1 } }], ext: { never: 1 } };
    assert.deepEqual(chainOf({ source: { schain: chain } }), { ...GIVEN, nodes: [node, OWN] });
  });

  it("is left out where the exchange cannot say who sells", () => {
    for (const sid of ["", "x".repeat(65)])
      assert.equal(chainOf({ source: { schain: GIVEN } }, { ...SENDER, sid }), undefined);
    assert.equal(chainOf({}, { ...SENDER, asi: "" }), undefined);
    assert.equal(chainOf({}, { ...SENDER, sid: "x".repeat(64) })!.nodes.length, 1);
  });
});
