import assert from "node:assert/strict";
import { join } from "node:path";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { DynamoEventStore } from "../../../functions/clickstream/adapters/event-store";
import { DynamoQuarantine } from "../../../functions/clickstream/adapters/quarantine";
import { processBatch } from "../../../functions/clickstream/processing/batch";
import {
  type ProcessingWorld,
  processRecord,
  type StreamRecord,
} from "../../../functions/clickstream/processing/processing";
import { fromItem } from "../../../functions/shared/attribute-values";
import { systemClock } from "../../../functions/shared/clock";
import { Clients } from "../../../local/clients";
import { type Cloud, startCloud } from "../../../local/cloud";
import { MemoryTables, POLICY, recordOf } from "../../functions/clickstream/support/memory-world";
import { createTables, NAMES } from "./support/tables";

const time = (minutes: number) => new Date(Date.parse("2026-03-01T00:00:00.000Z") + minutes * 60_000).toISOString();

/** A number sequence that is the same at every run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    yield state / 2_147_483_648;
  }
}

/** Messages of a few visitors, some of them anonymous and some bad, in a random order and many twice. */
function traffic(count: number): StreamRecord[] {
  const random = numbers(7);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random.next().value * list.length)]!;
  const who = [{ userId: "u1" }, { userId: "u2" }, { anonymousId: "a1" }, { userId: "u1", anonymousId: "a1" }];
  const records = Array.from({ length: count }, (_, index) => {
    const message = {
      type: "track",
      messageId: `m${index}`,
      event: pick(["Clicked", "Bought"]),
      properties: { big: 1e300, none: null },
    };
    const bad = random.next().value < 0.05 ? { event: 7 } : {};
    return recordOf(
      { ...message, ...bad, ...pick(who), timestamp: time(Math.floor(random.next().value * 600)) },
      { key: pick(["k1", "k2"]) },
    );
  });
  return [...records, ...records]
    .map((record) => ({ record, rank: random.next().value }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ record }) => record);
}

describe("Clickstream's tables", function () {
  this.timeout(120_000);
  let cloud: Cloud;
  let clients: Clients;
  let world: ProcessingWorld;

  before(async () => {
    cloud = await startCloud({ root: join(__dirname, "../../.."), stateName: "test-clickstream" });
    clients = new Clients(cloud, cloud.admin);
    await createTables(clients);
    world = {
      events: new DynamoEventStore(clients.dynamodb, NAMES, () => 4_000_000_000),
      quarantine: new DynamoQuarantine(clients.dynamodb, NAMES, () => time(0)),
      ...{ policy: POLICY, clock: systemClock },
    };
  });
  after(() => cloud.stop());

  const rows = async (TableName: string) => {
    const { Items = [] } = await clients.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items;
  };

  it("hold what the tables of the model hold, with keys worked on at a time and every record twice", async () => {
    const records = traffic(150);
    const model = new MemoryTables();
    for (const record of records) await processRecord(record, model.world());
    const { outcomes, failed } = await processBatch(records, (record) => processRecord(record, world), 2);
    assert.deepEqual(failed, []);
    assert.equal(outcomes.stored + outcomes.duplicate + outcomes.quarantined, records.length);
    assert.equal(outcomes.stored, model.events.size);

    const sessions = (await rows("sessions")).map(fromItem).filter(({ session }) => session !== undefined);
    const byKey = (a: { key: string }, b: { key: string }) => (a.key < b.key ? -1 : 1);
    assert.deepEqual(
      sessions.map(({ visitor, startedAt, session }) => ({ key: `${visitor} ${startedAt}`, session })).sort(byKey),
      [...model.sessions]
        .flatMap(([visitor, own]) =>
          [...own].map(([startedAt, session]) => ({ key: `${visitor} ${startedAt}`, session })),
        )
        .sort(byKey),
    );
    const events = (await rows("events")).map(fromItem);
    assert.deepEqual(events.map(({ visitor, at }) => `${visitor} ${at}`).sort(), [...model.events.keys()].sort());
    assert.deepEqual(JSON.parse(String(events[0]!.properties)), { big: 1e300, none: null });
    assert.deepEqual(
      (await rows("links")).map(fromItem),
      [...model.links.values()].map((link) => ({ ...link })),
    );
    const letters = await rows("quarantine");
    assert.deepEqual(letters.map(({ eventId }) => eventId!.S).sort(), [...model.letters.keys()].sort());
    const [id, letter] = [...model.letters][0]!;
    assert.deepEqual(Buffer.from(letters.find(({ eventId }) => eventId!.S === id)!.payload!.B!), letter.data);
  });

  it("refuse an id that is taken, and a visitor who moved, and leave nothing of either", async () => {
    const record = recordOf({ type: "track", messageId: "x1", userId: "u9", event: "e", timestamp: time(0) });
    assert.equal(await processRecord(record, world), "stored");
    const before = await rows("events");
    const other = recordOf({ type: "track", messageId: "x1", userId: "u8", event: "another", timestamp: time(0) });
    assert.equal(await processRecord(other, world), "quarantined");
    const stale = { ...world.events, neighbourhood: async () => ({ version: 0, sessions: [] }) };
    Object.setPrototypeOf(stale, DynamoEventStore.prototype);
    const late = recordOf({ type: "track", messageId: "x2", userId: "u9", event: "e", timestamp: time(1) });
    await assert.rejects(
      processRecord(late, { ...world, events: stale, clock: { ...systemClock, pause: async () => undefined } }),
      /came between/,
    );
    assert.equal((await rows("events")).length, before.length);
  });
});
