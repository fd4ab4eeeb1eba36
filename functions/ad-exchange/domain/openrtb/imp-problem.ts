import type { Fields } from "../../../shared/fields";
import type { Banner, Format, Imp, Native } from "./bid-request";
import {
  code,
  codes,
  count,
  currency,
  document,
  flag,
  id,
  object,
  objects,
  positive,
  price,
  text,
  texts,
  tolerate,
} from "./checks";
import { pmpProblem } from "./deal-problem";
import { audioProblem, videoProblem } from "./timed-problem";

/** What is wrong with an impression, [3.2.4], or "". */
export function impProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = impAttribute(name as keyof Imp, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  if (fields.id === undefined) return ".id: give one";
  const { banner, video, audio, native } = fields;
  const offersAny = banner !== undefined || video !== undefined || audio !== undefined || native !== undefined;
  return offersAny ? "" : ".banner: give this, video, audio or native";
}

function impAttribute(key: keyof Imp, value: unknown): string {
  switch (key) {
    case "id":
      return id(value);
    case "banner":
      return object(value, bannerProblem);
    case "video":
      return object(value, videoProblem);
    case "audio":
      return object(value, audioProblem);
    case "native":
      return object(value, nativeProblem);
    case "pmp":
      return object(value, pmpProblem);
    case "bidfloor":
      return price(value);
    case "bidfloorcur":
      return currency(value);
    case "tagid":
      return text(value);
    case "instl":
    case "secure":
    case "rwdd":
      return flag(value);
    case "exp":
      return count(value);
    case "ssai":
      return code(value);
    default:
      return tolerate(key);
  }
}

function bannerProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = bannerAttribute(name as keyof Banner, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function bannerAttribute(key: keyof Banner, value: unknown): string {
  switch (key) {
    case "format":
      return objects(value, formatProblem);
    case "w":
    case "h":
      return positive(value);
    case "btype":
    case "battr":
    case "api":
      return codes(value);
    case "pos":
      return code(value);
    case "mimes":
      return texts(value);
    default:
      return tolerate(key);
  }
}

function formatProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = formatAttribute(name as keyof Format, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function formatAttribute(key: keyof Format, value: unknown): string {
  switch (key) {
    case "w":
    case "h":
    case "wratio":
    case "hratio":
    case "wmin":
      return positive(value);
    default:
      return tolerate(key);
  }
}

function nativeProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = nativeAttribute(name as keyof Native, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return fields.request === undefined || fields.request === "" ? ".request: give the native request as JSON text" : "";
}

function nativeAttribute(key: keyof Native, value: unknown): string {
  switch (key) {
    case "request":
      return document(value);
    case "ver":
      return text(value);
    case "api":
    case "battr":
      return codes(value);
    default:
      return tolerate(key);
  }
}
