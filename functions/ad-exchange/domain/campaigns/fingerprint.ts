import { createHash } from "node:crypto";
import { isRecord } from "../../../shared/fields";

/** Hash of what was asked for, whatever the order of its members: by it a request that is sent again is known. */
export const fingerprintOf = (asked: readonly unknown[]): string =>
  createHash("sha256")
    .update(JSON.stringify(asked.map(ordered)))
    .digest("hex");

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { members: members.map(([name, each]) => [name, ordered(each)]) }; // in an object: a list of pairs is another value
}
