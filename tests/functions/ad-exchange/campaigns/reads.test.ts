import assert from "node:assert/strict";
import { CachedCampaigns } from "../../../../functions/ad-exchange/adapters/campaign-store";
import { type DaxClient, DaxReads } from "../../../../functions/ad-exchange/adapters/dax-reads";
import { DynamoReads } from "../../../../functions/ad-exchange/adapters/dynamo-reads";
import type { Key, Reads, Row } from "../../../../functions/ad-exchange/adapters/reads";
import { readsThrough } from "../../../../functions/ad-exchange/adapters/reads-through";
import { FakeLog } from "../../handlers/support/fakes";
import { FakeDynamo, fakeDax } from "./support/fake-dynamo";
import { KEYS, SHOES } from "./support/serving";

const CAMPAIGN = { ...SHOES, advertiser: "acme", seat: "acme", version: 3, changedAt: "2026-01-05T14:30:00.000Z" };

const shapes: Readonly<Record<string, (dynamo: FakeDynamo) => Reads>> = {
  DynamoDB: (dynamo) => new DynamoReads(dynamo),
  DAX: (dynamo) => new DaxReads(async () => fakeDax(dynamo)),
};

for (const [name, readsOf] of Object.entries(shapes))
  describe(`Reads through ${name}`, () => {
    const at = (sort: string): Row => ({ slot: "minute#1", at: sort, version: Number(sort), body: "{}" });
    const filled = () => {
      const dynamo = new FakeDynamo(KEYS);
      for (const sort of ["1", "2", "3", "4", "5"]) dynamo.put("changes", at(sort));
      dynamo.put("changes", { slot: "minute#2", at: "6" });
      return { dynamo, reads: readsOf(dynamo) };
    };

    it("gives a row as it was written, with its numbers, lists and maps", async () => {
      const dynamo = new FakeDynamo(KEYS);
      dynamo.put("campaigns", CAMPAIGN);
      const key = { advertiser: "acme", id: "shoes" };
      assert.deepEqual(await readsOf(dynamo).one("campaigns", key), CAMPAIGN);
      assert.equal(await readsOf(dynamo).one("campaigns", { ...key, id: "none" }), undefined);
    });

    it("reads consistently where it is told to, and not else", async () => {
      const { dynamo, reads } = filled();
      const key = { advertiser: "acme", id: "shoes" };
      await reads.one("campaigns", key);
      await reads.one("campaigns", key, true);
      await reads.page({ table: "changes", partition: ["slot", "minute#1"] });
      await reads.page({ table: "changes", partition: ["slot", "minute#1"], consistent: true });
      assert.deepEqual(
        dynamo.calls.map(({ input }) => input.ConsistentRead ?? false),
        [false, true, false, true],
      );
    });

    it("gives the rows of one partition from a sort key on, page by page", async () => {
      const { dynamo, reads } = filled();
      dynamo.pageSize = 2;
      const pages: string[][] = [];
      let after: Key | undefined;
      do {
        const { rows, next } = await reads.page({
          ...{ table: "changes", partition: ["slot", "minute#1"], from: ["at", "2"] },
          ...(after ? { after } : {}),
        });
        pages.push(rows.map(({ at: sort }) => String(sort)));
        after = next;
      } while (after);
      assert.deepEqual(pages, [
        ["2", "3"],
        ["4", "5"],
      ]);
    });

    it("gives as many rows as are wanted, and where the next are", async () => {
      const { reads } = filled();
      const page = await reads.page({ table: "changes", partition: ["slot", "minute#1"], limit: 1 });
      assert.deepEqual(page, { rows: [at("1")], next: { slot: "minute#1", at: "1" } });
    });
  });

describe("Reads through DAX", () => {
  it("connects at the first read, once, and again after a connection that failed", async () => {
    let connections = 0;
    const dynamo = new FakeDynamo(KEYS);
    const reads = new DaxReads(async () => {
      connections += 1;
      if (connections === 1) throw new Error("no cluster");
      return fakeDax(dynamo);
    });
    const read = () => reads.one("campaigns", { advertiser: "a", id: "b" });
    await assert.rejects(read, /no cluster/);
    await Promise.all([read(), read()]);
    await read();
    assert.equal(connections, 2);
  });

  it("fails where the cluster does not answer, after a time of its own", async () => {
    const mute: DaxClient = { get: () => new Promise(() => {}), query: () => new Promise(() => {}) };
    const reads = new DaxReads(async () => mute, 10);
    await assert.rejects(reads.one("campaigns", { advertiser: "a", id: "b" }), { name: "RetryableFailure" });
    await assert.rejects(reads.page({ table: "changes", partition: ["slot", "s"] }), { name: "RetryableFailure" });
  });

  it("is chosen by its endpoint, and its client not loaded before it is used", () => {
    const dynamo = new FakeDynamo(KEYS);
    assert.equal(readsThrough("daxs://cluster.example", dynamo) instanceof DaxReads, true);
    for (const none of ["", undefined]) assert.equal(readsThrough(none, dynamo) instanceof DynamoReads, true);
    const loaded = Object.keys(require.cache).filter((path) => path.includes("@amazon-dax-sdk"));
    assert.deepEqual(loaded, []);
  });
});

describe("Campaigns behind a cache", () => {
  const worlds = () => {
    const [cache, table, log] = [new FakeDynamo(KEYS), new FakeDynamo(KEYS), new FakeLog()];
    const campaigns = new CachedCampaigns(new DynamoReads(cache), new DynamoReads(table), "campaigns", log);
    return { cache, table, log, campaigns };
  };

  it("are shown as the cache has them", async () => {
    const { cache, table, campaigns } = worlds();
    cache.put("campaigns", CAMPAIGN);
    table.put("campaigns", { ...CAMPAIGN, version: 4 });
    assert.equal((await campaigns.one("acme", "shoes"))?.version, 3);
    assert.equal(table.calls.length, 0);
  });

  it("are asked for at the table where the cache has none: it remembers absence, too", async () => {
    const { table, campaigns } = worlds();
    table.put("campaigns", CAMPAIGN);
    assert.equal((await campaigns.one("acme", "shoes"))?.version, 3);
    assert.equal(table.calls[0]?.input.ConsistentRead, true);
  });

  it("are asked for at the table where the cache does not answer", async () => {
    const { cache, table, log, campaigns } = worlds();
    cache.fail(new Error("NoRouteException"));
    table.put("campaigns", CAMPAIGN);
    assert.equal((await campaigns.one("acme", "shoes"))?.version, 3);
    assert.equal(log.lines[0]?.failure, "Error: NoRouteException");
  });

  it("are never called absent because their row cannot be read", async () => {
    const { table, campaigns } = worlds();
    table.put("campaigns", { ...CAMPAIGN, creatives: "none" });
    await assert.rejects(campaigns.one("acme", "shoes"), /no campaign/);
  });
});
