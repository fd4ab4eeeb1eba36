export type Fields = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A value as JSON text; undefined when it is nested deeper than can be written: JSON.parse takes more than JSON.stringify. */
export function text(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;

/** A time of RFC 3339 in UTC, to the millisecond; undefined when it is none. */
export function utcTime(value: unknown): string | undefined {
  if (typeof value !== "string" || !RFC_3339.test(value)) return undefined;
  const milliseconds = Date.parse(value.replace(" ", "T"));
  const isDay = new Date(`${value.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(isDay.getTime()) && isDay.toISOString().startsWith(value.slice(0, 10)); // no 30 February
  return exists && !Number.isNaN(milliseconds) ? new Date(milliseconds).toISOString() : undefined;
}
