import { isBefore, merged, type Session, touch } from "../../../../functions/clickstream/domain/sessions";

/** Sessions of one visitor from lists of which no two within a list touch: those of a user and of who they were before, for example. */
export function united(...lists: readonly (readonly Session[])[]): readonly Session[] {
  const inOrder = lists.flat().sort((a, b) => (isBefore(a.first, b.first) ? -1 : 1));
  const found: Session[] = [];
  for (const next of inOrder) {
    const last = found.at(-1);
    if (last !== undefined && touch(last, next)) found[found.length - 1] = merged(last, next);
    else found.push(next);
  }
  return found;
}
