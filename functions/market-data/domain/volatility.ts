import { Decimal } from "decimal.js";
import { printsOf } from "./corrections";
import { Exact } from "./decimals";
import type { Tick } from "./tick";

type Decimals = typeof Decimal;

const decimals = (precision: number): Decimals => Decimal.clone({ precision, rounding: Decimal.ROUND_HALF_EVEN });
/** What ordinary prices need for twelve right digits, with room for the digits that a difference of returns costs. */
const Ordinary = decimals(30);
/** Prices of 30 digits in all but constant proportion: no two of their returns agree in more than 65 digits. */
const Extreme = decimals(160);

/** The window's volatility, not rounded. */
export const windowVolatility = (window: readonly Tick[]): Decimal | undefined =>
  volatilityOf(printsOf(window).map(({ price }) => new Exact(price)));

/**
 * Sample standard deviation of the log returns between neighbours, with at least twelve right digits. Undefined below three
 * prices, and where a price is zero or negative, whose logarithm does not exist.
 */
export function volatilityOf(prices: readonly Decimal[]): Decimal | undefined {
  if (prices.length < 3 || prices.some((price) => price.lte(0))) return undefined;
  return deviationWith(Ordinary, prices) ?? deviationWith(Extreme, prices) ?? new Exact(0);
}

/** Undefined when so many digits cancelled that half of them or more are noise. */
function deviationWith(Numbers: Decimals, prices: readonly Decimal[]): Decimal | undefined {
  const returns = prices.slice(1).map((price, index) => logReturn(Numbers, prices[index]!, price));
  const largest = Decimal.max(...returns.map((each) => each.abs()));
  if (largest.isZero()) return new Exact(0);
  const mean = Numbers.sum(...returns).div(returns.length);
  const squares = Numbers.sum(...returns.map((each) => each.minus(mean).pow(2)));
  const deviation = squares.div(returns.length - 1).sqrt();
  return deviation.gt(largest.times(`1e-${Numbers.precision / 2}`)) ? deviation : undefined;
}

/** Windows of neighbours share all returns but one, and a logarithm is the dearest thing here. Emptied when full. */
const returnsKnown = new Map<string, Decimal>();
const MOST_RETURNS = 20_000;

function logReturn(Numbers: Decimals, before: Decimal, after: Decimal): Decimal {
  const key = `${Numbers.precision} ${before} ${after}`;
  const known = returnsKnown.get(key);
  if (known) return known;
  const made = logOfRatio(Numbers, before, after);
  if (returnsKnown.size >= MOST_RETURNS) returnsKnown.clear();
  returnsKnown.set(key, made);
  return made;
}

/**
 * ln(after / before) = 2 artanh(z) with z = (after - before) / (after + before). Near a ratio of one, where returns are, the
 * series needs few terms and keeps all digits; `ln` would round the ratio first and lose as many as it has nines.
 */
function logOfRatio(Numbers: Decimals, before: Decimal, after: Decimal): Decimal {
  const z = new Numbers(after.minus(before)).div(after.plus(before));
  if (z.isZero()) return z;
  if (z.abs().gt("0.1")) return new Numbers(after).div(before).ln();
  const square = z.times(z);
  const least = z.e - Numbers.precision;
  let sum = z;
  for (let power = z.times(square), odd = 3; power.e >= least; power = power.times(square), odd += 2) {
    sum = sum.plus(power.div(odd));
  }
  return sum.times(2);
}
