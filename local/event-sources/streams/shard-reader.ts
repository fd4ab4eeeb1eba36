import { randomUUID } from "node:crypto";
import type { InvokeResult } from "../../lambda/lambda-function";
import type { Clock } from "../clock";
import { increment } from "../statistics";
import { eventOf } from "./invocation-event";
import type { Position } from "./lineage";
import type { ShardSettings } from "./mapping";
import type { Discard } from "./retry";
import { checkpointOf, isDrained, type LaneInvocation, openShard, pending, settle, start, take } from "./shard";
import type { StreamCounters } from "./statistics";
import { IteratorExpired, ShardGone, type StreamPort } from "./stream-port";
import type { Checkpoint } from "./stream-record";

/** What a reader needs around it. */
export interface ReaderSurroundings {
  readonly stream: StreamPort;
  readonly eventSourceArn: string;
  /** As they are now: they change when the mapping does. */
  readonly settings: () => ShardSettings;
  readonly counters: StreamCounters;
  readonly clock: Clock;
  readonly pollMilliseconds: number;
  /** @param lane names the records that are in order with these */
  invoke(payload: string, requestId: string, lane: string): Promise<InvokeResult>;
  /** Tells the destination; never rejects. */
  conclude(shardId: string, discard: Discard): Promise<void>;
  onProblem(message: string): void;
}

/** Records of a shard that are held at once; reading waits above it, as Lambda's poller does for a slow function. */
const MOST_PENDING = 10_000;

/** Reads one shard and does what `shard.ts` decides. It has no decisions of its own. */
export class ShardReader {
  /** Resolves when the shard is drained, and at `stop`. */
  readonly ended: Promise<void>;
  #state;
  #inFlight = 0;
  #concluding = 0;
  #stopped = false;
  #pending = 0;
  #wake: (() => void) | undefined;
  #end: () => void = () => {};

  constructor(
    readonly shardId: string,
    private readonly world: ReaderSurroundings,
    /** Where an iterator that expired before anything was read begins again. */
    private readonly position: Position,
  ) {
    this.#state = openShard(world.settings());
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  /**
   * Nothing is in flight, waiting or on the way to the destination, and everything that arrived by then has been read.
   * A disabled mapping is idle once what was in flight has ended.
   * @param then epoch milliseconds
   */
  isIdleSince(then: number): boolean {
    if (!this.world.settings().enabled) return this.#inFlight === 0 && this.#concluding === 0;
    const hasReadAll = this.#state.closed || this.#state.readUpTo > then;
    return hasReadAll && this.#pending === 0 && this.#inFlight === 0 && this.#concluding === 0;
  }

  get checkpoint(): Checkpoint | undefined {
    return checkpointOf(this.#state);
  }

  /**
   * Until the shard is drained: of a closed one, which is not read any more, batches may have to be tried again.
   * @param iterator where reading begins
   */
  async run(iterator: string): Promise<void> {
    for (let at: string | undefined = iterator; !this.#stopped && !isDrained(this.#state); ) {
      await this.#pause();
      if (at === undefined || this.#pending >= MOST_PENDING || !this.world.settings().enabled) continue;
      at = await this.#read(at);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#wake?.();
    this.#end();
  }

  async #read(iterator: string): Promise<string | undefined> {
    const { stream, clock, counters, onProblem } = this.world;
    try {
      const { records, next, upTo } = await stream.read(this.shardId, iterator);
      if (this.#stopped) return undefined;
      counters.read += records.length;
      this.#take({ records, readAt: clock.now(), upTo, closed: next === undefined });
      return next;
    } catch (error) {
      if (this.#stopped) return undefined;
      if (error instanceof ShardGone) return this.#vanished();
      if (error instanceof IteratorExpired) return stream.iterator(this.shardId, this.#resume()).catch(() => iterator);
      onProblem(`${this.shardId}: cannot read: ${error}`);
      return iterator;
    }
  }

  /** The stream was deleted while it was read, or the shard expired unread. */
  #vanished(): undefined {
    this.world.onProblem(`${this.shardId} is gone; records that were not yet read went with it.`);
    this.#take({ records: [], readAt: this.world.clock.now(), closed: true });
  }

  #resume(): Position {
    const { lastRead } = this.#state;
    if (lastRead === undefined) return this.position;
    return { ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: lastRead };
  }

  #take(reading: Parameters<typeof take>[1]): void {
    const { state, filtered } = take(this.#state, reading, this.world.settings());
    this.#state = state;
    this.world.counters.filtered += filtered.length;
    this.#pump();
  }

  #pump(): void {
    if (this.#stopped) return;
    const { clock, counters, settings } = this.world;
    const { state, invocations, discards } = start(this.#state, clock.now(), settings());
    this.#state = state;
    for (const discard of discards) void this.#discard(discard);
    for (const invocation of invocations) void this.#invoke(invocation);
    counters.mostConcurrent = Math.max(counters.mostConcurrent, this.#inFlight);
    this.#pending = pending(state).length;
    if (isDrained(state) && this.#concluding === 0) this.#end();
  }

  async #invoke({ lane, ...invocation }: LaneInvocation): Promise<void> {
    const { counters, clock, settings, eventSourceArn } = this.world;
    const [requestId, event] = [randomUUID(), eventOf(invocation, { shardId: this.shardId, eventSourceArn })];
    this.#inFlight += 1;
    const result = await this.world.invoke(event, requestId, `${this.shardId}/${lane}`);
    this.#inFlight -= 1;
    if (this.#stopped) return;
    this.#count(result, invocation.batch.records.at(-1)?.arrivedAt);
    const settled = settle(this.#state, { lane, result, requestId, at: clock.now() }, settings());
    this.#state = settled.state;
    counters.succeeded += settled.succeeded.length;
    if (settled.discarded) void this.#discard(settled.discarded);
    this.#pump();
  }

  #count(result: InvokeResult, lastArrival: number | undefined): void {
    const { counters, clock } = this.world;
    if (result.kind === "throttled" || result.kind === "service-error") {
      counters.notInvoked += 1;
      return;
    }
    counters.invocations += 1;
    if (result.kind === "function-error") counters.errors += 1;
    if (lastArrival !== undefined) counters.iteratorAge.add(clock.now() - lastArrival);
  }

  async #discard(discard: Discard): Promise<void> {
    const { discarded } = this.world.counters;
    this.#concluding += 1;
    for (const _ of discard.records) increment(discarded, discard.condition);
    await this.world.conclude(this.shardId, discard);
    this.#concluding -= 1;
    this.#pump();
  }

  /** Until the next poll; waits and windows that end before are seen by it. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.world.clock.after(this.world.pollMilliseconds, () => {
        this.#pump();
        resolve();
      });
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
