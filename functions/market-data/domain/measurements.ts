import type { Decimal } from "decimal.js";
import { isHalted, type Print, printsIn, printsOf, standing } from "./corrections";
import { Exact, textOf } from "./decimals";
import type { Tick } from "./tick";
import { volatilityOf } from "./volatility";

export { basisOf, type Windows, windowsFrom } from "./windows";

const NAMES = [
  ...(["price", "sma", "emaFast", "emaSlow", "vwap", "volatility", "high", "low", "volume", "meanSize"] as const),
  ...(["spread", "spreadBps", "missing", "halted"] as const),
];
export type MeasurementName = (typeof NAMES)[number];

/**
 * What a window comes to, as decimal text, rounded half-even to 12 significant digits; a measurement that is not defined
 * is absent.
 *
 * Over trades and closes of bars: `price` the last; `sma` their mean; `emaFast`, `emaSlow` exponential averages with
 * weight 2 / (span + 1), seeded with the window's first price; `vwap` weighted by size; `volatility` the sample standard
 * deviation of log returns between neighbours, per element and not annualised, from three prices above zero on; `high` and
 * `low` (of bars, their own); `volume` and `meanSize`. Of the latest quote: `spread`, and `spreadBps` of its mid.
 * `missing`: sequence numbers absent among all but the newest `gapSettleEvents`; a late event's number counts as absent.
 * `halted`: "true" after a halt in the window that no resumption followed. `elements`: how many the window holds.
 */
export type Measurements = { readonly [Name in MeasurementName]?: string } & { readonly elements: string };

export interface MeasureSettings {
  readonly fastSpan: number;
  readonly slowSpan: number;
  readonly gapSettleEvents: number;
}

type Measured = Partial<Record<MeasurementName, Decimal | undefined>>;

/** @param window ascending by position; the last element is the one measured */
export function measure(window: readonly Tick[], settings: MeasureSettings): Measurements {
  const elements = standing(window);
  const prints = printsIn(elements);
  const all: Measured = {
    ...priceMeasurements(prints, settings),
    ...sizeMeasurements(prints),
    ...spreadIn(elements),
    missing: new Exact(missingIn(window, settings.gapSettleEvents)),
  };
  const measured = NAMES.flatMap((name) => {
    const value = all[name];
    return value ? [[name, textOf(value)] as const] : [];
  });
  const halted = isHalted(elements) ? { halted: "true" } : {};
  return { ...Object.fromEntries(measured), ...halted, elements: String(window.length) };
}

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

const pricesOf = (prints: readonly Print[]): Decimal[] => prints.map(({ price }) => new Exact(price));

/** Prices have 12 fraction digits at most; what is left of a difference below this is rounding of the weights. */
const NOISE = new Exact("1e-30");

function exponential(prices: readonly Decimal[], span: number): Decimal {
  const average = prices.slice(1).reduce(
    (before, price) =>
      price
        .minus(before)
        .times(2)
        .div(span + 1)
        .plus(before),
    prices[0]!,
  );
  return average.abs().lt(NOISE) ? new Exact(0) : average;
}

/** 1 when the fast average stands above the slow one, -1 below, 0 when they are equal or there is no price. */
export function sideOf(window: readonly Tick[], { fastSpan, slowSpan }: MeasureSettings): number {
  const prices = pricesOf(printsOf(window));
  if (prices.length === 0) return 0;
  const difference = exponential(prices, fastSpan).minus(exponential(prices, slowSpan));
  return difference.abs().lt(NOISE) ? 0 : difference.isPositive() ? 1 : -1;
}

interface Spread {
  readonly spread?: Decimal;
  /** Of the mid's magnitude; undefined where the mid is zero. */
  readonly spreadBps?: Decimal | undefined;
}

/** Of the latest quote that stands; negative where the quote is crossed. */
export const spreadOf = (window: readonly Tick[]): Spread => spreadIn(standing(window));

function spreadIn(elements: readonly Tick[]): Spread {
  const quote = elements.findLast((tick) => tick.type === "quote");
  if (!quote) return {};
  const [bid, ask] = [new Exact(quote.bid!), new Exact(quote.ask!)];
  const [spread, sum] = [ask.minus(bid), ask.plus(bid)];
  return { spread, spreadBps: sum.isZero() ? undefined : spread.times(20_000).div(sum.abs()) };
}

/** The newest elements do not count: what is missing among them may still be on its way. */
export function missingIn(window: readonly Tick[], gapSettleEvents: number): number {
  const settled = window.slice(0, Math.max(0, window.length - gapSettleEvents)).map(({ sequence }) => sequence);
  if (settled.length < 2) return 0;
  return Math.max(...settled) - Math.min(...settled) + 1 - settled.length;
}
