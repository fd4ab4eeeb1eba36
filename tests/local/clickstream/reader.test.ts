import assert from "node:assert/strict";
import { join } from "node:path";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { DynamoArchive } from "../../../functions/clickstream/adapters/archive";
import { DynamoEventStore } from "../../../functions/clickstream/adapters/event-store";
import { DynamoGraves } from "../../../functions/clickstream/adapters/graves";
import { DynamoQuarantine } from "../../../functions/clickstream/adapters/quarantine";
import { tablesCheck } from "../../../functions/clickstream/adapters/tables-check";
import { ERASED } from "../../../functions/clickstream/domain/erasure";
import type { ListingQuery } from "../../../functions/clickstream/domain/listing-query";
import type { Listing } from "../../../functions/clickstream/domain/reader-routes";
import { Refusal } from "../../../functions/clickstream/domain/refusal";
import { type ProcessingWorld, processRecord } from "../../../functions/clickstream/processing/processing";
import { erase, type Graves } from "../../../functions/clickstream/reader/erasure";
import { type Archive, list } from "../../../functions/clickstream/reader/listings";
import { fromItem } from "../../../functions/shared/attribute-values";
import { systemClock } from "../../../functions/shared/clock";
import { Clients } from "../../../local/clients";
import { type Cloud, startCloud } from "../../../local/cloud";
import { MemoryTables, POLICY, recordOf } from "../../functions/clickstream/support/memory-world";
import { createTables, NAMES } from "./support/tables";

const USER = { kind: "user", id: "u1" } as const;
const time = (minutes: number) => new Date(Date.parse("2026-03-01T00:00:00.000Z") + minutes * 60_000).toISOString();

/** Events of a user who was two strangers before, of another user, and what is put aside. */
const WHO = [{ userId: "u1" }, { anonymousId: "a1" }, { anonymousId: "a2" }, { userId: "u2" }];
const RECORDS = [
  ...Array.from({ length: 130 }, (_, n) =>
    recordOf(
      {
        ...{ type: "track", messageId: `m${n}`, event: `Clicked ${n % 2}`, properties: { n }, ...WHO[n % 4] },
        timestamp: time(n * 7 + Math.floor(n / 5) * 40),
      },
      { receivedAt: time(5000) },
    ),
  ),
  ...["a1", "a2"].map((anonymousId) =>
    recordOf({ type: "identify", messageId: `i-${anonymousId}`, userId: "u1", anonymousId, timestamp: time(400) }),
  ),
  recordOf({ type: "track", messageId: "bad", userId: "u1" }),
  recordOf({ type: "track", messageId: "bad", userId: "u2" }),
];

describe("Clickstream's reader on its tables", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let clients: Clients;
  let world: ProcessingWorld;
  let archive: DynamoArchive;
  let graves: DynamoGraves;
  const model = new MemoryTables();

  before(async () => {
    cloud = await startCloud({ root: join(__dirname, "../../.."), stateName: "test-clickstream-reader" });
    clients = new Clients(cloud, cloud.admin);
    await createTables(clients);
    const expiresAt = () => 4_000_000_000;
    world = {
      events: new DynamoEventStore(clients.dynamodb, NAMES, expiresAt),
      quarantine: new DynamoQuarantine(clients.dynamodb, NAMES, () => time(0)),
      ...{ policy: POLICY, clock: systemClock },
    };
    archive = new DynamoArchive(clients.dynamodb, NAMES);
    graves = new DynamoGraves(clients.dynamodb, NAMES, expiresAt, systemClock);
    for (const record of RECORDS) {
      await processRecord(record, world);
      await processRecord(record, model.world());
    }
  });
  after(() => cloud.stop());

  const rows = async (TableName: string) => {
    const { Items = [] } = await clients.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.map(({ payload: _, ...item }) => fromItem(item));
  };
  const all = async (listing: Listing, from: Archive, query: ListingQuery) => {
    const items: unknown[] = [];
    let after: string | undefined;
    do {
      const page = await list(listing, { ...query, ...(after ? { after } : {}) }, from, POLICY.typeShards);
      if (page instanceof Refusal) throw new Error(page.detail);
      items.push(...page.items);
      after = page.cursor && Buffer.from(page.cursor, "base64url").toString().slice(16);
    } while (after !== undefined);
    return items;
  };

  for (const listing of [
    { kind: "events", subject: USER },
    { kind: "sessions", subject: USER },
    { kind: "type", eventType: "Clicked 1" },
  ] as const)
    for (const order of ["asc", "desc"] as const)
      it(`gives the ${listing.kind} that the model gives, ${order}`, async () => {
        const query = { order, limit: 9, from: time(20), to: time(1700) };
        const given = await all(listing, archive, query);
        assert.equal(given.length > 15, true);
        assert.deepEqual(given, await all(listing, model.archive(), { ...query, limit: 1000 }));
      });

  it("is well while the tables answer, and not when they are gone", async () => {
    assert.deepEqual(await tablesCheck(clients.dynamodb, NAMES.events, systemClock)(), { state: "ok" });
    assert.equal((await tablesCheck(clients.dynamodb, "gone", systemClock)()).state, "broken");
  });

  it("erases a user with all that is linked, and nothing of anybody else", async () => {
    const own = [...model.events.values()].filter(({ visitor }) => visitor !== "user#u2");
    const { done, erased } = await erase(USER, graves, systemClock, Date.now() + 60_000);
    const sessions = ["user#u1", "anonymous#a1", "anonymous#a2"].map((visitor) => model.sessions.get(visitor)!.size);
    assert.deepEqual(
      [done, erased],
      [true, { events: own.length, sessions: sessions.reduce((a, b) => a + b), quarantined: 1, links: 2 }],
    );
    assert.deepEqual([...new Set((await rows("events")).map(({ visitor }) => visitor))], ["user#u2"]);
    const left = (await rows("sessions")).filter(({ session }) => session !== undefined);
    assert.deepEqual([...new Set(left.map(({ visitor }) => visitor))], ["user#u2"]);
    assert.deepEqual(await rows("links"), []);
    assert.deepEqual(
      (await rows("quarantine")).map(({ visitor }) => visitor),
      ["user#u2"],
    );
    const ids = (await rows("ids")).filter(({ visitor }) => visitor !== "user#u2");
    assert.deepEqual(
      ids.sort((a, b) => (String(a.messageId) < String(b.messageId) ? -1 : 1)),
      own
        .map(({ messageId }) => ({ messageId, fingerprint: ERASED, expiresAt: 4_000_000_000 }))
        .sort((a, b) => (a.messageId < b.messageId ? -1 : 1)),
    );
  });

  it("keeps a link that is said after an erasure has begun, and finds it the next time", async () => {
    const linked = (messageId: string, minutes: number) =>
      recordOf(
        { type: "identify", messageId, userId: "u3", anonymousId: "a3", timestamp: time(minutes) },
        { receivedAt: "2999-01-01T00:00:00.000Z" },
      );
    const USER_3 = { kind: "user", id: "u3" } as const;
    assert.equal(await processRecord(linked("l1", 1), world), "stored");
    const meanwhile: Graves = {
      clear: graves.clear,
      links: (subject) => graves.links(subject),
      unlink: (link, era) => graves.unlink(link, era),
      bury: async (visitor) => {
        const era = await graves.bury(visitor);
        if (visitor === "user#u3") assert.equal(await processRecord(linked("l2", 2), world), "stored");
        return era;
      },
    };
    const { done, erased } = await erase(USER_3, meanwhile, systemClock, Date.now() + 20_000);
    assert.deepEqual([done, erased.events, erased.links], [true, 1, 0]);
    const [link, ...others] = await rows("links");
    assert.deepEqual([link?.at, typeof link?.era, others], [time(2), "string", []]);
    const next = await erase(USER_3, graves, systemClock, Date.now() + 20_000);
    assert.deepEqual([next.done, next.erased.events, next.erased.links], [true, 1, 1]);
  });

  it("stores nothing more of what was received before, and places what comes after by itself", async () => {
    const again = { receivedAt: "2999-01-01T00:00:00.000Z" };
    const message = { type: "track", userId: "u1", event: "e", timestamp: time(1) };
    assert.equal(await processRecord(RECORDS[0]!, world), "erased");
    assert.equal(await processRecord(recordOf({ ...message, messageId: "late", anonymousId: "a1" }), world), "erased");
    assert.equal(await processRecord(recordOf({ ...message, messageId: "late" }, again), world), "erased");
    assert.equal(await processRecord(recordOf({ ...message, messageId: "bad", event: 7 }), world), "erased");
    assert.equal(await processRecord(recordOf({ ...message, messageId: "new" }, again), world), "stored");
    assert.equal(
      await processRecord(recordOf({ ...message, messageId: "odd", event: 7 }, again), world),
      "quarantined",
    );
    const query = { order: "asc", limit: 10 } as const;
    const [event, ...rest] = (await all({ kind: "events", subject: USER }, archive, query)) as { messageId: string }[];
    assert.deepEqual([event?.messageId, rest], ["new", []]);
    const [session] = (await all({ kind: "sessions", subject: USER }, archive, query)) as { events: number }[];
    assert.equal(session?.events, 1);
    assert.deepEqual(await rows("links"), []);
  });

  it("shows nothing of an erased visitor from the moment of the erasure", async () => {
    await graves.bury("user#u2");
    const query = { order: "asc", limit: 10 } as const;
    const subject = { kind: "user", id: "u2" } as const;
    assert.deepEqual(await all({ kind: "events", subject }, archive, query), []);
    assert.deepEqual(await all({ kind: "sessions", subject }, archive, query), []);
  });
});
