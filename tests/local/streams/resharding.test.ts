import assert from "node:assert/strict";
import { join } from "node:path";
import {
  DescribeStreamCommand,
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListShardsCommand,
  MergeShardsCommand,
  type Shard,
  SplitShardCommand,
  UpdateShardCountCommand,
} from "@aws-sdk/client-kinesis";
import { type Cloud, startCloud } from "../../../local/cloud";
import { Faults } from "../../../local/event-sources/faults";
import { startStreams } from "../../../local/event-sources/streams";
import { StreamEstate } from "./estate";
import { items, numbers } from "./items";

const HALF = String(2n ** 127n);
const isOpen = ({ SequenceNumberRange }: Shard) => SequenceNumberRange?.EndingSequenceNumber === undefined;

describe("a stream that is resharded", function () {
  this.timeout(30_000);
  let cloud: Cloud;
  let estate: StreamEstate;

  before(async () => {
    cloud = await startCloud({ root: join(__dirname, "../../.."), stateName: "test-resharding" });
    estate = new StreamEstate(cloud);
  });
  beforeEach(() => {
    estate.done.length = 0;
  });
  after(async () => {
    await estate.close();
    await cloud.stop();
  });

  const shardsOf = async (StreamName: string): Promise<Shard[]> =>
    (await estate.kinesis.send(new ListShardsCommand({ StreamName }))).Shards ?? [];
  const split = (StreamName: string, ShardToSplit: string | undefined, NewStartingHashKey = HALF) =>
    estate.kinesis.send(new SplitShardCommand({ StreamName, ShardToSplit, NewStartingHashKey }));
  const merge = (StreamName: string, [first, second]: readonly (string | undefined)[]) =>
    estate.kinesis.send(new MergeShardsCommand({ StreamName, ShardToMerge: first, AdjacentShardToMerge: second }));
  const idsOf = (shards: readonly { readonly ShardId: string | undefined }[]) => shards.map(({ ShardId }) => ShardId);
  const openOf = async (name: string) => idsOf((await shardsOf(name)).filter(isOpen));

  /** The numbers in a shard from its beginning, and what its end says; gives up on a shard that does not end. */
  async function readWhole(StreamName: string, ShardId: string | undefined) {
    const position = { StreamName, ShardId, ShardIteratorType: "TRIM_HORIZON" as const };
    let iterator = (await estate.kinesis.send(new GetShardIteratorCommand(position))).ShardIterator;
    const read: number[] = [];
    for (let page = 0; page < 50; page += 1) {
      const answer = await estate.kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 7 }));
      read.push(...(answer.Records ?? []).map(({ Data }) => JSON.parse(Buffer.from(Data!).toString()).n));
      iterator = answer.NextShardIterator;
      if (!iterator) return { read, ended: true, children: idsOf(answer.ChildShards ?? []) };
    }
    return { read, ended: false, children: [] };
  }

  it("keeps a split parent, closed, with its records, its end and its children", async () => {
    await estate.make("split", 1);
    await estate.put("split", items(0, 20), 5);
    const [parent] = await openOf("split");
    await split("split", parent);
    await estate.put("split", items(20, 40), 5);
    const { StreamDescription } = await estate.kinesis.send(new DescribeStreamCommand({ StreamName: "split" }));
    const all = StreamDescription?.Shards ?? [];
    assert.deepEqual(all, await shardsOf("split"));
    const [closed, ...children] = all;
    const ending = closed?.SequenceNumberRange?.EndingSequenceNumber ?? "";
    assert.equal(closed?.ShardId, parent);
    assert.deepEqual(
      children.map(({ ParentShardId, AdjacentParentShardId }) => [ParentShardId, AdjacentParentShardId]),
      [
        [parent, undefined],
        [parent, undefined],
      ],
    );
    assert.ok(children.every(isOpen));
    assert.ok(children.every((child) => (child.SequenceNumberRange?.StartingSequenceNumber ?? "") > ending));
    assert.deepEqual(await readWhole("split", parent), {
      read: numbers(0, 20),
      ended: true,
      children: idsOf(children),
    });
    const later = await Promise.all(children.map(({ ShardId }) => readWhole("split", ShardId)));
    assert.deepEqual(
      later.flatMap(({ read }) => read).sort((a, b) => a - b),
      numbers(20, 40),
    );
    assert.ok(later.every(({ ended }) => !ended));
    const summary = await estate.kinesis.send(new DescribeStreamSummaryCommand({ StreamName: "split" }));
    assert.equal(summary.StreamDescriptionSummary?.OpenShardCount, 2);
    const latest = { StreamName: "split", ShardFilter: { Type: "AT_LATEST" as const } };
    assert.deepEqual(idsOf((await estate.kinesis.send(new ListShardsCommand(latest))).Shards ?? []), idsOf(children));
    await assert.rejects(split("split", parent), { name: "InvalidArgumentException" });
  });

  it("names both parents of a merge, and refuses shards that are not adjacent", async () => {
    await estate.make("merge", 3);
    await estate.put("merge", items(0, 30), 30);
    const [first, second, third] = await openOf("merge");
    await assert.rejects(merge("merge", [first, third]), { name: "InvalidArgumentException" });
    await merge("merge", [first, second]);
    const child = (await shardsOf("merge")).find(({ ParentShardId }) => ParentShardId === first);
    assert.equal(child?.AdjacentParentShardId, second);
    assert.deepEqual((await openOf("merge")).sort(), [third, child?.ShardId].sort());
    const parents = await Promise.all([first, second].map((shard) => readWhole("merge", shard)));
    assert.ok(parents.every(({ ended, children }) => ended && children[0] === child?.ShardId));
    const rest = await readWhole("merge", third);
    assert.equal([...parents, rest].flatMap(({ read }) => read).length, 30);
  });

  it("has equal shards after UpdateShardCount, and every record that was in it", async () => {
    await estate.make("count", 2);
    let put = 0;
    for (const TargetShardCount of [3, 4, 1]) {
      await estate.put("count", items(put, put + 20), 20);
      put += 20;
      await estate.kinesis.send(
        new UpdateShardCountCommand({ StreamName: "count", TargetShardCount, ScalingType: "UNIFORM_SCALING" }),
      );
      const open = (await shardsOf("count")).filter(isOpen);
      const ranges = open.map(({ HashKeyRange: range }) => [
        BigInt(range?.StartingHashKey ?? 0),
        BigInt(range?.EndingHashKey ?? 0),
      ]);
      ranges.sort(([a = 0n], [b = 0n]) => Number(a > b) - Number(a < b));
      const size = 2n ** 128n / BigInt(TargetShardCount);
      const starts = numbers(0, TargetShardCount).map((index) => BigInt(index) * size);
      assert.deepEqual(
        ranges.map(([start]) => start),
        starts,
      );
      assert.deepEqual(
        ranges.map(([, end]) => end),
        [...starts.slice(1).map((start) => start - 1n), 2n ** 128n - 1n],
      );
    }
    const whole = await Promise.all(idsOf(await shardsOf("count")).map((shard) => readWhole("count", shard)));
    assert.deepEqual(
      whole.flatMap(({ read }) => read).sort((a, b) => a - b),
      numbers(0, put),
    );
  });

  it("is read once and whole, parents before children, by a consumer that lags behind", async () => {
    const mapping = await estate.make("lag", 1, { batchSize: 2 });
    const faults = new Faults([{ kind: "delay", upToMilliseconds: 80 }]);
    const { functions, executor: invoker, roles } = estate;
    const problems: string[] = [];
    const options = { timeScale: 1 / 600, faults, onProblem: (text: string) => void problems.push(text) };
    const running = await startStreams(cloud, { functions, mappings: [mapping], invoker, roles }, options);
    await estate.put("lag", items(0, 60), 9);
    await split("lag", (await openOf("lag"))[0]);
    await estate.put("lag", items(60, 120), 9);
    await merge("lag", await openOf("lag"));
    await estate.put("lag", items(120, 150), 9);
    assert.ok(estate.done.length < 60, `it does not lag: ${estate.done.length} done`);
    await running.idle();
    running.stop();
    const done = estate.done.map(([, n]) => n);
    const generation = (n: number) => (n < 60 ? 0 : n < 120 ? 1 : 2);
    assert.deepEqual(
      [...done].sort((a, b) => a - b),
      numbers(0, 150),
    );
    assert.deepEqual(done.map(generation), [...done].sort((a, b) => a - b).map(generation));
    for (const key of new Set(estate.done.map(([name]) => name))) {
      const list = estate.done.filter(([name]) => name === key).map(([, n]) => n);
      assert.deepEqual(
        list,
        [...list].sort((a, b) => a - b),
      );
    }
    assert.deepEqual([running.stats.lag?.pending, running.stats.lag?.read, problems], [0, 150, []]);
  });
});
