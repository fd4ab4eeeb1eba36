import { type Fields, isRecord } from "../../../shared/fields";

/** Letters of any text that is read, but for ids and documents. */
export const LONGEST_TEXT = 4096;
/** Letters of ids: they are in every notice URL, and gateways take URLs of some 8,000 letters. */
export const LONGEST_ID = 512;
/** Letters of documents within a request: consent strings and native requests. */
export const LONGEST_DOCUMENT = 32 * 1024;
/** Elements of a list. */
export const LONGEST_LIST = 1000;
/** Elements of a list of what is blocked or allowed. */
export const LONGEST_BLOCK_LIST = 5000;

/**
 * Each check answers "" when all is well, else what the value's name is to be followed by: ": give 0 or 1",
 * ".geo.lat: give a number", "[3]: give text". Nothing is allocated or thrown for a good value, and a value is never
 * part of what is said: it may be personal.
 */
const TEXT = `: give text of at most ${LONGEST_TEXT} letters`;
const DOCUMENT = `: give text of at most ${LONGEST_DOCUMENT} letters`;
const ID = `: give text of 1 to ${LONGEST_ID} letters`;
const WHOLE = ": give a whole number";
const OBJECT = ": give an object";

export const text = (value: unknown): string => (typeof value === "string" && value.length <= LONGEST_TEXT ? "" : TEXT);

export const document = (value: unknown): string =>
  typeof value === "string" && value.length <= LONGEST_DOCUMENT ? "" : DOCUMENT;

export const id = (value: unknown): string =>
  typeof value === "string" && value !== "" && value.length <= LONGEST_ID ? "" : ID;

/** Any whole number: an enumeration's values that nobody knows yet are tolerated, [2.6]. */
export const code = (value: unknown): string => (Number.isSafeInteger(value) ? "" : WHOLE);

export const count = (value: unknown): string =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? "" : ": give a whole number of at least 0";

export const positive = (value: unknown): string =>
  Number.isSafeInteger(value) && (value as number) > 0 ? "" : ": give a whole number of at least 1";

export const flag = (value: unknown): string => (value === 0 || value === 1 ? "" : ": give 0 or 1");

/** 1e400 is Infinity to a JSON parser. */
export const float = (value: unknown): string => (Number.isFinite(value) ? "" : ": give a number");

export const price = (value: unknown): string =>
  Number.isFinite(value) && (value as number) >= 0 ? "" : ": give a number of at least 0";

/** ISO-4217. */
export function currency(value: unknown): string {
  if (typeof value !== "string" || value.length !== 3) return CURRENCY;
  for (let at = 0; at < 3; at++) if (value.charCodeAt(at) < 65 || value.charCodeAt(at) > 90) return CURRENCY;
  return "";
}
const CURRENCY = ": give three upper case letters (ISO-4217)";

export function texts(value: unknown, most = LONGEST_LIST): string {
  if (!isList(value, most)) return `: give a list of at most ${most} texts`;
  for (let at = 0; at < value.length; at++) {
    const each = value[at];
    if (typeof each !== "string" || each.length > LONGEST_TEXT) return `[${at}]${TEXT}`;
  }
  return "";
}

/** Of what is blocked or allowed. */
export const blockList = (value: unknown): string => texts(value, LONGEST_BLOCK_LIST);

export function codes(value: unknown): string {
  if (!isList(value, LONGEST_LIST)) return `: give a list of at most ${LONGEST_LIST} whole numbers`;
  for (let at = 0; at < value.length; at++) if (!Number.isSafeInteger(value[at])) return `[${at}]${WHOLE}`;
  return "";
}

/** A list whose elements each pass the check. */
export function listOf(value: unknown, check: (each: unknown) => string, most = LONGEST_LIST): string {
  if (!isList(value, most)) return `: give a list of at most ${most} elements`;
  for (let at = 0; at < value.length; at++) {
    const problem = check(value[at]);
    if (problem !== "") return `[${at}]${problem}`;
  }
  return "";
}

export function object(value: unknown, check: (fields: Fields) => string): string {
  return isRecord(value) ? check(value) : OBJECT;
}

export function objects(value: unknown, check: (fields: Fields) => string, most = LONGEST_LIST): string {
  if (!isList(value, most)) return `: give a list of at most ${most} objects`;
  for (let at = 0; at < value.length; at++) {
    const each = value[at];
    const problem = isRecord(each) ? check(each) : OBJECT;
    if (problem !== "") return `[${at}]${problem}`;
  }
  return "";
}

/** An attribute that nobody knows, [2.6]. That the compiler lets it be called proves that all known ones are dealt with. */
export const tolerate = (_attribute: never): string => "";

/** Of objects that have passed their checks: no two have the same id. */
export function unique(given: readonly { readonly id?: unknown }[]): string {
  if (given.length < 2) return "";
  return given.length <= FEW ? repeatedOfFew(given) : repeatedOfMany(given);
}

/** Up to here comparing each with each is cheaper than a set. */
const FEW = 8;

function repeatedOfFew(given: readonly { readonly id?: unknown }[]): string {
  for (let at = 1; at < given.length; at++)
    for (let before = 0; before < at; before++) if (given[at]!.id === given[before]!.id) return repeated(at);
  return "";
}

function repeatedOfMany(given: readonly { readonly id?: unknown }[]): string {
  const seen = new Set<unknown>();
  for (let at = 0; at < given.length; at++) if (seen.size === seen.add(given[at]!.id).size) return repeated(at);
  return "";
}

const repeated = (at: number) => `[${at}].id: give one that no other of the list has`;

const isList = (value: unknown, most: number): value is readonly unknown[] =>
  Array.isArray(value) && value.length <= most;

/** An empty list says as little as none. */
export const hasAny = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
