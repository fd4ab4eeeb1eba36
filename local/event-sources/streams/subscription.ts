import type { SubscribeToShardEvent, SubscribeToShardEventStream } from "@aws-sdk/client-kinesis";
import type { Clock } from "../clock";
import { atTimestamp, type Position } from "./lineage";

type PushedRecords = NonNullable<SubscribeToShardEvent["Records"]>;

/** What was pushed since the last time it was asked for. */
export interface Pushed {
  readonly records: PushedRecords;
  /** The shard has ended: its children were named. */
  readonly over: boolean;
  readonly upTo: number | undefined;
}

type Subscribe = (from: Position) => Promise<AsyncIterable<SubscribeToShardEventStream>>;

/** Records that are held at once; above it nothing more is taken from the connection until they are asked for. */
const MOST_HELD = 10_000;
const WAIT_MILLISECONDS = 25;

/**
 * A consumer's subscription to one shard. It lasts five minutes and is renewed from its ContinuationSequenceNumber
 * (SubscribeToShard and SubscribeToShardEvent, Kinesis API reference) for as long as nobody closes it; one from LATEST that ended
 * without an event, from the time at which it was opened, or what was put meanwhile would be skipped.
 */
export class Subscription {
  #held: PushedRecords = [];
  #from: Position | undefined;
  #heardAt: number;
  #upTo: number | undefined;
  #over = false;
  #closed = false;
  #failure: unknown;

  private constructor(
    private readonly subscribe: Subscribe,
    private readonly clock: Clock,
  ) {
    this.#heardAt = clock.now();
  }

  /** Resolves when the subscription stands: what is put into the shard from then on is pushed. */
  static async open(subscribe: Subscribe, from: Position, clock: Clock): Promise<Subscription> {
    const made = new Subscription(subscribe, clock);
    made.#from = from.ShardIteratorType === "LATEST" ? atTimestamp(clock.now()) : from;
    const events = await subscribe(from);
    made.#run(events).catch((error: unknown) => {
      made.#failure = error;
    });
    return made;
  }

  /** Throws what broke the subscription off, once everything that was pushed before has been asked for. */
  take(): Pushed {
    const records = this.#held;
    if (records.length === 0 && this.#failure !== undefined) throw this.#failure;
    this.#held = [];
    return { records, over: this.#over, upTo: this.#upTo };
  }

  close(): void {
    this.#closed = true;
  }

  async #run(first: AsyncIterable<SubscribeToShardEventStream>): Promise<void> {
    for (let events = first; ; events = await this.subscribe(this.#from as Position)) {
      for await (const { SubscribeToShardEvent: event } of events) {
        if (event) this.#hear(event);
        while (this.#held.length >= MOST_HELD && !this.#closed) await this.#pause();
        if (this.#over || this.#closed) return;
      }
      if (this.#closed) return;
    }
  }

  #hear({ Records = [], ContinuationSequenceNumber, MillisBehindLatest, ChildShards }: SubscribeToShardEvent): void {
    this.#held.push(...Records);
    if (ContinuationSequenceNumber !== undefined)
      this.#from = {
        ...{ ShardIteratorType: "AFTER_SEQUENCE_NUMBER", StartingSequenceNumber: ContinuationSequenceNumber },
      };
    // An event was made after the one before it arrived; when it was made exactly, it does not say.
    this.#upTo = MillisBehindLatest === 0 ? this.#heardAt : undefined;
    this.#heardAt = this.clock.now();
    this.#over = (ChildShards?.length ?? 0) > 0;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => void this.clock.after(WAIT_MILLISECONDS, resolve));
  }
}
