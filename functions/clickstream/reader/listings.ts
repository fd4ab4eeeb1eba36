import type { Fields } from "../../shared/fields";
import { cursorAt } from "../domain/cursor";
import { visitorOf } from "../domain/identity";
import { cursorQuery, type ListingQuery } from "../domain/listing-query";
import { merged, pageOf } from "../domain/merging";
import { typeShardsOf } from "../domain/processed-event";
import { type Listing, type Subject, visitorOfSubject } from "../domain/reader-routes";
import { Refusal } from "../domain/refusal";
import { sessionsDown, sessionsUp } from "../domain/session-walk";
import type { Session } from "../domain/sessions";
import { comparePositions, EARLIEST, LATEST, type Span } from "../domain/spans";
import { type StoredEvent, toldEvent } from "../domain/told-event";

/** What processing stored. Each is read a page of `pageSize` at a time, as far as it is asked for. */
export interface Archive {
  events(visitor: string, span: Span, pageSize: number): AsyncIterable<StoredEvent>;
  eventsOfType(typeShard: string, span: Span, pageSize: number): AsyncIterable<StoredEvent>;
  /** By the beginning of the session. */
  sessions(visitor: string, span: Span, pageSize: number): AsyncIterable<Session>;
  /** That are linked to a user, at most `most`. */
  anonymousIds(userId: string, most: number): Promise<readonly string[]>;
}

/** One page of a listing. `cursor` asks for the next, and is there as long as there is one. */
export interface Listed {
  readonly kind: "events" | "sessions";
  readonly items: readonly Fields[];
  readonly cursor?: string;
}

/** Anonymous ids whose events are merged with a user's: beyond that it is no person, and a request would take too long. */
const MOST_ANONYMOUS = 500;

/** Bytes of the items as the load balancer gets them; it takes 1 MB with what stands around them. */
const MOST_BYTES = 900_000;

/** The least that is read at a time. */
const LEAST_PAGE = 10;

/** Bytes of an item in the answer's body, which is itself a text within JSON. */
const bytesOf = (item: object): number => Buffer.byteLength(JSON.stringify(JSON.stringify(item))) + 1;

/** Lists what is asked for, a page of it: cut before the limit where it would be too large for the load balancer. */
export async function list(
  listing: Listing,
  query: ListingQuery,
  archive: Archive,
  typeShards: number,
): Promise<Listed | Refusal> {
  if (listing.kind === "type") {
    const sources = typeShardsOf(listing.eventType, typeShards).map(
      (typeShard) => (span: Span, size: number) => archive.eventsOfType(typeShard, span, size),
    );
    return eventsFrom(sources, listing, query);
  }
  const visitors = await visitorsOf(listing.subject, archive);
  if (visitors instanceof Refusal) return visitors;
  if (listing.kind === "sessions") return sessionsOf(visitors, listing, query, archive);
  const sources = visitors.map((visitor) => (span: Span, size: number) => archive.events(visitor, span, size));
  return eventsFrom(sources, listing, query);
}

async function visitorsOf(subject: Subject, archive: Archive): Promise<readonly string[] | Refusal> {
  const own = visitorOfSubject(subject);
  if (subject.kind === "anonymous") return [own];
  const before = await archive.anonymousIds(subject.id, MOST_ANONYMOUS + 1);
  if (before.length <= MOST_ANONYMOUS) return [own, ...before.map((anonymousId) => visitorOf({ anonymousId }))];
  const detail = `over ${MOST_ANONYMOUS} anonymous ids are linked to the user; ask for theirs, /v1/anonymous/{id}`;
  return new Refusal("too_many_visitors", detail);
}

type EventSource = (span: Span, pageSize: number) => AsyncIterable<StoredEvent>;

/** By the position `at`, which no two events that are read together share: it holds the message id. */
async function eventsFrom(sources: readonly EventSource[], listing: Listing, query: ListingQuery): Promise<Listed> {
  const { from = EARLIEST, to = LATEST, order, limit, after } = query;
  const [low, high] = order === "asc" ? [after ?? from, to] : [from, after ?? to];
  const sign = order === "asc" ? 1 : -1;
  const all = merged(
    sources.map((source) => source({ low, high, order }, pageSize(limit, sources.length))),
    (a, b) => sign * comparePositions(a.at, b.at),
  );
  const next = only(all, ({ at }) => at !== after);
  const { items, more } = await pageOf(next, (event) => bytesOf(toldEvent(event)), { items: limit, bytes: MOST_BYTES });
  return paged("events", items.map(toldEvent), more ? items.at(-1)!.at : undefined, listing, query);
}

/**
 * Sessions of several visitors as one visitor's: those that overlap the range, whole. They are told apart by their beginnings, which is also
 * the cursor: one that grows while pages are read comes once.
 */
async function sessionsOf(visitors: readonly string[], listing: Listing, query: ListingQuery, archive: Archive) {
  const { from = EARLIEST, to = LATEST, order, limit, after } = query;
  const size = pageSize(limit, visitors.length);
  const sources = visitors.map((visitor) => (span: Span) => archive.sessions(visitor, span, size));
  const walk = order === "asc" ? sessionsUp(sources, after ?? query.from) : sessionsDown(sources, after ?? query.to);
  const isPast = ({ first, last }: Session) => (order === "asc" ? first.timestamp >= to : last.timestamp < from);
  // Downward the walk begins where it is to; upward it begins early enough to know the first ones whole.
  const isNext = ({ first, last }: Session) =>
    order === "desc" || (last.timestamp >= from && (after === undefined || first.timestamp > after));
  const { items, more } = await pageOf(only(until(walk, isPast), isNext), bytesOf, { items: limit, bytes: MOST_BYTES });
  const told = items.map((session): Fields => ({ ...session }));
  return paged("sessions", told, more ? items.at(-1)!.first.timestamp : undefined, listing, query);
}

const paged = (
  kind: Listed["kind"],
  items: readonly Fields[],
  position: string | undefined,
  listing: Listing,
  query: ListingQuery,
): Listed => ({
  ...{ kind, items },
  ...(position === undefined ? {} : { cursor: cursorAt(cursorQuery(listing, query), position) }),
});

/** So that all sources together are read about as far as is given out. */
const pageSize = (limit: number, sources: number): number => Math.max(LEAST_PAGE, Math.ceil((limit + 1) / sources));

async function* only<T>(items: AsyncIterable<T>, fits: (item: T) => boolean): AsyncGenerator<T, void> {
  for await (const item of items) if (fits(item)) yield item;
}

async function* until<T>(items: AsyncIterable<T>, isPast: (item: T) => boolean): AsyncGenerator<T, void> {
  for await (const item of items) {
    if (isPast(item)) return;
    yield item;
  }
}
