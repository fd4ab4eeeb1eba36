import assert from "node:assert/strict";
import fc from "fast-check";
import { changeIn, rowOf } from "../../../../functions/ad-exchange/adapters/changes";
import { DynamoReads } from "../../../../functions/ad-exchange/adapters/dynamo-reads";
import { movePointer, snapshotPointer } from "../../../../functions/ad-exchange/adapters/snapshot-pointer";
import type { CampaignChange } from "../../../../functions/ad-exchange/domain/changes/change";
import type { Pointer } from "../../../../functions/ad-exchange/domain/changes/pointer";
import { IndexFeed } from "../../../../functions/ad-exchange/refresh/index-feed";
import type { FromWorker } from "../../../../functions/ad-exchange/refresh/messages";
import { ManualClock } from "../../handlers/support/fakes";
import { FakeDynamo } from "../campaigns/support/fake-dynamo";
import { KEYS, SHOES } from "../campaigns/support/serving";

const NOW = Date.parse("2026-01-05T14:30:30.000Z");

const pointerAt = (builtFrom: number): Pointer => ({
  ...{ key: `index/${builtFrom}.bin`, generation: builtFrom, builtFrom, builtAt: builtFrom, campaigns: 1 },
  ...{ sha256: "a".repeat(64), bytes: 8 },
});

/** A feed in front of tables in memory, and what it has sent. */
class Feeding {
  readonly dynamo = new FakeDynamo(KEYS);
  readonly clock = new ManualClock(NOW);
  readonly sent: FromWorker[] = [];
  readonly troubles: string[] = [];
  readonly downloads: string[] = [];
  download: (pointer: Pointer) => Promise<ArrayBuffer> = async () => new ArrayBuffer(8);
  takes: (message: FromWorker) => boolean = () => true;
  readonly feed: IndexFeed;

  constructor(loaded?: Pointer) {
    const reads = new DynamoReads(this.dynamo);
    this.feed = new IndexFeed(
      {
        ...{ reads, changesTable: "changes", clock: this.clock },
        pointer: () => snapshotPointer(reads, "changes"),
        download: (pointer) => {
          this.downloads.push(pointer.key);
          return this.download(pointer);
        },
        send: async (message) => {
          this.sent.push(message);
          return this.takes(message);
        },
        trouble: async (failure) => {
          this.troubles.push(String(failure));
        },
      },
      loaded,
    );
  }

  point(pointer: Pointer): Promise<boolean> {
    return movePointer(this.dynamo, "changes", pointer);
  }

  write(id: string, version: number, at = this.clock.now()): void {
    const campaign = { ...SHOES, id, version, advertiser: "a", seat: "a", changedAt: new Date(at).toISOString() };
    this.dynamo.put("changes", rowOf({ advertiser: "a", id, version, campaign } as unknown as CampaignChange, at));
  }

  /** Polls, and says in short what came of it. */
  async poll(): Promise<readonly string[]> {
    this.sent.length = 0;
    await this.feed.poll();
    return this.sent.flatMap((message) => {
      if (message.kind === "changes") return message.changes.map(({ id, version }) => `${id} ${version}`);
      return [message.kind === "snapshot" ? `snapshot ${message.pointer.generation - NOW}` : message.kind];
    });
  }

  get queries(): readonly string[] {
    return this.dynamo.calls
      .splice(0)
      .map(({ input }) =>
        [input.ExpressionAttributeValues?.[":partition"]?.S, input.ExpressionAttributeValues?.[":from"]?.S].join(" "),
      );
  }
}

describe("The feed of the index", () => {
  it("begins with the snapshot, then all that was written since its build began, a little before too, each once", async () => {
    const feeding = new Feeding();
    await feeding.point(pointerAt(NOW - 90_000));
    feeding.write("before", 1, NOW - 110_000);
    feeding.write("meanwhile", 1, NOW - 95_000);
    feeding.write("a", 1, NOW - 60_000);
    feeding.write("a", 3, NOW - 59_000);
    feeding.write("a", 2, NOW - 58_000);
    assert.deepEqual(await feeding.poll(), ["snapshot -90000", "meanwhile 1", "a 3", "current"]);
    feeding.clock.pass(1_000);
    assert.deepEqual(await feeding.poll(), ["current"]);
    feeding.write("b", 1);
    feeding.write("a", 4);
    feeding.clock.pass(1_000);
    assert.deepEqual(await feeding.poll(), ["a 4", "b 1", "current"]);
    assert.deepEqual(feeding.sent.at(-1), { kind: "current", upTo: NOW + 2_000 });
  });

  it("sees what becomes visible late, within the overlap, and across minutes", async () => {
    const feeding = new Feeding(pointerAt(NOW - 60_000));
    await feeding.poll();
    for (let late = 0; late < 60; late += 1) {
      feeding.clock.pass(1_000);
      feeding.write(`c${late}`, 1, feeding.clock.now() - 9_500);
      assert.deepEqual(await feeding.poll(), [`c${late} 1`, "current"]);
    }
  });

  it("asks with the words that others ask with in the same seconds, so that a cache can answer", async () => {
    const [one, other] = [new Feeding(pointerAt(NOW)), new Feeding(pointerAt(NOW - 3_000))];
    for (const [feeding, begun] of [
      [one, 200],
      [other, 1_700],
    ] as const) {
      feeding.clock.pass(begun);
      await feeding.poll();
      feeding.queries;
      feeding.clock.pass(1_100);
    }
    await one.poll();
    await other.poll();
    const words = ["minute#29460390 2026-01-05T14:30:20.000Z"];
    assert.deepEqual([one.queries, other.queries], [words, words]);
  });

  it("looks at the pointer now and then, and goes over to a newer snapshot with what was written since", async () => {
    const feeding = new Feeding(pointerAt(NOW - 60_000));
    feeding.write("a", 1, NOW - 30_000);
    assert.deepEqual(await feeding.poll(), ["a 1", "current"]);
    await feeding.point(pointerAt(NOW - 35_000));
    feeding.clock.pass(1_000);
    assert.deepEqual(await feeding.poll(), ["current"]);
    feeding.clock.pass(9_500);
    assert.deepEqual(await feeding.poll(), ["snapshot -35000", "a 1", "current"]);
    assert.deepEqual(feeding.downloads, [pointerAt(NOW - 35_000).key]);
  });

  it("keeps the snapshot that there is where the newer one cannot be had, and goes on with changes", async () => {
    const feeding = new Feeding(pointerAt(NOW - 60_000));
    await feeding.point(pointerAt(NOW));
    feeding.download = async () => Promise.reject(new Error("no file"));
    feeding.write("a", 1);
    assert.deepEqual(await feeding.poll(), ["a 1", "current"]);
    assert.deepEqual(feeding.troubles, ["Error: no file"]);
    feeding.clock.pass(10_000);
    feeding.download = async () => new ArrayBuffer(8);
    assert.deepEqual((await feeding.poll())[0], "snapshot 0");
  });

  it("does not fetch a file again that could not be used", async () => {
    const feeding = new Feeding(pointerAt(NOW - 60_000));
    feeding.takes = ({ kind }) => kind !== "snapshot";
    await feeding.point(pointerAt(NOW));
    await feeding.poll();
    feeding.clock.pass(20_000);
    feeding.write("a", 1);
    assert.deepEqual(await feeding.poll(), ["a 1", "current"]);
    assert.equal(feeding.downloads.length, 1);
    await feeding.point(pointerAt(NOW + 15_000));
    feeding.takes = () => true;
    feeding.clock.pass(20_000);
    assert.deepEqual((await feeding.poll())[0], "snapshot 15000");
  });

  it("fails before the first snapshot, and after what the tables say, and goes on from where it was", async () => {
    const feeding = new Feeding();
    await assert.rejects(feeding.poll(), /no snapshot yet/);
    await feeding.point(pointerAt(NOW));
    assert.deepEqual(await feeding.poll(), ["snapshot 0", "current"]);
    feeding.write("a", 1);
    feeding.clock.pass(5_000);
    feeding.dynamo.fail(new Error("throttled"));
    await assert.rejects(feeding.poll(), /throttled/);
    feeding.clock.pass(200_000);
    feeding.dynamo.fail();
    assert.deepEqual(await feeding.poll(), ["a 1", "current"]);
  });

  it("reads no more than an hour at once after a long sleep, and says that it is current when it is", async () => {
    const feeding = new Feeding(pointerAt(NOW));
    await feeding.poll();
    feeding.write("early", 1, NOW + 50 * 60_000);
    feeding.write("middle", 1, NOW + 61 * 60_000);
    feeding.write("late", 1, NOW + 149 * 60_000);
    feeding.clock.pass(150 * 60_000);
    feeding.queries;
    assert.deepEqual(await feeding.poll(), ["early 1"]);
    assert.equal(feeding.queries.length, 61);
    assert.deepEqual(await feeding.poll(), ["middle 1"]);
    assert.deepEqual(await feeding.poll(), ["late 1", "current"]);
  });

  it("reads all since the snapshot again where the clock was set back", async () => {
    const feeding = new Feeding(pointerAt(NOW - 120_000));
    feeding.clock.pass(3_600_000);
    await feeding.poll();
    feeding.clock.pass(-3_600_000);
    feeding.write("a", 1, NOW - 100_000);
    assert.deepEqual(await feeding.poll(), ["a 1", "current"]);
  });

  it("tells of a row that it cannot read, and goes on behind it", async () => {
    const feeding = new Feeding(pointerAt(NOW));
    feeding.write("a", 1);
    feeding.write("b", 1);
    const [row] = feeding.dynamo.all("changes");
    feeding.dynamo.put("changes", { ...row!, body: "{" });
    assert.deepEqual(await feeding.poll(), ["b 1", "current"]);
    assert.match(feeding.troubles[0]!, /2026-01-05T14:30:30.000Z#a#a#1 is unreadable/);
  });

  it("hands over many changes in slices, page by page", async () => {
    const feeding = new Feeding(pointerAt(NOW));
    feeding.dynamo.pageSize = 30;
    for (let id = 0; id < 100; id++) feeding.write(`c${id}`, 1);
    await feeding.poll();
    const sizes = feeding.sent.flatMap((message) => (message.kind === "changes" ? [message.changes.length] : []));
    assert.deepEqual([Math.max(...sizes) <= 32, sizes.reduce((sum, size) => sum + size)], [true, 100]);
  });

  it("brings every campaign to its last version, whatever is written when, twice or late", async () => {
    const step = fc.record({
      ...{
        pass: fc.integer({ min: 0, max: 40_000 }),
        late: fc.integer({ min: 0, max: 9_000 }),
        version: fc.integer({ min: 1, max: 5 }),
      },
      ...{ id: fc.constantFrom("x", "y"), what: fc.constantFrom("write", "poll", "snapshot", "fail") },
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const feeding = new Feeding(pointerAt(NOW));
        const last = new Map<string, number>();
        const seen = new Map<string, number>();
        const poll = async () => {
          for (const text of await feeding.poll().catch(() => [] as string[])) {
            const [id, version] = text.split(" ");
            // A snapshot holds all that was written before it began.
            if (id === "snapshot") for (const [each, at] of known) seen.set(each, Math.max(at, seen.get(each) ?? 0));
            else if (version) seen.set(id!, Math.max(Number(version), seen.get(id!) ?? 0));
          }
        };
        let known = new Map<string, number>();
        for (const { pass, late, version, id, what } of steps) {
          feeding.clock.pass(pass);
          if (what === "write") {
            feeding.write(id, version, feeding.clock.now() - late);
            last.set(id, Math.max(version, last.get(id) ?? 0));
          } else if (what === "snapshot") {
            const isMoved = await feeding.point(pointerAt(feeding.clock.now())).catch(() => false);
            if (isMoved) known = new Map(last);
          } else if (what === "fail") feeding.dynamo.fail(new Error("throttled"));
          else await poll();
        }
        feeding.clock.pass(11_000);
        for (let tries = 0; tries < 40; tries++) await poll();
        assert.deepEqual(seen, last);
      }),
      { numRuns: 150 },
    );
  });

  it("gives each change the instant of its row", () => {
    const row = rowOf({ advertiser: "a", id: "b", version: 1 }, NOW);
    assert.equal(changeIn(row)?.at, NOW);
  });
});
