import assert from "node:assert/strict";
import fc from "fast-check";
import {
  compileTemplate,
  expand,
  type MacroMode,
  type MacroValues,
} from "../../../../functions/ad-exchange/domain/notices/macros";
import { macroValues, type Settlement } from "../../../../functions/ad-exchange/domain/notices/settlement";

/** Every macro of OpenRTB 2.6-202606, section 4.4, with a value of its own. */
const MACROS: Readonly<Record<string, readonly [keyof MacroValues, string]>> = {
  AUCTION_ID: ["auctionId", "auction"],
  AUCTION_BID_ID: ["bidId", "response"],
  AUCTION_IMP_ID: ["impId", "imp"],
  AUCTION_SEAT_ID: ["seatId", "seat"],
  AUCTION_AD_ID: ["adId", "ad"],
  AUCTION_PRICE: ["price", "0.91"],
  AUCTION_CURRENCY: ["currency", "EUR"],
  AUCTION_MBR: ["mbr", "0.5"],
  AUCTION_LOSS: ["loss", "102"],
  AUCTION_MIN_TO_WIN: ["minToWin", "0.9"],
  AUCTION_MULTIPLIER: ["multiplier", "1"],
  AUCTION_IMP_TS: ["impTs", "1760000000000"],
  AUCTION_DISCOUNT_PCT: ["discountPct", "20"],
  AUCTION_DISCOUNT_CPM: ["discountCpm", "2"],
};
const NO_VALUES = Object.fromEntries(
  [...Object.values(MACROS).map(([field]) => field), "click", "view"].map((field) => [field, ""]),
) as unknown as MacroValues;
const VALUES: MacroValues = { ...NO_VALUES, ...Object.fromEntries(Object.values(MACROS)), click: "https://c.example/" };
const fill = (text: string, values = VALUES, mode?: MacroMode) => expand(compileTemplate(text), values, mode);
const macro = (name: string) => `\${${name}}`;

describe("macros", () => {
  for (const [name, [field, value]] of Object.entries(MACROS)) {
    it(`${name} is replaced wherever it stands, and removed when it is not known`, () => {
      assert.equal(fill(`${macro(name)}a${macro(name)}${macro(name)}`), `${value}a${value}${value}`);
      assert.equal(fill(`a${macro(name)}b`, { ...VALUES, [field]: "" }), "ab");
      assert.equal(fill(`a${macro(name)}b`, NO_VALUES, { audit: true }), "aAUDITb");
    });
  }

  it("that nobody has defined are removed; what scripts write like them stays", () => {
    assert.equal(fill(`a${macro("AUCTION_NEW")}b${macro("AUCTION_PRICE_")}`), "ab");
    for (const text of [
      `\${width}`,
      `\${auction_price}`,
      "$AUCTION_PRICE",
      `\${AUCTION_PRICE`,
      `\${AUCTION PRICE}`,
      `$\${}`,
    ]) {
      assert.equal(fill(text), text);
    }
  });

  it("are told for review without what comes of the auction", () => {
    const text = Object.keys(MACROS).map(macro).join(" ");
    const ofTheAuction = Array(2).fill("AUDIT").join(" ");
    assert.equal(
      fill(text, VALUES, { audit: true }),
      `auction response imp seat ad AUDIT EUR ${ofTheAuction} AUDIT AUDIT AUDIT AUDIT AUDIT`,
    );
  });

  it("are encoded as agreed; in a cipher that is not agreed nothing is told", () => {
    assert.equal(fill(macro("AUCTION_PRICE:B64")), "MC45MQ==");
    assert.equal(fill(macro("AUCTION_PRICE:BF")), "");
    assert.equal(fill(macro("AUCTION_PRICE:BF"), VALUES, { encodings: { BF: (value) => `<${value}>` } }), "<0.91>");
    for (const code of ["toString", "__proto__", "constructor"]) assert.equal(fill(macro(`AUCTION_PRICE:${code}`)), "");
    assert.equal(fill(macro("AUCTION_PRICE:B64"), NO_VALUES), "");
    assert.equal(fill(macro("AUCTION_PRICE:")), "0.91");
  });

  it("are escaped only when that is agreed", () => {
    const values = { ...VALUES, auctionId: "a b&c" };
    assert.equal(fill(`?${macro("AUCTION_ID")}`, values), "?a b&c");
    assert.equal(fill(`?${macro("AUCTION_ID")}`, values, { escape: encodeURIComponent }), "?a%20b%26c");
    assert.equal(fill(macro("AUCTION_PRICE:B64"), values, { escape: encodeURIComponent }), "MC45MQ%3D%3D");
  });

  it("in values are not looked for", () => {
    assert.equal(fill(macro("AUCTION_ID"), { ...VALUES, auctionId: macro("AUCTION_PRICE") }), macro("AUCTION_PRICE"));
  });

  it("of the exchange's own are replaced too", () => {
    const template = compileTemplate(`<a href="${macro("SLUICE_CLICK")}">`);
    assert.deepEqual([...template.needs], ["click"]);
    assert.equal(expand(template, VALUES), '<a href="https://c.example/">');
  });

  it("leave every other character as it is", () => {
    const piece = fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom("$", "{", "}", `\${`, `\${AUCTION_`, ":"),
    );
    const name = fc.constantFrom(...Object.keys(MACROS));
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, name)), piece, (parts, last) => {
        fc.pre(parts.every(([text]) => !/\$\{[A-Z_:]*$/.test(text)));
        fc.pre(!/\$\{(?:AUCTION|SLUICE)/.test(parts.map(([text]) => text).join("") + last));
        const text = parts.map(([before, each]) => before + macro(each)).join("") + last;
        const expected = parts.map(([before, each]) => before + MACROS[each]![1]).join("") + last;
        assert.equal(fill(text), expected);
      }),
    );
  });
});

describe("what a bidder is told", () => {
  const won: Settlement = {
    auctionId: "auction",
    impId: "imp",
    seat: "seat",
    responseId: "response",
    adId: "ad",
    currency: "USD",
    bidMicros: 10_000_000,
    priceMicros: 10_000_000,
    minToWinMicros: 9_000_000,
    loss: 0,
  };
  const told = (fields: Partial<Settlement>) => {
    const { price, mbr, loss, minToWin, discountPct, discountCpm } = macroValues({ ...won, ...fields });
    return { price, mbr, loss, minToWin, discountPct, discountCpm };
  };

  it("of a win is the price, its ratio to the bid, and the least that would have won", () => {
    assert.deepEqual(told({ priceMicros: 9_100_000 }), {
      price: "9.1",
      mbr: "0.91",
      loss: "0",
      minToWin: "9",
      discountPct: "",
      discountCpm: "",
    });
  });

  it("of a discount is the share of the bid and its amount; the price is what is left", () => {
    const tenths = { price: "8", mbr: "0.8", loss: "0", minToWin: "9", discountPct: "20", discountCpm: "2" };
    assert.deepEqual(told({ discountBasisPoints: 2_000 }), tenths);
    const { price, discountPct, discountCpm } = told({ discountBasisPoints: 1_250, bidMicros: 1_000_004 });
    assert.deepEqual([price, discountPct, discountCpm], ["9.875", "12.5", "0.125"]);
  });

  it("of a discount above the price is that nothing is to be paid", () => {
    assert.deepEqual(told({ priceMicros: 1_000_000, discountBasisPoints: 2_000 }).price, "0");
  });

  it("of a loss is why, and no price", () => {
    const lost = told({ priceMicros: undefined, loss: 102, discountBasisPoints: 2_000 });
    assert.deepEqual(lost, { price: "", mbr: "", loss: "102", minToWin: "9", discountPct: "", discountCpm: "" });
    assert.equal(told({ minToWinMicros: undefined }).minToWin, "");
  });

  it("is exact for any price", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e15 }), fc.nat(10_000), (micros, discountBasisPoints) => {
        const values = told({ bidMicros: micros, priceMicros: micros, discountBasisPoints });
        const scaled = (text: string) => {
          const [whole = "0", part = ""] = text.split(".");
          return BigInt(whole) * 1_000_000n + BigInt(part.padEnd(6, "0"));
        };
        assert.equal(scaled(values.price) + scaled(values.discountCpm || "0"), BigInt(micros));
      }),
    );
  });
});
