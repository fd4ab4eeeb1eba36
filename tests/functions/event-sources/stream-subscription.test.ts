import assert from "node:assert/strict";
import type { SubscribeToShardEvent, SubscribeToShardEventStream } from "@aws-sdk/client-kinesis";
import type { Position } from "../../../local/event-sources/streams/lineage";
import { Subscription } from "../../../local/event-sources/streams/subscription";
import { VirtualClock } from "../../local/event-sources/world";

const START: Position = { ShardIteratorType: "TRIM_HORIZON" };
const behind = (n: number): Position => ({
  ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
  StartingSequenceNumber: `${n}`,
});

/** What is pushed: records up to `to`, and what else the event says. */
function pushed(from: number, to: number, more: Partial<SubscribeToShardEvent> = {}): SubscribeToShardEventStream {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);
  const Records = numbers.map((SequenceNumber) => ({ SequenceNumber, Data: new Uint8Array(), PartitionKey: "k" }));
  const event = { Records, ContinuationSequenceNumber: `${to}`, MillisBehindLatest: 0, ...more };
  return { SubscribeToShardEvent: event } as SubscribeToShardEventStream;
}
const CHILD = { ShardId: "child", ParentShards: ["p"], HashKeyRange: { StartingHashKey: "0", EndingHashKey: "1" } };

const isError = (event: SubscribeToShardEventStream | Error): event is Error => event instanceof Error;

/** Each connection pushes its events and ends, an Error breaks it; the one after the last stays silent. */
const subscribed = (...connections: (SubscribeToShardEventStream | Error)[][]) => subscribedFrom(START, connections);

async function subscribedFrom(position: Position, connections: (SubscribeToShardEventStream | Error)[][]) {
  const asked: Position[] = [];
  async function* connection(events: (SubscribeToShardEventStream | Error)[] | undefined) {
    if (events === undefined) await new Promise(() => {});
    for (const event of events ?? []) {
      if (isError(event)) throw event;
      clock.after(10, () => {});
      await clock.step(); // ten milliseconds pass before each event
      yield event;
    }
  }
  const clock = new VirtualClock();
  const started = clock.now();
  const subscribe = async (from: Position) => {
    asked.push(from);
    return connection(connections[asked.length - 1]);
  };
  const subscription = await Subscription.open(subscribe, position, clock);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  return { subscription, asked, clock, started };
}
const numbersOf = (subscription: Subscription) =>
  subscription.take().records.map(({ SequenceNumber }) => Number(SequenceNumber));

/** SubscribeToShard and SubscribeToShardEvent, Kinesis API reference. */
describe("a subscription to a shard", () => {
  it("that ends is renewed from where it says to continue, and what was pushed comes once", async () => {
    const { subscription, asked } = await subscribed([pushed(1, 2), pushed(3, 3)], [pushed(4, 5)]);
    assert.deepEqual(asked, [START, behind(3), behind(5)]);
    assert.deepEqual([numbersOf(subscription), numbersOf(subscription)], [[1, 2, 3, 4, 5], []]);
    assert.equal(subscription.take().over, false);
  });

  it("that renews without a word goes on from the same place", async () => {
    const { asked } = await subscribed([], []);
    assert.deepEqual(asked, [START, START, START]);
  });

  it("from LATEST that renews without a word goes on from its opening, and what was put meanwhile is not skipped", async () => {
    const latest: Position = { ShardIteratorType: "LATEST" };
    const { asked, started } = await subscribedFrom(latest, [[], [], [pushed(1, 2)]]);
    const opening: Position = { ShardIteratorType: "AT_TIMESTAMP", Timestamp: new Date(started) };
    assert.deepEqual(asked, [latest, opening, opening, behind(2)]);
  });

  it("is over when the shard's children are named, and is not renewed", async () => {
    const { subscription, asked } = await subscribed([pushed(1, 1), pushed(2, 1, { ChildShards: [CHILD] })]);
    assert.deepEqual([asked, subscription.take().over], [[START], true]);
  });

  it("has all that arrived before the last event but one, unless it lags behind", async () => {
    const one = await subscribed([pushed(1, 1)]);
    assert.equal(one.subscription.take().upTo, one.started);
    const two = await subscribed([pushed(1, 1), pushed(2, 1)]);
    assert.equal(two.subscription.take().upTo, two.started + 10);
    const late = await subscribed([pushed(1, 1), pushed(2, 3, { MillisBehindLatest: 5 })]);
    assert.equal(late.subscription.take().upTo, undefined);
  });

  it("that breaks says so after what it had pushed", async () => {
    const { subscription } = await subscribed([pushed(1, 2), new Error("taken over")]);
    assert.deepEqual(numbersOf(subscription), [1, 2]);
    assert.throws(() => subscription.take(), /taken over/);
  });

  it("takes no more from the connection while ten thousand records wait, nor once it is closed", async () => {
    const { subscription, clock } = await subscribed([
      pushed(1, 10_000),
      pushed(10_001, 10_002),
      pushed(10_003, 10_003),
    ]);
    assert.equal(subscription.take().records.length, 10_000);
    subscription.close();
    while (await clock.step());
    assert.equal(subscription.take().records.length, 0);
  });
});
