import assert from "node:assert/strict";
import fc from "fast-check";
import {
  INACTIVITY,
  latestStart,
  merged,
  place,
  type Session,
  type SessionEvent,
  sessionOf,
  touch,
} from "../../../functions/clickstream/domain/sessions";
import { united } from "./support/united";

const START = Date.parse("2026-03-01T00:00:00.000Z");
const at = (minutes: number) => new Date(START + minutes * 60_000).toISOString();

const event = (minutes: number, messageId = `m${minutes}`, rest: Partial<SessionEvent> = {}): SessionEvent => ({
  ...{ messageId, timestamp: at(minutes), isPage: false },
  ...rest,
});

/** Sessions by the definition: all events in order, cut wherever 30 minutes pass. */
function byDefinition(events: readonly SessionEvent[]): Session[] {
  const inOrder = [...events].sort((a, b) =>
    a.timestamp === b.timestamp ? (a.messageId < b.messageId ? -1 : 1) : a.timestamp < b.timestamp ? -1 : 1,
  );
  const groups: SessionEvent[][] = [];
  for (const next of inOrder) {
    const group = groups.at(-1);
    const gap = group && Date.parse(next.timestamp) - Date.parse(group.at(-1)!.timestamp);
    if (gap !== undefined && gap < INACTIVITY) group!.push(next);
    else groups.push([next]);
  }
  return groups.map((group) => ({
    first: sessionOf(group[0]!).first,
    last: sessionOf(group.at(-1)!).last,
    events: group.length,
    pages: group.filter(({ isPage }) => isPage).length,
  }));
}

/** A store that is only asked for what a table would be: the two sessions that begin last before a time. */
class Store {
  readonly #sessions = new Map<string, Session>();
  readonly #seen = new Set<string>();

  take(next: SessionEvent): void {
    if (this.#seen.has(next.messageId)) return;
    this.#seen.add(next.messageId);
    const before = this.sessions().filter(({ first }) => first.timestamp < latestStart(next));
    const { session, absorbed } = place(sessionOf(next), before.slice(-2));
    for (const old of absorbed) this.#sessions.delete(keyOf(old));
    this.#sessions.set(keyOf(session), session);
  }

  sessions(): Session[] {
    return [...this.#sessions.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  }
}

const keyOf = ({ first }: Session): string => `${first.timestamp}#${first.messageId}`;

/** Events of a visitor, close enough together that sessions join and part; in an order, some of them more than once. */
const EVENTS = fc
  .uniqueArray(fc.record({ minutes: fc.integer({ min: 0, max: 400 }), id: fc.nat(50), isPage: fc.boolean() }), {
    selector: ({ id }) => id,
    maxLength: 25,
  })
  .map((list) => list.map(({ minutes, id, isPage }) => event(minutes, `m${id}`, { isPage, page: `/${id}` })));

const ARRIVALS = EVENTS.chain((events) =>
  fc.tuple(fc.constant(events), fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2 })),
);

describe("Sessions of a visitor", () => {
  it("are, in whatever order and however often events arrive, those of the definition", () => {
    fc.assert(
      fc.property(ARRIVALS, ([events, arrivals]) => {
        const store = new Store();
        for (const each of arrivals) store.take(each);
        assert.deepEqual(store.sessions(), byDefinition(events));
      }),
      { numRuns: 500 },
    );
  });

  it("hold every event exactly once", () => {
    fc.assert(
      fc.property(EVENTS, (events) => {
        const sessions = united(...events.map((each) => [sessionOf(each)]));
        assert.equal(
          sessions.reduce((sum, each) => sum + each.events, 0),
          events.length,
        );
        for (const [index, session] of sessions.entries())
          for (const other of sessions.slice(index + 1)) assert.equal(touch(session, other), false);
      }),
    );
  });

  it("of a user and of who they were before, together, are those of all the events", () => {
    fc.assert(
      fc.property(EVENTS, fc.func(fc.boolean()), (events, isBefore) => {
        const parts = [true, false].map((which) => events.filter(({ messageId }) => isBefore(messageId) === which));
        assert.deepEqual(united(...parts.map(byDefinition)), byDefinition(events));
      }),
    );
  });

  it("join in any order and grouping to the same", () => {
    const session = fc
      .tuple(fc.nat(40), fc.nat(40))
      .map(([a, b]) => merged(sessionOf(event(a, `a${a}`)), sessionOf(event(b, `b${b}`))));
    fc.assert(
      fc.property(session, session, session, (a, b, c) => {
        assert.deepEqual(merged(a, b), merged(b, a));
        assert.deepEqual(merged(merged(a, b), c), merged(a, merged(b, c)));
      }),
    );
  });

  const TABLE: readonly (readonly [what: string, minutes: readonly number[], sessions: readonly number[]])[] = [
    ["one event is one session", [0], [1]],
    ["29 minutes and 59 seconds apart is one", [0, 30 - 1 / 60], [2]],
    ["30 minutes apart is two", [0, 30], [1, 1]],
    ["an event between bridges two", [0, 40, 20], [3]],
    ["an event between bridges two of many", [0, 10, 50, 60, 30], [5]],
    ["two at the same millisecond are both counted", [5, 5], [2]],
    ["a late event before all begins the session", [10, 20, 0], [3]],
  ];
  for (const [what, minutes, sessions] of TABLE)
    it(what, () => {
      const store = new Store();
      for (const [index, each] of minutes.entries()) store.take(event(each, `m${index}`));
      assert.deepEqual(
        store.sessions().map(({ events }) => events),
        sessions,
      );
    });

  it("begin and end with the page and the source of their first and last event", () => {
    const first = event(0, "a", { page: "/in", source: "newsletter", isPage: true });
    const last = event(5, "b", { page: "/out", isPage: true });
    const session = merged(sessionOf(last), sessionOf(first));
    assert.deepEqual(
      [session.first.page, session.first.source, session.last.page, session.pages],
      ["/in", "newsletter", "/out", 2],
    );
  });
});
