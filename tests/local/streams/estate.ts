import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
  RegisterStreamConsumerCommand,
} from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { Clients } from "../../../local/clients";
import type { Cloud } from "../../../local/cloud";
import type { StreamMapping } from "../../../local/event-sources/streams/mapping";
import { AssumedRoles } from "../../../local/lambda/execution-role";
import { LambdaExecutor } from "../../../local/lambda/executor";
import type { LambdaFunction } from "../../../local/lambda/lambda-function";
import { roleThatMay } from "../roles";

/** Prints the number of each record it is done with; reports the first poison record, or throws because of it. */
const HANDLER = `
exports.handler = async ({ Records }) => {
  for (const { kinesis, dynamodb, eventSourceARN } of Records) {
    const { n, poison } = JSON.parse(kinesis ? Buffer.from(kinesis.data, "base64").toString() : dynamodb.NewImage.item.S);
    if (poison === "report") return { batchItemFailures: [{ itemIdentifier: kinesis?.sequenceNumber ?? dynamodb.SequenceNumber }] };
    if (poison) throw new Error("poison " + n);
    console.log("done " + (kinesis ? kinesis.partitionKey : dynamodb.Keys.id.S) + " " + n + " of " + eventSourceARN);
  }
  return { batchItemFailures: [] };
};`;

const READS = ["kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"];
const READS_TABLE = ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"];

export interface Item {
  readonly n: number;
  readonly poison?: "report" | "throw";
}

/** A stream, a bucket and a function on a cloud, and what the function printed. */
export class StreamEstate {
  readonly kinesis: KinesisClient;
  readonly s3: S3Client;
  readonly roles: AssumedRoles;
  readonly executor: LambdaExecutor;
  readonly functions = new Map<string, LambdaFunction>();
  /** Key and number of each record that the function was done with, in its order. */
  readonly done: [key: string, n: number][] = [];
  /** The sources that the function's records named. */
  readonly sources = new Set<string>();
  readonly clients: Clients;
  readonly #code = mkdtempSync(join(tmpdir(), "sluice-streams-"));

  constructor(cloud: Cloud) {
    const settings = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
    this.kinesis = new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() });
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
    this.clients = new Clients(cloud, cloud.service);
    this.roles = new AssumedRoles(cloud);
    writeFileSync(join(this.#code, "index.js"), HANDLER);
    const openLog = () => ({ line: () => {}, flush: async () => {} });
    const onLog = (line: string) => {
      const [, key = "", n, source = ""] = /done (\S+) (\d+) of (\S+)/.exec(line) ?? [];
      if (n === undefined) return;
      this.done.push([key, Number(n)]);
      this.sources.add(source);
    };
    this.executor = new LambdaExecutor(cloud, this.functions, { roles: this.roles, openLog, onLog });
  }

  /** A stream of its own, a bucket, a function that may read the one and write to the other, and a mapping of them. */
  async make(name: string, shards: number, extra: Partial<StreamMapping> = {}, mayRead = true): Promise<StreamMapping> {
    const Resource = await this.#makeStream(name, shards);
    return this.#map(name, Resource, mayRead ? [{ Effect: "Allow", Action: READS, Resource }] : [], extra);
  }

  /** The same with a registered consumer of the stream as source; the role has only what fan-out needs, or that on the stream. */
  async makeConsumer(name: string, shards: number, extra: Partial<StreamMapping> = {}, maySubscribe = true) {
    const StreamARN = await this.#makeStream(name, shards);
    const { Consumer } = await this.kinesis.send(new RegisterStreamConsumerCommand({ StreamARN, ConsumerName: name }));
    const consumerArn = Consumer?.ConsumerARN ?? "";
    const lists = { Effect: "Allow", Action: "kinesis:ListShards", Resource: StreamARN };
    const Resource = maySubscribe ? consumerArn : StreamARN;
    const subscribes = { Effect: "Allow", Action: "kinesis:SubscribeToShard", Resource };
    return this.#map(name, consumerArn, [lists, subscribes], extra);
  }

  /** The same with a table's stream as source. */
  async makeTable(name: string, extra: Partial<StreamMapping> = {}, mayRead = true): Promise<StreamMapping> {
    const { TableDescription } = await this.clients.dynamodb.send(
      new CreateTableCommand({
        ...{ TableName: name, BillingMode: "PAY_PER_REQUEST" },
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      }),
    );
    const Resource = TableDescription?.LatestStreamArn ?? "";
    return this.#map(name, Resource, mayRead ? [{ Effect: "Allow", Action: READS_TABLE, Resource }] : [], extra);
  }

  async #makeStream(name: string, shards: number): Promise<string> {
    await this.kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
    for (let status = ""; status !== "ACTIVE"; await new Promise((resolve) => setTimeout(resolve, 20)))
      status = (await this.#summary(name))?.StreamStatus ?? "";
    return (await this.#summary(name))?.StreamARN ?? "";
  }

  async #map(name: string, eventSourceArn: string, reads: readonly object[], extra: Partial<StreamMapping>) {
    await this.s3.send(new CreateBucketCommand({ Bucket: `bucket-${name}` }));
    const writes = { Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::bucket-${name}/*` };
    const roleArn = await roleThatMay(this.clients, `role-${name}`, [...reads, writes]);
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    this.functions.set(functionArn, {
      ...{ name, arn: functionArn, handler: "index.handler", codeFile: this.#code, environment: {}, roleArn },
      ...{ timeoutSeconds: 5, memoryMiB: 128, logGroup: `/aws/lambda/${name}` },
    });
    const onFailureArn = `arn:aws:s3:::bucket-${name}`;
    const startingPosition = "TRIM_HORIZON" as const;
    return { uuid: name, eventSourceArn, functionArn, startingPosition, onFailureArn, ...extra };
  }

  /** Writes items to a table, in order: each is a change of the item of its key. */
  async write(TableName: string, items: readonly Item[], keys: number): Promise<void> {
    for (const item of items) {
      const Item = { id: { S: `key${item.n % keys}` }, item: { S: JSON.stringify(item) } };
      await this.clients.dynamodb.send(new PutItemCommand({ TableName, Item }));
    }
  }

  async put(StreamName: string, items: readonly Item[], keys: number): Promise<void> {
    for (let from = 0; from < items.length; from += 500) {
      const Records = items
        .slice(from, from + 500)
        .map((item) => ({ PartitionKey: `key${item.n % keys}`, Data: Buffer.from(JSON.stringify(item)) }));
      await this.kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    }
  }

  /** What the on-failure destination was told, by object key. */
  async letters(name: string): Promise<Map<string, string>> {
    const Bucket = `bucket-${name}`;
    const { Contents = [] } = await this.s3.send(new ListObjectsV2Command({ Bucket }));
    const entries = Contents.map(async ({ Key = "" }): Promise<[string, string]> => {
      const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key }));
      return [Key, (await Body?.transformToString()) ?? ""];
    });
    return new Map(await Promise.all(entries));
  }

  async close(): Promise<void> {
    await this.executor.stop();
    for (const client of [this.kinesis, this.s3]) client.destroy();
    this.clients.close();
    this.roles.close();
    rmSync(this.#code, { recursive: true, force: true });
  }

  async #summary(StreamName: string) {
    return (await this.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;
  }
}
