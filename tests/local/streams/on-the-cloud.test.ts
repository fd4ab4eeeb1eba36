import assert from "node:assert/strict";
import { join } from "node:path";
import { ListShardsCommand, MergeShardsCommand, type Shard, SplitShardCommand } from "@aws-sdk/client-kinesis";
import { type Cloud, startCloud } from "../../../local/cloud";
import { Faults } from "../../../local/event-sources/faults";
import { type StreamSourceOptions, type StreamSources, startStreams } from "../../../local/event-sources/streams";
import { poison } from "../../../local/event-sources/streams/delivery";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import type { Checkpoint } from "../../../local/event-sources/streams/stream-record";
import { type Item, StreamEstate } from "./estate";
import { ascending, items, numbers } from "./items";

const ROOT = join(__dirname, "../../..");

describe("streams on the embedded cloud", function () {
  this.timeout(30_000);
  let cloud: Cloud;
  let estate: StreamEstate;
  let sources: StreamSources | undefined;
  const problems: string[] = [];

  before(async () => {
    cloud = await startCloud({ root: ROOT, stateName: "test-streams" });
    estate = new StreamEstate(cloud);
  });
  beforeEach(() => {
    estate.done.length = 0;
    problems.length = 0;
  });
  afterEach(() => {
    sources?.stop();
    sources = undefined;
  });
  after(async () => {
    await estate.close();
    await cloud.stop();
  });

  async function begin(mapping: StreamMapping, options: StreamSourceOptions = {}): Promise<StreamSources> {
    const { functions, executor: invoker, roles } = estate;
    const fast = { timeScale: 1 / 600, onProblem: (text: string) => void problems.push(text), ...options };
    sources = await startStreams(cloud, { functions, mappings: [mapping], invoker, roles }, fast);
    return sources;
  }
  const done = () => ascending(estate.done.map(([, n]) => n));

  it("lose nothing under poison, throttles, crashes, duplicates and disorder, and keep each key's order", async () => {
    const mapping = await estate.make("storm", 2, {
      ...{ batchSize: 8, parallelizationFactor: 3, maximumRetryAttempts: 6, bisectBatchOnFunctionError: true },
      ...{ functionResponseTypes: ["ReportBatchItemFailures"], maximumBatchingWindowInSeconds: 5 },
    });
    const poisons = new Map<number, Item["poison"]>([
      [17, "report"],
      [101, "throw"],
      [102, "throw"],
      [333, "report"],
    ]);
    const faults = new Faults([
      { kind: "throttle", probability: 0.1 },
      { kind: "service-error", probability: 0.1 },
      { kind: "crash", when: "after", probability: 0.1 },
      { kind: "timeout", when: "after", probability: 0.1 },
      { kind: "duplicate", probability: 0.1 },
      { kind: "delay", upToMilliseconds: 100, probability: 0.3 },
      poison((data) => JSON.parse(data).n === 250),
    ]);
    const running = await begin(mapping, { faults });
    const all = items(0, 600, (n) => (poisons.has(n) ? { poison: poisons.get(n) as "report" } : {}));
    await estate.put("storm", all, 40);
    await running.idle();
    const letters = [...(await estate.letters("storm"))].map(([key, body]) => ({ key, ...JSON.parse(body) }));
    const lettered = letters.flatMap(({ payload }) => JSON.parse(payload).Records.map(dataOf)).map(({ n }) => n);
    assert.deepEqual(ascending(lettered), [17, 101, 102, 250, 333]);
    assert.deepEqual(ascending([...done(), ...lettered]), numbers(0, 600));
    assert.ok(
      letters.every(({ key, KinesisBatchInfo: { shardId } }) => key.startsWith(`aws/lambda/storm/${shardId}/`)),
    );
    const { read, succeeded, discarded, lost, pending, mostConcurrent } = running.stats.storm!;
    assert.deepEqual([read, succeeded, discarded, lost, pending], [600, 595, { RetryAttemptsExhausted: 5 }, 0, 0]);
    assert.ok(mostConcurrent > 1 && mostConcurrent <= 3, `${mostConcurrent}`);
    assert.deepEqual(problems, []);
    assert.ok(
      faults.struck.every((times) => times > 0),
      `${faults.struck}`,
    );
    for (const list of firstsByKey(estate.done).values()) assert.deepEqual(list, ascending(list));
  });

  it("begin at LATEST with what is put after the start, and read the shards of a split and a merge whole", async () => {
    const mapping = await estate.make("reshard", 1, { startingPosition: "LATEST", batchSize: 10 });
    await estate.put("reshard", items(0, 20), 5);
    const running = await begin(mapping);
    await estate.put("reshard", items(20, 60), 5);
    await running.idle();
    const [parent] = await open("reshard");
    const half = String(2n ** 127n);
    await estate.kinesis.send(
      new SplitShardCommand({ StreamName: "reshard", ShardToSplit: parent!, NewStartingHashKey: half }),
    );
    await estate.put("reshard", items(60, 100), 5);
    await running.idle();
    const [left, right] = await open("reshard");
    await estate.kinesis.send(
      new MergeShardsCommand({ StreamName: "reshard", ShardToMerge: left!, AdjacentShardToMerge: right! }),
    );
    await estate.put("reshard", items(100, 140), 5);
    await running.idle();
    assert.deepEqual(done(), numbers(20, 140));
    for (const list of firstsByKey(estate.done).values()) assert.deepEqual(list, ascending(list));
    assert.equal(running.stats.reshard?.pending, 0);
  });

  it("go on where they stopped, and send nothing twice that had ended", async () => {
    const mapping = await estate.make("restart", 2, { batchSize: 10 });
    const checkpoints = new Map<string, Map<string, Checkpoint>>();
    await estate.put("restart", items(0, 50), 9);
    const first = await begin(mapping, { checkpoints });
    await first.idle();
    first.stop();
    await estate.put("restart", items(50, 90), 9);
    const second = await begin(mapping, { checkpoints });
    await second.idle();
    assert.deepEqual(done(), numbers(0, 90));
    assert.equal(second.stats.restart?.read, 40);
  });

  it("need the function's role to read, and tell when its destination refuses", async () => {
    const denied = await estate.make("denied", 1, {}, false);
    await assert.rejects(begin(denied), /AccessDenied|not authorized/);
    const mapping = await estate.make("refused", 1, {
      ...{ onFailureArn: "arn:aws:s3:::bucket-denied", maximumRetryAttempts: 0, batchSize: 1 },
    });
    const running = await begin(mapping);
    await estate.put("refused", [{ n: 1, poison: "throw" }, { n: 2 }], 1);
    await running.idle();
    assert.deepEqual([running.stats.refused?.lost, done()], [1, [2]]);
    assert.match(problems.join(), /1 records of shardId-000000000000 are lost \(RetryAttemptsExhausted\)/);
  });

  async function open(StreamName: string): Promise<(string | undefined)[]> {
    const { Shards = [] } = await estate.kinesis.send(new ListShardsCommand({ StreamName }));
    const isOpen = ({ SequenceNumberRange }: Shard) => SequenceNumberRange?.EndingSequenceNumber === undefined;
    return Shards.filter(isOpen).map(({ ShardId }) => ShardId);
  }
});

const dataOf = ({ kinesis }: { kinesis: { data: string } }): Item =>
  JSON.parse(Buffer.from(kinesis.data, "base64").toString());

/** Of each key the numbers in the order in which the function was first done with them. */
function firstsByKey(done: readonly (readonly [string, number])[]): Map<string, number[]> {
  const lists = new Map<string, number[]>();
  for (const [key, n] of done) {
    const list = lists.get(key) ?? [];
    if (!list.includes(n)) lists.set(key, [...list, n]);
  }
  return lists;
}
