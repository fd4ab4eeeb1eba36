import assert from "node:assert/strict";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DescribeStreamConsumerCommand, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import {
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  UpdateEventSourceMappingCommand,
  type UpdateEventSourceMappingCommandInput,
} from "@aws-sdk/client-lambda";
import * as aws from "@pulumi/aws";
import { type Estate, openEstate } from "../../../local/estate";
import { leftovers } from "../../../local/leftovers";
import { workerOf } from "./worker";

const FOLLOW_MILLISECONDS = 50;

/** Prints the numbers of each batch. */
const HANDLER = `
exports.handler = async ({ Records }) => {
  const numbers = Records.map(({ kinesis, dynamodb }) =>
    kinesis ? Buffer.from(kinesis.data, "base64").toString() : dynamodb.Keys.id.S);
  console.log("batch " + process.env.AWS_LAMBDA_FUNCTION_NAME + " " + numbers.join());
};`;

/** A stream that is read by way of a consumer, a table whose stream is read, and a mapping that begins disabled. */
async function program() {
  const stream = new aws.kinesis.Stream("clicks", { name: "clicks", shardCount: 1 });
  const consumer = new aws.kinesis.StreamConsumer("reader", { name: "reader", streamArn: stream.arn });
  const table = new aws.dynamodb.Table("users", {
    ...{ name: "users", billingMode: "PAY_PER_REQUEST", hashKey: "id", attributes: [{ name: "id", type: "S" }] },
    ...{ streamEnabled: true, streamViewType: "KEYS_ONLY" },
  });
  const lists = { Action: "kinesis:ListShards" };
  const reads = { Action: ["dynamodb:DescribeStream", "dynamodb:GetShardIterator", "dynamodb:GetRecords"] };
  const ofClicks = workerOf(
    HANDLER,
    "of-clicks",
    [lists, { Action: "kinesis:SubscribeToShard" }],
    [stream.arn, consumer.arn],
  );
  const ofUsers = workerOf(HANDLER, "of-users", [reads], [table.streamArn]);
  const starts = { startingPosition: "LATEST", batchSize: 2 };
  const clicks = new aws.lambda.EventSourceMapping("clicks", {
    ...{ eventSourceArn: consumer.arn, functionName: ofClicks.name, tumblingWindowInSeconds: 0 },
    ...starts,
  });
  const users = new aws.lambda.EventSourceMapping("users", {
    ...{ eventSourceArn: table.streamArn, functionName: ofUsers.name, enabled: false },
    ...starts,
  });
  return {
    ...{ clicks: clicks.uuid, users: users.uuid, consumer: consumer.arn, stream: stream.arn },
    label: table.streamLabel,
  };
}

describe("a mapping that is changed while it is at work", function () {
  this.timeout(60_000);
  let estate: Estate;
  const batches: Record<string, string[]> = { "of-clicks": [], "of-users": [] };

  before(async () => {
    const onLog = (line: string) => {
      const [, name = "", numbers] = /batch (\S+) (\S+)/.exec(line) ?? [];
      if (numbers !== undefined) batches[name]?.push(numbers);
    };
    const sources = { timeScale: 1 / 600, followMilliseconds: FOLLOW_MILLISECONDS, onLog };
    estate = await openEstate({ name: "test-following", program, sources });
  });
  beforeEach(() => {
    for (const list of Object.values(batches)) list.length = 0;
  });
  after(() => estate.stop());

  async function update(mapping: string, change: Omit<UpdateEventSourceMappingCommandInput, "UUID">): Promise<void> {
    await estate.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID: estate.output(mapping), ...change }));
    await pause();
  }
  const pause = () => new Promise((resolve) => setTimeout(resolve, 6 * FOLLOW_MILLISECONDS));
  const click = (...numbers: number[]) =>
    estate.clients.kinesis.send(
      new PutRecordsCommand({
        StreamARN: estate.output("stream"),
        Records: numbers.map((n) => ({ PartitionKey: "k", Data: Buffer.from(`${n}`) })),
      }),
    );
  const save = async (...numbers: number[]) => {
    for (const n of numbers)
      await estate.clients.dynamodb.send(new PutItemCommand({ TableName: "users", Item: { id: { S: `${n}` } } }));
  };

  it("is made of a consumer that is registered and of a table that has its stream", async () => {
    const ConsumerARN = estate.output("consumer");
    const { ConsumerDescription } = await estate.clients.kinesis.send(
      new DescribeStreamConsumerCommand({ ConsumerARN }),
    );
    assert.deepEqual(
      [ConsumerDescription?.ConsumerStatus, ConsumerDescription?.StreamARN],
      ["ACTIVE", estate.output("stream")],
    );
    assert.match(estate.output("label"), /^\d{4}-\d\d-\d\dT/);
    const mapping = await estate.clients.lambda.send(
      new GetEventSourceMappingCommand({ UUID: estate.output("clicks") }),
    );
    assert.deepEqual([mapping.EventSourceArn, mapping.TumblingWindowInSeconds], [ConsumerARN, 0]);
  });

  it("is paused with what it has read, and resumed where it was", async () => {
    await click(1);
    await estate.sources.idle();
    await update("clicks", { Enabled: false });
    await click(2, 3, 4);
    await pause();
    await estate.sources.idle();
    const { read } = estate.sources.stats.streams[estate.output("clicks")]!;
    assert.deepEqual([batches["of-clicks"], read], [["1"], 1]);
    await update("clicks", { Enabled: true });
    await estate.sources.idle();
    assert.deepEqual(batches["of-clicks"], ["1", "2,3", "4"]);
  });

  it("that began disabled reads from where it was made, once it is enabled", async () => {
    await save(1, 2, 3);
    await estate.sources.idle();
    assert.deepEqual(batches["of-users"], []);
    await update("users", { Enabled: true });
    await estate.sources.idle();
    assert.deepEqual(batches["of-users"], ["1,2", "3"]);
  });

  it("has the batch size, the filter and the window that it is given", async () => {
    const filter = { Filters: [{ Pattern: '{"dynamodb":{"Keys":{"id":{"S":[{"prefix":"1"}]}}}}' }] };
    await update("users", { BatchSize: 3, FilterCriteria: filter, MaximumBatchingWindowInSeconds: 300 });
    await save(10, 20, 11, 12, 13);
    await estate.sources.idle();
    assert.deepEqual(batches["of-users"], ["10,11,12", "13"]);
    await update("users", { FilterCriteria: {}, TumblingWindowInSeconds: 30, MaximumBatchingWindowInSeconds: 0 });
    const mapping = await estate.clients.lambda.send(
      new GetEventSourceMappingCommand({ UUID: estate.output("users") }),
    );
    assert.equal(mapping.TumblingWindowInSeconds, 30);
    assert.equal(mapping.LastProcessingResult, "No records processed"); // by the cloud itself
    await update("users", { TumblingWindowInSeconds: 0, MaximumBatchingWindowInSeconds: 300 });
    await save(21);
    await estate.sources.idle();
    assert.deepEqual(batches["of-users"].at(-1), "21");
  });

  it("keeps its settings when it is given what AWS would refuse, which is told once", async () => {
    await update("users", { ParallelizationFactor: 11 });
    await save(30, 31, 32, 33);
    await estate.sources.idle();
    assert.deepEqual(batches["of-users"], ["30,31,32", "33"]);
    assert.deepEqual(
      estate.sources.stats.problems.map((problem) => /parallelizationFactor is 11; give 1 to 10/.test(problem)),
      [true],
    );
  });

  it("stops when it is deleted, and the estate goes whole", async () => {
    await estate.clients.lambda.send(new DeleteEventSourceMappingCommand({ UUID: estate.output("users") }));
    await pause();
    await save(40);
    await estate.sources.idle();
    assert.deepEqual(batches["of-users"], []);
    await estate.deployment.destroy();
    assert.deepEqual(await leftovers(estate.cloud), []);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(estate.sources.stats.problems.length, 1);
  });
});
