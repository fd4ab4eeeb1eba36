import { isRecord } from "../../../shared/fields";

/** `target` with a merge patch applied (RFC 7396, section 2): null takes a member away, lists are replaced whole. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const members = new Map(isRecord(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) members.delete(name);
    else members.set(name, mergePatch(members.get(name), value));
  }
  return Object.fromEntries(members); // not by assignment: a name may be "__proto__"
}
