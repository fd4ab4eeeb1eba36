import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type ShardIteratorType,
} from "@aws-sdk/client-dynamodb-streams";
import type { Reading } from "./kinesis-stream";
import type { Position, Shard } from "./lineage";
import { inPortsWords, type Page, type StreamPort } from "./stream-port";
import { tableRecord } from "./table-record";

/** A table's stream, read as Lambda reads it: by polling, with the rights of the function's execution role. */
export class TableStream implements StreamPort {
  readonly #client: DynamoDBStreamsClient;

  constructor(
    private readonly reading: Reading,
    private readonly streamArn: string,
  ) {
    const { cloud, roles, fn } = reading;
    const credentials = () => roles.credentialsOf(fn);
    this.#client = new DynamoDBStreamsClient({ endpoint: cloud.endpoint, region: cloud.region, credentials });
  }

  async shards(): Promise<Shard[]> {
    const all: Shard[] = [];
    for (let after: string | undefined; ; ) {
      const from = after === undefined ? {} : { ExclusiveStartShardId: after };
      const answer = await this.#client.send(new DescribeStreamCommand({ StreamArn: this.streamArn, ...from }));
      const { Shards = [], LastEvaluatedShardId } = answer.StreamDescription ?? {};
      for (const { ShardId = "", ParentShardId } of Shards)
        all.push({ shardId: ShardId, parents: ParentShardId === undefined ? [] : [ParentShardId] });
      if (LastEvaluatedShardId === undefined) return all;
      after = LastEvaluatedShardId;
    }
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    const { ShardIteratorType, StartingSequenceNumber } = position;
    const command = new GetShardIteratorCommand({
      ...{ StreamArn: this.streamArn, ShardId: shardId, ShardIteratorType: ShardIteratorType as ShardIteratorType },
      ...(StartingSequenceNumber === undefined ? {} : { SequenceNumber: StartingSequenceNumber }),
    });
    const { ShardIterator = "" } = await inPortsWords(shardId, () => this.#client.send(command));
    return ShardIterator;
  }

  async read(shardId: string, iterator: string): Promise<Page> {
    const asked = this.reading.clock.now();
    const command = new GetRecordsCommand({ ShardIterator: iterator });
    const { Records = [], NextShardIterator } = await inPortsWords(shardId, () => this.#client.send(command));
    const records = Records.map((record) => tableRecord(record, this.streamArn));
    // The answer does not say how far behind it is: an empty one is taken for the end.
    return { records, next: NextShardIterator, upTo: records.length === 0 ? asked : undefined };
  }

  close(): void {
    this.#client.destroy();
  }
}
