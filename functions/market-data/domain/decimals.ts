import { Decimal } from "decimal.js";

/**
 * Decimals of market data. Input has at most 18 digits before the point and 12 behind it, so differences, and sums of 50
 * products of two such numbers, are exact in 64 digits; quotients are rounded half-even there, far beyond what is told.
 */
export const Exact = Decimal.clone({ precision: 64, rounding: Decimal.ROUND_HALF_EVEN, toExpNeg: -100, toExpPos: 100 });
export type Exact = Decimal;

const TOLD_DIGITS = 12;

/** Twelve significant digits, half-even, no exponent, no trailing zeros, no negative zero. */
export const textOf = (value: Decimal): string =>
  value.isZero() ? "0" : value.toSignificantDigits(TOLD_DIGITS, Decimal.ROUND_HALF_EVEN).toFixed();
