import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

/** An attribute that stands in a key: `S` text, `N` number. */
export type KeyAttribute = { readonly name: string; readonly type: "S" | "N" };

export interface TableArgs {
  /** Physical name. */
  readonly name: string;
  readonly partitionKey: KeyAttribute;
  readonly sortKey: KeyAttribute;
  /** Eventually consistent, any partition key. None when left out. */
  readonly globalIndex?: { readonly name: string; readonly partitionKey: KeyAttribute; readonly sortKey: KeyAttribute };
  /** Strongly consistent, the table's partition key, items of one key together at most 10 GB. None when left out. */
  readonly localIndex?: { readonly name: string; readonly sortKey: KeyAttribute };
  /** Attribute with the second since the epoch after which an item may go. Items stay for ever when left out. */
  readonly expiresAt?: string;
  /** Becomes the tag TableType. */
  readonly type: string;
}

/**
 * A table billed by request, encrypted with the AWS managed key (readers need no KMS permission), restorable to any second
 * of the last 35 days, and destroyed with its stack.
 */
export function onDemandTable(
  logicalName: string,
  args: TableArgs,
  opts: pulumi.CustomResourceOptions,
): aws.dynamodb.Table {
  const { globalIndex, localIndex } = args;
  const keys = [args.partitionKey, args.sortKey, globalIndex?.partitionKey, globalIndex?.sortKey, localIndex?.sortKey];
  const attributes = new Map(keys.flatMap((key) => (key ? [[key.name, key] as const] : [])));
  return new aws.dynamodb.Table(
    logicalName,
    {
      name: args.name,
      billingMode: "PAY_PER_REQUEST",
      hashKey: args.partitionKey.name,
      rangeKey: args.sortKey.name,
      attributes: [...attributes.values()],
      ...(globalIndex && {
        globalSecondaryIndexes: [
          {
            name: globalIndex.name,
            // Deprecated in favour of keySchemas, which provider versions before 6 do not know; both make the same index.
            hashKey: globalIndex.partitionKey.name,
            rangeKey: globalIndex.sortKey.name,
            projectionType: "ALL",
          },
        ],
      }),
      ...(localIndex && {
        localSecondaryIndexes: [{ name: localIndex.name, rangeKey: localIndex.sortKey.name, projectionType: "ALL" }],
      }),
      ...(args.expiresAt && { ttl: { attributeName: args.expiresAt, enabled: true } }),
      serverSideEncryption: { enabled: true },
      pointInTimeRecovery: { enabled: true },
      deletionProtectionEnabled: false,
      tags: { TableType: args.type },
    },
    opts,
  );
}
