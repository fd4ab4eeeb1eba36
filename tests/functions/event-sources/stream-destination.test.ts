import assert from "node:assert/strict";
import type { FailureDestination } from "../../../local/event-sources/streams/failure-destination";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import { StreamConsumer } from "../../../local/event-sources/streams/stream-consumer";
import type { StreamPort } from "../../../local/event-sources/streams/stream-port";
import { VirtualClock } from "../../local/event-sources/world";
import { mapping, record, thrown } from "./shard-world";

/** Takes a record a second after it was sent, unless it was closed meanwhile, as a client breaks off what is under way. */
class SlowDestination implements FailureDestination {
  readonly withPayload = false;
  closed = 0;
  taken = 0;

  constructor(private readonly clock: VirtualClock) {}

  async send(): Promise<void> {
    await new Promise<void>((resolve) => void this.clock.after(1_000, resolve));
    if (this.closed > 0) throw new Error("socket hang up");
    this.taken += 1;
  }

  close(): void {
    this.closed += 1;
  }
}

/** One shard with one record. */
class OneRecord implements StreamPort {
  #given = false;
  readonly shards = async () => [{ shardId: "shardId-000000000000", parents: [] }];
  readonly iterator = async () => "at";

  async read() {
    const records = this.#given ? [] : [record(1)];
    this.#given = true;
    return { records, next: "at", upTo: undefined };
  }

  close(): void {}
}

const given = (onFailureArn: string): StreamMapping => mapping({ onFailureArn, maximumRetryAttempts: 0 });

/** A consumer whose function failed for good: the record is on its way to the first destination. */
async function failing() {
  const clock = new VirtualClock();
  const made = new Map<string, SlowDestination>();
  const problems: string[] = [];
  const destinationOf = (arn = "") => {
    const destination = new SlowDestination(clock);
    made.set(arn, destination);
    return destination;
  };
  const consumer = new StreamConsumer(given("first"), {
    ...{ stream: new OneRecord(), clock, pollMilliseconds: 25, timeScale: 1, checkpoints: new Map(), destinationOf },
    ...{ invoke: async () => thrown, onProblem: (problem: string) => void problems.push(problem) },
  });
  await consumer.begin();
  const started = clock.now();
  while (clock.now() < started + 500) await clock.step();
  const pass = async (milliseconds: number) => {
    for (const until = clock.now() + milliseconds; clock.now() < until && (await clock.step()); );
  };
  return { consumer, destination: (arn: string) => made.get(arn)!, problems, pass };
}

describe("the destination of a stream's failures", () => {
  it("that is replaced still takes what is on its way to it, and is closed then", async () => {
    const { consumer, destination, problems, pass } = await failing();
    consumer.change(given("second"));
    assert.deepEqual([destination("first").taken, destination("first").closed], [0, 0]);
    await pass(2_000);
    assert.deepEqual([destination("first").taken, destination("first").closed, problems], [1, 1, []]);
    assert.deepEqual([consumer.statistics().letters, consumer.statistics().lost], [1, 0]);
    consumer.stop();
  });

  it("takes what is on its way to it when the consumer stops, too", async () => {
    const { consumer, destination, problems, pass } = await failing();
    consumer.stop();
    await pass(2_000);
    assert.deepEqual([destination("first").taken, destination("first").closed, problems], [1, 1, []]);
  });

  it("is closed at once where nothing is on its way", async () => {
    const { consumer, destination, pass } = await failing();
    await pass(2_000);
    consumer.change(given("second"));
    assert.deepEqual([destination("first").closed, destination("second").closed], [1, 0]);
    consumer.stop();
    assert.equal(destination("second").closed, 1);
  });
});
