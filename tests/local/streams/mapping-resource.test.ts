import assert from "node:assert/strict";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { GetEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { GetObjectCommand, ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { deploy } from "../../../local/deploy";
import { type Estate, openEstate, ROOT } from "../../../local/estate";
import { leftovers } from "../../../local/leftovers";
import { numbers } from "./items";
import { workerOf } from "./worker";

const BUCKET = "letters";
const ascending = (some: readonly number[]) => [...some].sort((a, b) => a - b);
const POISON = 13;

const HANDLER = `
exports.handler = async ({ Records }) => {
  for (const { kinesis, body } of Records) {
    const { n } = JSON.parse(body ?? Buffer.from(kinesis.data, "base64").toString());
    if (n === ${POISON}) return { batchItemFailures: [{ itemIdentifier: kinesis.sequenceNumber }] };
    console.log("done " + process.env.AWS_LAMBDA_FUNCTION_NAME + " " + n);
  }
  return { batchItemFailures: [] };
};`;

const READS = ["DescribeStreamSummary", "ListShards", "GetShardIterator", "GetRecords"].map((one) => `kinesis:${one}`);

/** One stream with two readers, whose failures go to a bucket and to a queue, and a queue with a reader of its own. */
async function program() {
  const stream = new aws.kinesis.Stream("clicks", { name: "clicks", shardCount: 2 });
  const failures = new aws.sqs.Queue("failures", { name: "failures" });
  const bucket = new aws.s3.Bucket("letters", { bucket: BUCKET, forceDestroy: true });
  const kmsMasterKeyId = new aws.kms.Key("letters").arn;
  const rules = [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId } }];
  new aws.s3.BucketServerSideEncryptionConfiguration("letters", { bucket: bucket.bucket, rules });
  const reads = { Action: READS };
  const [lists, puts, sends] = ["s3:ListBucket", "s3:PutObject", "sqs:SendMessage"].map((Action) => ({ Action }));
  const inBucket = [bucket.arn, pulumi.interpolate`${bucket.arn}/*`];
  const toBucket = workerOf(HANDLER, "to-bucket", [reads, lists!, puts!], [stream.arn, ...inBucket]);
  const toQueue = workerOf(HANDLER, "to-queue", [reads, sends!], [stream.arn, failures.arn]);
  const settings = {
    eventSourceArn: stream.arn,
    ...{ startingPosition: "TRIM_HORIZON", batchSize: 10, bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
    functionResponseTypes: ["ReportBatchItemFailures"],
  };
  const mappings = [[toBucket, bucket.arn] as const, [toQueue, failures.arn] as const].map(
    ([fn, destinationArn], index) =>
      new aws.lambda.EventSourceMapping(`mapping-${index}`, {
        ...settings,
        functionName: index === 0 ? fn.name : fn.arn,
        destinationConfig: { onFailure: { destinationArn } },
      }),
  );
  const asleep = new aws.lambda.EventSourceMapping("asleep", {
    ...settings,
    functionName: toQueue.name,
    enabled: false,
  });
  const jobs = new aws.sqs.Queue("jobs", { name: "jobs" });
  const takes = { Action: ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"] };
  const onJobs = workerOf(HANDLER, "on-jobs", [takes], [jobs.arn]);
  const mapped = new aws.lambda.EventSourceMapping("jobs", { eventSourceArn: jobs.arn, functionName: onJobs.arn });
  return {
    ...{
      bucket: bucket.arn,
      key: kmsMasterKeyId,
      stream: stream.arn,
      failures: failures.url,
      jobs: jobs.url,
      ofJobs: mapped.uuid,
    },
    ...{ ofBucket: mappings[0]?.uuid, ofQueue: mappings[1]?.uuid, state: mappings[0]?.state },
    ...{ retries: mappings[0]?.maximumRetryAttempts, asleep: asleep.uuid },
  };
}

describe("An event source mapping on the embedded cloud", function () {
  this.timeout(60_000);
  let estate: Estate;
  const done: Record<string, number[]> = { "to-bucket": [], "to-queue": [] };

  before(async () => {
    const onLog = (line: string) => {
      const [, name = "", n] = /done (\S+) (\d+)/.exec(line) ?? [];
      if (n !== undefined) done[name]?.push(Number(n));
    };
    estate = await openEstate({ name: "test-mapping", program, sources: { timeScale: 1 / 600, onLog } });
  });
  after(() => estate.stop());

  it("of a stream hands on each good record once and the poison record to its destination", async () => {
    const Records = numbers(0, 100).map((n) => ({
      PartitionKey: `${n % 9}`,
      Data: Buffer.from(JSON.stringify({ n })),
    }));
    await estate.clients.kinesis.send(new PutRecordsCommand({ StreamARN: estate.output("stream"), Records }));
    await estate.sources.idle();
    const good = numbers(0, 100).filter((n) => n !== POISON);
    for (const name of ["to-bucket", "to-queue"]) assert.deepEqual(ascending(done[name] ?? []), good, name);
    const { streams, problems } = estate.sources.stats;
    const ids = [estate.output("ofBucket"), estate.output("ofQueue")];
    assert.deepEqual(Object.keys(streams).sort(), [...ids, estate.output("asleep")].sort());
    assert.equal(streams[estate.output("asleep")]?.read, 0);
    for (const id of ids) {
      const { read, succeeded, discarded, lost, pending, letters } = streams[id]!;
      assert.deepEqual([read, succeeded, discarded], [100, 99, { RetryAttemptsExhausted: 1 }]);
      assert.deepEqual([lost, pending, letters], [0, 0, 1]);
    }
    assert.deepEqual(problems, []);
  });

  it("tells a bucket what the poison record held, and a queue where it is", async () => {
    const { s3 } = estate.clients;
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    assert.equal(Contents.length, 1);
    const Key = Contents[0]?.Key;
    assert.match(Key ?? "", new RegExp(`^aws/lambda/${estate.output("ofBucket")}/shardId-\\d{12}/`));
    const { Body, SSEKMSKeyId } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    assert.equal(SSEKMSKeyId, estate.output("key"));
    const letter = JSON.parse((await Body?.transformToString()) ?? "");
    const [record, ...others] = JSON.parse(letter.payload).Records;
    assert.deepEqual(JSON.parse(Buffer.from(record.kinesis.data, "base64").toString()), { n: POISON });
    assert.deepEqual(others, []);
    assert.equal(letter.KinesisBatchInfo.streamArn, estate.output("stream"));
    const QueueUrl = estate.output("failures");
    const { Messages = [] } = await estate.clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    assert.equal(Messages.length, 1);
    const told = JSON.parse(Messages[0]?.Body ?? "");
    assert.equal(told.KinesisBatchInfo.startSequenceNumber, record.kinesis.sequenceNumber);
    assert.equal(told.payload, undefined);
  });

  it("is known to the cloud, which does not read the stream itself", async () => {
    const UUID = estate.output("ofBucket");
    const mapping = await estate.clients.lambda.send(new GetEventSourceMappingCommand({ UUID }));
    assert.deepEqual([mapping.State, mapping.BatchSize, mapping.MaximumRetryAttempts], ["Enabled", 10, 1]);
    assert.equal(mapping.LastProcessingResult, "No records processed");
    assert.equal(mapping.DestinationConfig?.OnFailure?.Destination, estate.output("bucket"));
    assert.deepEqual([estate.deployment.outputs.state, estate.deployment.outputs.retries], ["Enabled", 1]);
  });

  it("of a queue is served by the cloud", async () => {
    const { sqs, lambda } = estate.clients;
    const QueueUrl = estate.output("jobs");
    for (const n of numbers(0, 3)) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: `{"n":${n}}` }));
    const AttributeNames = ["ApproximateNumberOfMessages" as const, "ApproximateNumberOfMessagesNotVisible" as const];
    for (let left = 3; left > 0; await new Promise((resolve) => setTimeout(resolve, 50))) {
      const { Attributes = {} } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
      left = Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
    }
    const mapping = await lambda.send(new GetEventSourceMappingCommand({ UUID: estate.output("ofJobs") }));
    assert.match(mapping.LastProcessingResult ?? "", /^OK/);
  });

  it("is refused for a source that is not read here, and with settings that AWS refuses", async () => {
    const deploying = (args: Partial<aws.lambda.EventSourceMappingArgs>) =>
      deploy(estate.cloud, {
        ...{ root: ROOT, stack: "local" as const },
        program: async () => {
          const { name } = workerOf(HANDLER, "refused", [], []);
          return { id: new aws.lambda.EventSourceMapping("m", { functionName: name, ...args }).uuid };
        },
      });
    const topic = "arn:aws:kafka:us-east-1:000000000000:cluster/c/1";
    await assert.rejects(deploying({ eventSourceArn: topic }), /m \(.*\): eventSourceArn is .*; a source can be/);
    const stream = { eventSourceArn: estate.output("stream"), startingPosition: "LATEST" };
    await assert.rejects(
      deploying({ ...stream, parallelizationFactor: 11 }),
      /parallelizationFactor is 11; give 1 to 10/,
    );
    await assert.rejects(
      deploying({ ...stream, topics: ["t"] }),
      /topics: the embedded cloud does not carry this over/,
    );
    await assert.rejects(deploying({ ...stream, functionName: "other" }), /functionName is other; give the name/);
  });

  it("stops with its deletion, and leaves nothing", async () => {
    await estate.deployment.destroy();
    assert.deepEqual(await leftovers(estate.cloud), []);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.deepEqual(estate.sources.stats.problems, []);
  });
});
