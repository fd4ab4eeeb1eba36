import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCsv } from "../../operations/market-data/csv";
import { tradesFromCsv } from "../../operations/market-data/prices";

const OPTIONS = {
  source: "exchange.xnas",
  venue: "XNAS",
  feed: "csv",
  currency: "USD",
  size: "100",
  sequenceBase: 0,
};
const STOCKS = join(__dirname, "../../node_modules/vega-datasets/data/stocks.csv");

describe("reading comma-separated text", () => {
  it("keeps quoted commas, escaped quotes and line breaks", () => {
    assert.deepEqual(parseCsv('symbol,note\r\nA,"one, ""two""\nthree"\r\n'), [
      { symbol: "A", note: 'one, "two"\nthree' },
    ]);
  });

  it("passes over blank lines and a byte-order mark", () => {
    assert.deepEqual(parseCsv("\uFEFFsymbol,price\nA,1\n\nB,2"), [
      { symbol: "A", price: "1" },
      { symbol: "B", price: "2" },
    ]);
  });

  it("keeps empty cells", () => {
    assert.deepEqual(parseCsv("a,b,c\n1,,3\n,,\n"), [{ a: "1", b: "", c: "3" }]);
  });
});

describe("trades from a user's prices", () => {
  it("reads the prices a package ships: 560 months of five stocks, each numbered in time order", () => {
    const trades = tradesFromCsv(readFileSync(STOCKS, "utf8"), OPTIONS);
    const apple = trades.map((trade) => trade.detail as Record<string, unknown>).filter((d) => d.symbol === "AAPL");
    assert.equal(trades.length, 560);
    assert.deepEqual(apple[0], {
      venue: "XNAS",
      feed: "csv",
      symbol: "AAPL",
      sequence: 1,
      eventTime: "2000-01-01T00:00:00.000Z",
      type: "trade",
      price: "25.94",
      size: "100",
      currency: "USD",
    });
    assert.deepEqual(
      apple.map((detail) => detail.sequence),
      Array.from({ length: 123 }, (_, index) => index + 1),
    );
  });

  it("keeps the price as the text that was given", () => {
    const [trade] = tradesFromCsv("symbol,date,price\nA,2024-01-02,10.10", OPTIONS);
    assert.equal((trade!.detail as { price: string }).price, "10.10");
  });

  it("gives history its own time as the envelope's, so that it is not late", () => {
    const [trade] = tradesFromCsv("symbol,date,price\nA,2024-01-02,1", OPTIONS);
    assert.equal(trade!.time!.toISOString(), "2024-01-02T00:00:00.000Z");
  });

  it("names every row that cannot be read, in one error", () => {
    assert.throws(
      () => tradesFromCsv("symbol,date,price\nA,never,1\nB,2024-01-02,\nC,2024-01-02,3", OPTIONS),
      /row 2: no readable date.*\n.*row 3: no readable price/,
    );
  });
});
