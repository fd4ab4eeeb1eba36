import type { Micros } from "./money";

/** Highest price that is read, in units of its currency: with six decimals it has 15 digits, which a number holds exactly. */
const HIGHEST = 1e9;
const MICROS_PER_UNIT = 1e6;
/** The same in micros. */
export const HIGHEST_MICROS: Micros = HIGHEST * MICROS_PER_UNIT;
const DECIMALS = 6;

const ZERO = 48;
const POINT = 46;

/**
 * Price of a JSON number, taken as the decimal text that it is written as, rounded half to even to a millionth.
 * Undefined when it is negative, over a billion, or no number.
 */
export function microsOfNumber(price: number): Micros | undefined {
  if (!(price >= 0 && price <= HIGHEST)) return undefined;
  const micros = Math.round(price * MICROS_PER_UNIT);
  // A decimal of at most 15 digits whose nearest number is `price` is also its shortest text: nothing was rounded.
  if (micros / MICROS_PER_UNIT === price) return micros + 0;
  // Below a millionth the text has an exponent; exactly half of one goes to the even neighbour, 0.
  if (price < 1 / MICROS_PER_UNIT) return price > 0.5 / MICROS_PER_UNIT ? 1 : 0;
  return microsOfText(String(price));
}

/**
 * Price of decimal text, "2.50": digits, then perhaps a point and more digits; rounded half to even to a millionth.
 * Undefined for anything else (a sign, an exponent, spaces, leading zeros) and for more than a billion.
 */
export function microsOfText(text: string): Micros | undefined {
  const point = endOfDigits(text, 0);
  if (point === 0 || point > 10 || (point > 1 && text.charCodeAt(0) === ZERO)) return undefined;
  const isWhole = point === text.length;
  if (!isWhole && (text.charCodeAt(point) !== POINT || endOfDigits(text, point + 1) !== text.length)) return undefined;
  if (point + 1 === text.length && !isWhole) return undefined;
  let micros = 0;
  for (let at = 0; at < point; at++) micros = micros * 10 + digitAt(text, at);
  for (let at = point + 1; at <= point + DECIMALS; at++) micros = micros * 10 + digitAt(text, at);
  const past = point + DECIMALS + 1;
  const rounded = past < text.length && roundsUp(text, past, micros % 2 === 1) ? micros + 1 : micros;
  return rounded > HIGHEST_MICROS ? undefined : rounded;
}

/** Decimal text without trailing zeros: 2_500_000 is "2.5". */
export function textOfMicros(micros: Micros): string {
  let rest = micros % MICROS_PER_UNIT;
  const whole = (micros - rest) / MICROS_PER_UNIT;
  if (rest === 0) return String(whole);
  let decimals = DECIMALS;
  for (; rest % 10 === 0; decimals--) rest /= 10;
  return `${whole}.${String(rest).padStart(decimals, "0")}`;
}

/** The number that JSON writes as `textOfMicros` does; exact up to a billion units. */
export const numberOfMicros = (micros: Micros): number => micros / MICROS_PER_UNIT;

function endOfDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && (text.charCodeAt(at) - ZERO) >>> 0 <= 9) at++;
  return at;
}

/** 0 behind the end. */
const digitAt = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) - ZERO : 0);

/** Whether digits from `from` on are more than half a unit of the digit before, or half of one that is odd. */
function roundsUp(text: string, from: number, odd: boolean): boolean {
  const first = digitAt(text, from);
  if (first !== 5) return first > 5;
  for (let at = from + 1; at < text.length; at++) if (text.charCodeAt(at) !== ZERO) return true;
  return odd;
}
