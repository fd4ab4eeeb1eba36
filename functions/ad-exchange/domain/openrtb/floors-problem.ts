import type { Fields } from "../../../shared/fields";
import type { DurFloors } from "./bid-request";
import { count, hasAny, price, tolerate } from "./checks";

/** Of video, audio and deals: "sellers must only include one form of floor guidance", [7.11]. */
export const floorsRule = (priced: Fields): string =>
  priced.mincpmpersec !== undefined && hasAny(priced.durfloors)
    ? ".durfloors: give this or mincpmpersec, not both"
    : "";

/**
 * [3.2.35] says "either mindur or maxdur is required, but not both", and gives ranges with both as its example: at least
 * one is asked for. A range that ends before it starts would hold for nothing, which cannot be what its seller means.
 */
export function rangeProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = rangeAttribute(name as keyof DurFloors, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  const { mindur, maxdur } = fields as DurFloors;
  if (mindur === undefined && maxdur === undefined) return ".mindur: give this, maxdur or both";
  return mindur !== undefined && maxdur !== undefined && maxdur < mindur ? ".maxdur: give at least mindur" : "";
}

function rangeAttribute(key: keyof DurFloors, value: unknown): string {
  switch (key) {
    case "mindur":
    case "maxdur":
      return count(value);
    case "bidfloor":
      return price(value);
    default:
      return tolerate(key);
  }
}
