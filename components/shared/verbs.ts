import type * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, type Grant, grant, type Reach } from "./access";
import type { DaxCache } from "./dax";
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

/** Of a cluster that speaks TLS (DAX, "Encryption in transit"). */
const DAX_PORT = 9111;

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
/** Reads the whole table, by parts. */
export const scans = (table: aws.dynamodb.Table) => onTable(table, "dynamodb:Scan");
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

const key = (one: aws.kms.Key, ...actions: string[]): Grant => grant(actions, [one.arn]);

/**
 * An access that reads what one of our keys encrypts: DynamoDB, S3 and Secrets Manager use the key with the caller's rights
 * (DynamoDB Developer Guide, "Using a customer managed key"; the actions are those that it lists for reading).
 */
export const decrypting = (by: aws.kms.Key, access: Access): Access => ({
  ...access,
  grants: [...access.grants, key(by, "kms:Decrypt", "kms:DescribeKey")],
});

/** An access that writes what one of our keys encrypts, and may read it. */
export const encrypting = (by: aws.kms.Key, access: Access): Access => ({
  ...access,
  grants: [
    ...access.grants,
    key(by, "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"),
  ],
});

/** Gets the objects under a prefix, with a slash at its end. */
export const readsObjects = (bucket: aws.s3.Bucket, prefix: string): Access => ({
  value: bucket.bucket,
  grants: [grant(["s3:GetObject"], [pulumi.interpolate`${bucket.arn}/${prefix}*`])],
  reach: calling("s3"),
});

/** Puts objects under a prefix, with a slash at its end. */
export const writesObjects = (bucket: aws.s3.Bucket, prefix: string): Access => ({
  value: bucket.bucket,
  grants: [grant(["s3:PutObject"], [pulumi.interpolate`${bucket.arn}/${prefix}*`])],
  reach: calling("s3"),
});

/** A secret and the key that encrypts it. */
export interface EncryptedSecret {
  readonly secret: aws.secretsmanager.Secret;
  readonly key: aws.kms.Key;
}

/** Reads a secret's versions. */
export const readsSecret = ({ secret, key: by }: EncryptedSecret): Access => ({
  value: secret.arn,
  grants: [grant(["secretsmanager:GetSecretValue"], [secret.arn]), key(by, "kms:Decrypt")],
  reach: calling("secretsmanager"),
});

/** Makes a new version of a secret the current one (AWS Secrets Manager User Guide, "Permissions for rotation"). */
export const rotatesSecret = ({ secret, key: by }: EncryptedSecret): Access => ({
  value: secret.arn,
  grants: [
    grant(
      [
        "secretsmanager:DescribeSecret",
        "secretsmanager:GetSecretValue",
        "secretsmanager:PutSecretValue",
        "secretsmanager:UpdateSecretVersionStage",
      ],
      [secret.arn],
    ),
    key(by, "kms:Decrypt", "kms:GenerateDataKey"),
  ],
  reach: calling("secretsmanager"),
});

/** The value is the endpoint, with TLS. What is read through a cache is what that may read itself. */
const through = ({ cluster, group }: DaxCache, action: string): Access => ({
  value: pulumi.interpolate`daxs://${cluster.clusterAddress}`,
  grants: [grant([action], [cluster.arn])],
  reach: [{ to: "dax", port: DAX_PORT, securityGroup: group.id }],
});

export const getsItemsThrough = (cache: DaxCache) => through(cache, "dax:GetItem");
export const queriesThrough = (cache: DaxCache) => through(cache, "dax:Query");

/** A value that needs no permission and leads nowhere. */
export const tells = (value: pulumi.Input<string>): Access => ({ value, grants: [], reach: [] });
