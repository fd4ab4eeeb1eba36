import { backOff, type Clock } from "../../shared/clock";
import { RetryableFailure } from "../../shared/outcome";
import { readRecord } from "../domain/envelope";
import { ERASED, isErased } from "../domain/erasure";
import { type About, type Link, linkOf, replaces } from "../domain/identity";
import { type ProcessedEvent, type ProcessingPolicy, processedEvent, sessionEventOf } from "../domain/processed-event";
import { latestStart, place, type Session, sessionOf } from "../domain/sessions";

/** A record of the stream, as Lambda hands it over. */
export interface StreamRecord {
  readonly sequenceNumber: string;
  /** Names it beyond its shard: `shardId-000000000000:49…`. */
  readonly eventId: string;
  readonly partitionKey: string;
  readonly data: Uint8Array;
}

/** What is known of a visitor where an event is to be placed. */
export interface Neighbourhood {
  /** Counts the writes of the visitor's sessions; 0 before the first. */
  readonly version: number;
  /** When the visitor was last erased. */
  readonly erasedAt?: string;
  /** The two sessions that begin last before the time asked for, of those since the visitor was erased. */
  readonly sessions: readonly Session[];
  /** Of the anonymous id asked for: who it is known to be. */
  readonly link?: Link;
}

/** All that is written of one event, or nothing of it. */
export interface EventWrite {
  readonly event: ProcessedEvent;
  readonly session: Session;
  readonly absorbed: readonly Session[];
  /** The version that was read: the write holds only on it. */
  readonly version: number;
  /** When the visitor was last erased: what is written names it, and the next erasure deletes what names an earlier one. */
  readonly era?: string | undefined;
  /** To be kept where `replaces` says so of the one that is there. */
  readonly link?: Link | undefined;
}

/** `taken`: the message's id is in use. `moved`: another event of the visitor was placed meanwhile, or the visitor erased. */
export type Written = "written" | "taken" | "moved";

/** Where processed events are kept. */
export interface EventStore {
  /** @param anonymousId whose link is asked for as well */
  neighbourhood(visitor: string, before: string, anonymousId?: string): Promise<Neighbourhood>;
  write(write: EventWrite): Promise<Written>;
  /** Of the message that has the id. */
  fingerprintOf(messageId: string): Promise<string | undefined>;
  /** Takes the id of a message that is erased before it was stored, unless it is taken: sent again, the message stays erased. */
  forget(messageId: string): Promise<void>;
}

/** A record that is put aside whole, with why. */
export interface Letter {
  readonly eventId: string;
  readonly reason: string;
  readonly detail: string;
  readonly data: Uint8Array;
  /** Absent where it cannot be told: such a letter no erasure finds. */
  readonly about?: About | undefined;
}

/** `erased`: its visitor is, so it is not kept. `moved`: another write of the visitor was under way. */
export type Kept = "kept" | "erased" | "moved";

export interface Quarantine {
  /** Idempotent by the record's id. */
  put(letter: Letter): Promise<Kept>;
}

export interface ProcessingWorld {
  readonly events: EventStore;
  readonly quarantine: Quarantine;
  readonly policy: ProcessingPolicy;
  readonly clock: Clock;
}

/** What became of a record: each is exactly one of these, or failed and comes again. */
export type Outcome = "stored" | "duplicate" | "quarantined" | "erased";

const MOST_TRIES = 8;

/** Processes one record. @throws when what it needs does not answer; the record may come again, however far it came */
export async function processRecord(record: StreamRecord, world: ProcessingWorld): Promise<Outcome> {
  const read = readRecord(record.data);
  if (!read.readable) return quarantined(record, read, world);
  const { envelope, message } = read;
  const event = processedEvent(envelope, message, world.policy);
  const outcome = await store(event, linkOf(message, event.timestamp), world);
  if (outcome !== "conflict") return outcome;
  const detail = `messageId ${event.messageId} is that of another message`;
  return quarantined(record, { reason: "id_conflict", detail, about: event }, world);
}

async function quarantined(
  { eventId, data }: StreamRecord,
  { reason, detail, about }: Pick<Letter, "reason" | "detail" | "about">,
  { quarantine, clock }: ProcessingWorld,
): Promise<Outcome> {
  const whose = about && { visitor: about.visitor, receivedAt: about.receivedAt };
  return retried(clock, `putting ${eventId} aside`, async () => {
    const kept = await quarantine.put({ eventId, reason, detail, data, about: whose });
    return kept === "kept" ? "quarantined" : kept;
  });
}

/** Places the event in its visitor's sessions and writes it, with the link that its message makes: all of it, or nothing. */
const store = (event: ProcessedEvent, link: Link | undefined, { events, clock }: ProcessingWorld) =>
  retried(clock, `placing ${event.messageId}`, async () => {
    const own = sessionEventOf(event);
    const known = await events.neighbourhood(event.visitor, latestStart(own), link?.anonymousId);
    if (isErased(event.receivedAt, known.erasedAt)) return forgotten(event, events);
    const { version, erasedAt: era } = known;
    const said = link && { ...link, ...(era === undefined ? {} : { era }) };
    const news = said && replaces(said, known.link) ? said : undefined;
    const written = await events.write({ event, ...place(sessionOf(own), known.sessions), version, era, link: news });
    if (written === "written") return "stored";
    return written === "taken" ? whoTook(event, events) : written;
  });

async function forgotten({ messageId }: ProcessedEvent, events: EventStore) {
  await events.forget(messageId);
  return "erased" as const;
}

async function whoTook({ messageId, fingerprint }: ProcessedEvent, events: EventStore) {
  const taken = await events.fingerprintOf(messageId);
  if (taken === undefined) return "moved"; // it has expired since: nothing can be said of it, and the id is free
  if (taken === ERASED) return "erased";
  return taken === fingerprint ? "duplicate" : "conflict";
}

/** Does it again where another write of the visitor came between. */
async function retried<T extends string>(
  clock: Clock,
  what: string,
  attempt: () => Promise<T>,
): Promise<Exclude<T, "moved">> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const result = await attempt();
    if (result !== "moved") return result as Exclude<T, "moved">;
    await backOff(clock, tries);
  }
  throw new RetryableFailure(`${what}: another event of the visitor came between, ${MOST_TRIES} times`);
}
