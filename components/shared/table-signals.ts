import type * as aws from "@pulumi/aws";
import type { Reading, Signal, Subject } from "./signals";
import { LASTING } from "./signals";

const onTable = (table: aws.dynamodb.Table, subject: Subject, reading: Reading): Signal => ({
  ...subject,
  ...reading,
  namespace: "AWS/DynamoDB",
  dimensions: { TableName: table.name },
});

/** @param unitsPerMinute read units a minute above which somebody should look: on demand, use is cost */
export const readsOn = (subject: string, table: aws.dynamodb.Table, unitsPerMinute: number): Signal =>
  onTable(
    table,
    {
      name: `reads-${subject}`,
      chart: "Read units a minute",
      says: `Over ${unitsPerMinute} read units a minute: unusual load or cost.`,
    },
    { metric: "ConsumedReadCapacityUnits", statistic: "Sum", above: unitsPerMinute },
  );

/** @param unitsPerMinute write units a minute above which somebody should look */
export const writesOn = (subject: string, table: aws.dynamodb.Table, unitsPerMinute: number): Signal =>
  onTable(
    table,
    {
      name: `writes-${subject}`,
      chart: "Write units a minute",
      says: `Over ${unitsPerMinute} write units a minute: unusual load or cost.`,
    },
    { metric: "ConsumedWriteCapacityUnits", statistic: "Sum", above: unitsPerMinute },
  );

/**
 * Reads or writes that a table refused for lack of capacity.
 * @param index of the table's; the table itself when left out. CloudWatch counts each by itself.
 */
export const throttledOn = (
  kind: "Read" | "Write",
  subject: string,
  table: aws.dynamodb.Table,
  index?: string,
): Signal => {
  const signal = onTable(
    table,
    {
      name: `throttled-${kind.toLowerCase()}s-${subject}${index === undefined ? "" : `-${index}`}`,
      chart: "Throttled by DynamoDB",
      says: `DynamoDB refuses ${kind.toLowerCase()}s for lack of capacity; what asked waits and asks again. A hot key, or too few units.`,
    },
    { metric: `${kind}ThrottleEvents`, statistic: "Sum", above: 0 },
  );
  return index === undefined
    ? signal
    : { ...signal, dimensions: { ...signal.dimensions, GlobalSecondaryIndexName: index } };
};

/** @param operations that are asked of the table: DynamoDB counts its errors by operation, and a metric without one there is none */
export const systemErrorsOn = (
  subject: string,
  table: aws.dynamodb.Table,
  operations: readonly string[],
  above: number,
): Signal =>
  onTable(
    table,
    {
      name: `system-errors-${subject}`,
      chart: "DynamoDB's own errors",
      says: "DynamoDB fails by itself (HTTP 500); records are retried meanwhile. See the AWS Health Dashboard.",
    },
    {
      metric: "SystemErrors",
      statistic: "Sum",
      above,
      lasting: LASTING,
      split: { dimension: "Operation", values: operations },
    },
  );
