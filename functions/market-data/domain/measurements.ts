import { Decimal } from "decimal.js";
import { nanosecondsOf } from "./market-event";
import type { Tick } from "./tick";

/** Sums and products of prices of 30 digits stay exact. */
const Exact = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -30, toExpPos: 40 });
/** Twenty digits carry twelve right ones through a logarithm, a sum of 50 terms and a root. */
const Rough = Decimal.clone({ precision: 20, rounding: Decimal.ROUND_HALF_EVEN });
const DIGITS = 12;

const NAMES = [
  ...["price", "sma", "emaFast", "emaSlow", "vwap", "volatility", "high", "low", "volume", "meanSize"],
  ...["spread", "spreadBps", "missing", "halted"],
] as const;
export type MeasurementName =
  | "price"
  | "sma"
  | "emaFast"
  | "emaSlow"
  | "vwap"
  | "volatility"
  | "high"
  | "low"
  | "volume"
  | "meanSize"
  | "spread"
  | "spreadBps"
  | "missing"
  | "halted";

/**
 * What a window comes to, as decimal text, rounded half-even to 12 significant digits; a measurement that is not defined
 * is absent.
 *
 * Over trades and closes of bars: `price` the last; `sma` their mean; `emaFast`, `emaSlow` exponential averages with
 * weight 2 / (span + 1), seeded with the window's first price; `vwap` weighted by size; `volatility` the sample standard
 * deviation of log returns between neighbours, per element and not annualised, from three prices above zero on; `high` and
 * `low` (of bars, their own); `volume` and `meanSize`. Of the latest quote: `spread`, and `spreadBps` of its mid.
 * `missing`: sequence numbers absent among all but the newest `gapSettleEvents`. `halted`: "true" after a halt that no
 * resumption followed. `elements`: how many the window holds.
 */
export type Measurements = { readonly [Name in MeasurementName]?: string } & { readonly elements: string };

export interface MeasureSettings {
  readonly fastSpan: number;
  readonly slowSpan: number;
  readonly gapSettleEvents: number;
}

/** A price that counts, after corrections; decimal text. */
export interface Print {
  readonly price: string;
  readonly size: string;
  readonly high: string;
  readonly low: string;
}

/** @param window ascending by position; the last element is the one measured */
export function measure(window: readonly Tick[], settings: MeasureSettings): Measurements {
  const prints = printsOf(window);
  const all: Partial<Record<MeasurementName, Decimal | undefined>> = {
    ...priceMeasurements(prints, settings),
    ...sizeMeasurements(prints),
    ...spreadOf(window),
    missing: new Exact(missingIn(window, settings.gapSettleEvents)),
  };
  const measured = NAMES.flatMap((name) => {
    const value = all[name as MeasurementName];
    return value ? [[name, textOf(value)] as const] : [];
  });
  return {
    ...Object.fromEntries(measured),
    ...(isHalted(window) ? { halted: "true" } : {}),
    elements: String(window.length),
  };
}

/** Twelve significant digits, no exponent, no trailing zeros. */
export const textOf = (value: Decimal): string => value.toSignificantDigits(DIGITS, Decimal.ROUND_HALF_EVEN).toFixed();

/**
 * Trades and bars of a window with its corrections applied: a cancel takes the element out, a replacement takes its
 * place. Of several corrections of one element the last by position holds.
 */
export function printsOf(window: readonly Tick[]): Print[] {
  const corrections = new Map(window.filter((tick) => tick.type === "correction").map((tick) => [tick.corrects, tick]));
  return window.flatMap((tick) => {
    const correction = corrections.get(tick.sequence);
    if (correction?.action === "cancel") return [];
    const price =
      correction?.price ?? (tick.type === "trade" ? tick.price : tick.type === "bar" ? tick.close : undefined);
    if (price === undefined || tick.type === "correction" || tick.type === "quote" || tick.type === "halt") return [];
    const size = correction?.size ?? (tick.type === "bar" ? tick.volume : tick.size) ?? "0";
    const [high, low] = tick.type === "bar" && !correction ? [tick.high, tick.low] : [price, price];
    return [{ price, size, high: high ?? price, low: low ?? price }];
  });
}

type Measured = Partial<Record<MeasurementName, Decimal | undefined>>;

const pricesOf = (prints: readonly Print[]): Decimal[] => prints.map(({ price }) => new Exact(price));

function priceMeasurements(prints: readonly Print[], { fastSpan, slowSpan }: MeasureSettings): Measured {
  const prices = pricesOf(prints);
  if (prices.length === 0) return {};
  return {
    price: prices.at(-1),
    sma: Exact.sum(...prices).div(prices.length),
    emaFast: exponential(prices, fastSpan),
    emaSlow: exponential(prices, slowSpan),
    volatility: volatilityOf(prices),
    high: Exact.max(...prints.map(({ high }) => high)),
    low: Exact.min(...prints.map(({ low }) => low)),
  };
}

function sizeMeasurements(prints: readonly Print[]): Measured {
  if (prints.length === 0) return {};
  const volume = Exact.sum(...prints.map(({ size }) => size));
  const traded = Exact.sum(...prints.map(({ price, size }) => new Exact(price).times(size)));
  return { volume, meanSize: volume.div(prints.length), vwap: volume.isZero() ? undefined : traded.div(volume) };
}

function exponential(prices: readonly Decimal[], span: number): Decimal {
  const weight = new Exact(2).div(span + 1);
  return prices.slice(1).reduce((average, price) => price.minus(average).times(weight).plus(average), prices[0]!);
}

/** 1 when the fast average stands above the slow one, -1 below, 0 when they are equal or there is no price. */
export function sideOf(window: readonly Tick[], { fastSpan, slowSpan }: MeasureSettings): number {
  const prices = pricesOf(printsOf(window));
  return prices.length === 0 ? 0 : exponential(prices, fastSpan).cmp(exponential(prices, slowSpan));
}

/** The window's volatility, not rounded. */
export const windowVolatility = (window: readonly Tick[]): Decimal | undefined =>
  volatilityOf(pricesOf(printsOf(window)));

/** Undefined below three prices, and where a price is zero or negative, whose logarithm does not exist. */
function volatilityOf(prices: readonly Decimal[]): Decimal | undefined {
  if (prices.length < 3 || prices.some((price) => !price.isPositive() || price.isZero())) return undefined;
  const returns = prices.slice(1).map((price, index) => logReturn(prices[index]!, price));
  const mean = Rough.sum(...returns).div(returns.length);
  const squares = Rough.sum(...returns.map((each) => each.minus(mean).pow(2)));
  return squares.div(returns.length - 1).sqrt();
}

const ZERO = new Rough(0);
/** Windows of neighbours share all returns but one, and a logarithm is the dearest thing here. Emptied when full. */
const returnsKnown = new Map<string, Decimal>();
const MOST_RETURNS = 20_000;

function logReturn(before: Decimal, after: Decimal): Decimal {
  if (before.equals(after)) return ZERO;
  const key = `${before} ${after}`;
  const known = returnsKnown.get(key);
  if (known) return known;
  const made = new Rough(after).div(before).ln();
  if (returnsKnown.size >= MOST_RETURNS) returnsKnown.clear();
  returnsKnown.set(key, made);
  return made;
}

export function spreadOf(window: readonly Tick[]): {
  readonly spread?: Decimal;
  readonly spreadBps?: Decimal | undefined;
} {
  const quote = window.findLast((tick) => tick.type === "quote");
  if (!quote) return {};
  const [bid, ask] = [new Exact(quote.bid!), new Exact(quote.ask!)];
  const [spread, sum] = [ask.minus(bid), ask.plus(bid)];
  return { spread, spreadBps: sum.isZero() ? undefined : spread.times(20_000).div(sum.abs()) };
}

export function missingIn(window: readonly Tick[], gapSettleEvents: number): number {
  const settled = window.slice(0, Math.max(0, window.length - gapSettleEvents)).map(({ sequence }) => sequence);
  if (settled.length < 2) return 0;
  const [least, most] = settled.reduce(
    ([a, b], each) => [Math.min(a, each), Math.max(b, each)],
    [settled[0]!, settled[0]!],
  );
  return most - least + 1 - settled.length;
}

const isHalted = (window: readonly Tick[]): boolean =>
  window.findLast(({ type }) => type === "halt")?.state === "halted";

const SEQUENCE_RANGE = 10n ** 16n;

/**
 * How much is known of a window, as a whole number of at most 38 digits (DynamoDB's limit): the sum of its elements'
 * positions as numbers. Learning of one more element of the series raises it, whether the element joins the window or
 * pushes an older one out, since that one's position is smaller.
 */
export function basisOf(window: readonly Tick[]): string {
  return window.reduce((sum, tick) => sum + placeOf(tick), 0n).toString();
}

/** Neighbouring windows share their elements; each is turned into a number once. */
const places = new WeakMap<Tick, bigint>();

function placeOf(tick: Tick): bigint {
  const known = places.get(tick);
  if (known !== undefined) return known;
  const place = nanosecondsOf(tick.eventTime) * SEQUENCE_RANGE + BigInt(tick.sequence);
  places.set(tick, place);
  return place;
}

export interface Windows {
  readonly subject: readonly Tick[];
  /** Elements after the subject whose window holds it. */
  readonly followers: readonly { readonly tick: Tick; readonly window: readonly Tick[] }[];
}

/** The window that ends at the subject, and those of the elements after it that contain it. */
export function windowsFrom(neighbourhood: readonly Tick[], subject: Tick, windowEvents: number): Windows {
  const at = neighbourhood.findIndex(({ position }) => position === subject.position);
  if (at < 0)
    throw new RangeError(`${subject.position} is not in its neighbourhood of ${neighbourhood.length} elements.`);
  const windowAt = (index: number) => neighbourhood.slice(Math.max(0, index - windowEvents + 1), index + 1);
  const last = Math.min(neighbourhood.length, at + windowEvents);
  const followers = neighbourhood
    .slice(at + 1, last)
    .map((tick, index) => ({ tick, window: windowAt(at + 1 + index) }));
  return { subject: windowAt(at), followers };
}
