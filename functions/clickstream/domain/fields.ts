/** A value as JSON text; undefined when it is nested deeper than can be written: JSON.parse takes more than JSON.stringify. */
export function text(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** What JSON text in UTF-8 says. @throws when it is none of that */
export const readJson = (data: Uint8Array): unknown =>
  JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data));

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** A time of RFC 3339 in UTC, to the millisecond; undefined when it is none. */
export function utcTime(value: unknown): string | undefined {
  if (typeof value !== "string" || !RFC_3339.test(value)) return undefined;
  const milliseconds = Date.parse(value.replace(" ", "T"));
  const isDay = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(isDay.getTime()) && isDay.toISOString().startsWith(value.slice(0, 10)); // no 30 February
  return exists && !Number.isNaN(milliseconds) ? new Date(milliseconds).toISOString() : undefined;
}
