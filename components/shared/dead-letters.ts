import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy, type Statement } from "./access";

const DAY = 86_400;

export interface DeadLettersArgs {
  /** Physical name of the queue. */
  readonly name: string;
  /** The AWS service that sends here on behalf of one resource. Left out: senders need a grant (`sendsTo`). */
  readonly sender?: {
    readonly service: string;
    readonly sourceArn: pulumi.Input<string>;
    /** Where the ARN names no account, as a bucket's does not. */
    readonly account?: pulumi.Input<string>;
  };
  /** How long a letter waits to be redriven: 1 to 14. */
  readonly retentionDays?: number;
  /** How long a letter that is read is hidden from other readers, up to 43,200. */
  readonly hiddenSeconds?: number;
}

/**
 * A queue for events that could not be delivered or handled, as they came. Letters wait `retentionDays` (4) and are hidden
 * from other readers for `hiddenSeconds` (30) while one reads them. Costs nothing while empty. Encrypted by SQS, and closed to plain HTTP.
 */
export class DeadLetters extends pulumi.ComponentResource {
  readonly queue: aws.sqs.Queue;
  readonly policy: aws.sqs.QueuePolicy;

  constructor(name: string, args: DeadLettersArgs, opts: pulumi.ComponentResourceOptions) {
    super("sluice:shared:DeadLetters", name, {}, opts);
    const { retentionDays = 4, hiddenSeconds = 30, sender } = args;
    if (!Number.isInteger(retentionDays) || retentionDays < 1 || retentionDays > 14) {
      throw new pulumi.ResourceError(
        `${name}: retentionDays is ${retentionDays}; give a whole number from 1 to 14.`,
        this,
      );
    }
    const parent = { parent: this };
    this.queue = new aws.sqs.Queue(
      `${name}-queue`,
      {
        name: args.name,
        messageRetentionSeconds: retentionDays * DAY,
        visibilityTimeoutSeconds: hiddenSeconds,
        sqsManagedSseEnabled: true,
      },
      parent,
    );
    const statements = [tlsOnly("sqs:*", this.queue.arn), ...(sender ? [acceptedFrom(sender, this.queue.arn)] : [])];
    this.policy = new aws.sqs.QueuePolicy(
      `${name}-policy`,
      { queueUrl: this.queue.url, policy: policy(statements) },
      parent,
    );
    this.registerOutputs({ queueUrl: this.queue.url, queueArn: this.queue.arn });
  }
}

/** Refuses every request that does not come over TLS. */
export const tlsOnly = (action: string | readonly string[], resource: Statement["Resource"]): Statement => ({
  Sid: "TlsOnly",
  Effect: "Deny",
  Principal: "*",
  Action: action,
  Resource: resource,
  Condition: { Bool: { "aws:SecureTransport": "false" } },
});

const acceptedFrom = (sender: NonNullable<DeadLettersArgs["sender"]>, queue: pulumi.Input<string>): Statement => ({
  Sid: "UndeliveredEvents",
  Effect: "Allow",
  Principal: { Service: sender.service },
  Action: "sqs:SendMessage",
  Resource: queue,
  Condition: {
    ArnEquals: { "aws:SourceArn": sender.sourceArn },
    ...(sender.account && { StringEquals: { "aws:SourceAccount": sender.account } }),
  },
});
