/** Decimal text: up to 18 digits before the point and 12 behind it, no exponent. */
export const DECIMAL = /^-?(0|[1-9]\d{0,17})(\.\d{1,12})?$/;

/** A value as a message shows it: short. */
export function shown(value: unknown): string {
  const text =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "object" && value
        ? "an object"
        : String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Collects every mistake of one setting, to be told all at once. */
export class Problems {
  readonly #found: string[] = [];

  constructor(private readonly what: string) {}

  add(field: string, value: unknown, instead: string): void {
    this.#found.push(`${field} is ${shown(value)}; give ${instead}`);
  }

  /** The parsed text, which is never undefined, or undefined once the problem is noted. */
  json(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      this.#found.push(`not JSON: ${(error as Error).message}`);
      return undefined;
    }
  }

  /** @param path what the key stands under, for the message; the same in the other checks */
  whole(record: Readonly<Record<string, unknown>>, key: string, least: number, most: number, path = ""): void {
    const value = record[key];
    const fits = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    if (!fits) this.add(path + key, value, `a whole number from ${least} to ${most}`);
  }

  positive(record: Readonly<Record<string, unknown>>, key: string): void {
    const value = record[key];
    if (!(typeof value === "number" && value > 0 && value < 1e9)) this.add(key, value, "a number above 0");
  }

  decimal(record: Readonly<Record<string, unknown>>, key: string, path = ""): void {
    const value = record[key];
    if (!(typeof value === "string" && DECIMAL.test(value)))
      this.add(path + key, value, 'a decimal as text, for example "0.5"');
  }

  throwIfAny(): void {
    if (this.#found.length > 0) throw new Error(`${this.what}: ${this.#found.join("; ")}.`);
  }
}
