import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Access, grant, policyOf } from "./access";
import type { FailureStore } from "./failure-store";
import type { Lambda } from "./lambda";
import type { EncryptedStream } from "./verbs";

/** What becomes of records that the function does not get through. Nothing has a default: an edge says what it does with failures. */
export interface StreamToLambdaFailures {
  /** Takes batches that are given up on, whole. */
  readonly kept: FailureStore;
  /** Attempts after the first that failed, 0 to 10,000; a batch is halved meanwhile, which costs no attempt. */
  readonly retryAttempts: number;
  /** Age at which a record is given up on, 60 to 604,800; it must be less than the stream keeps. */
  readonly maximumAgeSeconds: number;
}

export interface StreamToLambdaArgs extends BatchesToLambdaArgs {
  readonly from: EncryptedStream;
}

/** How records of a stream, of Kinesis or of a table, are handed over. */
export interface BatchesToLambdaArgs {
  readonly to: Lambda;
  /** Most records of a batch, 1 to 10,000 and 6 MB. */
  readonly batchSize: number;
  /** How long a batch may be waited for, 0 to 300. */
  readonly windowSeconds: number;
  /** Batches of one shard at a time, 1 to 10; records of one partition key stay in order. */
  readonly parallelization: number;
  readonly failures: StreamToLambdaFailures;
}

/**
 * Records of a stream go to a function in batches, from the oldest that the stream keeps, in order within a partition key and at least once.
 * The function answers with the records that failed; a batch is retried from the first of them, halved, and in the end kept whole with why.
 * Lambda reads with the function's role, so its rights and those of the failures come before the mapping.
 */
export const streamToLambda = (
  name: string,
  args: StreamToLambdaArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.EventSourceMapping => batchesToLambda(name, reads(args.from), args, opts);

/** @param source its ARN, and what reading it takes */
export function batchesToLambda(
  name: string,
  source: Access,
  { to, failures, ...args }: BatchesToLambdaArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.EventSourceMapping {
  const grants = [...source.grants, ...failures.kept.writing.grants];
  const mayRead = new aws.iam.RolePolicy(
    `${name}-policy`,
    { name: "stream", role: to.role.name, policy: policyOf(grants) },
    opts,
  );
  return new aws.lambda.EventSourceMapping(
    `${name}-mapping`,
    {
      eventSourceArn: source.value,
      functionName: to.invoked.arn,
      startingPosition: "TRIM_HORIZON", // LATEST would pass over what comes before the mapping stands
      batchSize: args.batchSize,
      maximumBatchingWindowInSeconds: args.windowSeconds,
      parallelizationFactor: args.parallelization,
      maximumRetryAttempts: failures.retryAttempts,
      maximumRecordAgeInSeconds: failures.maximumAgeSeconds,
      bisectBatchOnFunctionError: true,
      functionResponseTypes: ["ReportBatchItemFailures"],
      destinationConfig: { onFailure: { destinationArn: failures.kept.kept.bucket.arn } },
    },
    { ...opts, dependsOn: [mayRead, failures.kept] },
  );
}

/** What Lambda asks of a stream (Lambda Developer Guide, "Configure your execution role" for Kinesis), and its key. */
const reads = ({ stream, key }: EncryptedStream): Access => ({
  value: stream.arn,
  grants: [
    grant(
      [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
      ],
      [stream.arn],
    ),
    grant(["kms:Decrypt"], [key.arn]),
  ],
});
