import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, grant } from "./access";
import { DeadLetters } from "./dead-letters";
import { PrivateBucket } from "./private-bucket";

export interface FailureStoreArgs {
  /** Physical names. */
  readonly bucketName: pulumi.Input<string>;
  readonly queueName: string;
  /** Id of the account. */
  readonly account: pulumi.Input<string>;
  /** Encrypts what is kept. */
  readonly key: aws.kms.Key;
  /** How long a batch waits to be redriven; at least as long as its letter. */
  readonly keptDays: number;
  /** How long its letter waits: 1 to 14. */
  readonly letterDays: number;
  /** How long a letter that is read is hidden from other readers. */
  readonly hiddenSeconds: number;
}

/** Where Lambda puts what a stream's reader gave up on (Lambda Developer Guide, "Retain discarded batch records"). */
const FOLDER = "aws/lambda/";

/**
 * What the reader of a stream gave up on, whole: a bucket that Lambda writes each batch to, and a queue with a letter for each object, which
 * alarms watch and a redrive follows. A queue alone as destination would hold pointers into the stream, which expire with it.
 */
export class FailureStore extends pulumi.ComponentResource {
  readonly kept: PrivateBucket;
  readonly letters: DeadLetters;
  /** What Lambda needs in order to write here, under the role of the function that failed. */
  readonly writing: Access;

  constructor(name: string, args: FailureStoreArgs, opts: pulumi.ComponentResourceOptions) {
    super("sluice:shared:FailureStore", name, {}, opts);
    const { key, keptDays, letterDays, hiddenSeconds } = args;
    if (keptDays < letterDays)
      throw new pulumi.ResourceError(
        `${name}: keptDays is ${keptDays}; give at least letterDays, ${letterDays}.`,
        this,
      );
    const parent = { parent: this };
    this.kept = new PrivateBucket(`${name}-kept`, { name: args.bucketName, expireDays: keptDays, key }, parent);
    const { bucket, arn } = this.kept.bucket;
    const sender = { service: "s3.amazonaws.com", sourceArn: arn, account: args.account };
    this.letters = new DeadLetters(
      `${name}-letters`,
      { name: args.queueName, sender, retentionDays: letterDays, hiddenSeconds },
      parent,
    );
    new aws.s3.BucketNotification(
      `${name}-notification`,
      {
        bucket,
        queues: [{ queueArn: this.letters.queue.arn, events: ["s3:ObjectCreated:*"], filterPrefix: FOLDER }],
      },
      { ...parent, dependsOn: [this.letters.policy] },
    );
    this.writing = {
      value: arn,
      grants: [
        grant(["s3:ListBucket"], [arn]),
        grant(["s3:PutObject"], [pulumi.interpolate`${arn}/${FOLDER}*`]),
        grant(["kms:GenerateDataKey"], [key.arn]),
      ],
    };
    this.registerOutputs({ bucketName: bucket, queueUrl: this.letters.queue.url });
  }
}
