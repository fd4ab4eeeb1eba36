import assert from "node:assert/strict";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import { compileSnapshot } from "../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { Matches } from "../../../../functions/ad-exchange/domain/targeting/matches";
import type { Slot, Traits } from "../../../../functions/ad-exchange/domain/traits";
import { requests } from "../../../../local/exchange/bid-requests";
import { generateCampaigns } from "../../../../local/exchange/campaigns";
import { askedBy } from "../../../bench/ad-exchange/questions";
import { best, centsToMicros, matchesAll } from "./support/brute-force";
import { BANNER, campaign, indexOf, NOW, TRAITS } from "./support/samples";

function idsOf(
  list: readonly Campaign[],
  traits: Partial<Traits> = {},
  slot: Partial<Slot> = {},
  into = new Matches(),
) {
  const index = indexOf(list);
  const count = index.match({ ...TRAITS, ...traits }, { ...BANNER, ...slot }, into);
  return Array.from({ length: count }, (_, at) => index.campaign(into.ordinal[at]!).id);
}

describe("Matching", () => {
  it("finds, of thousands of realistic campaigns and for every kind of request, what going through all of them does", () => {
    const list = [...generateCampaigns({ seed: 3, count: 3_000, now: new Date(NOW) })];
    const index = loadSnapshot(compileSnapshot(list, { generation: 1, builtAt: NOW, toMicros: centsToMicros }));
    const into = new Matches();
    let matched = 0;
    for (const { traits, slots } of requests(5, 57).map((request) => askedBy(request, NOW)))
      for (const slot of slots) {
        const count = index.match(traits, slot, into);
        const found = Array.from({ length: count }, (_, at) => index.campaign(into.ordinal[at]!).id);
        assert.deepEqual(
          found,
          best(matchesAll(list, traits, slot), 16, 8).map((match) => match.campaign.id),
        );
        matched += count;
      }
    assert.notEqual(matched, 0);
  });

  it("goes on to campaigns far down when those in front do not match", () => {
    const list = Array.from({ length: 5_000 }, (_, number) =>
      campaign(number, { bid: "2.00", targeting: { geo: [number === 4_321 ? "FRA" : "USA"] } }),
    );
    assert.deepEqual(idsOf(list, { country: "FRA" }), ["c4321"]);
    assert.deepEqual(idsOf(list, { country: "ITA" }), []);
  });

  it("leaves room for other seats as long as there are any", () => {
    const rich = Array.from({ length: 30 }, (_, number) => campaign(number, { seat: "rich", bid: "9.00" }));
    const others = Array.from({ length: 3 }, (_, number) =>
      campaign(100 + number, { seat: `s${number}`, bid: "1.00" }),
    );
    const ids = idsOf([...rich, ...others]);
    assert.equal(ids.length, 16);
    assert.deepEqual(new Set(ids.slice(-3)), new Set(["c100", "c101", "c102"]));
    assert.equal(idsOf(rich).length, 16);
  });

  it("is bounded: it says that there may be more", () => {
    const into = new Matches();
    const denied = Array.from({ length: 2_500 }, (_, number) =>
      campaign(number, { bid: "9.00", targeting: { deny: ["news.example"] } }),
    );
    assert.deepEqual(idsOf([...denied, campaign(9_999, {})], { domain: "news.example" }, {}, into), []);
    assert.equal(into.isCut, true);
    assert.deepEqual(idsOf([...denied.slice(0, 1_500), campaign(9_999, {})], { domain: "news.example" }, {}, into), [
      "c9999",
    ]);
    assert.equal(into.isCut, false);
  });

  it("asks campaigns themselves where a request has more segments, categories, seats or deals than bitsets are asked for", () => {
    const many = Array.from({ length: 40 }, (_, number) => `x${number}`);
    const list = many.flatMap((name, number) => [
      campaign(number, { seat: name, targeting: { segments: [name], categories: [name] } }),
    ]);
    const limits = new Matches(64, 64);
    assert.equal(idsOf(list, { segments: many, categories: many }, {}, limits).length, 40);
    assert.equal(
      idsOf(list, { segments: many, categories: many, allowedSeats: many.slice(0, 30) }, {}, limits).length,
      30,
    );
    assert.deepEqual(idsOf(list, { segments: many.slice(1), categories: many.slice(0, 2) }, {}, limits), ["c1"]);
    const dealt = many.map((name, number) => campaign(number, { targeting: { deals: [name] } }));
    const rest = { at: 1, floorMicros: 0, seats: [], advertiserDomains: [] };
    const deals = many.slice(2).map((id) => ({ id, ...rest }));
    assert.equal(idsOf([...dealt, campaign(99, {})], {}, { deals, privateOnly: true }, limits).length, 38);
  });

  it("makes bitsets anew when there is no room for more, also within a request", () => {
    const [creative] = campaign(0).creatives;
    const sizes = Array.from({ length: 4_200 }, (_, number) => ({ w: 100 + number, h: 50 }));
    const list = sizes.map((size, number) => campaign(number, { creatives: [{ ...creative!, ...size }] }));
    const index = indexOf([...list, campaign(9_999, { targeting: { os: ["ios"] }, bid: "9.00" })]);
    const into = new Matches();
    const traits = { ...TRAITS, os: "ios" };
    for (const [number, banner] of sizes.entries()) {
      assert.equal(index.match(traits, { ...BANNER, imp: { id: "1", banner } }, into), 1, `slot ${number}`);
      assert.equal(index.campaign(into.ordinal[0]!).id, `c${number}`);
    }
    assert.equal(index.match(traits, BANNER, into) >= 1, true);
    assert.equal(index.campaign(into.ordinal[0]!).id, "c9999");
  });

  it("finds the best of a snapshot however many changes there are that do not fit, in every slot", () => {
    const index = indexOf(Array.from({ length: 50 }, (_, number) => campaign(number, { bid: "9.00" })));
    for (let number = 100; number < 2_600; number++) {
      const changed = campaign(number, { version: 2 });
      const creatives = changed.creatives.map((one) => ({ ...one, advertiserDomains: ["blocked.example"] }));
      index.applyChange({ ...changed, campaign: { ...changed, creatives } }, centsToMicros);
    }
    const into = new Matches(6);
    const traits = { ...TRAITS, blockedAdvertisers: ["blocked.example"] };
    for (let slot = 0; slot < 20; slot++)
      assert.deepEqual([index.match(traits, { ...BANNER, index: slot }, into), into.isCut], [6, true], `slot ${slot}`);
    assert.deepEqual([index.match(TRAITS, BANNER, into), into.isCut], [6, false]);
  });

  it("has room for all bitsets that a request and its slots ask for at once, however many there are already", () => {
    const names = Array.from({ length: 2_400 }, (_, number) => `n-${number}`);
    const targeting = { segments: names, allow: names, deals: names };
    // More campaigns than are kept in a list.
    const index = indexOf(Array.from({ length: 130 }, (_, number) => campaign(number, { targeting })));
    const terms = { at: 1, floorMicros: 0, seats: [], advertiserDomains: [] };
    const into = new Matches();
    // Of so many at a time that room runs out now here, now there.
    for (const count of [16, 15, 14, 13, 12, 11])
      for (let from = 0; from < names.length; from += count) {
        const some = names.slice(from, from + count);
        const traits = { ...TRAITS, segments: some, domain: some[0]!, bundle: some.at(-1)! };
        for (const part of [some.slice(0, 9), some]) {
          const slot = { ...BANNER, deals: part.map((id) => ({ id, ...terms })) };
          assert.equal(index.match(traits, slot, into), 16, `${part.length} deals from ${from} on`);
        }
      }
  });

  it("takes equal bids in an order that names do not decide", () => {
    const list = Array.from({ length: 64 }, (_, number) =>
      campaign(number, { advertiser: `a${number}`, seat: `s${number}` }),
    );
    const ids = idsOf(list);
    assert.deepEqual(idsOf([...list].reverse()), ids);
    assert.notDeepEqual(
      ids,
      list.slice(0, 16).map(({ id }) => id),
    );
  });

  it("knows the hours of a week in a campaign's time zone, also when the clocks change", () => {
    // Sunday 01:00 to 01:59 comes twice in New York on 2026-11-01; hour 146 is Sunday 02:00.
    const at = (text: string, hours: number[]) =>
      idsOf([campaign(1, { targeting: { daypart: { timeZone: "America/New_York", hours } } })], {
        now: Date.parse(text),
      });
    assert.deepEqual(at("2026-11-01T05:59:59Z", [145]), ["c1"]);
    assert.deepEqual(at("2026-11-01T06:30:00Z", [145]), ["c1"]);
    assert.deepEqual(at("2026-11-01T07:00:00Z", [145]), []);
    assert.deepEqual(at("2026-11-01T07:00:00Z", [146]), ["c1"]);
    assert.deepEqual(at("2026-11-02T04:59:59Z", [167]), ["c1"]);
    assert.deepEqual(at("2026-11-02T05:00:00Z", [0]), ["c1"]);
  });
});
