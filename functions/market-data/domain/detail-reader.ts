import { DECIMAL, shown } from "./problems";
import { Rejected } from "./rejection";

/** Reads fields of untrusted JSON, throwing Rejected. Own fields only: one called `__proto__` is a field like any other. */
export class DetailReader {
  constructor(private readonly fields: Readonly<Record<string, unknown>>) {}

  /** @param says what a right value looks like, for the message */
  text(name: string, form: RegExp, says: string): string {
    const value = this.value(name);
    if (typeof value !== "string") throw new Rejected("wrong_type", `${name} is ${shown(value)}; give text, ${says}`);
    if (!form.test(value)) throw new Rejected("bad_format", `${name} is ${shown(value)}; give ${says}`);
    return value;
  }

  /** @param longest in characters (code points, like a JSON Schema's maxLength) */
  optionalText(name: string, longest: number): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.value(name);
    if (typeof value !== "string") throw new Rejected("wrong_type", `${name} is ${shown(value)}; give text`);
    if ([...value].length > longest) {
      throw new Rejected("out_of_range", `${name} is ${shown(value)}; give at most ${longest} characters`);
    }
    return value;
  }

  sequence(name: string): number {
    const value = this.value(name);
    if (typeof value !== "number") throw new Rejected("wrong_type", `${name} is ${shown(value)}; give a number`);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Rejected("out_of_range", `${name} is ${shown(value)}; give a whole number from 0 to 2^53 - 1`);
    }
    return value + 0; // JSON knows -0
  }

  price(name: string): string {
    return this.text(name, DECIMAL, 'decimal text, for example "10.25"');
  }

  size(name: string): string {
    const value = this.price(name);
    if (value.startsWith("-")) throw new Rejected("out_of_range", `${name} is ${shown(value)}; a size is not negative`);
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.value(name);
    const says = `${name} is ${shown(value)}; give ${choices.join(" or ")}`;
    if (typeof value !== "string") throw new Rejected("wrong_type", says);
    const choice = choices.find((each) => each === value);
    if (choice === undefined) throw new Rejected("bad_format", says);
    return choice;
  }

  private has(name: string): boolean {
    return Object.hasOwn(this.fields, name) && this.fields[name] !== undefined;
  }

  private value(name: string): unknown {
    if (!this.has(name)) throw new Rejected("missing_field", `${name} is missing`);
    return this.fields[name];
  }
}
