import assert from "node:assert/strict";
import { join } from "node:path";
import {
  CreateTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
  TransactWriteItemsCommand,
} from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, PutRecordCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { recordsOf } from "../../local/clickstream/read-back";
import { Clients } from "../../local/clients";
import { type Cloud, startCloud } from "../../local/cloud";
import { throttle, throttled } from "../../local/throttles";

describe("What is throttled", () => {
  let cloud: Cloud;
  let clients: Clients;
  /** Tries once: what DynamoDB answers is seen. */
  let once: DynamoDBClient;

  before(async () => {
    cloud = await startCloud({ root: join(__dirname, "../.."), stateName: "test-throttles" });
    clients = new Clients(cloud, cloud.admin);
    once = new DynamoDBClient({ ...cloud, credentials: cloud.admin, maxAttempts: 1 });
    for (const TableName of ["busy", "calm"])
      await clients.dynamodb.send(
        new CreateTableCommand({
          TableName,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        }),
      );
    await clients.kinesis.send(new CreateStreamCommand({ StreamName: "clicks", ShardCount: 2 }));
  });
  after(async () => {
    once.destroy();
    clients.close();
    await cloud.stop();
  });

  const put = (table: string, id: string, by = once) =>
    by.send(new PutItemCommand({ TableName: table, Item: { id: { S: id } } }));
  const item = (TableName: string, id: string) => ({ Put: { TableName, Item: { id: { S: id } } } });
  const holds = async (TableName: string, id: string) =>
    (await once.send(new GetItemCommand({ TableName, Key: { id: { S: id } } }))).Item !== undefined;
  const struck = async () => (await throttled(cloud)).busy ?? 0;
  const failure = (work: Promise<unknown>) =>
    work.then(
      () => assert.fail("was written"),
      (error: unknown) => error as Error & Record<string, unknown>,
    );

  it("is a table that refuses as many writes as it is told, none of another table and no read", async () => {
    await throttle(cloud, { table: "busy", times: 2 });
    for (const _ of [1, 2]) assert.equal((await failure(put("busy", "a"))).name, "ThrottlingException");
    await put("calm", "a");
    assert.equal(await holds("busy", "a"), false);
    await put("busy", "a");
    assert.equal(await holds("busy", "a"), true);
    assert.equal(await struck(), 2);
  });

  it("is a table that says why, by how it is billed", async () => {
    const resource = `arn:aws:dynamodb:${cloud.region}:${cloud.account}:table/busy`;
    await throttle(cloud, { table: "busy", times: 1 });
    const onDemand = await failure(put("busy", "b"));
    assert.deepEqual(onDemand.throttlingReasons, [{ reason: "TableWriteKeyRangeThroughputExceeded", resource }]);
    await throttle(cloud, { table: "busy", times: 1, mode: "PROVISIONED" });
    const provisioned = await failure(put(resource, "b"));
    assert.equal(provisioned.name, "ProvisionedThroughputExceededException");
    assert.deepEqual(provisioned.ThrottlingReasons, [{ reason: "TableWriteProvisionedThroughputExceeded", resource }]);
  });

  it("is a table that cancels a transaction, with a reason for each of its items and nothing written of it", async () => {
    const write = () =>
      once.send(new TransactWriteItemsCommand({ TransactItems: [item("calm", "c"), item("busy", "c")] }));
    for (const [mode, code] of [
      ["PAY_PER_REQUEST", "ThrottlingError"],
      ["PROVISIONED", "ProvisionedThroughputExceeded"],
    ] as const) {
      await throttle(cloud, { table: "busy", times: 1, mode });
      const cancelled = await failure(write());
      assert.equal(cancelled.name, "TransactionCanceledException");
      const reasons = cancelled.CancellationReasons as { Code: string }[];
      assert.deepEqual(
        reasons.map(({ Code }) => Code),
        ["None", code],
      );
      assert.match(cancelled.message, new RegExp(`\\[None, ${code}\\]$`));
      assert.deepEqual([await holds("calm", "c"), await holds("busy", "c")], [false, false]);
    }
    await write();
    assert.equal(await holds("calm", "c"), true);
  });

  it("is a table that takes a write by itself when the SDK tries again", async () => {
    await throttle(cloud, { table: "busy", times: 2 });
    const before = await struck();
    await put("busy", "d", clients.dynamodb);
    assert.deepEqual([await holds("busy", "d"), (await struck()) - before], [true, 2]);
  });

  it("is a table that refuses a share of the writes, until it is told to end", async () => {
    await throttle(cloud, { table: "busy", share: 0.5, seed: 7 });
    const before = await struck();
    const results = await Promise.allSettled(Array.from({ length: 40 }, (_, n) => put("busy", `e${n}`)));
    const refused = results.filter(({ status }) => status === "rejected").length;
    assert.equal((await struck()) - before, refused);
    assert.ok(refused > 10 && refused < 30, `${refused} of 40`);
    await throttle(cloud, { table: "busy", times: 0 });
    await put("busy", "e");
    const { Count } = await once.send(new ScanCommand({ TableName: "busy" }));
    assert.equal(Count, 40 - refused + 4); // a, c, d and e are from before and after
  });

  it("is a stream that refuses some records of a request, each by itself, and stores the others", async () => {
    const names = Array.from({ length: 100 }, (_, index) => `record-${index}`);
    const Records = names.map((name) => ({ PartitionKey: name, Data: Buffer.from(name) }));
    await throttle(cloud, { stream: "clicks", share: 0.3, times: 20 });
    const answer = await clients.kinesis.send(new PutRecordsCommand({ StreamName: "clicks", Records }));
    const failed = names.filter((_, index) => answer.Records![index]!.ErrorCode !== undefined);
    assert.deepEqual([failed.length, answer.FailedRecordCount, (await throttled(cloud)).clicks], [20, 20, 20]);
    const one = answer.Records!.find(({ ErrorCode }) => ErrorCode !== undefined)!;
    assert.equal(one.ErrorCode, "ProvisionedThroughputExceededException");
    assert.match(
      one.ErrorMessage!,
      /^Rate exceeded for shard shardId-00000000000[01] in stream clicks under account \d{12}/,
    );
    assert.equal(one.SequenceNumber, undefined);
    const StreamARN = `arn:aws:kinesis:${cloud.region}:${cloud.account}:stream/clicks`;
    const stored = (await recordsOf(clients, StreamARN)).map(({ data }) => Buffer.from(data).toString());
    assert.deepEqual(stored.sort(), names.filter((name) => !failed.includes(name)).sort());
  });

  it("is a stream that refuses a record, which the SDK puts again", async () => {
    await throttle(cloud, { stream: "clicks", times: 1 });
    const before = (await throttled(cloud)).clicks ?? 0;
    const put = { StreamName: "clicks", PartitionKey: "a", Data: Buffer.from("a") };
    const { SequenceNumber } = await clients.kinesis.send(new PutRecordCommand(put));
    assert.match(SequenceNumber!, /^\d+$/);
    assert.equal((await throttled(cloud)).clicks, before + 1);
    await throttle(cloud, { stream: "clicks", times: 1 });
    const both = new PutRecordsCommand({ StreamName: "clicks", Records: [put] });
    assert.equal((await clients.kinesis.send(both)).FailedRecordCount, 1);
  });
});
