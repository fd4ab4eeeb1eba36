import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  CreateStreamCommand,
  DescribeStreamSummaryCommand,
  KinesisClient,
  PutRecordsCommand,
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
  for (const { kinesis } of Records) {
    const { n, poison } = JSON.parse(Buffer.from(kinesis.data, "base64").toString());
    if (poison === "report") return { batchItemFailures: [{ itemIdentifier: kinesis.sequenceNumber }] };
    if (poison) throw new Error("poison " + n);
    console.log("done " + kinesis.partitionKey + " " + n);
  }
  return { batchItemFailures: [] };
};`;

const READS = ["kinesis:DescribeStreamSummary", "kinesis:ListShards", "kinesis:GetShardIterator", "kinesis:GetRecords"];

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
  readonly #clients: Clients;
  readonly #code = mkdtempSync(join(tmpdir(), "sluice-streams-"));

  constructor(cloud: Cloud) {
    const settings = { endpoint: cloud.endpoint, region: cloud.region, credentials: cloud.service };
    this.kinesis = new KinesisClient({ ...settings, requestHandler: new NodeHttpHandler() });
    this.s3 = new S3Client({ ...settings, forcePathStyle: true });
    this.#clients = new Clients(cloud, cloud.service);
    this.roles = new AssumedRoles(cloud);
    writeFileSync(join(this.#code, "index.js"), HANDLER);
    const openLog = () => ({ line: () => {}, flush: async () => {} });
    const onLog = (line: string) => {
      const [, key = "", n] = /done (\S+) (\d+)/.exec(line) ?? [];
      if (n !== undefined) this.done.push([key, Number(n)]);
    };
    this.executor = new LambdaExecutor(cloud, this.functions, { roles: this.roles, openLog, onLog });
  }

  /** A stream of its own, a bucket, a function that may read the one and write to the other, and a mapping of them. */
  async make(name: string, shards: number, extra: Partial<StreamMapping> = {}, mayRead = true): Promise<StreamMapping> {
    await this.kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
    for (let status = ""; status !== "ACTIVE"; await new Promise((resolve) => setTimeout(resolve, 20)))
      status = (await this.#summary(name))?.StreamStatus ?? "";
    const eventSourceArn = (await this.#summary(name))?.StreamARN ?? "";
    await this.s3.send(new CreateBucketCommand({ Bucket: `bucket-${name}` }));
    const reads = { Effect: "Allow", Action: READS, Resource: eventSourceArn };
    const writes = { Effect: "Allow", Action: "s3:PutObject", Resource: `arn:aws:s3:::bucket-${name}/*` };
    const roleArn = await roleThatMay(this.#clients, `role-${name}`, mayRead ? [reads, writes] : [writes]);
    const functionArn = `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    this.functions.set(functionArn, {
      ...{ name, arn: functionArn, handler: "index.handler", codeFile: this.#code, environment: {}, roleArn },
      ...{ timeoutSeconds: 5, memoryMiB: 128, logGroup: `/aws/lambda/${name}` },
    });
    const onFailureArn = `arn:aws:s3:::bucket-${name}`;
    return { uuid: name, eventSourceArn, functionArn, startingPosition: "TRIM_HORIZON", onFailureArn, ...extra };
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
    this.#clients.close();
    this.roles.close();
    rmSync(this.#code, { recursive: true, force: true });
  }

  async #summary(StreamName: string) {
    return (await this.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;
  }
}
