import { ERASED, nextEra } from "../../../../functions/clickstream/domain/erasure";
import { type About, type Link, replaces } from "../../../../functions/clickstream/domain/identity";
import type { ProcessedEvent, ProcessingPolicy } from "../../../../functions/clickstream/domain/processed-event";
import type { Session } from "../../../../functions/clickstream/domain/sessions";
import { comparePositions, type Span } from "../../../../functions/clickstream/domain/spans";
import type { StoredEvent } from "../../../../functions/clickstream/domain/told-event";
import type {
  EventWrite,
  Letter,
  ProcessingWorld,
  StreamRecord,
  Written,
} from "../../../../functions/clickstream/processing/processing";
import type { Graves } from "../../../../functions/clickstream/reader/erasure";
import type { Archive } from "../../../../functions/clickstream/reader/listings";
import type { Clock } from "../../../../functions/shared/clock";

export const POLICY: ProcessingPolicy = {
  ...{ futureSkewSeconds: 60, freshnessDays: 30, typeShards: 4 },
  address: { kind: "truncate" },
};

/** A clock that does not wait. */
const CLOCK: Clock = { now: () => 0, pause: () => Promise.resolve(), random: () => 0 };

const keyOf = ({ first }: Session): string => `${first.timestamp}#${first.messageId}`;

/** Rows that an erasure deletes at a time: few, so that much comes between. */
const AT_A_TIME = 2;

/** Tables in memory that keep the conditions which DynamoDB keeps, and may be made to fail. */
export class MemoryTables {
  readonly ids = new Map<string, string>();
  readonly events = new Map<string, ProcessedEvent>();
  readonly sessions = new Map<string, Map<string, Session>>();
  readonly links = new Map<string, Link>();
  readonly letters = new Map<string, Letter>();
  readonly erasedAt = new Map<string, string>();
  /** Of events and sessions, by visitor and sort key. */
  readonly #eras = new Map<string, string | undefined>();
  readonly #versions = new Map<string, number>();

  /** @param fails asked before every call; what it throws, the call throws */
  constructor(private readonly fails: (call: string) => void = () => undefined) {}

  world(policy = POLICY): ProcessingWorld {
    return {
      ...{ policy, clock: CLOCK },
      events: {
        neighbourhood: async (visitor, before, anonymousId) => {
          this.fails("neighbourhood");
          const own = this.#alive(visitor).filter(({ first }) => first.timestamp < before);
          const erasedAt = this.erasedAt.get(visitor);
          const link = anonymousId === undefined ? undefined : this.links.get(anonymousId);
          return {
            ...{ version: this.#versions.get(visitor) ?? 0, sessions: own.slice(-2) },
            ...(erasedAt ? { erasedAt } : {}),
            ...(link ? { link } : {}),
          };
        },
        write: async (write) => {
          this.fails("write");
          const written = this.#write(write);
          this.fails("written"); // the answer may be lost
          return written;
        },
        fingerprintOf: async (messageId) => this.ids.get(messageId),
        forget: async (messageId) => void this.ids.set(messageId, this.ids.get(messageId) ?? ERASED),
      },
      quarantine: {
        put: async (letter) => {
          this.fails("put");
          if (letter.about && this.#isErased(letter.about)) return "erased";
          this.letters.set(letter.eventId, letter);
          return "kept";
        },
      },
    };
  }

  /** @param now when somebody is erased */
  graves(now: () => number): Graves {
    const before = (era: string) => (key: string) => (this.#eras.get(key) ?? "") < era;
    return {
      bury: async (visitor) => {
        this.fails("bury");
        const era = nextEra(now(), this.erasedAt.get(visitor));
        this.erasedAt.set(visitor, era);
        this.#versions.set(visitor, (this.#versions.get(visitor) ?? 0) + 1);
        return era;
      },
      links: ({ kind, id }) =>
        listed([...this.links.values()].filter((link) => id === (kind === "user" ? link.userId : link.anonymousId))),
      unlink: async ({ anonymousId, userId }, era) => {
        this.fails("unlink");
        const known = this.links.get(anonymousId);
        const isMeant = known?.userId === userId && (era === undefined || (known.era ?? "") < era);
        return isMeant && this.links.delete(anonymousId);
      },
      clear: {
        quarantined: async (visitor) => {
          const own = [...this.letters].filter(([, { about }]) => about?.visitor === visitor).slice(0, AT_A_TIME);
          for (const [eventId] of own) this.letters.delete(eventId);
          return own.length;
        },
        sessions: async (visitor, era) => {
          const own = this.sessions.get(visitor) ?? new Map<string, Session>();
          const gone = [...own.keys()].filter((key) => before(era)(`${visitor} ${key}`)).slice(0, AT_A_TIME);
          for (const key of gone) own.delete(key);
          return gone.length;
        },
        events: async (visitor, era) => {
          this.fails("clear");
          const own = [...this.events].filter(([, event]) => event.visitor === visitor);
          const gone = own.filter(([key]) => before(era)(key)).slice(0, AT_A_TIME);
          for (const [key, { messageId }] of gone) {
            this.ids.set(messageId, ERASED);
            this.events.delete(key);
          }
          return gone.length;
        },
      },
    };
  }

  archive(): Archive {
    const events = (belongs: (event: ProcessedEvent) => boolean, span: Span) =>
      inSpan([...this.events.values()].filter(belongs).map(stored), ({ at }) => at, span);
    return {
      events: (visitor, span) =>
        events((event) => event.visitor === visitor && this.#isAlive(visitor, `${visitor} ${event.at}`), span),
      eventsOfType: (typeShard, span) => events((event) => event.typeShard === typeShard, span),
      sessions: (visitor, span) => inSpan(this.#alive(visitor), keyOf, span),
      anonymousIds: async (userId, most) =>
        [...this.links.values()]
          .filter((link) => link.userId === userId)
          .map(({ anonymousId }) => anonymousId)
          .slice(0, most),
    };
  }

  #write({ event, session, absorbed, version, era, link }: EventWrite): Written {
    const { visitor, messageId, at, fingerprint } = event;
    if (this.ids.has(messageId)) return "taken";
    if ((this.#versions.get(visitor) ?? 0) !== version) return "moved";
    if (link && !replaces(link, this.links.get(link.anonymousId))) return "moved";
    if (link) this.links.set(link.anonymousId, link);
    const sessions = this.sessions.get(visitor) ?? new Map<string, Session>();
    for (const old of absorbed) sessions.delete(keyOf(old));
    sessions.set(keyOf(session), session);
    this.sessions.set(visitor, sessions);
    this.ids.set(messageId, fingerprint);
    this.events.set(`${visitor} ${at}`, event);
    for (const key of [at, keyOf(session)]) this.#eras.set(`${visitor} ${key}`, era);
    this.#versions.set(visitor, version + 1);
    return "written";
  }

  #alive(visitor: string): Session[] {
    return [...(this.sessions.get(visitor) ?? [])]
      .filter(([key]) => this.#isAlive(visitor, `${visitor} ${key}`))
      .map(([, session]) => session)
      .sort((a, b) => comparePositions(keyOf(a), keyOf(b)));
  }

  #isAlive(visitor: string, key: string): boolean {
    const erasedAt = this.erasedAt.get(visitor);
    return erasedAt === undefined || (this.#eras.get(key) ?? "") >= erasedAt;
  }

  #isErased({ visitor, receivedAt }: About): boolean {
    return receivedAt <= (this.erasedAt.get(visitor) ?? "");
  }

  /** Everything that is stored, in an order of its own. */
  contents() {
    const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      events: sorted(this.events),
      sessions: sorted(this.sessions).flatMap(([visitor, own]) => (own.size > 0 ? [[visitor, sorted(own)]] : [])),
      links: sorted(this.links),
      letters: sorted(this.letters).map(([id, { reason }]) => [id, reason]),
    };
  }
}

const stored = (event: ProcessedEvent): StoredEvent => ({
  ...event,
  ...{ properties: JSON.stringify(event.properties), traits: JSON.stringify(event.traits) },
});

async function* listed<T>(items: readonly T[]) {
  yield* items;
}

async function* inSpan<T>(items: readonly T[], at: (item: T) => string, { low, high, order }: Span) {
  const within = items.filter((item) => comparePositions(at(item), low) >= 0 && comparePositions(at(item), high) <= 0);
  const sorted = within.sort((a, b) => comparePositions(at(a), at(b)));
  yield* order === "asc" ? sorted : sorted.reverse();
}

let sequence = 0;

/** A record of the stream with a message in it. */
export function recordOf(
  message: unknown,
  { receivedAt = "2026-03-01T12:00:00.000Z", key = "k", ...rest } = {},
): StreamRecord {
  const data = Buffer.from(JSON.stringify({ version: 1, receivedAt, source: "web", message, ...rest }));
  const sequenceNumber = String(++sequence);
  return { sequenceNumber, eventId: `shardId-000000000000:${sequenceNumber}`, partitionKey: key, data };
}
