import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, grant, type Reach } from "./access";
import type { AwsService } from "./services";

/** A topic and the key that encrypts it: who publishes needs both. */
export interface EncryptedTopic {
  readonly topic: aws.sns.Topic;
  readonly key: aws.kms.Key;
}

/** A stream and the key that encrypts it. */
export interface EncryptedStream {
  readonly stream: aws.kinesis.Stream;
  readonly key: aws.kms.Key;
}

const calling = (service: AwsService): readonly Reach[] => [{ service }];

const onTable = (table: aws.dynamodb.Table, ...actions: string[]): Access => ({
  value: table.name,
  grants: [grant(actions, [table.arn])],
  reach: calling("dynamodb"),
});

/** Puts items; with a condition in code the table is append-only. */
export const putsItemsIn = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:PutItem");
/** Reads single items by key. */
export const getsItemsFrom = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:GetItem");
/** Reads up to 100 items by key in one request. */
export const getsBatchesFrom = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:BatchGetItem");
/** Has a transaction depend on what an item says. */
export const checksItemsOf = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:ConditionCheckItem");
/** Puts or deletes up to 25 items by key in one request, unconditionally. */
export const writesBatchesIn = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:BatchWriteItem");
export const deletesItemsFrom = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:DeleteItem");
export const updatesItemsIn = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:UpdateItem");
export const queries = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:Query");

/** Queries one index and not the table itself. */
export const queriesIndex = (table: aws.dynamodb.Table, index: string): Access => ({
  value: table.name,
  grants: [grant(["dynamodb:Query"], [pulumi.interpolate`${table.arn}/index/${index}`])],
  reach: calling("dynamodb"),
});

/** Puts events of one source and type on a bus, and no others. */
export const publishesTo = (bus: aws.cloudwatch.EventBus, source: string, detailType: string): Access => ({
  value: bus.name,
  grants: [
    grant(["events:PutEvents"], [bus.arn], {
      StringEquals: { "events:source": source, "events:detail-type": detailType },
    }),
  ],
  reach: calling("events"),
});

/** Publishes messages to a topic that a customer key encrypts (Amazon SNS Developer Guide, "Encryption at rest"); SNS calls KMS. */
export const notifies = ({ topic, key }: EncryptedTopic): Access => ({
  value: topic.arn,
  grants: [grant(["sns:Publish"], [topic.arn]), grant(["kms:Decrypt", "kms:GenerateDataKey*"], [key.arn])],
  reach: calling("sns"),
});

export const sendsTo = (queue: aws.sqs.Queue): Access => ({
  value: queue.url,
  grants: [grant(["sqs:SendMessage"], [queue.arn])],
  reach: calling("sqs"),
});

/** Asks whether a stream is there and takes records. */
export const describes = ({ stream }: EncryptedStream): Access => ({
  value: stream.arn,
  grants: [grant(["kinesis:DescribeStreamSummary"], [stream.arn])],
  reach: calling("kinesis-streams"),
});

/** Several accesses as one, with the first one's value. */
export const together = (first: Access, ...more: readonly Access[]): Access => ({
  value: first.value,
  grants: [first, ...more].flatMap(({ grants }) => grants),
  reach: [first, ...more].flatMap(({ reach = [] }) => reach),
});

/** Reads a parameter for its own sake: rules, settings. */
export const readsParameter = (parameter: aws.ssm.Parameter): Access => ({
  value: parameter.name,
  grants: [grant(["ssm:GetParameters"], [parameter.arn])],
  reach: calling("ssm"),
});

/**
 * Reaches things through a parameter that names them: the function holds the parameter's name, so that what it names can
 * change without a deployment, and grants and ways are those of the parameter and of everything it stands for.
 */
export const throughParameter = (parameter: aws.ssm.Parameter, ...accesses: readonly Access[]): Access =>
  together(readsParameter(parameter), ...accesses);

/** Puts records into a stream; its key encrypts them on the caller's behalf. */
export const putsTo = ({ stream, key }: EncryptedStream): Access => ({
  value: stream.arn,
  grants: [grant(["kinesis:PutRecords"], [stream.arn]), grant(["kms:GenerateDataKey"], [key.arn])],
  reach: calling("kinesis-streams"),
});
