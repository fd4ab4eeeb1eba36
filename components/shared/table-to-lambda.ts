import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Access, anyResource, grant } from "./access";
import { type BatchesToLambdaArgs, batchesToLambda } from "./stream-to-lambda";

/** A table whose changes can be read, and the key that encrypts it. */
export interface StreamedTable {
  readonly table: aws.dynamodb.Table;
  readonly key: aws.kms.Key;
}

export interface TableToLambdaArgs extends BatchesToLambdaArgs {
  /** It keeps changes for 24 hours: `maximumAgeSeconds` must be less. */
  readonly from: StreamedTable;
}

/**
 * Changes of a table go to a function in batches, in order for each item and at least once; what is given up on is kept whole.
 * The rest is as with a stream of Kinesis (`streamToLambda`).
 */
export const tableToLambda = (
  name: string,
  { from, ...args }: TableToLambdaArgs,
  opts: pulumi.CustomResourceOptions,
): aws.lambda.EventSourceMapping => batchesToLambda(name, readsChanges(from), args, opts);

/** What Lambda asks of a table's stream (Lambda Developer Guide, "Configure your execution role" for DynamoDB), and the table's key. */
const readsChanges = ({ table, key }: StreamedTable): Access => ({
  value: table.streamArn,
  grants: [
    grant(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], [table.streamArn]),
    anyResource(["dynamodb:ListStreams"], "the list of streams is no resource that it could be limited to"),
    grant(["kms:Decrypt"], [key.arn]),
  ],
});
