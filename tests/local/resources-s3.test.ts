import assert from "node:assert/strict";
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLoggingCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketTaggingCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Clients } from "../../local/clients";
import { Deploying } from "./deploying";
import { policy } from "./roles";

const Bucket = "bucket";

describe("A bucket on the embedded cloud", () => {
  const on = new Deploying("test-buckets");
  const deployed = (program: () => unknown) => on.deploy(program);
  let admin: Clients;
  before(() => {
    admin = on.admin;
  });
  const put = (Key: string, Body = "text") => admin.s3.send(new PutObjectCommand({ Bucket, Key, Body }));

  it("has its name, addresses and tags", async () => {
    const outputs = await deployed(() => {
      const given = new aws.s3.Bucket("g", { bucket: Bucket, tags: { Owner: "tests" } });
      const prefixed = new aws.s3.Bucket("p", { bucketPrefix: "letters-" });
      const made = new aws.s3.BucketV2("made-up");
      return { arn: given.arn, host: given.bucketRegionalDomainName, prefixed: prefixed.id, made: made.bucket };
    });
    assert.deepEqual([outputs.arn, outputs.host], ["arn:aws:s3:::bucket", "bucket.s3.us-east-1.amazonaws.com"]);
    assert.match(outputs.prefixed!, /^letters-[0-9a-f]{7}$/);
    assert.match(outputs.made!, /^made-up-[0-9a-f]{7}$/);
    const { TagSet } = await admin.s3.send(new GetBucketTaggingCommand({ Bucket }));
    assert.deepEqual(TagSet, [{ Key: "Owner", Value: "tests" }]);
  });

  it("has its policy, access block, encryption, owner, versions, lifecycle and logging", async () => {
    const document = policy([
      {
        Effect: "Allow",
        Principal: { AWS: "000000000000" },
        Action: "s3:GetObject",
        Resource: "arn:aws:s3:::bucket/*",
      },
    ]);
    const outputs = await deployed(() => {
      const { bucket } = new aws.s3.Bucket("b", { bucket: Bucket });
      const key = new aws.kms.Key("k");
      new aws.s3.BucketPolicy("policy", { bucket, policy: document });
      new aws.s3.BucketPublicAccessBlock("block", { bucket, blockPublicAcls: true, restrictPublicBuckets: true });
      const applyServerSideEncryptionByDefault = { sseAlgorithm: "aws:kms", kmsMasterKeyId: key.arn };
      const rules = [{ applyServerSideEncryptionByDefault, bucketKeyEnabled: true }];
      new aws.s3.BucketServerSideEncryptionConfiguration("encryption", { bucket, rules });
      new aws.s3.BucketOwnershipControls("owner", { bucket, rule: { objectOwnership: "BucketOwnerEnforced" } });
      new aws.s3.BucketVersioning("versions", { bucket, versioningConfiguration: { status: "Enabled" } });
      const expires = { id: "letters", status: "Enabled", filter: { prefix: "aws/" }, expiration: { days: 30 } };
      const cleans = { noncurrentVersionExpiration: { noncurrentDays: 7 } };
      const aborts = { id: "parts", status: "Enabled", abortIncompleteMultipartUpload: { daysAfterInitiation: 1 } };
      new aws.s3.BucketLifecycleConfiguration("lifecycle", { bucket, rules: [{ ...expires, ...cleans }, aborts] });
      new aws.s3.BucketLogging("logging", { bucket, targetBucket: bucket, targetPrefix: "log/" });
      return { key: key.arn };
    });
    const { s3 } = admin;
    const [readPolicy, block, encryption, owner, versions, lifecycle, logging] = await Promise.all([
      s3.send(new GetBucketPolicyCommand({ Bucket })),
      s3.send(new GetPublicAccessBlockCommand({ Bucket })),
      s3.send(new GetBucketEncryptionCommand({ Bucket })),
      s3.send(new GetBucketOwnershipControlsCommand({ Bucket })),
      s3.send(new GetBucketVersioningCommand({ Bucket })),
      s3.send(new GetBucketLifecycleConfigurationCommand({ Bucket })),
      s3.send(new GetBucketLoggingCommand({ Bucket })),
    ]);
    assert.equal(readPolicy.Policy, document);
    assert.deepEqual(block.PublicAccessBlockConfiguration, {
      ...{ BlockPublicAcls: true, BlockPublicPolicy: false, IgnorePublicAcls: false, RestrictPublicBuckets: true },
    });
    const [rule] = encryption.ServerSideEncryptionConfiguration?.Rules ?? [];
    const { SSEAlgorithm, KMSMasterKeyID } = rule?.ApplyServerSideEncryptionByDefault ?? {};
    assert.deepEqual([SSEAlgorithm, KMSMasterKeyID, rule?.BucketKeyEnabled], ["aws:kms", outputs.key, true]);
    assert.equal(owner.OwnershipControls?.Rules?.[0]?.ObjectOwnership, "BucketOwnerEnforced");
    assert.equal(versions.Status, "Enabled");
    assert.deepEqual(
      lifecycle.Rules?.map(({ ID, Filter, Expiration }) => [ID, Filter?.Prefix, Expiration?.Days]),
      [
        ["letters", "aws/", 30],
        ["parts", "", undefined],
      ],
    );
    assert.equal(lifecycle.Rules?.[0]?.NoncurrentVersionExpiration?.NoncurrentDays, 7);
    assert.equal(lifecycle.Rules?.[1]?.AbortIncompleteMultipartUpload?.DaysAfterInitiation, 1);
    assert.equal(logging.LoggingEnabled?.TargetPrefix, "log/");
  });

  it("is emptied of every version when it may be destroyed", async () => {
    await deployed(() => {
      const { bucket } = new aws.s3.Bucket("b", { bucket: Bucket, forceDestroy: true });
      new aws.s3.BucketVersioning("v", { bucket, versioningConfiguration: { status: "Enabled" } });
      const Statement = [
        { Effect: "Deny", Principal: "*", Action: "s3:DeleteObject*", Resource: "arn:aws:s3:::bucket/another" },
      ];
      new aws.s3.BucketPolicy("p", { bucket, policy: policy(Statement) });
    });
    for (const body of ["one", "two"]) await put("again", body);
    await admin.s3.send(new DeleteObjectCommand({ Bucket, Key: "again" })); // leaves its versions and a marker
    await put("another");
    await assert.rejects(admin.s3.send(new DeleteObjectCommand({ Bucket, Key: "another" })), /AccessDenied|denied/i);
    await on.destroy();
  });

  it("stays when it holds something that nobody said may go", async () => {
    await deployed(() => new aws.s3.Bucket("b", { bucket: Bucket }) && undefined);
    await put("kept");
    await assert.rejects(on.deployment!.destroy(), /b \(aws:s3\/bucket:Bucket\): .*not empty/);
    await admin.s3.send(new DeleteObjectCommand({ Bucket, Key: "kept" }));
    await admin.s3.send(new DeleteBucketCommand({ Bucket }));
    on.deployment = undefined;
  });

  it("tells a queue of its objects if the queue's policy lets it, and refuses a queue that does not", async () => {
    const program = (allowed: boolean) => () => {
      const bucket = new aws.s3.Bucket("b", { bucket: Bucket, forceDestroy: true });
      const queue = new aws.sqs.Queue("q", { name: "q" });
      const Principal = { Service: allowed ? "s3.amazonaws.com" : "sns.amazonaws.com" };
      const document = pulumi.all([queue.arn, bucket.arn]).apply(([Resource, arn]) =>
        policy([
          {
            Effect: "Allow",
            Principal,
            Action: "sqs:SendMessage",
            Resource,
            Condition: { ArnLike: { "aws:SourceArn": arn } },
          },
        ]),
      );
      const queuePolicy = new aws.sqs.QueuePolicy("qp", { queueUrl: queue.url, policy: document });
      const queues = [{ queueArn: queue.arn, events: ["s3:ObjectCreated:*"], filterPrefix: "aws/lambda/" }];
      new aws.s3.BucketNotification("n", { bucket: bucket.bucket, queues }, { dependsOn: [queuePolicy] });
      return { queue: queue.url };
    };
    const { queue: QueueUrl } = await deployed(program(true));
    await put("aws/lambda/letter");
    await put("elsewhere");
    const keys: string[] = [];
    for (let tries = 0; tries < 20 && !keys.includes("aws/lambda/letter"); tries++) {
      const { Messages = [] } = await admin.sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = "{}" } of Messages)
        for (const { s3 } of JSON.parse(Body).Records ?? []) keys.push(s3.object.key);
    }
    assert.deepEqual(keys, ["aws/lambda/letter"]);
    await on.destroy();
    await assert.rejects(deployed(program(false)), /n \(.*BucketNotification\): .*destination/);
  });

  it("refuses what it would not carry over", async () => {
    const refused: readonly (readonly [() => unknown, RegExp])[] = [
      [() => new aws.s3.Bucket("b", { objectLockEnabled: true }), /objectLockEnabled is true; a stack must/],
      [() => new aws.s3.Bucket("b", { acl: "public-read" }), /acl: the embedded cloud does not carry this over/],
      [
        () => new aws.s3.BucketNotification("n", { bucket: Bucket, lambdaFunctions: [{ events: ["s3:*"] }] }),
        /lambdaFunctions: the embedded cloud does not/,
      ],
      [
        () => {
          const rule = { id: "r", status: "Enabled", expiration: { date: "2030-01-01T00:00:00Z" } };
          new aws.s3.BucketLifecycleConfiguration("l", { bucket: Bucket, rules: [rule] });
        },
        /expiration.date: the embedded cloud does not/,
      ],
    ];
    for (const [program, says] of refused) await assert.rejects(deployed(program), says);
  });
});
