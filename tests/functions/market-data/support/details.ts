import { toTick } from "../../../../functions/market-data/domain/tick";
import { validate } from "../../../../functions/market-data/domain/validation";
import { at, quote, trade } from "../../handlers/support/events";

export { at, quote, START, trade } from "../../handlers/support/events";

/** What all details have in common, and these fields; halts and cancellations name no price, size or currency. */
const like = (sequence: number, fields: object, more: object) => {
  const { price: _price, size: _size, currency: _currency, ...common } = trade(sequence);
  return { ...common, ...fields, ...more };
};

export const bar = (sequence: number, more: object = {}) => {
  const prices = { open: "100", high: "103", low: "99", close: "101", volume: "50" };
  return like(sequence, { type: "bar", ...prices, interval: "PT1M", currency: "USD" }, more);
};

export const halt = (sequence: number, more: object = {}) => like(sequence, { type: "halt", state: "halted" }, more);

export const cancel = (sequence: number, corrects: number, more: object = {}) =>
  like(sequence, { type: "correction", action: "cancel", corrects }, more);

export const replace = (sequence: number, corrects: number, more: object = {}) =>
  like(sequence, { type: "correction", action: "replace", corrects, price: "100", size: "10", currency: "USD" }, more);

export const CONTEXT = {
  source: "exchange.nasdaq",
  receivedAt: at(60_000),
  allowedSources: ["exchange.*"],
  futureSkewSeconds: 2,
};

/** The element that a detail becomes, through the same door as in production. */
export function tick(detail: object) {
  const verdict = validate(detail, { ...CONTEXT, receivedAt: "" });
  if (!verdict.accepted) throw new Error(`${verdict.reason}: ${verdict.detail}`);
  return toTick(verdict.event);
}

export const ticks = (...details: readonly object[]) => details.map(tick);

/** Trades at these prices, numbered from 1. */
export const trades = (...prices: readonly string[]) =>
  ticks(...prices.map((price, index) => trade(index + 1, { price })));

/** Quotes with these bids and asks, numbered from 1. */
export const quotes = (...pairs: readonly (readonly [string, string])[]) =>
  ticks(...pairs.map(([bid, ask], index) => quote(index + 1, { bid, ask })));
