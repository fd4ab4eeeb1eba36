import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { scanCampaigns } from "../../../../functions/ad-exchange/adapters/campaign-scan";
import { DynamoReads } from "../../../../functions/ad-exchange/adapters/dynamo-reads";
import { getSnapshot, putSnapshot } from "../../../../functions/ad-exchange/adapters/snapshot-files";
import { movePointer, snapshotPointer } from "../../../../functions/ad-exchange/adapters/snapshot-pointer";
import { build, type Compile, type SnapshotWorld } from "../../../../functions/ad-exchange/snapshot/snapshot";
import { FakeLog, FakeMetrics, ManualClock } from "../../handlers/support/fakes";
import { FakeDynamo } from "../campaigns/support/fake-dynamo";
import { KEYS, SHOES } from "../campaigns/support/serving";

/** A bucket in memory. */
class FakeBucket {
  readonly files = new Map<string, Uint8Array>();
  readonly inputs: Record<string, unknown>[] = [];
  send = async ({ input }: { readonly input: Record<string, unknown> }): Promise<never> => {
    this.inputs.push(input);
    const key = String(input.Key);
    if (input.Body === undefined)
      return { Body: Readable.from(partsOf(rangeOf(this.files.get(key)!, input.Range))) } as never;
    if (this.files.has(key) && input.IfNoneMatch === "*")
      throw Object.assign(new Error(), { name: "PreconditionFailed" });
    this.files.set(key, input.Body as Uint8Array);
    return {} as never;
  };
}

/** As S3 answers a range of bytes: from the first to the last, or the end. */
function rangeOf(file: Uint8Array, range: unknown): Uint8Array {
  if (range === undefined) return file;
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(String(range)) ?? [];
  return file.subarray(Number(from), Number(to) + 1);
}

const partsOf = (file: Uint8Array) => [file.subarray(0, 3), file.subarray(3)];
const NOW = Date.parse("2026-01-05T14:30:00.000Z");
const stored = (id: string, more = {}) => ({
  ...{ ...SHOES, id, advertiser: "acme", seat: "acme", version: 1, changedAt: "2025-12-01T00:00:00.000Z" },
  ...more,
});

/** Names the campaigns, as a compiler that refuses those without a rate. */
const compile: Compile = (campaigns, { generation, builtAt, toMicros, refused }) => {
  const ids: string[] = [];
  for (const campaign of campaigns)
    if (toMicros(campaign.bid, campaign.currency) === undefined) refused(campaign, `no rate of ${campaign.currency}`);
    else ids.push(campaign.id);
  return Buffer.from(JSON.stringify({ generation, builtAt, ids: ids.sort() }));
};

function worlds() {
  const [dynamo, bucket, clock] = [new FakeDynamo(KEYS), new FakeBucket(), new ManualClock(NOW)];
  const [log, metrics] = [new FakeLog(), new FakeMetrics()];
  const pointer = () => snapshotPointer(new DynamoReads(dynamo), "changes");
  const world: SnapshotWorld = {
    scan: (take) => scanCampaigns(dynamo, "campaigns", take),
    toMicros: async () => (amount, currency) => (currency === "USD" ? Number(amount) * 1e6 : undefined),
    ...{ compile, pointer, clock, log, metrics },
    put: (key, file) => putSnapshot(bucket, "snapshots", key, file),
    move: (to) => movePointer(dynamo, "changes", to),
  };
  return { dynamo, bucket, clock, log, metrics, pointer, world };
}

describe("The builder of snapshots", () => {
  it("puts a file of all campaigns that can bid, and what stopped of late, and points to it", async () => {
    const { dynamo, bucket, pointer, world, metrics } = worlds();
    dynamo.pageSize = 2;
    const late = { changedAt: "2026-01-04T00:00:00.000Z" };
    for (const row of [
      ...Array.from({ length: 9 }, (_, index) => stored(`c${index}`)),
      ...[stored("paused", { status: "paused" }), stored("archived", { status: "archived" })],
      ...[stored("ended", { flight: { start: "2025-01-01T00:00:00Z", end: "2025-06-01T00:00:00Z" } })],
      ...[stored("just-paused", { status: "paused", ...late })],
    ])
      dynamo.put("campaigns", row);
    await build(world);
    const to = (await pointer())!;
    const file = bucket.files.get(`index/${NOW}.bin`)!;
    const ids = [...Array.from({ length: 9 }, (_, index) => `c${index}`), "just-paused"];
    assert.deepEqual(JSON.parse(Buffer.from(file).toString()), { generation: NOW, builtAt: NOW, ids });
    const sha256 = createHash("sha256").update(file).digest("hex");
    assert.deepEqual(to, {
      ...{ key: `index/${NOW}.bin`, generation: NOW, builtFrom: NOW, builtAt: NOW, campaigns: 10 },
      ...{ sha256, bytes: file.byteLength },
    });
    assert.equal(metrics.total("SnapshotCampaigns"), 10);
    assert.deepEqual(Buffer.from(await getSnapshot(bucket, "snapshots", to)), Buffer.from(file));
  });

  it("leaves out what cannot be read or has no rate, counts it and names it", async () => {
    const { dynamo, bucket, world, metrics, log } = worlds();
    const rows = [stored("good"), stored("euro", { currency: "EUR" }), { ...stored("broken"), creatives: 3 }];
    for (const row of rows) dynamo.put("campaigns", row);
    await build(world);
    const [file] = bucket.files.values();
    assert.deepEqual(JSON.parse(Buffer.from(file!).toString()).ids, ["good"]);
    assert.deepEqual([metrics.total("SnapshotRefused"), metrics.total("SnapshotCampaigns")], [2, 1]);
    const { some } = log.lines.find(({ level }) => level === "error")!;
    assert.deepEqual((some as string[]).sort(), ["acme#broken: unreadable", "acme#euro: no rate of EUR"]);
  });

  it("moves the pointer forward only", async () => {
    const { dynamo, pointer, world, metrics, clock } = worlds();
    dynamo.put("campaigns", stored("a"));
    const slow = { ...world, put: async () => build({ ...world, clock: new ManualClock(NOW + 1_000) }) };
    await build(slow);
    assert.equal((await pointer())?.generation, NOW + 1_000);
    assert.equal(metrics.total("SnapshotsOvertaken"), 1);
    clock.pass(2_000);
    await build(world);
    assert.equal((await pointer())?.generation, NOW + 2_000);
  });

  it("leaves the pointer where it is when it fails, and tells how old the snapshot is by now", async () => {
    const { dynamo, pointer, world, metrics, clock } = worlds();
    dynamo.put("campaigns", stored("a"));
    await build(world);
    clock.pass(300_000);
    const put = async () => Promise.reject(new Error("no bucket"));
    await assert.rejects(build({ ...world, put }), /no bucket/);
    assert.equal((await pointer())?.generation, NOW);
    assert.equal(metrics.records.at(-1)?.milliseconds.SnapshotAge, 300_000);
  });

  it("never writes over a file", async () => {
    const { bucket, world } = worlds();
    await build(world);
    assert.equal(bucket.inputs[0]?.IfNoneMatch, "*");
    await assert.rejects(build(world), { name: "PreconditionFailed" });
  });
});

describe("A snapshot that is downloaded", () => {
  it("is refused when it is not what the pointer describes", async () => {
    const { dynamo, bucket, world, pointer } = worlds();
    dynamo.put("campaigns", stored("a"));
    await build(world);
    const to = (await pointer())!;
    const file = bucket.files.get(to.key)!;
    const wrong: readonly (readonly [RegExp, Uint8Array])[] = [
      [/hash/, Uint8Array.from(file, (byte, at) => (at === 5 ? byte ^ 1 : byte))],
      [/longer/, Buffer.concat([file, Buffer.from("x")])],
      [/should have/, file.subarray(1)],
    ];
    for (const [message, other] of wrong) {
      bucket.files.set(to.key, other);
      await assert.rejects(getSnapshot(bucket, "snapshots", to), message);
    }
  });

  it("comes in parts at once where it is large, each byte once, and is refused where one is not what it was", async () => {
    const bucket = new FakeBucket();
    const file = new Uint8Array(50 * 1024 * 1024 + 3).map((_, at) => (at * 31) ^ (at >>> 8));
    bucket.files.set("large", file);
    const sha256 = createHash("sha256").update(file).digest("hex");
    const to = { key: "large", bytes: file.length, sha256, generation: 1, builtFrom: 1, builtAt: 1, campaigns: 1 };
    const got = await getSnapshot(bucket, "snapshots", to);
    assert.equal(Buffer.compare(Buffer.from(got), file), 0);
    assert.equal(bucket.inputs.length, 6);
    const asked = bucket.inputs.map(({ Range }) => rangeOf(file, Range).length);
    assert.equal(
      asked.reduce((sum, bytes) => sum + bytes),
      file.length,
    );
    bucket.files.set("large", file.with(file.length - 1, 1));
    await assert.rejects(getSnapshot(bucket, "snapshots", to), /hash/);
    bucket.files.set("large", file.subarray(1));
    await assert.rejects(getSnapshot(bucket, "snapshots", to), /bytes=.* should have/);
  });

  it("is described by a pointer that is whole, or by none", async () => {
    const { dynamo, world, pointer } = worlds();
    await build(world);
    const [row] = dynamo.all("changes");
    for (const wrong of [
      { sha256: "ab" },
      { bytes: -1 },
      { bytes: 1e12 },
      { generation: "1" },
      { key: 1 },
      { builtFrom: 0.5 },
    ]) {
      dynamo.put("changes", { ...row, ...wrong });
      assert.equal(await pointer(), undefined, JSON.stringify(wrong));
    }
  });
});
