import assert from "node:assert/strict";
import { answerFor } from "../../../../functions/clickstream/domain/answers";
import type { Subject } from "../../../../functions/clickstream/domain/reader-routes";
import { Refusal } from "../../../../functions/clickstream/domain/refusal";
import { sortMessages } from "../../../../functions/clickstream/domain/sorting";
import { processRecord } from "../../../../functions/clickstream/processing/processing";
import { erase } from "../../../../functions/clickstream/reader/erasure";
import type { Account, StoredRecord } from "../../../../local/clickstream/account";
import { busiestUsers } from "../../../../local/clickstream/erase";
import { type Exchange, exchangeOf } from "../../../../local/clickstream/exchange";
import { GIANT } from "../../../../local/clickstream/poison";
import { readAll } from "../../../../local/clickstream/records";
import { generateSendings, type Sending } from "../../../../local/clickstream/sendings";
import { MemoryTables, POLICY } from "../../../functions/clickstream/support/memory-world";

export type MutableAccount = { -readonly [Key in keyof Account]: Account[Key][number][] };

export const START = new Date("2026-03-01T12:00:00.000Z");
/** More than in a run, so that a small account has some of everything. */
const MUCH_GOES_WRONG = { duplicates: 0.1, conflicts: 0.04, malformed: 0.06, poison: 0.06 };
/** Milliseconds: beyond what any erasure takes, and within what a timer takes. */
const A_LONG_TIME = 1_000_000;
/** As DynamoDB's limit of an item does it. */
const LARGEST_ITEM = 400 * 1024;

/**
 * What a run comes to in which nothing is lost: the real domain over tables in memory, and one record that only the failure bucket takes.
 * @param erasures how many users are erased when half of the records are processed
 */
export async function soundAccount(seed: number, events: number, erasures = 0): Promise<MutableAccount> {
  const sendings = generateSendings({ seed, events, startTime: START, ...MUCH_GOES_WRONG });
  const users = busiestUsers(sendings.slice(0, events / 2), erasures);
  const requests = sendings.map(collected);
  const direct = [...requests.flatMap((one) => one.direct), GIANT];
  const data = [...requests.flatMap(({ direct: put, taken }) => [...put, ...taken]), GIANT];
  const records = data.map((one, index) => ({ eventId: `shardId-000000000000:${index}`, data: one }));
  const exchanges = requests.flatMap(({ exchange }) => exchange);
  return { exchanges, direct, records, erasures: users, ...(await processed(records, users)) };
}

interface Collected {
  readonly exchange: readonly Exchange[];
  readonly taken: readonly Uint8Array[];
  readonly direct: readonly Uint8Array[];
}

/** A request of one message and its answer, as the collector makes it, with the record that it leaves. */
function collected(sending: Sending, index: number): Collected {
  if (sending.by === "stream") return { exchange: [], taken: [], direct: [sending.data] };
  const isLibrary = sending.by === "library";
  const message = isLibrary ? { ...sending.call, timestamp: sending.timestamp.toISOString() } : sending.message;
  const now = START.getTime() + index * 10;
  const sentAt = new Date(now + (isLibrary ? 0 : sending.skew)).toISOString();
  const stamp = { version: 1, receivedAt: new Date(now + 20).toISOString(), source: "web" } as const;
  const sorted = sortMessages({ messages: [message], around: { sentAt } }, stamp, (visitor) => visitor);
  if (sorted instanceof Refusal) throw sorted;
  const { status, body } = answerFor({ stored: sorted.taken.length, refused: sorted.refused, notStored: [] });
  const exchange = exchangeOf("/v1/batch", JSON.stringify({ batch: [message], sentAt }), { status, body }, 20);
  return { exchange: [exchange], taken: sorted.taken.map(({ data }) => data), direct: [] };
}

async function processed(records: readonly StoredRecord[], erasures: readonly string[]) {
  const tables = new MemoryTables();
  const letters: string[][] = [];
  for (const [index, { eventId, data }] of records.entries()) {
    if (index === Math.floor(records.length / 2))
      for (const id of erasures) await erased({ kind: "user", id }, tables, lastReceived(records.slice(0, index)));
    if (data.byteLength > LARGEST_ITEM) letters.push([eventId]);
    else await processRecord({ eventId, data, sequenceNumber: eventId, partitionKey: "any" }, tables.world());
  }
  const sessions = [...tables.sessions].flatMap(([visitor, own]) =>
    [...own.values()].map((session) => ({ visitor, session })),
  );
  const quarantine = [...tables.letters.values()];
  const gone = [...tables.erasedAt].map(([visitor, at]) => ({ visitor, at }));
  return {
    erased: gone,
    events: [...tables.events.values()],
    sessions,
    quarantine,
    links: [...tables.links.values()],
    letters,
  };
}

/** When the last of them was received that can be read. */
const lastReceived = (records: readonly StoredRecord[]): number =>
  Math.max(...readAll(records, POLICY).map(({ event }) => (event === undefined ? 0 : Date.parse(event.receivedAt))));

/** Erases at that time, however long it takes. */
async function erased(subject: Subject, tables: MemoryTables, at: number): Promise<void> {
  let now = 0;
  const pause = async (milliseconds: number) => {
    now += milliseconds;
  };
  const clock = { now: () => now, pause, random: () => 0 };
  assert.equal(
    (
      await erase(
        subject,
        tables.graves(() => at),
        clock,
        A_LONG_TIME,
      )
    ).done,
    true,
  );
}
