import { isErased } from "../../functions/clickstream/domain/erasure";
import { visitorOf } from "../../functions/clickstream/domain/identity";
import type { Account } from "./account";
import type { Read } from "./records";

/** When each visitor was last erased. */
export type Eras = ReadonlyMap<string, string>;

export const erasOf = ({ erased }: Pick<Account, "erased">): Eras =>
  new Map(erased.map(({ visitor, at }) => [visitor, at]));

/** Messages whose visitor was erased after a record of theirs was received: sent again, they stay erased. */
export const erasedIds = (records: readonly Read[], eras: Eras): ReadonlySet<string> =>
  new Set(
    records.flatMap(({ event }) =>
      event !== undefined && isErased(event.receivedAt, eras.get(event.visitor)) ? [event.messageId] : [],
    ),
  );

/** Erasures that did not happen, that nobody asked for, and what outlived one. */
export function erasureProblems(records: readonly Read[], account: Account) {
  const eras = erasOf(account);
  const known = new Map(records.map(({ eventId, event }) => [eventId, event]));
  const aside = account.quarantine.map(({ eventId }) => known.get(eventId));
  const alive = [...account.events, ...aside].filter(
    (event) => event !== undefined && isErased(event.receivedAt, eras.get(event.visitor)),
  );
  const asked = new Set(account.erasures);
  const links = records.flatMap(({ link }) => (link !== undefined && asked.has(link.userId) ? [link] : []));
  const own = [...account.erasures.map((userId) => ({ userId })), ...links.map(({ anonymousId }) => ({ anonymousId }))];
  const may = new Set(own.map(visitorOf));
  return [
    ...account.erasures
      .filter((userId) => !eras.has(visitorOf({ userId })))
      .map((userId) => `user ${userId} was to be erased and is not`),
    ...[...eras.keys()].filter((visitor) => !may.has(visitor)).map((visitor) => `nobody asked to erase ${visitor}`),
    ...alive.map((event) => `message ${event?.messageId} outlived the erasure of its visitor`),
  ];
}
