import { backOff, type Clock } from "../../shared/clock";
import { RetryableFailure } from "../../shared/outcome";
import { type Read, readRecord } from "../domain/envelope";
import { type Link, linkOf } from "../domain/identity";
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
  /** The two sessions that begin last before the time asked for. */
  readonly sessions: readonly Session[];
}

/** All that is written of one event, or nothing of it. */
export interface EventWrite {
  readonly event: ProcessedEvent;
  readonly session: Session;
  readonly absorbed: readonly Session[];
  /** The version that was read: the write holds only on it. */
  readonly version: number;
}

/** `taken`: the message's id is in use. `moved`: another event of the visitor was placed meanwhile. */
export type Written = "written" | "taken" | "moved";

/** Where processed events are kept. */
export interface EventStore {
  neighbourhood(visitor: string, before: string): Promise<Neighbourhood>;
  write(write: EventWrite): Promise<Written>;
  /** Of the message that has the id. */
  fingerprintOf(messageId: string): Promise<string | undefined>;
}

/** Who anonymous visitors turned out to be; of several links of one, `holding` says which is kept. */
export interface LinkBook {
  hold(link: Link): Promise<void>;
}

/** A record that is put aside whole, with why. */
export interface Letter {
  readonly eventId: string;
  readonly reason: string;
  readonly detail: string;
  readonly data: Uint8Array;
}

export interface Quarantine {
  /** Idempotent by the record's id. */
  put(letter: Letter): Promise<void>;
}

export interface ProcessingWorld {
  readonly events: EventStore;
  readonly links: LinkBook;
  readonly quarantine: Quarantine;
  readonly policy: ProcessingPolicy;
  readonly clock: Clock;
}

/** What became of a record: each is exactly one of these, or failed and comes again. */
export type Outcome = "stored" | "duplicate" | "quarantined";

const MOST_TRIES = 8;

/** Processes one record. @throws when what it needs does not answer; the record may come again, however far it came */
export async function processRecord(record: StreamRecord, world: ProcessingWorld): Promise<Outcome> {
  const read = readRecord(record.data);
  if (!read.readable) return quarantined(record, read, world);
  const { envelope, message } = read;
  const event = processedEvent(envelope, message, world.policy);
  const outcome = await store(event, world);
  if (outcome === "conflict") {
    const detail = `messageId ${event.messageId} is that of another message`;
    return quarantined(record, { reason: "id_conflict", detail }, world);
  }
  const link = linkOf(message, event.timestamp);
  if (link !== undefined) await world.links.hold(link); // after the store, so that a conflict says nothing of anybody
  return outcome;
}

async function quarantined(
  { eventId, data }: StreamRecord,
  { reason, detail }: Pick<Extract<Read, { readable: false }>, "detail"> & { readonly reason: string },
  { quarantine }: ProcessingWorld,
): Promise<Outcome> {
  await quarantine.put({ eventId, reason, detail, data });
  return "quarantined";
}

/** Places the event in its visitor's sessions and writes it, again where another event of the visitor came between. */
async function store(
  event: ProcessedEvent,
  { events, clock }: ProcessingWorld,
): Promise<"stored" | "duplicate" | "conflict"> {
  const own = sessionEventOf(event);
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const { version, sessions } = await events.neighbourhood(event.visitor, latestStart(own));
    const { session, absorbed } = place(sessionOf(own), sessions);
    const written = await events.write({ event, session, absorbed, version });
    if (written === "written") return "stored";
    if (written === "taken") {
      const fingerprint = await events.fingerprintOf(event.messageId);
      return fingerprint === event.fingerprint ? "duplicate" : "conflict";
    }
    await backOff(clock, tries);
  }
  throw new RetryableFailure(
    `placing ${event.messageId}: another event of the visitor came between, ${MOST_TRIES} times`,
  );
}
