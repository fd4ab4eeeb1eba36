import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** What an item may hold here. A bigint stands for a number beyond 2^53; DynamoDB keeps 38 digits. */
export type Plain =
  | string
  | number
  | bigint
  | boolean
  | readonly Plain[]
  | { readonly [key: string]: Plain | undefined };

export type Item = Record<string, AttributeValue>;

/**
 * Plain values as a DynamoDB item; undefined is left out. Not `marshall` of util-dynamodb: numbers beyond 2^53 need a
 * wrapper class there, and this is on the path of every event.
 */
export function toItem(values: { readonly [key: string]: Plain | undefined }): Item {
  const entries: [string, AttributeValue][] = [];
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) entries.push([key, toAttribute(value)]);
  }
  return Object.fromEntries(entries); // not by assignment: a key may be "__proto__"
}

export function toAttribute(value: Plain): AttributeValue {
  switch (typeof value) {
    case "string":
      return { S: value };
    case "number":
    case "bigint":
      return { N: String(value) };
    case "boolean":
      return { BOOL: value };
    default:
      return Array.isArray(value)
        ? { L: value.map(toAttribute) }
        : { M: toItem(value as { readonly [key: string]: Plain | undefined }) };
  }
}

/** The reverse; a number that a double cannot hold exactly comes back as a bigint. */
export function fromItem(item: Item): Record<string, Plain> {
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, fromAttribute(value)]));
}

function fromAttribute(value: AttributeValue): Plain {
  if (value.S !== undefined) return value.S;
  if (value.N !== undefined) return fromNumber(value.N);
  if (value.BOOL !== undefined) return value.BOOL;
  if (value.M !== undefined) return fromItem(value.M);
  if (value.L !== undefined) return value.L.map(fromAttribute);
  if (value.SS !== undefined) return value.SS;
  throw new TypeError(`An attribute of type ${Object.keys(value)} was read; Sluice writes S, N, BOOL, M, L and SS.`);
}

function fromNumber(text: string): number | bigint {
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? BigInt(text) : value;
}
