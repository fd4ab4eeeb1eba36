import { randomUUID } from "node:crypto";
import { closedWhenDone } from "./closing";
import type { FailureDestination } from "./failure-destination";
import { type FailureOrigin, failureKey, failureRecord } from "./failure-record";
import { type Opening, positionOf, readable, type Shard } from "./lineage";
import { type ShardSettings, type StreamMapping, settingsOf } from "./mapping";
import type { Discard } from "./retry";
import { type ReaderSurroundings, ShardReader } from "./shard-reader";
import { StreamCounters, type StreamStatistics } from "./statistics";
import type { Checkpoint } from "./stream-record";

export interface ConsumerOptions
  extends Omit<ReaderSurroundings, "settings" | "counters" | "conclude" | "eventSourceArn"> {
  readonly timeScale: number;
  destinationOf(onFailureArn: string | undefined): FailureDestination | undefined;
  /** By shard; filled at `stop`. What a consumer finds in it is where it goes on. */
  readonly checkpoints: Map<string, Checkpoint>;
}

/** One event source mapping at work: finds the stream's shards and has each read, parents before children. */
export class StreamConsumer {
  readonly #counters = new StreamCounters();
  readonly #readers = new Map<string, ShardReader>();
  readonly #drained = new Set<string>();
  /** Shards that were there when the mapping began. */
  readonly #first = new Set<string>();
  readonly #startedAt: number;
  #mapping: StreamMapping;
  #settings: ShardSettings;
  #destination: FailureDestination | undefined;
  #stopped = false;
  #cancel: () => void = () => {};
  /** Shards that wait for their parents, or that nobody has looked for since another one ended. */
  #waiting = 1;

  constructor(
    mapping: StreamMapping,
    private readonly options: ConsumerOptions,
  ) {
    this.#mapping = mapping;
    this.#settings = settingsOf(mapping, options.timeScale);
    this.#destination = this.#destinationOf(mapping);
    this.#startedAt = options.clock.now();
    for (const [shard, { next }] of options.checkpoints) if (next === "END_OF_SHARD") this.#drained.add(shard);
  }

  /** Resolves when every shard of now has its position; a record put after that is not missed, even from LATEST. */
  async begin(): Promise<void> {
    await this.#look(true);
    this.#lookLater();
  }

  /**
   * Goes on with other settings: of batches, retries, filters and the destination, and whether it is enabled. Disabled, it
   * reads and begins nothing, and goes on where it was when it is enabled again ("it will resume polling from the time it had
   * stopped polling", UpdateEventSourceMapping). Source, function and starting position stay.
   */
  change(mapping: StreamMapping): void {
    if (mapping.onFailureArn !== this.#mapping.onFailureArn) {
      this.#destination?.close();
      this.#destination = this.#destinationOf(mapping);
    }
    this.#settings = settingsOf(mapping, this.options.timeScale);
    this.#mapping = mapping;
  }

  statistics(): StreamStatistics {
    return this.#counters.snapshot();
  }

  /** Resolves when everything that was put before the call has ended. */
  async idle(): Promise<void> {
    const now = this.options.clock.now();
    const isIdle = () => this.#waiting === 0 && [...this.#readers.values()].every((one) => one.isIdleSince(now));
    for (let quiet = 0; quiet < 2 && !this.#stopped; quiet = isIdle() ? quiet + 1 : 0) await this.#sleep();
  }

  /** Begins nothing more. What has not ended is where the checkpoints point to. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    const { checkpoints, stream } = this.options;
    for (const [shardId, reader] of this.#readers) {
      const { checkpoint } = reader;
      if (checkpoint) checkpoints.set(shardId, checkpoint);
      reader.stop();
    }
    stream.close();
    this.#destination?.close();
  }

  #destinationOf({ onFailureArn }: StreamMapping): FailureDestination | undefined {
    const destination = this.options.destinationOf(onFailureArn);
    return destination && closedWhenDone(destination);
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => void this.options.clock.after(this.options.pollMilliseconds, resolve));
  }

  #lookLater(): void {
    if (this.#stopped) return;
    this.#cancel = this.options.clock.after(this.options.pollMilliseconds, () => {
      this.#look(false)
        .catch((error: Error) => {
          if (!this.#stopped) this.options.onProblem(`${this.#mapping.eventSourceArn}: ${error}`);
        })
        .finally(() => this.#lookLater());
    });
  }

  async #look(atStart: boolean): Promise<void> {
    const shards = await this.options.stream.shards();
    if (atStart) for (const { shardId } of shards) this.#first.add(shardId);
    const isOpen = ({ shardId }: Shard) => this.#readers.has(shardId) || this.#drained.has(shardId);
    const ready = readable(shards, this.#drained, new Set(this.#readers.keys())).filter((shard) => !isOpen(shard));
    await Promise.all(ready.map((shard) => this.#open(shard, atStart)));
    this.#waiting = shards.filter((shard) => !isOpen(shard)).length;
  }

  async #open({ shardId }: Shard, atStart: boolean): Promise<void> {
    const { stream, checkpoints } = this.options;
    const checkpoint = checkpoints.get(shardId);
    if (checkpoint?.next === "END_OF_SHARD") return;
    const isFirst = this.#first.has(shardId);
    const later: Opening = isFirst ? { when: "later", startedAt: this.#startedAt } : { when: "new" };
    const opening: Opening = atStart ? { when: "at-start" } : later;
    const iterator = await stream.iterator(shardId, positionOf(this.#mapping, checkpoint, opening));
    if (this.#stopped) return;
    const reader = new ShardReader(shardId, this.#surroundings(), positionOf(this.#mapping, checkpoint, later));
    this.#readers.set(shardId, reader);
    void reader.ended.then(() => this.#over(shardId, reader));
    void reader.run(iterator);
  }

  #over(shardId: string, { checkpoint }: ShardReader): void {
    if (this.#stopped || checkpoint?.next !== "END_OF_SHARD") return;
    this.#drained.add(shardId);
    this.#readers.delete(shardId);
    this.#waiting += 1; // its children, until they are looked for
    this.options.checkpoints.set(shardId, checkpoint);
  }

  #surroundings(): ReaderSurroundings {
    return {
      ...this.options,
      eventSourceArn: this.#mapping.eventSourceArn,
      settings: () => this.#settings,
      counters: this.#counters,
      conclude: (shardId, discard) => this.#conclude(shardId, discard),
    };
  }

  async #conclude(shardId: string, discard: Discard): Promise<void> {
    const { clock, onProblem } = this.options;
    const destination = this.#destination;
    const { functionArn, uuid, eventSourceArn } = this.#mapping;
    const origin: FailureOrigin = { shardId, eventSourceArn, functionArn, uuid };
    const [now, requestId] = [clock.now(), discard.last?.requestId ?? randomUUID()];
    try {
      if (!destination) throw new Error("the mapping has no on-failure destination");
      const body = failureRecord(discard, origin, { requestId, now, withPayload: destination.withPayload });
      await destination.send(body, failureKey(origin, now, randomUUID()));
      this.#counters.letters += 1;
    } catch (error) {
      this.#counters.lost += discard.records.length;
      onProblem(
        `${functionArn}: ${discard.records.length} records of ${shardId} are lost (${discard.condition}): ${error}`,
      );
    }
  }
}
