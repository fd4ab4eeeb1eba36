import type { Fields } from "../../../shared/fields";
import type { Deal, Pmp } from "./bid-request";
import { currency, flag, id, objects, price, texts, tolerate, unique } from "./checks";
import { floorsRule, rangeProblem } from "./floors-problem";

/** What is wrong with a private marketplace, [3.2.11], or "". */
export function pmpProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = pmpAttribute(name as keyof Pmp, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function pmpAttribute(key: keyof Pmp, value: unknown): string {
  switch (key) {
    case "private_auction":
      return flag(value);
    case "deals":
      return objects(value, dealProblem) || unique(value as readonly Deal[]);
    default:
      return tolerate(key);
  }
}

function dealProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = dealAttribute(name as keyof Deal, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return fields.id === undefined ? ".id: give one" : floorsRule(fields);
}

function dealAttribute(key: keyof Deal, value: unknown): string {
  switch (key) {
    case "id":
      return id(value);
    case "bidfloor":
    case "mincpmpersec":
      return price(value);
    case "bidfloorcur":
      return currency(value);
    case "at":
      return value === 1 || value === 2 || value === 3 ? "" : ": give 1, 2 or 3";
    case "wseat":
    case "wadomain":
      return texts(value);
    case "guar":
      return flag(value);
    case "durfloors":
      return objects(value, rangeProblem);
    default:
      return tolerate(key);
  }
}
