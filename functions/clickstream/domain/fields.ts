/**
 * Objects and arrays within each other. JSON.parse takes any number; JSON.stringify takes time by its square, and what walks a value
 * function by function runs out of stack at a few thousand.
 */
export const MOST_LEVELS = 100;

/** A value as JSON text; undefined when it is nested too deeply. */
export const text = (value: unknown): string | undefined =>
  isWithin(value, MOST_LEVELS) ? JSON.stringify(value) : undefined;

/** Whether a value has at most so many levels. */
export function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (levels === 0) return false;
  return Object.values(value).every((each) => isWithin(each, levels - 1));
}

/** What JSON text in UTF-8 says. @throws when it is none of that */
export const readJson = (data: Uint8Array): unknown =>
  JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** Letters of a time from the year 0 to 9999: beyond them years have a sign and six digits, and texts no longer sort as times do. */
export const TIME_LETTERS = "2026-01-31T12:00:00.000Z".length;

/** A time of RFC 3339 in UTC, to the millisecond; undefined when it is none, or not of the years 0 to 9999 in UTC. */
export function utcTime(value: unknown): string | undefined {
  if (typeof value !== "string" || !RFC_3339.test(value)) return undefined;
  const milliseconds = Date.parse(value.replace(" ", "T"));
  const isDay = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(isDay.getTime()) && isDay.toISOString().startsWith(value.slice(0, 10)); // no 30 February
  if (!exists || Number.isNaN(milliseconds)) return undefined;
  const utc = new Date(milliseconds).toISOString();
  return utc.length === TIME_LETTERS ? utc : undefined;
}

/** The first letters of a text. What was cut in two, or came as half of a pair, is U+FFFD: no table takes a half. */
export const beginning = (given: string, letters: number): string => given.slice(0, letters).toWellFormed();
