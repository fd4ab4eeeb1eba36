import { type Fields, isRecord } from "../../functions/shared/fields";

/** Objects of a list; none where it is no list. */
export const fieldsIn = (list: unknown): readonly Fields[] => (Array.isArray(list) ? list.filter(isRecord) : []);

export const textIn = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");

/** An amount with two decimals at least: "2.5" is "2.50"; what is no amount stays as it is. */
export function money(value: unknown): string {
  const text = typeof value === "number" ? String(value) : textIn(value);
  const [, whole, decimals = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  return whole === undefined ? text : `${whole}.${decimals.padEnd(2, "0")}`;
}

/** "lostToDeal (103)" of one of the specification's lists; the number alone where it is none of them. */
export function nameOfCode(codes: Readonly<Record<string, number>>, code: number): string {
  const [name] = Object.entries(codes).find(([, each]) => each === code) ?? [];
  return name === undefined ? String(code) : `${name} (${code})`;
}
