import { createHash } from "node:crypto";
import { type Fields, isRecord } from "../../../shared/fields";
import { pointerTo } from "./problem";

/** One value that a change made different; as JSON, or for long ones their hash and size. Absent: it was, or is, not there. */
export interface Difference {
  readonly path: string;
  readonly from?: string;
  readonly to?: string;
}

/** Letters of a value that are kept: the row of an audit holds two of each, and has to stay below 400 KB. */
const LONGEST = 256;
const MOST_DIFFERENCES = 300;

/** What differs, by leaf; lists of things with ids are compared by id, other lists as a whole. In the order of the members. */
export function differences(before: Fields, after: Fields): readonly Difference[] {
  const found: Difference[] = [];
  compare([], before, after, found);
  if (found.length <= MOST_DIFFERENCES) return found;
  return [...found.slice(0, MOST_DIFFERENCES), { path: "", to: `and ${found.length - MOST_DIFFERENCES} more` }];
}

function compare(path: readonly string[], before: unknown, after: unknown, found: Difference[]): void {
  const [from, to] = [
    membersOf(before ?? after) && membersOf(before ?? {}),
    membersOf(after ?? before) && membersOf(after ?? {}),
  ];
  if (from && to && from.size + to.size > 0 && isRecord(before ?? after) === isRecord(after ?? before)) {
    if (Array.isArray(before) && Array.isArray(after)) compareOrder(path, [...from.keys()], [...to.keys()], found);
    for (const name of new Set([...from.keys(), ...to.keys()]))
      compare([...path, name], from.get(name), to.get(name), found);
    return;
  }
  const [was, is] = [shown(before), shown(after)];
  if (was !== is)
    found.push({
      path: pointerTo(path),
      ...(was === undefined ? {} : { from: was }),
      ...(is === undefined ? {} : { to: is }),
    });
}

/** The order of a list counts: the first creative that fits is shown. Who came and who went is told by the things themselves. */
function compareOrder(
  path: readonly string[],
  from: readonly string[],
  to: readonly string[],
  found: Difference[],
): void {
  const [kept, now] = [from.filter((id) => to.includes(id)), to.filter((id) => from.includes(id))];
  const before = shown(from);
  const after = shown(to);
  if (JSON.stringify(kept) !== JSON.stringify(now) && before && after)
    found.push({ path: pointerTo(path), from: before, to: after });
}

/** Members by name, or by id; of something that is not there, where `other` has some, none. */
function membersOf(value: unknown, other?: unknown): ReadonlyMap<string, unknown> | undefined {
  if (value === undefined) return other === undefined || membersOf(other) === undefined ? undefined : new Map();
  if (isRecord(value)) return new Map(Object.entries(value));
  return Array.isArray(value) && hasIds(value) ? new Map(value.map((each) => [each.id, each])) : undefined;
}

const hasIds = (all: readonly unknown[]): all is readonly { readonly id: string }[] =>
  all.length > 0 &&
  all.every((each) => isRecord(each) && typeof each.id === "string") &&
  new Set(all.map((each) => (each as { id: string }).id)).size === all.length;

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const json = JSON.stringify(value);
  if (json.length <= LONGEST) return json;
  return `sha256:${createHash("sha256").update(json).digest("hex")} of ${Buffer.byteLength(json)} bytes`;
}
