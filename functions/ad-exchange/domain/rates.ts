import type { Micros } from "./money";
import { HIGHEST_MICROS, microsOfNumber, numberOfMicros } from "./price";

/** Exchange rates of one day. */
export interface Rates {
  /** UTC day they are of, "YYYY-MM-DD". */
  readonly asOf: string;
  /** ISO-4217: what everything is converted to, "USD". */
  readonly base: string;
  /** By currency, what one unit of it costs in the base: decimal text, "1.0843", of at most 15 digits. */
  readonly per: Readonly<Record<string, string>>;
}

/**
 * Converts amounts as one table says, each rounded once, half to even, from the exact quotient. Undefined for a currency
 * without a rate, for amounts that are no price, and for results over a billion units.
 */
export interface Exchangeable {
  readonly base: string;
  /** Day of the table in use; undefined when none is current, and then only the base converts. */
  readonly asOf: string | undefined;
  /** Price of a JSON number in `currency`, first rounded to its own micros: micros of the base. */
  toMicros(price: number, currency: string): Micros | undefined;
  /** Micros of the base: number to write as JSON, in `currency`, of at most six decimals. */
  fromMicros(micros: Micros, currency: string): number | undefined;
  /** Micros of `currency` as micros of the base, and back. */
  toBase(micros: Micros, currency: string): Micros | undefined;
  fromBase(micros: Micros, currency: string): Micros | undefined;
  /** The least micros of `currency` that `toBase` takes for so many of the base or more. */
  leastFor(micros: Micros, currency: string): Micros | undefined;
}

const DAY = 86_400_000;
const MOST_DIGITS = 15;
/** Central banks fix no rates at weekends and holidays: Thursday's are the newest on the Tuesday after Easter. */
const USUAL_MAXIMUM_AGE_DAYS = 7;

/** The newest table that is not of the future nor more than `maximumAgeDays` days of the calendar old, UTC. */
export function ratesOn(tables: readonly Rates[], now: number, maximumAgeDays: number): Rates | undefined {
  const today = Math.floor(now / DAY);
  let newest: Rates | undefined;
  for (const table of tables) {
    const age = today - dayOf(table.asOf);
    if (age >= 0 && age <= maximumAgeDays && (newest === undefined || table.asOf > newest.asOf)) newest = table;
  }
  return newest;
}

/**
 * Prepares the table of `now`: once per change of the tables and once a day, not per request.
 * @param maximumAgeDays 7 when left out
 * @throws Error that names every mistake of every table
 */
export function prepareRates(
  tables: readonly Rates[],
  now: number,
  { base = "USD", maximumAgeDays = USUAL_MAXIMUM_AGE_DAYS } = {},
): Exchangeable {
  const problems = tables.flatMap((table) => problemsIn(table, base));
  if (problems.length > 0) throw new Error(`rates: ${problems.join("; ")}.`);
  const table = ratesOn(tables, now, maximumAgeDays);
  return new Prepared(
    base,
    table?.asOf,
    new Map(Object.entries(table?.per ?? {}).map(([of, rate]) => [of, ratio(rate)])),
  );
}

/** A rate as quotient of integers. */
interface Ratio {
  readonly above: number;
  readonly below: number;
}

class Prepared implements Exchangeable {
  constructor(
    readonly base: string,
    readonly asOf: string | undefined,
    private readonly ratios: ReadonlyMap<string, Ratio>,
  ) {}

  toMicros(price: number, currency: string): Micros | undefined {
    const micros = microsOfNumber(price);
    return micros === undefined || currency === this.base ? micros : this.toBase(micros, currency);
  }

  fromMicros(micros: Micros, currency: string): number | undefined {
    const converted = this.fromBase(micros, currency);
    return converted === undefined ? undefined : numberOfMicros(converted);
  }

  toBase(micros: Micros, currency: string): Micros | undefined {
    if (currency === this.base) return micros;
    const ratio = this.ratios.get(currency);
    return ratio === undefined ? undefined : scaled(micros, ratio.above, ratio.below);
  }

  fromBase(micros: Micros, currency: string): Micros | undefined {
    if (currency === this.base) return micros;
    const ratio = this.ratios.get(currency);
    return ratio === undefined ? undefined : scaled(micros, ratio.below, ratio.above);
  }

  leastFor(micros: Micros, currency: string): Micros | undefined {
    if (currency === this.base || micros === 0) return micros;
    const ratio = this.ratios.get(currency);
    if (ratio === undefined) return undefined;
    // From half a micro less on all is rounded up to it; the half itself only where that is the even one.
    const least = scaledUp(micros * 2 - 1, ratio.below, ratio.above * 2);
    const isRead = scaled(least, ratio.above, ratio.below) ?? Number.POSITIVE_INFINITY;
    const found = isRead < micros ? least + 1 : least;
    return found <= HIGHEST_MICROS ? found : undefined;
  }
}

/** The least whole number that is not less than `micros * above / below`. */
function scaledUp(micros: number, above: number, below: number): number {
  const product = micros * above;
  if (product <= Number.MAX_SAFE_INTEGER) return Math.ceil(product / below);
  const exact = BigInt(micros) * BigInt(above);
  const divisor = BigInt(below);
  return Number((exact + divisor - 1n) / divisor);
}

/** `micros * above / below`, half to even. */
function scaled(micros: Micros, above: number, below: number): Micros | undefined {
  const product = micros * above;
  const quotient = product <= Number.MAX_SAFE_INTEGER ? divided(product, below) : dividedBig(micros, above, below);
  return quotient <= HIGHEST_MICROS ? quotient : undefined;
}

function divided(product: number, below: number): number {
  const rest = product % below;
  const whole = (product - rest) / below;
  // Compared with what is missing, not doubled: twice the rest may no longer be exact.
  const missing = below - rest;
  return rest > missing || (rest === missing && whole % 2 === 1) ? whole + 1 : whole;
}

/** The same for large amounts, at some ten times the cost. */
function dividedBig(micros: Micros, above: number, below: number): number {
  const product = BigInt(micros) * BigInt(above);
  const divisor = BigInt(below);
  const rest = product % divisor;
  const whole = product / divisor;
  const up = rest * 2n > divisor || (rest * 2n === divisor && whole % 2n === 1n);
  return Number(up ? whole + 1n : whole);
}

const RATE = /^(\d+)(?:\.(\d+))?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** Days since the epoch; NaN when there is no such day. */
const dayOf = (asOf: string): number => {
  const millis = DATE.test(asOf) ? Date.parse(`${asOf}T00:00:00.000Z`) : Number.NaN;
  return Number.isNaN(millis) || !new Date(millis).toISOString().startsWith(asOf) ? Number.NaN : millis / DAY;
};

function ratio(rate: string): Ratio {
  const [, whole = "", fraction = ""] = RATE.exec(rate) ?? [];
  return { above: Number(whole + fraction), below: 10 ** fraction.length };
}

/** Above 0, and its digits as one integer are exact. */
const isExact = (rate: string): boolean => Number(rate) > 0 && rate.replace(".", "").length <= MOST_DIGITS;

function problemsIn({ asOf, base: of, per }: Rates, base: string): readonly string[] {
  const name = JSON.stringify(asOf);
  const problems: string[] = [];
  if (Number.isNaN(dayOf(asOf))) problems.push(`${name} is no day; give YYYY-MM-DD`);
  if (of !== base) problems.push(`${name} is in ${of}, not ${base}`);
  for (const [currency, rate] of Object.entries(per)) {
    if (!/^[A-Z]{3}$/.test(currency)) problems.push(`${currency} of ${name} is no ISO-4217 code`);
    if (typeof rate !== "string" || !RATE.test(rate) || !isExact(rate)) {
      problems.push(`${currency} of ${name} is "${rate}"; give a decimal above 0 of at most ${MOST_DIGITS} digits`);
    }
  }
  return problems;
}
