import { merged } from "./merging";
import { isBefore, merged as joined, type Session, sessionOf, touch } from "./sessions";
import { EARLIEST, LATEST, type Span } from "./spans";

/** Sessions of one visitor that begin within a span, of which no two touch. */
export type SessionSource = (span: Span) => AsyncIterable<Session>;

const byFirst = (a: Session, b: Session): number => (isBefore(a.first, b.first) ? -1 : 1);
const byLastDown = (a: Session, b: Session): number => (isBefore(b.last, a.last) ? -1 : 1);

/**
 * United sessions of several visitors, from the first that reaches beyond `from` on, in order. Upward by their beginnings: the next that
 * begins either touches the session that is open, or none does.
 */
export async function* sessionsUp(sources: readonly SessionSource[], from: string | undefined) {
  const low = from === undefined ? EARLIEST : await reach(sources, from);
  yield* upFrom(sources, low);
}

/**
 * Those that begin before `to`, backward. Downward by their ends, for a session that began long before others may reach over them all: of
 * one visitor the one that ends later also begins later, so that each source has both orders.
 */
export async function* sessionsDown(sources: readonly SessionSource[], to: string | undefined) {
  const high = to === undefined ? LATEST : await reach(sources, to);
  if (to !== undefined)
    for await (const about of upFrom(sources, high)) {
      if (about.first.timestamp < to) yield about;
      break; // one only: whatever else begins before `to` and after `high` is part of it
    }
  const spans = sources.map((source) => source({ low: EARLIEST, high, order: "desc" }));
  yield* united(merged(spans, byLastDown));
}

const upFrom = (sources: readonly SessionSource[], low: string) =>
  united(
    merged(
      sources.map((source) => source({ low, high: LATEST, order: "asc" })),
      byFirst,
    ),
  );

/**
 * The time at which to begin to read so that sessions about `time` are whole: the beginning of the session that an event at that time would
 * be part of. No session that begins before it touches one that begins later.
 */
async function reach(sources: readonly SessionSource[], time: string): Promise<string> {
  let low = sessionOf({ timestamp: time, messageId: "", isPage: false });
  const spans = sources.map((source) => source({ low: EARLIEST, high: time, order: "desc" }));
  for await (const session of merged(spans, byLastDown)) {
    if (!touch(session, low)) break;
    low = joined(low, session);
  }
  return low.first.timestamp;
}

/** Sessions in order, those that touch as one. */
async function* united(sessions: AsyncIterable<Session>): AsyncGenerator<Session, void> {
  let open: Session | undefined;
  for await (const next of sessions) {
    if (open !== undefined && !touch(open, next)) yield open;
    open = open !== undefined && touch(open, next) ? joined(open, next) : next;
  }
  if (open !== undefined) yield open;
}
