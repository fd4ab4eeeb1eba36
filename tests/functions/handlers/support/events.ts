/** Raw details of one series, for tests that only care about a field or two. */
export const START = Date.parse("2026-01-05T14:30:00.000Z");

export const at = (milliseconds: number): string => new Date(START + milliseconds).toISOString();

const common = (sequence: number) => ({
  venue: "XNAS",
  feed: "ITCH",
  symbol: "AAPL",
  sequence,
  eventTime: at(sequence),
  currency: "USD",
});

export const trade = (sequence: number, more: object = {}) => ({
  ...common(sequence),
  type: "trade",
  price: "100.00",
  size: "10",
  ...more,
});

export const quote = (sequence: number, more: object = {}) => ({
  ...common(sequence),
  type: "quote",
  bid: "99.90",
  bidSize: "100",
  ask: "100.10",
  askSize: "100",
  ...more,
});
