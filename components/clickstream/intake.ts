import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FailureStore } from "../shared/failure-store";
import { ownKey } from "../shared/keys";
import type { ClickstreamSettings } from "./config";
import type { ClickstreamNames } from "./names";

export interface IntakeArgs {
  readonly names: ClickstreamNames;
  readonly settings: ClickstreamSettings;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  readonly keyDeletionDays: number;
}

export interface Intake {
  /** Encrypts the stream, and what its reader gave up on. */
  readonly key: aws.kms.Key;
  readonly stream: aws.kinesis.Stream;
  readonly failures: FailureStore;
}

/** A letter is hidden for six times as long as a function may take, as AWS advises for queues that feed one. */
const HIDDEN_FUNCTIONS = 6;

/** Metrics of each shard, without which a hot one hides in the stream's mean. Each is billed as a custom metric, $0.30 a month. */
const SHARD_METRICS = [
  "IncomingBytes",
  "IncomingRecords",
  "IteratorAgeMilliseconds",
  "OutgoingBytes",
  "OutgoingRecords",
  "ReadProvisionedThroughputExceeded",
  "WriteProvisionedThroughputExceeded",
];

/** The stream that everything taken in goes through, and what becomes of records that cannot be processed. */
export function clickstreamIntake(name: string, args: IntakeArgs, opts: pulumi.ComponentResourceOptions): Intake {
  const { names, settings, account, region } = args;
  const { streamMode, shards, retentionHours, processing } = settings;
  const key = ownKey(
    `${name}-data-key`,
    { ...args, alias: names.dataKeyAlias, description: `Encrypts the records of ${name}` },
    opts,
  );
  const stream = new aws.kinesis.Stream(
    `${name}-stream`,
    {
      name: names.stream,
      ...(streamMode === "provisioned" && { shardCount: shards }),
      streamModeDetails: { streamMode: streamMode === "provisioned" ? "PROVISIONED" : "ON_DEMAND" },
      retentionPeriod: retentionHours,
      encryptionType: "KMS",
      kmsKeyId: key.arn,
      shardLevelMetrics: SHARD_METRICS,
      enforceConsumerDeletion: true, // or `pulumi destroy` would stop at a reader that registered itself
    },
    opts,
  );
  const failures = new FailureStore(
    `${name}-failures`,
    {
      bucketName: pulumi.output(account).apply((id) => names.bucket("failed", id, region)),
      queueName: names.letters,
      account,
      key,
      keptDays: settings.failureDays,
      letterDays: settings.letterDays,
      hiddenSeconds: HIDDEN_FUNCTIONS * processing.timeoutSeconds,
    },
    opts,
  );
  return { key, stream, failures };
}
