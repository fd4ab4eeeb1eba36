import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { type Capacity, scaled, scaledProperties, unitsOf } from "./capacity";

/** An attribute that stands in a key: `S` text, `N` number. */
export type KeyAttribute = { readonly name: string; readonly type: "S" | "N" };

export interface GlobalIndex {
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  /** Whether keys are enough for its readers; it holds whole items when left out. */
  readonly keysOnly?: boolean;
}

export interface TableArgs {
  /** Physical name. */
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  /** One item a partition key when left out. */
  readonly sortKey?: KeyAttribute;
  /** Eventually consistent, any partition key. None when left out. */
  readonly globalIndex?: GlobalIndex;
  /** Strongly consistent, the table's partition key, items of one key together at most 10 GB. None when left out. */
  readonly localIndex?: { readonly name: string; readonly sortKey: KeyAttribute };
  /** Attribute with the second since the epoch after which an item may go. Items stay for ever when left out. */
  readonly expiresAt?: string;
  /** Of table and index; on demand when left out. */
  readonly capacity?: Capacity;
  /** Whether changes, with what was there before and after, can be read for 24 hours. Not when left out. */
  readonly streamed?: boolean;
  /** A key of ours, which readers and writers then need as well (`decrypting`, `encrypting`); the AWS managed one when left out. */
  readonly key?: aws.kms.Key;
  /** Becomes the tag TableType. */
  readonly type: string;
}

/**
 * A table encrypted with the AWS managed key (readers need no KMS permission) or one of ours, restorable to any second of the last 35 days,
 * and destroyed with its stack.
 */
export function keyedTable(
  logicalName: string,
  args: TableArgs,
  opts: pulumi.CustomResourceOptions,
): aws.dynamodb.Table {
  const { globalIndex, capacity = { mode: "on-demand" } } = args;
  const provisioned = capacity.mode === "provisioned";
  const table = new aws.dynamodb.Table(logicalName, tableArgs(args, capacity), {
    ...opts,
    ...(provisioned && { ignoreChanges: scaledProperties(globalIndex !== undefined) }),
  });
  if (provisioned) {
    scaled(logicalName, { table, capacity }, opts);
    if (globalIndex) scaled(`${logicalName}-${globalIndex.name}`, { table, index: globalIndex.name, capacity }, opts);
  }
  return table;
}

function tableArgs(args: TableArgs, capacity: Capacity): aws.dynamodb.TableArgs {
  const { globalIndex, localIndex } = args;
  const keys = [args.partitionKey, args.sortKey, globalIndex?.partitionKey, globalIndex?.sortKey, localIndex?.sortKey];
  const attributes = new Map(keys.flatMap((key) => (key ? [[key.name, key] as const] : [])));
  return {
    name: args.name,
    billingMode: capacity.mode === "provisioned" ? "PROVISIONED" : "PAY_PER_REQUEST",
    ...unitsOf(capacity),
    hashKey: args.partitionKey.name,
    ...(args.sortKey && { rangeKey: args.sortKey.name }),
    attributes: [...attributes.values()],
    ...(globalIndex && {
      globalSecondaryIndexes: [
        {
          name: globalIndex.name,
          // Deprecated in favour of keySchemas, which provider versions before 6 do not know; both make the same index.
          hashKey: globalIndex.partitionKey.name,
          rangeKey: globalIndex.sortKey.name,
          projectionType: globalIndex.keysOnly ? "KEYS_ONLY" : "ALL",
          ...unitsOf(capacity),
        },
      ],
    }),
    ...(localIndex && {
      localSecondaryIndexes: [{ name: localIndex.name, rangeKey: localIndex.sortKey.name, projectionType: "ALL" }],
    }),
    ...(args.expiresAt && { ttl: { attributeName: args.expiresAt, enabled: true } }),
    ...(args.streamed && { streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" }),
    serverSideEncryption: { enabled: true, ...(args.key && { kmsKeyArn: args.key.arn }) },
    pointInTimeRecovery: { enabled: true },
    deletionProtectionEnabled: false,
    tags: { TableType: args.type },
  };
}
