import { holding, type Link } from "../../../../functions/clickstream/domain/identity";
import type { ProcessedEvent, ProcessingPolicy } from "../../../../functions/clickstream/domain/processed-event";
import type { Session } from "../../../../functions/clickstream/domain/sessions";
import type {
  EventWrite,
  Letter,
  ProcessingWorld,
  StreamRecord,
  Written,
} from "../../../../functions/clickstream/processing/processing";
import type { Clock } from "../../../../functions/shared/clock";

export const POLICY: ProcessingPolicy = {
  ...{ futureSkewSeconds: 60, freshnessDays: 30, typeShards: 4 },
  address: { kind: "truncate" },
};

/** A clock that does not wait. */
const CLOCK: Clock = { now: () => 0, pause: () => Promise.resolve(), random: () => 0 };

const keyOf = ({ first }: Session): string => `${first.timestamp}#${first.messageId}`;

/** Tables in memory that keep the conditions which DynamoDB keeps, and may be made to fail. */
export class MemoryTables {
  readonly ids = new Map<string, string>();
  readonly events = new Map<string, ProcessedEvent>();
  readonly sessions = new Map<string, Map<string, Session>>();
  readonly links = new Map<string, Link>();
  readonly letters = new Map<string, Letter>();
  readonly #versions = new Map<string, number>();

  /** @param fails asked before every call; what it throws, the call throws */
  constructor(private readonly fails: (call: string) => void = () => undefined) {}

  world(policy = POLICY): ProcessingWorld {
    return {
      ...{ policy, clock: CLOCK },
      events: {
        neighbourhood: async (visitor, before) => {
          this.fails("neighbourhood");
          const own = [...(this.sessions.get(visitor)?.values() ?? [])].filter(({ first }) => first.timestamp < before);
          const latest = own.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)).slice(-2);
          return { version: this.#versions.get(visitor) ?? 0, sessions: latest };
        },
        write: async (write) => {
          this.fails("write");
          const written = this.#write(write);
          this.fails("written"); // the answer may be lost
          return written;
        },
        fingerprintOf: async (messageId) => this.ids.get(messageId),
      },
      links: {
        hold: async (link) => {
          this.fails("hold");
          const before = this.links.get(link.anonymousId);
          this.links.set(link.anonymousId, before ? holding(before, link) : link);
        },
      },
      quarantine: {
        put: async (letter) => {
          this.fails("put");
          this.letters.set(letter.eventId, letter);
        },
      },
    };
  }

  #write({ event, session, absorbed, version }: EventWrite): Written {
    const { visitor, messageId, at, fingerprint } = event;
    if (this.ids.has(messageId)) return "taken";
    if ((this.#versions.get(visitor) ?? 0) !== version) return "moved";
    const sessions = this.sessions.get(visitor) ?? new Map<string, Session>();
    for (const old of absorbed) sessions.delete(keyOf(old));
    sessions.set(keyOf(session), session);
    this.sessions.set(visitor, sessions);
    this.ids.set(messageId, fingerprint);
    this.events.set(`${visitor} ${at}`, event);
    this.#versions.set(visitor, version + 1);
    return "written";
  }

  /** Everything that is stored, in an order of its own. */
  contents() {
    const sorted = <T>(map: ReadonlyMap<string, T>) => [...map].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      events: sorted(this.events),
      sessions: sorted(this.sessions).map(([visitor, own]) => [visitor, sorted(own)]),
      links: sorted(this.links),
      letters: sorted(this.letters).map(([id, { reason }]) => [id, reason]),
    };
  }
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
