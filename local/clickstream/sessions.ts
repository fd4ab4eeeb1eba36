import { type ProcessedEvent, sessionEventOf } from "../../functions/clickstream/domain/processed-event";
import { INACTIVITY, type Session } from "../../functions/clickstream/domain/sessions";

/** A session as its row tells it. */
export interface VisitorSession {
  readonly visitor: string;
  readonly session: Session;
}

/**
 * The sessions that events make, in the plainest way: each visitor's events in order, cut where 30 minutes pass without one. No merging,
 * so that it is no second telling of what the processing does.
 */
export function sessionsOf(events: readonly ProcessedEvent[]): VisitorSession[] {
  const inOrder = [...events].sort((a, b) => compare(a.visitor, b.visitor) || compare(a.at, b.at));
  const runs: ProcessedEvent[][] = [];
  for (const event of inOrder) {
    const before = runs.at(-1)?.at(-1);
    const goesOn =
      before?.visitor === event.visitor && Date.parse(event.timestamp) - Date.parse(before.timestamp) < INACTIVITY;
    if (goesOn) runs.at(-1)?.push(event);
    else runs.push([event]);
  }
  return runs.map((run) => ({ visitor: run[0]!.visitor, session: sessionOf(run) }));
}

function sessionOf(run: readonly ProcessedEvent[]): Session {
  const [first, last] = [run[0]!, run.at(-1)!].map((event) => {
    const { isPage: _, ...edge } = sessionEventOf(event);
    return edge;
  });
  const pages = run.filter(({ call }) => call === "page" || call === "screen").length;
  return { first: first!, last: last!, events: run.length, pages };
}

const compare = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
