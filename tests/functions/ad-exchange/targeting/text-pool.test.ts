import assert from "node:assert/strict";
import fc from "fast-check";
import { loadSnapshot } from "../../../../functions/ad-exchange/domain/targeting/load-snapshot";
import { TextPool } from "../../../../functions/ad-exchange/domain/targeting/text-pool";
import { TextPoolBuilder } from "../../../../functions/ad-exchange/domain/targeting/text-pool-builder";
import { generateCampaigns } from "../../../../local/exchange/campaigns";
import { bytesOf, NOW } from "./support/samples";

/** What texts come back as, and what they take. */
function kept(texts: readonly string[]) {
  const builder = new TextPoolBuilder();
  const numbers = texts.map((text) => builder.add(text));
  const { sections, places } = builder.build();
  const pool = new TextPool(sections);
  const bytes = sections.texts.length + sections.pieces.length;
  return { read: () => numbers.map((number) => pool.at(places[number]!)), sections, bytes };
}

/** Skeletons that texts share, in which they differ here and there. */
const skeletons = fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { minLength: 1, maxLength: 4 });
const parts = fc.oneof(fc.nat(99).map(String), fc.constantFrom('"', "é/", "<b>", " ", "😀", "="));
const alike = fc
  .tuple(skeletons, fc.array(fc.array(parts, { maxLength: 6 }), { maxLength: 60 }))
  .map(([some, all]) =>
    all.map((own, place) => own.reduce((text, part, at) => text + part + some[(place + at) % some.length], "<")),
  );

describe("Texts of a snapshot", () => {
  it("come back as they were, in whatever order they are asked for and how often", () => {
    fc.assert(
      fc.property(fc.oneof(alike, fc.array(fc.string({ unit: "grapheme" }), { maxLength: 40 })), (texts) => {
        const { read } = kept(texts);
        assert.deepEqual([read(), read()], [texts, texts]);
      }),
      { numRuns: 300 },
    );
  });

  it("may be empty, long, and of more pieces than one byte or two number", () => {
    const piece = (number: number) => `the piece of number ${number}/`;
    const pieces = Array.from({ length: 9_000 }, (_, number) => piece(number).replaceAll(" ", "-"));
    const texts = [
      "",
      "x".repeat(2_100_000),
      "é".repeat(70),
      ...pieces.flatMap((one) => [`a/${one}`, `b/${one}`, `c/${one}`]),
    ];
    const { read, sections } = kept(texts);
    assert.equal(sections.pieceEnds.length > 8_192, true);
    assert.deepEqual(read(), texts);
  });

  it("take little more than what they differ in", () => {
    const markup = (id: string, size: number) =>
      `<div class="ad-${size}"><script src="https://ads.example/tag.js?slot=${id}&w=${size}&gdpr=\${GDPR}" async></script></div>`;
    const texts = Array.from({ length: 2_000 }, (_, place) =>
      markup(`s-${place * 7_919}`, [160, 300, 728][place % 3]!),
    );
    const { bytes, read } = kept(texts);
    assert.equal(bytes < texts.length * 20, true, `${bytes} bytes`);
    assert.deepEqual(read(), texts);
  });

  it("are there once where they are equal", () => {
    const long = Array.from({ length: 200 }, (_, place) => place).join("-");
    assert.equal(kept([long, long, long]).bytes < long.length + 10, true);
  });

  it("are every creative's, whole", () => {
    const campaigns = [...generateCampaigns({ seed: 5, count: 400, now: new Date(NOW) })];
    const index = loadSnapshot(bytesOf(campaigns));
    const found = Array.from({ length: index.overlayCreative }, (_, number) => index.creative(number));
    const byId = new Map(found.map((creative) => [creative.id, creative]));
    const bidding = campaigns.filter(
      ({ status, flight }) => status === "active" && Date.parse(flight.end ?? "2999") > NOW,
    );
    assert.equal(bidding.length > 300, true);
    for (const { creatives } of bidding)
      for (const creative of creatives) assert.deepEqual(byId.get(creative.id), creative);
  });
});
