/** Without an event for so long, a session is over: 30 minutes, in milliseconds. */
export const INACTIVITY = 30 * 60_000;

/** An event as sessions see it. `timestamp` is RFC 3339 in UTC to the millisecond, so that texts sort as times do. */
export interface SessionEvent {
  readonly messageId: string;
  readonly timestamp: string;
  readonly isPage: boolean;
  /** Page, where it has one. */
  readonly page?: string;
  /** How the visitor came, where it says. */
  readonly source?: string;
}

/** The earliest or the latest event of a session, by time and then by id. */
export interface Edge {
  readonly timestamp: string;
  readonly messageId: string;
  readonly page?: string;
  readonly source?: string;
}

/** Events of one visitor between which never 30 minutes pass. */
export interface Session {
  readonly first: Edge;
  readonly last: Edge;
  readonly events: number;
  readonly pages: number;
}

/** The session that an event is by itself. */
export function sessionOf({ isPage, ...edge }: SessionEvent): Session {
  return { first: edge, last: edge, events: 1, pages: isPage ? 1 : 0 };
}

/** Whether two sessions are one: less than 30 minutes lie between them, or they overlap. */
export function touch(a: Session, b: Session): boolean {
  const [earlier, later] = a.first.timestamp <= b.first.timestamp ? [a, b] : [b, a];
  return Date.parse(later.first.timestamp) - Date.parse(earlier.last.timestamp) < INACTIVITY;
}

/** Two sessions as one. Associative and commutative; not idempotent: an event is counted once by being stored once. */
export function merged(a: Session, b: Session): Session {
  return {
    first: isBefore(b.first, a.first) ? b.first : a.first,
    last: isBefore(a.last, b.last) ? b.last : a.last,
    events: a.events + b.events,
    pages: a.pages + b.pages,
  };
}

export const isBefore = (a: Edge, b: Edge): boolean =>
  a.timestamp === b.timestamp ? a.messageId < b.messageId : a.timestamp < b.timestamp;

/** What a session more makes of those that a visitor has: the one it is now part of, and those that this one takes up. */
export interface Placed {
  readonly session: Session;
  readonly absorbed: readonly Session[];
}

/**
 * Places an event's session among others of the visitor, of which no two touch. It is enough to know the two that begin last before
 * `latestStart`: a third one back ends more than 30 minutes before the second, which begins after the event if the third reaches it.
 */
export function place(session: Session, others: readonly Session[]): Placed {
  const absorbed = others.filter((other) => touch(session, other));
  return { session: absorbed.reduce(merged, session), absorbed };
}

/** No session that begins at this time or later can touch the event. */
export const latestStart = ({ timestamp }: Pick<SessionEvent, "timestamp">): string =>
  new Date(Date.parse(timestamp) + INACTIVITY).toISOString();
