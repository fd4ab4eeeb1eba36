import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, grant } from "./access";

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

const onTable = (table: aws.dynamodb.Table, ...actions: string[]): Access => ({
  value: table.name,
  grants: [grant(actions, [table.arn])],
});

/** Puts items; with a condition in code the table is append-only. */
export const putsItemsIn = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:PutItem");
/** Reads single items by key. */
export const getsItemsFrom = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:GetItem");
/** Reads up to 100 items by key in one request. */
export const getsBatchesFrom = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:BatchGetItem");
export const updatesItemsIn = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:UpdateItem");
export const queries = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:Query");

/** Queries one index and not the table itself. */
export const queriesIndex = (table: aws.dynamodb.Table, index: string): Access => ({
  value: table.name,
  grants: [grant(["dynamodb:Query"], [pulumi.interpolate`${table.arn}/index/${index}`])],
});

/** Puts events of one source and type on a bus, and no others. */
export const publishesTo = (bus: aws.cloudwatch.EventBus, source: string, detailType: string): Access => ({
  value: bus.name,
  grants: [
    grant(["events:PutEvents"], [bus.arn], {
      StringEquals: { "events:source": source, "events:detail-type": detailType },
    }),
  ],
});

/** Publishes messages to a topic that a customer key encrypts (Amazon SNS Developer Guide, "Encryption at rest"). */
export const notifies = ({ topic, key }: EncryptedTopic): Access => ({
  value: topic.arn,
  grants: [grant(["sns:Publish"], [topic.arn]), grant(["kms:Decrypt", "kms:GenerateDataKey*"], [key.arn])],
});

export const sendsTo = (queue: aws.sqs.Queue): Access => ({
  value: queue.url,
  grants: [grant(["sqs:SendMessage"], [queue.arn])],
});

/** Reads a parameter for its own sake: rules, settings. */
export const readsParameter = (parameter: aws.ssm.Parameter): Access => ({
  value: parameter.name,
  grants: [grant(["ssm:GetParameters"], [parameter.arn])],
});

/**
 * Reaches things through a parameter that names them: the function holds the parameter's name, so that what it names can
 * change without a deployment, and the grants are those of the parameter and of everything it stands for.
 */
export const throughParameter = (parameter: aws.ssm.Parameter, ...accesses: readonly Access[]): Access => {
  const itself = readsParameter(parameter);
  return { value: itself.value, grants: [...itself.grants, ...accesses.flatMap(({ grants }) => grants)] };
};

/** Puts records into a stream; its key encrypts them on the caller's behalf. */
export const putsTo = ({ stream, key }: EncryptedStream): Access => ({
  value: stream.arn,
  grants: [grant(["kinesis:PutRecords"], [stream.arn]), grant(["kms:GenerateDataKey"], [key.arn])],
});
