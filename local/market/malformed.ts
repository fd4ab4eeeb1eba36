type Detail = Readonly<Record<string, unknown>> | string | number | null;

/** A way to get an event wrong, and the reason with which it must be rejected. */
export interface Malformed {
  readonly title: string;
  readonly reason: string;
  readonly detail: (happened: Date) => Detail;
}

const trade = (happened: Date) => ({
  venue: "XNAS",
  feed: "ITCH",
  symbol: "AAPL",
  sequence: 1,
  eventTime: happened.toISOString(),
  type: "trade",
  price: "189.30",
  size: "100",
  currency: "USD",
});

const wrong = (title: string, reason: string, change: Readonly<Record<string, unknown>>): Malformed => ({
  title,
  reason,
  detail: (happened) => JSON.parse(JSON.stringify({ ...trade(happened), ...change })),
});

const bar = { type: "bar", open: "10", high: "12", low: "9", close: "11", volume: "5", interval: "PT1M" };
const correction = { type: "correction", corrects: 0, action: "cancel" };

/** Twenty-odd kinds of malformed events. */
export const MALFORMED: readonly Malformed[] = [
  wrong("no symbol", "missing_field", { symbol: undefined }),
  wrong("no price", "missing_field", { price: undefined }),
  wrong("no event time", "missing_field", { eventTime: undefined }),
  wrong("price as a number", "wrong_type", { price: 189.3 }),
  wrong("price null", "wrong_type", { price: null }),
  wrong("size as a list", "wrong_type", { size: ["100"] }),
  wrong("sequence as text", "wrong_type", { sequence: "1" }),
  wrong("sequence negative", "out_of_range", { sequence: -1 }),
  wrong("sequence with a fraction", "out_of_range", { sequence: 1.5 }),
  wrong("sequence beyond 2^53", "out_of_range", { sequence: 2 ** 53 }),
  wrong("size negative", "out_of_range", { size: "-1" }),
  wrong("price with an exponent", "bad_format", { price: "1e3" }),
  wrong("price with a comma", "bad_format", { price: "1,000.00" }),
  wrong("price with a plus", "bad_format", { price: "+1" }),
  wrong("price of NaN", "bad_format", { price: "NaN" }),
  wrong("venue of three letters", "bad_format", { venue: "NAS" }),
  wrong("symbol in lower case", "bad_format", { symbol: "aapl" }),
  wrong("currency of four letters", "bad_format", { currency: "USDT" }),
  wrong("time without a zone", "bad_format", { eventTime: "2026-01-05T14:30:00" }),
  wrong("thirtieth of February", "bad_format", { eventTime: "2026-02-30T14:30:00Z" }),
  wrong("type unknown", "unknown_type", { type: "rumour" }),
  wrong("type from the prototype", "unknown_type", { type: "constructor" }),
  wrong("bar whose low is above its close", "inconsistent_prices", { ...bar, low: "11.5", open: "11.6" }),
  wrong("correction of a later event", "out_of_range", { ...correction, corrects: 2 }),
  wrong("correction of an unknown kind", "bad_format", { ...correction, action: "undo" }),
  {
    title: "an hour ahead",
    reason: "future_event_time",
    detail: (at) => ({ ...trade(new Date(at.getTime() + 3_600_000)) }),
  },
  { title: "far too large", reason: "too_large", detail: (at) => ({ ...trade(at), note: "x".repeat(70_000) }) },
];
