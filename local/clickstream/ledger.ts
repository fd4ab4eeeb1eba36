import { isDeepStrictEqual } from "node:util";
import type { ProcessingPolicy } from "../../functions/clickstream/domain/processed-event";
import { countBy, grouped } from "../figures";
import type { Account } from "./account";
import { erasedIds, erasOf, erasureProblems } from "./erasures";
import { type Told, toldOf } from "./exchange";
import { linkProblems } from "./links";
import { type Read, readAll } from "./records";
import { sessionsOf, type VisitorSession } from "./sessions";

/** What a run came to: `records = stored + duplicates + erased + quarantined + waiting`, and what is missing from that is lost. */
export interface Ledger {
  readonly acknowledged: number;
  readonly refused: ReadonlyMap<string, number>;
  /** Messages whose clients were told to send them again. */
  readonly untold: number;
  readonly records: number;
  readonly stored: number;
  readonly duplicates: number;
  /** Of visitors who were erased after they were received. */
  readonly erased: number;
  readonly quarantined: ReadonlyMap<string, number>;
  readonly waiting: number;
  readonly letters: number;
  readonly visitors: number;
  readonly sessions: number;
  readonly links: number;
  /** What was acknowledged, or stood in the stream, and is nowhere. */
  readonly lost: readonly string[];
  /** What stands somewhere, and nobody sent it, or not so. */
  readonly unaccounted: readonly string[];
}

/** Settles a run. Pure: reads nothing but its arguments. */
export function settle(account: Account, policy: ProcessingPolicy): Ledger {
  const told = account.exchanges.flatMap(toldOf);
  const records = readAll(account.records, policy);
  const fates = fatesOf(records, account);
  const ofFate = (fate: Fate) => records.filter((_, index) => fates[index] === fate);
  const sources = sourcesOf(records, account);
  const links = linkProblems(
    sources.filter((source) => source !== undefined),
    account,
  );
  const sessions = sessionProblems(account);
  return {
    acknowledged: told.filter(({ fate }) => fate === "acknowledged").length,
    refused: countBy(
      told.filter(({ fate }) => fate === "refused"),
      ({ reason }) => reason ?? "unknown",
    ),
    untold: told.filter(({ fate }) => fate === "untold").length,
    records: records.length,
    stored: ofFate("stored").length,
    duplicates: ofFate("duplicate").length,
    erased: ofFate("erased").length,
    quarantined: countBy(ofFate("quarantined"), reasonOf),
    waiting: ofFate("waiting").length,
    letters: account.letters.length,
    visitors: new Set(account.events.map(({ visitor }) => visitor)).size,
    sessions: account.sessions.length,
    links: account.links.length,
    lost: [
      ...refusedThoughGood(told),
      ...notInStream(told, records, account),
      ...lostRecords(ofFate("lost"), account),
      ...sessions.lost,
      ...links.lost,
    ],
    unaccounted: [
      ...notSent(told, records, account),
      ...eventProblems(sources, account),
      ...quarantineProblems(records, account),
      ...erasureProblems(records, account),
      ...strangers("letter", account.letters.flat(), records),
      ...sessions.unaccounted,
      ...links.unaccounted,
    ],
  };
}

type Fate = "stored" | "duplicate" | "erased" | "quarantined" | "waiting" | "lost";

/**
 * Of records that say the same under one id, the first is the stored one; which of them it was says no one, and it is the same. A record
 * that can be read belongs aside only where its id is another's: an id is taken together with its event, so that one is stored.
 */
function fatesOf(records: readonly Read[], account: Account): Fate[] {
  const { events, quarantine, letters } = account;
  const erased = erasedIds(records, erasOf(account));
  const rows = new Map(events.map((row) => [row.messageId, row.fingerprint]));
  const aside = new Set(quarantine.map(({ eventId }) => eventId));
  const waiting = new Set(letters.flat());
  const seen = new Set<string>();
  return records.map(({ eventId, event }) => {
    if (event !== undefined && rows.get(event.messageId) === event.fingerprint) {
      const fate = seen.has(event.messageId) ? "duplicate" : "stored";
      seen.add(event.messageId);
      return fate;
    }
    if (event !== undefined && erased.has(event.messageId)) return "erased";
    const belongsAside = event === undefined || rows.has(event.messageId);
    return aside.has(eventId) && belongsAside ? "quarantined" : waiting.has(eventId) ? "waiting" : "lost";
  });
}

function lostRecords(lost: readonly Read[], { quarantine }: Account): string[] {
  const aside = new Set(quarantine.map(({ eventId }) => eventId));
  return lost.map(({ eventId }) =>
    aside.has(eventId)
      ? `record ${eventId} is put aside as id_conflict, and no event is stored under its id`
      : `record ${eventId} is neither stored nor put aside nor waiting`,
  );
}

/** Messages that can be read, with what stood around them, and that their clients will not send again. */
const refusedThoughGood = (told: readonly Told[]): string[] =>
  told.flatMap(({ fate, fingerprint, reason }) =>
    fate === "refused" && fingerprint !== undefined
      ? [`message ${fingerprint.slice(0, SHOWN)} was refused though it is good: ${reason}`]
      : [],
  );

/** Why a record belongs into the quarantine: it cannot be read, or else another has its id. */
const reasonOf = ({ unreadable }: Read): string => unreadable ?? "id_conflict";

const counted = (keys: readonly (string | undefined)[]) => countBy(keys, (key) => key ?? "nothing that can be read");

const textOf = (data: Uint8Array): string => Buffer.from(data).toString("base64");

/** Letters of a fingerprint or of data that are shown. */
const SHOWN = 64;

/** Each acknowledgement is a record: a message that was acknowledged twice stands in the stream twice. */
function notInStream(told: readonly Told[], records: readonly Read[], { direct }: Account): string[] {
  const acknowledged = told.filter(({ fate }) => fate === "acknowledged").map(({ fingerprint }) => fingerprint);
  const missing = (what: string, promised: ReadonlyMap<string, number>, held: ReadonlyMap<string, number>) =>
    [...promised].flatMap(([key, count]) => {
      const found = held.get(key) ?? 0;
      return found >= count
        ? []
        : [`${what} ${key.slice(0, SHOWN)} was acknowledged ${count} times and is in the stream ${found} times`];
    });
  return [
    ...missing("message", counted(acknowledged), counted(records.map(({ event }) => event?.fingerprint))),
    ...missing("record", counted(direct.map(textOf)), counted(records.map(({ data }) => textOf(data)))),
  ];
}

function notSent(told: readonly Told[], records: readonly Read[], { direct }: Account): string[] {
  const sent = new Set(told.map(({ fingerprint }) => fingerprint));
  const put = new Set(direct.map(textOf));
  return records
    .filter(({ event, data }) => !put.has(textOf(data)) && !(event !== undefined && sent.has(event.fingerprint)))
    .map(({ eventId }) => `record ${eventId} was sent by nobody`);
}

/** Of each row the record that says it, where there is one. */
function sourcesOf(records: readonly Read[], { events }: Account): (Read | undefined)[] {
  const made = grouped(records, ({ event }) => event?.messageId ?? "none");
  return events.map((row) => made.get(row.messageId)?.find(({ event }) => isDeepStrictEqual(event, row)));
}

function eventProblems(sources: readonly (Read | undefined)[], { events }: Account): string[] {
  const ids = countBy(events, ({ messageId }) => messageId);
  return [
    ...[...ids].filter(([, count]) => count > 1).map(([id, count]) => `event ${id} is stored ${count} times`),
    ...events
      .filter((_, index) => sources[index] === undefined)
      .map(({ messageId }) => `event ${messageId} is not what any record says`),
  ];
}

function quarantineProblems(records: readonly Read[], { quarantine, events }: Account): string[] {
  const known = new Map(records.map((record) => [record.eventId, record]));
  const stored = new Map(events.map((row) => [row.messageId, row.fingerprint]));
  const problems = quarantine.flatMap(({ eventId, reason, data }) => {
    const record = known.get(eventId);
    if (record === undefined) return [];
    if (textOf(data) !== textOf(record.data)) return [`quarantined ${eventId} is not the record's data`];
    if (reason !== reasonOf(record)) return [`quarantined ${eventId}: ${reason}, and not ${reasonOf(record)}`];
    const { event } = record;
    const isStored = event !== undefined && stored.get(event.messageId) === event.fingerprint;
    return isStored ? [`quarantined ${eventId} is stored as well`] : [];
  });
  const ids = quarantine.map(({ eventId }) => eventId);
  return [...strangers("quarantined", ids, records), ...problems];
}

function strangers(what: string, ids: readonly string[], records: readonly Read[]): string[] {
  const known = new Set(records.map(({ eventId }) => eventId));
  return ids.filter((id) => !known.has(id)).map((id) => `${what} ${id} is no record of the stream`);
}

function sessionProblems({ events, sessions }: Account) {
  const key = ({ visitor, session }: VisitorSession) =>
    `${visitor} ${session.first.timestamp}#${session.first.messageId}`;
  const expected = new Map(sessionsOf(events).map((one) => [key(one), one.session]));
  const found = new Map(sessions.map((one) => [key(one), one.session]));
  const differ = (a: typeof found, b: typeof found) =>
    [...a].filter(([name, session]) => !isDeepStrictEqual(b.get(name), session)).map(([name]) => name);
  return {
    lost: differ(expected, found).map((name) => `session ${name} is not as its events make it`),
    unaccounted: differ(found, expected).map((name) => `session ${name} is of no events`),
  };
}
