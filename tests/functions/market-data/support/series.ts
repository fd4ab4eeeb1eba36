import fc from "fast-check";
import type { Tick } from "../../../../functions/market-data/domain/tick";
import { at, bar, cancel, halt, quote, replace, tick, trade } from "./details";

/** Cents as decimal text. */
const PRICE = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => (cents / 100).toFixed(2));
const SIZE = fc.integer({ min: 0, max: 1000 }).map(String);
const KIND = fc.constantFrom("trade", "trade", "quote", "bar", "halt", "resume", "cancel", "replace");
const ELEMENT = fc.record({ kind: KIND, price: PRICE, size: SIZE, gap: fc.constantFrom(1, 1, 1, 3), pick: fc.nat() });
const MOMENT = fc.integer({ min: 0, max: 40 }); // few enough for several elements of one moment

export const ascending = (ticks: readonly Tick[]): Tick[] =>
  [...ticks].sort((a, b) => (a.position < b.position ? -1 : 1));

/** Elements of one series, all types among them, ascending by position and not by sequence; sequences have gaps. */
export const SERIES: fc.Arbitrary<readonly Tick[]> = fc
  .array(fc.tuple(ELEMENT, MOMENT), { minLength: 1, maxLength: 30 })
  .map((elements) => {
    let sequence = 0;
    const ticks = elements.map(([{ kind, price, size, gap, pick }, moment]) => {
      sequence += gap;
      const more = { eventTime: at(moment) };
      if (kind === "quote") return tick(quote(sequence, { ...more, bid: price, ask: "5000" }));
      if (kind === "bar") return tick(bar(sequence, { ...more, open: price, close: price, high: price, low: "0.01" }));
      if (kind === "halt") return tick(halt(sequence, more));
      if (kind === "resume") return tick(halt(sequence, { ...more, state: "resumed" }));
      if (kind === "cancel") return tick(cancel(sequence, pick % sequence, more));
      if (kind === "replace") return tick(replace(sequence, pick % sequence, { ...more, price, size }));
      return tick(trade(sequence, { ...more, price, size }));
    });
    return ascending(ticks);
  });
