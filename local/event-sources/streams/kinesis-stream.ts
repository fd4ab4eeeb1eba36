import {
  ExpiredIteratorException,
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  ResourceNotFoundException,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ExecutionRoles } from "../../lambda/execution-role";
import type { CloudAccess, LambdaFunction } from "../../lambda/lambda-function";
import type { Position, Shard } from "./lineage";
import { type Page, ShardGone, type StreamPort } from "./stream-port";
import { kinesisRecord } from "./stream-record";

/** A Kinesis stream, read as Lambda reads it: by polling, with the rights of the function's execution role. */
export class KinesisStream implements StreamPort {
  readonly #client: KinesisClient;

  constructor(
    cloud: CloudAccess,
    roles: ExecutionRoles,
    private readonly fn: LambdaFunction,
    private readonly streamArn: string,
  ) {
    const credentials = () => roles.credentialsOf(fn);
    const requestHandler = new NodeHttpHandler(); // the client's own speaks HTTP/2, which the embedded cloud does not
    this.#client = new KinesisClient({ endpoint: cloud.endpoint, region: cloud.region, credentials, requestHandler });
  }

  async shards(): Promise<Shard[]> {
    const all: Shard[] = [];
    for (let token: string | undefined; ; ) {
      const request = token === undefined ? { StreamARN: this.streamArn } : { NextToken: token };
      const { Shards = [], NextToken } = await this.#client.send(new ListShardsCommand(request));
      for (const { ShardId = "", ParentShardId, AdjacentParentShardId } of Shards) {
        const parents = [ParentShardId, AdjacentParentShardId].filter((id): id is string => id !== undefined);
        all.push({ shardId: ShardId, parents });
      }
      if (NextToken === undefined) return all;
      token = NextToken;
    }
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    const request = { StreamARN: this.streamArn, ShardId: shardId, ...position };
    const { ShardIterator = "" } = await this.#orGone(shardId, () =>
      this.#client.send(new GetShardIteratorCommand(request)),
    );
    return ShardIterator;
  }

  async read(shardId: string, iterator: string): Promise<Page> {
    const answer = await this.#orGone(shardId, () =>
      this.#client.send(new GetRecordsCommand({ StreamARN: this.streamArn, ShardIterator: iterator })),
    );
    const { fn, streamArn } = this;
    const source = { shardId, streamArn, region: streamArn.split(":")[3] ?? "", roleArn: fn.roleArn };
    const records = (answer.Records ?? []).map(
      ({ SequenceNumber = "", PartitionKey = "", Data = new Uint8Array(), ApproximateArrivalTimestamp }) => {
        const arrivedAt = ApproximateArrivalTimestamp?.getTime() ?? 0;
        return kinesisRecord(
          { sequenceNumber: SequenceNumber, partitionKey: PartitionKey, data: Data, arrivedAt },
          source,
        );
      },
    );
    return { records, next: answer.NextShardIterator, caughtUp: (answer.MillisBehindLatest ?? 0) === 0 };
  }

  close(): void {
    this.#client.destroy();
  }

  async #orGone<Answer>(shardId: string, ask: () => Promise<Answer>): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ResourceNotFoundException) throw new ShardGone(`${shardId}: ${error.message}`);
      throw error;
    }
  }
}

/** An iterator is good for five minutes ("ShardIterator", API reference of GetRecords). */
export const isExpiredIterator = (error: unknown): boolean => error instanceof ExpiredIteratorException;
