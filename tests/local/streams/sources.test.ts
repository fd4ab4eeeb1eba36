import assert from "node:assert/strict";
import { join } from "node:path";
import { DeleteTableCommand } from "@aws-sdk/client-dynamodb";
import { ListShardsCommand, SplitShardCommand, SubscribeToShardCommand } from "@aws-sdk/client-kinesis";
import { type Cloud, startCloud } from "../../../local/cloud";
import { systemClock } from "../../../local/event-sources/clock";
import { Faults } from "../../../local/event-sources/faults";
import { type StreamSourceOptions, type StreamSources, startStreams } from "../../../local/event-sources/streams";
import { poison } from "../../../local/event-sources/streams/delivery";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import { openStream } from "../../../local/event-sources/streams/open-stream";
import { type Item, StreamEstate } from "./estate";
import { ascending, items, numbers } from "./items";

const ROOT = join(__dirname, "../../..");

describe("other sources than a stream's own iterators, on the embedded cloud", function () {
  this.timeout(60_000);
  let cloud: Cloud;
  let estate: StreamEstate;
  let sources: StreamSources | undefined;
  const problems: string[] = [];

  before(async () => {
    cloud = await startCloud({ root: ROOT, stateName: "test-sources" });
    estate = new StreamEstate(cloud);
  });
  beforeEach(() => {
    estate.done.length = 0;
    estate.sources.clear();
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
  function assertOrderOfKeys() {
    for (const key of new Set(estate.done.map(([name]) => name))) {
      const firsts = [...new Set(estate.done.filter(([name]) => name === key).map(([, n]) => n))];
      assert.deepEqual(firsts, ascending(firsts), key);
    }
  }

  it("a table's changes come once each, each item's in order, whatever fails; poison is told of", async () => {
    const mapping = await estate.makeTable("users", {
      ...{ batchSize: 5, parallelizationFactor: 3, maximumRetryAttempts: 4, bisectBatchOnFunctionError: true },
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    const faults = new Faults([
      { kind: "throttle", probability: 0.1 },
      { kind: "crash", when: "after", probability: 0.1 },
      poison((text) => itemOf({ dynamodb: JSON.parse(text) }).n === 31),
    ]);
    const running = await begin(mapping, { faults });
    await estate.write(
      "users",
      items(0, 100, (n) => (n === 17 ? { poison: "report" } : {})),
      9,
    );
    await running.idle();
    const letters = [...(await estate.letters("users")).values()].map((body) => JSON.parse(body));
    const lettered = letters.flatMap(({ payload }) => JSON.parse(payload).Records.map(itemOf)).map(({ n }) => n);
    assert.deepEqual(ascending(lettered), [17, 31]);
    assert.ok(
      letters.every(({ DDBStreamBatchInfo: { streamArn } }) => streamArn === mapping.eventSourceArn),
      "a letter names another stream",
    );
    assert.deepEqual(ascending([...done(), ...lettered]), numbers(0, 100));
    const { read, succeeded, discarded, pending } = running.stats.users!;
    assert.deepEqual([read, succeeded, discarded, pending], [100, 98, { RetryAttemptsExhausted: 2 }, 0]);
    assertOrderOfKeys();
    assert.deepEqual([...estate.sources], [mapping.eventSourceArn]);
    assert.deepEqual(problems, []);
    assert.ok(Math.min(...faults.struck) > 0, `${faults.struck}`);
  });

  it("a table's stream is read from LATEST, by its filter, and to its end when the table goes", async () => {
    const filterCriteria = { filters: [{ pattern: '{"eventName":["INSERT"]}' }] };
    const latest = { startingPosition: "LATEST", filterCriteria, batchSize: 4 } as const;
    const mapping = await estate.makeTable("events", latest);
    await estate.write("events", items(0, 10), 10);
    const running = await begin(mapping);
    await estate.write("events", items(10, 20), 10); // of the same items: MODIFY
    await estate.write("events", items(20, 30), 100);
    await estate.clients.dynamodb.send(new DeleteTableCommand({ TableName: "events" }));
    await running.idle();
    assert.deepEqual(done(), numbers(20, 30));
    const { read, filtered, succeeded } = running.stats.events!;
    assert.deepEqual([read, filtered, succeeded, problems], [20, 10, 10, []]);
  });

  it("a table's stream is at its end only when it answers nothing", async () => {
    const { eventSourceArn, functionArn } = await estate.makeTable("pages");
    const reading = { cloud, roles: estate.roles, fn: estate.functions.get(functionArn)!, clock: systemClock };
    const stream = openStream(eventSourceArn, reading);
    await estate.write("pages", items(0, 2), 2);
    const [{ shardId = "" } = {}] = await stream.shards();
    const full = await stream.read(shardId, await stream.iterator(shardId, { ShardIteratorType: "TRIM_HORIZON" }));
    const asked = Date.now();
    const empty = await stream.read(shardId, full.next ?? "");
    stream.close();
    assert.deepEqual([full.records.length, full.upTo, empty.records.length], [2, undefined, 0]);
    assert.ok((empty.upTo ?? 0) >= asked, `${empty.upTo}`);
  });

  it("a table's stream and a consumer need the function's role", async () => {
    const table = await estate.makeTable("closed-table", {}, false);
    await assert.rejects(begin(table), /not authorized to perform: dynamodb:DescribeStream/);
    const consumer = await estate.makeConsumer("closed-consumer", 1, {}, false);
    await assert.rejects(begin(consumer), /not authorized to perform: kinesis:SubscribeToShard/);
  });

  it("a consumer has what is pushed to it, from LATEST, with poison cut out and the source named", async () => {
    const mapping = await estate.makeConsumer("pushed", 2, {
      ...{ startingPosition: "LATEST", batchSize: 10, maximumRetryAttempts: 1, bisectBatchOnFunctionError: true },
    });
    await estate.put("pushed", items(0, 10), 5);
    const running = await begin(mapping);
    await estate.put(
      "pushed",
      items(10, 100, (n) => (n === 50 ? { poison: "throw" } : {})),
      9,
    );
    await running.idle();
    assert.deepEqual(
      done(),
      numbers(10, 100).filter((n) => n !== 50),
    );
    assert.deepEqual([...estate.sources], [mapping.eventSourceArn]);
    assertOrderOfKeys();
    const [letter = ""] = (await estate.letters("pushed")).values();
    assert.equal(JSON.parse(letter).KinesisBatchInfo.streamArn, mapping.eventSourceArn.split("/consumer/")[0]);
    assert.deepEqual(problems, []);
  });

  it("a consumer reads parents whole before their children, and goes on where it stopped", async () => {
    const mapping = await estate.makeConsumer("family", 1, { batchSize: 5 });
    const checkpoints = new Map();
    const first = await begin(mapping, { checkpoints, faults: new Faults([{ kind: "delay", upToMilliseconds: 60 }]) });
    await estate.put("family", items(0, 60), 9);
    const { Shards = [] } = await estate.kinesis.send(new ListShardsCommand({ StreamName: "family" }));
    const half = { ShardToSplit: Shards[0]?.ShardId, NewStartingHashKey: String(2n ** 127n) };
    await estate.kinesis.send(new SplitShardCommand({ StreamName: "family", ...half }));
    await estate.put("family", items(60, 100), 9);
    await first.idle();
    assert.deepEqual(done(), numbers(0, 100));
    const generations = estate.done.map(([, n]) => Number(n >= 60));
    assert.deepEqual(generations, [...generations].sort());
    first.stop();
    estate.done.length = 0;
    const second = await begin(mapping, { checkpoints });
    await estate.put("family", items(100, 120), 9);
    await second.idle();
    assert.deepEqual(estate.done.map(([, n]) => n).sort(), numbers(100, 120).sort());
    assert.deepEqual(problems, []);
  });

  it("a consumer that is subscribed to already is had once five seconds are over, and the other loses it", async () => {
    const mapping = await estate.makeConsumer("taken", 1);
    const { Shards = [] } = await estate.kinesis.send(new ListShardsCommand({ StreamName: "taken" }));
    const StartingPosition = { Type: "LATEST" } as const;
    const request = { ConsumerARN: mapping.eventSourceArn, ShardId: Shards[0]?.ShardId, StartingPosition };
    const { EventStream } = await estate.kinesis.send(new SubscribeToShardCommand(request));
    const started = Date.now();
    const lost = assert.rejects(async () => {
      for await (const _ of EventStream ?? []);
    }, /taken over/);
    const running = await begin(mapping);
    assert.ok(Date.now() - started > 4000, "took the subscription over at once");
    await lost;
    await estate.put("taken", items(0, 5), 1);
    await running.idle();
    assert.deepEqual([done(), problems], [numbers(0, 5), []]);
  });

  it("batches that come again and out of order, and killed processes, lose nothing", async () => {
    const mapping = await estate.make("disorder", 2, { batchSize: 6, maximumRetryAttempts: 20 });
    const faults = new Faults([
      { kind: "duplicate", probability: 0.2 },
      { kind: "reorder", probability: 0.3 },
      { kind: "kill", upToMilliseconds: 5, probability: 0.2 },
    ]);
    const running = await begin(mapping, { faults });
    for (const from of [0, 40, 80]) {
      await estate.put("disorder", items(from, from + 40), 9);
      await running.idle();
    }
    assert.deepEqual(done(), numbers(0, 120));
    assert.ok(Math.min(...faults.struck) > 0, `${faults.struck}`);
    assert.ok((running.stats.disorder?.errors ?? 0) > 0, "no process was killed");
    const keys = [...new Set(estate.done.map(([key]) => key))];
    const disordered = keys.filter((one) => {
      const list = estate.done.filter(([key]) => key === one).map(([, n]) => n);
      return list.some((n, at) => at > 0 && n < list[at - 1]!);
    });
    assert.notEqual(disordered.length, 0, "nothing came out of order");
    assertOrderOfKeys(); // the first time
    assert.deepEqual([running.stats.disorder?.succeeded, problems], [120, []]);
  });

  it("a closed shard's failed batch is tried again although nothing more is read of it", async () => {
    const mapping = await estate.make("ending", 1, { batchSize: 100 });
    const faults = new Faults([{ kind: "throttle", times: 3 }]);
    await estate.put("ending", items(0, 5), 1);
    const { Shards = [] } = await estate.kinesis.send(new ListShardsCommand({ StreamName: "ending" }));
    const half = { ShardToSplit: Shards[0]?.ShardId, NewStartingHashKey: String(2n ** 127n) };
    await estate.kinesis.send(new SplitShardCommand({ StreamName: "ending", ...half }));
    const running = await begin(mapping, { faults, timeScale: 1 / 20 });
    await running.idle();
    assert.deepEqual([done(), faults.struck], [numbers(0, 5), [3]]);
  });
});

const itemOf = ({ dynamodb }: { dynamodb: { NewImage: { item: { S: string } } } }): Item =>
  JSON.parse(dynamodb.NewImage.item.S);
