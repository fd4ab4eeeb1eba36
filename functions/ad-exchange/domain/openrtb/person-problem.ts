import type { Fields } from "../../../shared/fields";
import type { Device, Eid, Geo, User } from "./bid-request";
import { code, count, document, flag, float, object, objects, text, tolerate } from "./checks";
import { dataProblem } from "./place-problem";

/** What is wrong with a device, [3.2.18], or "". */
export function deviceProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = deviceAttribute(name as keyof Device, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function deviceAttribute(key: keyof Device, value: unknown): string {
  switch (key) {
    case "ua":
    case "ip":
    case "ipv6":
    case "make":
    case "model":
    case "os":
    case "osv":
    case "language":
    case "langb":
    case "carrier":
    case "ifa":
    case "didsha1":
    case "didmd5":
    case "dpidsha1":
    case "dpidmd5":
    case "macsha1":
    case "macmd5":
      return text(value);
    case "sua":
      return object(value, anything);
    case "geo":
      return object(value, geoProblem);
    case "dnt":
    case "lmt":
      return flag(value);
    case "devicetype":
    case "connectiontype":
      return code(value);
    default:
      return tolerate(key);
  }
}

function geoProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = geoAttribute(name as keyof Geo, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function geoAttribute(key: keyof Geo, value: unknown): string {
  switch (key) {
    case "lat":
    case "lon":
      return float(value);
    case "type":
    case "utcoffset":
      return code(value);
    case "accuracy":
      return count(value);
    case "country":
    case "region":
    case "metro":
    case "city":
    case "zip":
      return text(value);
    default:
      return tolerate(key);
  }
}

/** What is wrong with a user, [3.2.20], or "". */
export function userProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = userAttribute(name as keyof User, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function userAttribute(key: keyof User, value: unknown): string {
  switch (key) {
    case "id":
    case "buyeruid":
    case "gender":
    case "keywords":
    case "customdata":
      return text(value);
    case "yob":
      return code(value);
    case "geo":
      return object(value, geoProblem);
    case "data":
      return objects(value, dataProblem);
    case "consent":
      return document(value);
    case "eids":
      return objects(value, eidProblem);
    case "ext":
      return object(value, userExtProblem);
    default:
      return tolerate(key);
  }
}

function userExtProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = userExtAttribute(name as keyof NonNullable<User["ext"]>, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function userExtAttribute(key: keyof NonNullable<User["ext"]>, value: unknown): string {
  switch (key) {
    case "consent":
      return document(value);
    case "eids":
      return objects(value, eidProblem);
    default:
      return tolerate(key);
  }
}

function eidProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = eidAttribute(name as keyof Eid, fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function eidAttribute(key: keyof Eid, value: unknown): string {
  switch (key) {
    case "source":
      return text(value);
    case "uids":
      return objects(value, uidProblem);
    default:
      return tolerate(key);
  }
}

function uidProblem(fields: Fields): string {
  for (const name in fields) {
    const problem = uidAttribute(name as keyof NonNullable<Eid["uids"]>[number], fields[name]);
    if (problem !== "") return `.${name}${problem}`;
  }
  return "";
}

function uidAttribute(key: keyof NonNullable<Eid["uids"]>[number], value: unknown): string {
  switch (key) {
    case "id":
      return text(value);
    case "atype":
      return code(value);
    default:
      return tolerate(key);
  }
}

/** Of objects that are read where they are needed, if at all. */
const anything = (): string => "";
