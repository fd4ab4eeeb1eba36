import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { FailureStore } from "../../components/shared/failure-store";
import { ownKey } from "../../components/shared/keys";
import { Lambda } from "../../components/shared/lambda";
import { PrivateBucket } from "../../components/shared/private-bucket";
import { streamToLambda } from "../../components/shared/stream-to-lambda";
import { listOf, statementsOf, verdict } from "../support/iam";
import { type RecordedProgram, recordResources } from "../support/recorded-program";

const ACCOUNT = "123456789012";
const key = () =>
  ownKey("k", { alias: "alias/key-k-dev", description: "Sample", account: ACCOUNT, keyDeletionDays: 7 }, {});
const STORE = {
  account: ACCOUNT,
  bucketName: "bucket-f-dev",
  queueName: "queue-f-dev",
  keptDays: 30,
  letterDays: 14,
  hiddenSeconds: 360,
};

function edge() {
  const failures = new FailureStore("f", { ...STORE, key: key() }, {});
  const streamKey = ownKey(
    "s",
    { alias: "alias/key-s-dev", description: "S", account: ACCOUNT, keyDeletionDays: 7 },
    {},
  );
  const stream = new aws.kinesis.Stream("stream", { name: "stream-x-dev" });
  const to = new Lambda(
    "x",
    {
      names: { function: "lambda-x-dev", role: "role-x-dev", logGroup: "/aws/lambda/lambda-x-dev" },
      ...{ description: "A sample", entry: "tests/support/sample-handler.ts", env: {}, type: "Sample" },
      ...{ memoryMiB: 256, timeoutSeconds: 30, reservedConcurrency: 10, logRetentionDays: 7 },
    },
    {},
  );
  streamToLambda(
    "edge",
    {
      ...{ from: { stream, key: streamKey }, to, batchSize: 100, windowSeconds: 5, parallelization: 8 },
      failures: { kept: failures, retryAttempts: 3, maximumAgeSeconds: 3_600 },
    },
    {},
  );
}

describe("The edge from a stream to a function", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordResources(edge);
  });

  it("reads from the oldest record, halves what fails, and keeps what it gives up on", () => {
    const { eventSourceArn, functionName, destinationConfig, ...settings } = program.named("edge-mapping").inputs;
    assert.deepEqual(settings, {
      startingPosition: "TRIM_HORIZON",
      ...{ batchSize: 100, maximumBatchingWindowInSeconds: 5, parallelizationFactor: 8 },
      ...{ maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3_600, bisectBatchOnFunctionError: true },
      functionResponseTypes: ["ReportBatchItemFailures"],
    });
    assert.equal(eventSourceArn, program.named("stream").state.arn);
    assert.equal(functionName, program.named("x-function").state.arn);
    assert.deepEqual(destinationConfig, { onFailure: { destinationArn: program.named("f-kept-bucket").state.arn } });
  });

  it("begins once the function may read and write what it must", () => {
    assert.deepEqual(program.named("edge-mapping").dependsOn, ["edge-policy", "f"]);
    const statements = statementsOf(program.named("edge-policy").inputs.policy);
    const grants = statements.flatMap(({ Action, Resource }) =>
      listOf(Action).flatMap((action) =>
        listOf(Resource).map((arn) => `${action} ${arn.split(":").slice(5).join(":")}`),
      ),
    );
    assert.deepEqual(grants.sort(), [
      "kinesis:DescribeStream stream/stream-x-dev",
      "kinesis:DescribeStreamSummary stream/stream-x-dev",
      "kinesis:GetRecords stream/stream-x-dev",
      "kinesis:GetShardIterator stream/stream-x-dev",
      "kinesis:ListShards stream/stream-x-dev",
      "kms:Decrypt key/key-s",
      "kms:GenerateDataKey key/key-k",
      "s3:ListBucket bucket-f-dev",
      "s3:PutObject bucket-f-dev/aws/lambda/*",
    ]);
  });
});

describe("A failure store", () => {
  it("keeps batches under its key, and a letter for each object that Lambda writes", async () => {
    const program = await recordResources(() => new FailureStore("f", { ...STORE, key: key() }, {}));
    const [rule] = program.named("f-kept-encryption").inputs.rules as Record<string, unknown>[];
    assert.deepEqual(rule, {
      applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: program.named("k").state.arn },
      bucketKeyEnabled: true,
    });
    assert.deepEqual(program.named("f-notification").inputs.queues, [
      {
        queueArn: program.named("f-letters-queue").state.arn,
        events: ["s3:ObjectCreated:*"],
        filterPrefix: "aws/lambda/",
      },
    ]);
    assert.deepEqual(program.named("f-notification").dependsOn, ["f-letters-policy"]);
    const { messageRetentionSeconds, visibilityTimeoutSeconds } = program.named("f-letters-queue").inputs;
    assert.deepEqual([messageRetentionSeconds, visibilityTimeoutSeconds], [14 * 86_400, 360]);
  });

  it("takes letters from its own bucket alone", async () => {
    const program = await recordResources(() => new FailureStore("f", { ...STORE, key: key() }, {}));
    const send = (bucket: string, account = ACCOUNT) => ({
      action: "sqs:SendMessage",
      resource: String(program.named("f-letters-queue").state.arn),
      service: "s3.amazonaws.com",
      context: { "aws:SourceArn": `arn:aws:s3:::${bucket}`, "aws:SourceAccount": account },
    });
    const { policy } = program.named("f-letters-policy").inputs;
    assert.equal(verdict(policy, send("bucket-f-dev")), "Allow");
    assert.equal(verdict(policy, send("bucket-other")), "nothing");
    assert.equal(verdict(policy, send("bucket-f-dev", "999999999999")), "nothing"); // somebody else's, once ours is gone
  });

  it("refuses to forget a batch before its letter", async () => {
    await assert.rejects(
      recordResources(() => new FailureStore("f", { ...STORE, keptDays: 7, key: key() }, {})),
      /f: keptDays is 7; give at least letterDays, 14\./,
    );
  });
});

describe("A private bucket", () => {
  it("is closed to the public, to access lists and to plain HTTP, and is emptied when it is destroyed", async () => {
    const program = await recordResources(() => new PrivateBucket("b", { name: "bucket-b-dev", expireDays: 30 }, {}));
    assert.equal(program.named("b-bucket").inputs.forceDestroy, true);
    const { bucket, tags: _, ...blocked } = program.named("b-access").inputs;
    assert.equal(bucket, "bucket-b-dev");
    assert.deepEqual(Object.values(blocked), [true, true, true, true]);
    assert.deepEqual(program.named("b-ownership").inputs.rule, { objectOwnership: "BucketOwnerEnforced" });
    const { policy } = program.named("b-policy").inputs;
    const get = { action: "s3:GetObject", resource: "arn:aws:s3:::bucket-b-dev/x", identity: "arn:aws:iam::1:role/r" };
    assert.equal(verdict(policy, { ...get, context: { "aws:SecureTransport": "false" } }), "Deny");
    assert.equal(verdict(policy, get), "nothing");
  });

  it("is encrypted with S3's keys unless it has one of ours, and forgets after so many days", async () => {
    const program = await recordResources(() => new PrivateBucket("b", { name: "bucket-b-dev", expireDays: 9 }, {}));
    assert.deepEqual(program.named("b-encryption").inputs.rules, [
      { applyServerSideEncryptionByDefault: { sseAlgorithm: "AES256" } },
    ]);
    const [rule] = program.named("b-lifecycle").inputs.rules as Record<string, unknown>[];
    assert.deepEqual([rule?.status, rule?.expiration], ["Enabled", { days: 9 }]);
  });

  it("refuses to keep things for no day", async () => {
    await assert.rejects(
      recordResources(() => new PrivateBucket("b", { name: "bucket-b-dev", expireDays: 0 }, {})),
      /b: expireDays is 0; give a whole number from 1\./,
    );
  });
});
