import assert from "node:assert/strict";
import type { Campaign } from "../../../../functions/ad-exchange/domain/campaign";
import { compileSnapshot } from "../../../../functions/ad-exchange/domain/targeting/compile-snapshot";
import { loadSnapshot } from "../../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { Matches } from "../../../../functions/ad-exchange/domain/targeting/matches";
import { centsToMicros } from "./support/brute-force";
import { BANNER, bytesOf, campaign, NOW, TRAITS } from "./support/samples";

describe("A snapshot", () => {
  it("is the same for the same campaigns in whatever order", () => {
    const list = [campaign(1), campaign(2, { bid: "2.00" }), campaign(3)];
    assert.deepEqual(Buffer.from(bytesOf(list)), Buffer.from(bytesOf([...list].reverse())));
  });

  it("is not loaded when it is cut, of another format, or something else", () => {
    const bytes = bytesOf([campaign(1)]);
    assert.throws(() => loadSnapshot(bytes.slice(0, -8)), /bytes of/);
    assert.throws(() => loadSnapshot(new Uint8Array(64)), /does not begin like one/);
    assert.throws(() => loadSnapshot(new Uint8Array(3)), /cut/);
    const newer = bytes.slice();
    newer[4] = 99;
    assert.throws(() => loadSnapshot(newer), /format is 99/);
  });

  it("is read from memory that threads share", () => {
    const bytes = bytesOf([campaign(1, { frequencyCap: { impressions: 3, seconds: 60 } })]);
    const shared = new SharedArrayBuffer(bytes.length);
    new Uint8Array(shared).set(bytes);
    const index = loadSnapshot(shared);
    const into = new Matches();
    assert.equal(index.match(TRAITS, BANNER, into), 1);
    const { seat, frequencyCap } = index.campaign(into.ordinal[0]!);
    assert.deepEqual({ seat, frequencyCap }, { seat: "seat-1", frequencyCap: { impressions: 3, seconds: 60 } });
    assert.deepEqual(index.creative(into.creative[0]!), campaign(1).creatives[0]);
    assert.equal(index.creative(into.creative[0]!), index.creative(into.creative[0]!));
  });

  it("has nothing of campaigns that can never bid, and says which and why", () => {
    const refused: string[] = [];
    const list: Campaign[] = [
      campaign(1, { currency: "XXX" }),
      campaign(2, { bid: "0.00" }),
      campaign(3, { flight: { start: "soon" } }),
      campaign(4, { targeting: { daypart: { timeZone: "Mars/Base", hours: [1] } } }),
      campaign(5, { creatives: [] }),
      campaign(6),
    ];
    const options = { generation: 1, builtAt: NOW, toMicros: centsToMicros };
    const bytes = compileSnapshot(list, { ...options, refused: ({ id }, why) => refused.push(`${id}: ${why}`) });
    assert.equal(loadSnapshot(bytes).size.snapshot, 1);
    assert.deepEqual(refused, [
      ...["c1: bid is 1.00 XXX", "c2: bid is 0.00 USD", "c3: flight is soon to undefined"],
      ...["c4: time zone is Mars/Base", "c5: it has no creative"],
    ]);
  });

  it("may be of no campaign at all", () => {
    const index = loadSnapshot(bytesOf([]));
    assert.equal(index.match(TRAITS, BANNER, new Matches()), 0);
    index.applyChange({ advertiser: "adv", id: "c1", version: 1, campaign: campaign(1) }, centsToMicros);
    assert.equal(index.match(TRAITS, BANNER, new Matches()), 1);
  });

  it("keeps names apart that are equal in different spaces, and are no ASCII", () => {
    const list = [campaign(1, { targeting: { segments: ["USA"], allow: ["bücher.example"] } })];
    const index = loadSnapshot(bytesOf(list));
    const into = new Matches();
    assert.equal(index.match({ ...TRAITS, segments: ["USA"], domain: "www.bücher.example" }, BANNER, into), 1);
    assert.equal(index.match({ ...TRAITS, segments: ["USA"], domain: "xbücher.example" }, BANNER, into), 0);
    assert.equal(index.match({ ...TRAITS, categories: ["USA"], domain: "bücher.example" }, BANNER, into), 0);
  });
});
