import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  KinesisClient,
  ListShardsCommand,
  type _Record as StreamsRecord,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { ExecutionRoles } from "../../lambda/execution-role";
import type { CloudAccess, LambdaFunction } from "../../lambda/lambda-function";
import type { Clock } from "../clock";
import type { Position, Shard } from "./lineage";
import { inPortsWords, type Page, type StreamPort } from "./stream-port";
import { kinesisRecord, type StreamRecord } from "./stream-record";

/** Who reads, where, and with whose rights. */
export interface Reading {
  readonly cloud: CloudAccess;
  readonly roles: ExecutionRoles;
  readonly fn: LambdaFunction;
  readonly clock: Clock;
}

/** A client with the rights of the function's execution role. */
export function kinesisOf({ cloud: { endpoint, region }, roles, fn }: Reading): KinesisClient {
  const requestHandler = new NodeHttpHandler(); // the client's own speaks HTTP/2, which the embedded cloud does not
  return new KinesisClient({ endpoint, region, credentials: () => roles.credentialsOf(fn), requestHandler });
}

/** Every shard of the stream, closed ones included. */
export async function shardsOf(client: KinesisClient, streamArn: string): Promise<Shard[]> {
  const all: Shard[] = [];
  for (let token: string | undefined; ; ) {
    const request = token === undefined ? { StreamARN: streamArn } : { NextToken: token };
    const { Shards = [], NextToken } = await client.send(new ListShardsCommand(request));
    for (const { ShardId = "", ParentShardId, AdjacentParentShardId } of Shards) {
      const parents = [ParentShardId, AdjacentParentShardId].filter((id): id is string => id !== undefined);
      all.push({ shardId: ShardId, parents });
    }
    if (NextToken === undefined) return all;
    token = NextToken;
  }
}

/** @param eventSourceArn the stream or the consumer by whose way they came */
export function recordsOf(
  records: readonly StreamsRecord[] | undefined,
  shardId: string,
  eventSourceArn: string,
  fn: LambdaFunction,
): StreamRecord[] {
  const source = { shardId, eventSourceArn, region: eventSourceArn.split(":")[3] ?? "", roleArn: fn.roleArn };
  return (records ?? []).map(
    ({ SequenceNumber = "", PartitionKey = "", Data = new Uint8Array(), ApproximateArrivalTimestamp }) => {
      const arrivedAt = ApproximateArrivalTimestamp?.getTime() ?? 0;
      return kinesisRecord(
        { sequenceNumber: SequenceNumber, partitionKey: PartitionKey, data: Data, arrivedAt },
        source,
      );
    },
  );
}

/** A Kinesis stream as a standard iterator reads it: by polling. */
export class KinesisStream implements StreamPort {
  readonly #client: KinesisClient;

  constructor(
    private readonly reading: Reading,
    private readonly streamArn: string,
  ) {
    this.#client = kinesisOf(reading);
  }

  shards(): Promise<Shard[]> {
    return shardsOf(this.#client, this.streamArn);
  }

  async iterator(shardId: string, position: Position): Promise<string> {
    const command = new GetShardIteratorCommand({ StreamARN: this.streamArn, ShardId: shardId, ...position });
    const { ShardIterator = "" } = await inPortsWords(shardId, () => this.#client.send(command));
    return ShardIterator;
  }

  async read(shardId: string, iterator: string): Promise<Page> {
    const { streamArn, reading } = this;
    const asked = reading.clock.now();
    const command = new GetRecordsCommand({ StreamARN: streamArn, ShardIterator: iterator });
    const answer = await inPortsWords(shardId, () => this.#client.send(command));
    const upTo = (answer.MillisBehindLatest ?? 0) === 0 ? asked : undefined;
    return { records: recordsOf(answer.Records, shardId, streamArn, reading.fn), next: answer.NextShardIterator, upTo };
  }

  close(): void {
    this.#client.destroy();
  }
}
