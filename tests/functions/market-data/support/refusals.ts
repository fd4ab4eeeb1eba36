import { LARGEST_DETAIL, type RejectionReason } from "../../../../functions/market-data/domain/validation";
import { bar, cancel, halt, replace, trade } from "./details";

/** [reason, what is wrong, the detail, what its message has to say] */
export type Refusal = readonly [reason: RejectionReason, because: string, detail: unknown, says: string];

const without = (detail: object, field: string): object =>
  Object.fromEntries(Object.entries(detail).filter(([name]) => name !== field));

export const REFUSALS: readonly Refusal[] = [
  ["not_an_object", "it is null", null, "detail is null; give an object"],
  ["not_an_object", "it is a list", [trade(1)], "detail is an object; give an object"],
  ["not_an_object", "it is text", JSON.stringify(trade(1)), "give an object"],
  ["too_large", "it has 65,537 bytes", padded(LARGEST_DETAIL + 1), "detail has 65537 bytes; give at most 65536"],
  ["too_large", "it is nested too deeply", { ...trade(1), deep: nested(100_000) }, "nested too deeply"],
  ["missing_field", "its price is missing", without(trade(1), "price"), "price is missing"],
  ["missing_field", "its type is missing", without(trade(1), "type"), "type is missing"],
  ["missing_field", "a replacement has no size", without(replace(2, 1), "size"), "size is missing"],
  ["missing_field", "a field is its prototype's", JSON.parse('{"__proto__":{"venue":"XNAS"}}'), "venue is missing"],
  ["wrong_type", "its price is a number", trade(1, { price: 100.5 }), "price is 100.5; give text"],
  ["wrong_type", "its sequence is text", trade(1, { sequence: "1" }), 'sequence is "1"; give a number'],
  ["wrong_type", "its symbol is null", trade(1, { symbol: null }), "symbol is null; give text"],
  ["wrong_type", "its state is a flag", halt(1, { state: true }), "state is true; give halted or resumed"],
  ["wrong_type", "the reason of a halt is null", halt(1, { reason: null }), "reason is null; give text"],
  ["bad_format", "its venue is in small letters", trade(1, { venue: "xnas" }), 'venue is "xnas"; give an ISO 10383'],
  [
    "bad_format",
    "its symbol ends in a line break",
    trade(1, { symbol: "AAPL\n" }),
    'symbol is "AAPL\\n"; give 1 to 24',
  ],
  ["bad_format", "its price has an exponent", trade(1, { price: "1e3" }), 'price is "1e3"; give decimal text'],
  ["bad_format", "its price has 13 decimals", trade(1, { price: "0.1234567890123" }), "give decimal text"],
  ["bad_format", "its price has 19 digits", trade(1, { price: "1234567890123456789" }), "give decimal text"],
  [
    "bad_format",
    "its time has an offset",
    trade(1, { eventTime: "2026-01-05T14:30:00+00:00" }),
    "give RFC 3339 in UTC",
  ],
  ["bad_format", "its time is of before 1970", trade(1, { eventTime: "1969-12-31T23:59:59Z" }), "years 1970 to 2999"],
  ["bad_format", "its day is no day", trade(1, { eventTime: "2026-02-30T14:30:00Z" }), 'eventTime is "2026-02-30'],
  ["bad_format", "its hour is 24", trade(1, { eventTime: "2026-01-05T24:00:00Z" }), 'eventTime is "2026-01-05T24'],
  ["bad_format", "its second is a leap second", trade(1, { eventTime: "2016-12-31T23:59:60Z" }), "eventTime is"],
  [
    "bad_format",
    "its interval says nothing",
    bar(1, { interval: "PT" }),
    'interval is "PT"; give an ISO 8601 duration',
  ],
  [
    "bad_format",
    "its action is unheard of",
    cancel(2, 1, { action: "undo" }),
    'action is "undo"; give cancel or replace',
  ],
  ["out_of_range", "its sequence is below zero", trade(1, { sequence: -1 }), "sequence is -1; give a whole number"],
  ["out_of_range", "its sequence is a fraction", trade(1, { sequence: 1.5 }), "sequence is 1.5; give a whole number"],
  ["out_of_range", "its sequence is 2^53", trade(1, { sequence: 2 ** 53 }), "from 0 to 2^53 - 1"],
  ["out_of_range", "its size is below zero", trade(1, { size: "-1" }), 'size is "-1"; a size is not negative'],
  ["out_of_range", "the reason of a halt is long", halt(1, { reason: "x".repeat(201) }), "give at most 200 characters"],
  ["out_of_range", "it corrects itself", cancel(2, 2), "corrects is 2; give a sequence before the correction's own, 2"],
  ["out_of_range", "it corrects what is to come", replace(2, 3), "corrects is 3; give a sequence before"],
  [
    "unknown_type",
    "its type is unheard of",
    trade(1, { type: "swap" }),
    'type is "swap"; give trade, quote, bar, halt',
  ],
  ["unknown_type", "its type is every object's", trade(1, { type: "constructor" }), 'type is "constructor"'],
  ["inconsistent_prices", "a bar opens above its high", bar(1, { open: "103.01" }), "give low ≤ open, close ≤ high"],
  ["inconsistent_prices", "a bar closes below its low", bar(1, { close: "98.999999999999" }), "close 98.999999999999"],
  ["inconsistent_prices", "prices below zero are in disorder", bar(1, below("-1", "-2")), "low -1"],
  ["future_event_time", "it is yet to happen", trade(1, { eventTime: "2026-01-05T14:31:02.000000001Z" }), "2 s ahead"],
];

/** A trade of so many bytes. */
export function padded(bytes: number): object {
  const empty = Buffer.byteLength(JSON.stringify(trade(1, { padding: "" })));
  return trade(1, { padding: "x".repeat(bytes - empty) });
}

function nested(levels: number): unknown {
  return JSON.parse("[".repeat(levels) + "]".repeat(levels));
}

/** Bar prices. */
export function below(low: string, high: string): object {
  return { low, high, open: low, close: high };
}
