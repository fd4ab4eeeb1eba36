import { isDeepStrictEqual } from "node:util";
import { isErased } from "../../functions/clickstream/domain/erasure";
import { holding, type Link, visitorOf } from "../../functions/clickstream/domain/identity";
import { grouped } from "../figures";
import type { Account } from "./account";
import { erasOf } from "./erasures";
import type { Read } from "./records";

/**
 * Links that are missing, or that no stored message says. An event and the link that its message makes are stored together; of all links
 * of one anonymous id there is the one that holds.
 * An erasure deletes the links to its user: one to be there must have been said after the anonymous visitor was erased.
 * @param sources the records that events were stored from
 */
export function linkProblems(sources: readonly Read[], { links, erased }: Pick<Account, "links" | "erased">) {
  const eras = erasOf({ erased });
  const mayBeGone = ({ event, link }: Read) =>
    event !== undefined && link !== undefined && isErased(event.receivedAt, eras.get(visitorOf(before(link))));
  const linked = (some: readonly Read[]) => some.flatMap(({ link }) => (link === undefined ? [] : [link]));
  const said = linked(sources.filter((source) => !mayBeGone(source)));
  const saidOnce = new Set(linked(sources).map(idOf));
  const holds = new Map([...grouped(said, idOf)].map(([id, all]) => [id, all.reduce(holding)]));
  const found = new Map(links.map(({ era: _, ...link }) => [idOf(link), link])); // whose era it was written in no message says
  const lost = [...holds].filter(([id, link]) => !isDeepStrictEqual(found.get(id), link));
  return {
    lost: lost.map(([id]) => `the link of ${id} that holds`),
    unaccounted: links
      .filter((link) => !saidOnce.has(idOf(link)))
      .map((link) => `the link of ${idOf(link)} was said by nobody`),
  };
}

const before = ({ anonymousId }: Link) => ({ anonymousId });

const idOf = ({ anonymousId }: Link): string => anonymousId;
