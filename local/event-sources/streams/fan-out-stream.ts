import {
  type KinesisClient,
  ResourceInUseException,
  SubscribeToShardCommand,
  type SubscribeToShardEventStream,
} from "@aws-sdk/client-kinesis";
import { kinesisOf, type Reading, recordsOf, shardsOf } from "./kinesis-stream";
import type { Position, Shard } from "./lineage";
import { IteratorExpired, inPortsWords, type Page, type StreamPort } from "./stream-port";
import { Subscription } from "./subscription";

/** "If you call SubscribeToShard again within 5 seconds of a successful call, you'll get a ResourceInUseException." */
const AGAIN_MILLISECONDS = 500;
const CONTINUES = "the shard's subscription";

/**
 * A Kinesis stream as a registered consumer has it: records are pushed, shard by shard ("Developing enhanced fan-out
 * consumers", Kinesis Data Streams Developer Guide). The function's role needs kinesis:SubscribeToShard on the consumer and
 * kinesis:ListShards on the stream.
 */
export class FanOutStream implements StreamPort {
  readonly #client: KinesisClient;
  readonly #subscriptions = new Map<string, Subscription>();
  #closed = false;

  constructor(
    private readonly reading: Reading,
    private readonly streamArn: string,
    private readonly consumerArn: string,
  ) {
    this.#client = kinesisOf(reading);
  }

  shards(): Promise<Shard[]> {
    return shardsOf(this.#client, this.streamArn);
  }

  /** Subscribes. What it answers says nothing: a shard has one subscription, which knows where it is. */
  async iterator(shardId: string, position: Position): Promise<string> {
    this.#subscriptions.get(shardId)?.close();
    const subscribe = (from: Position) => inPortsWords(shardId, () => this.#subscribe(shardId, from));
    this.#subscriptions.set(shardId, await Subscription.open(subscribe, position, this.reading.clock));
    return CONTINUES;
  }

  async read(shardId: string): Promise<Page> {
    const subscription = this.#subscriptions.get(shardId);
    if (subscription === undefined) throw new IteratorExpired(`${shardId} is not subscribed to`);
    try {
      const { records, over, upTo } = await inPortsWords(shardId, async () => subscription.take());
      const next = over ? undefined : CONTINUES;
      return { records: recordsOf(records, shardId, this.consumerArn, this.reading.fn), next, upTo };
    } catch (error) {
      this.#subscriptions.delete(shardId); // the next read begins another
      throw error;
    }
  }

  close(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#client.destroy();
  }

  async #subscribe(ShardId: string, from: Position): Promise<AsyncIterable<SubscribeToShardEventStream>> {
    const { ShardIteratorType: Type, StartingSequenceNumber: SequenceNumber, Timestamp } = from;
    const StartingPosition = {
      Type,
      ...(SequenceNumber ? { SequenceNumber } : {}),
      ...(Timestamp ? { Timestamp } : {}),
    };
    const command = new SubscribeToShardCommand({ ConsumerARN: this.consumerArn, ShardId, StartingPosition });
    for (;;) {
      try {
        const { EventStream } = await this.#client.send(command);
        if (EventStream === undefined) throw new Error(`SubscribeToShard of ${ShardId} answered without events`);
        return EventStream;
      } catch (error) {
        if (!(error instanceof ResourceInUseException) || this.#closed) throw error;
        await new Promise<void>((resolve) => void this.reading.clock.after(AGAIN_MILLISECONDS, resolve));
      }
    }
  }
}
