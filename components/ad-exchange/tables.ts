import type * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { AUDIT, CAMPAIGNS, CHANGES, TOKENS } from "../../functions/ad-exchange/adapters/tables";
import { keyedTable, type TableArgs } from "../shared/stateful";
import type { AdExchangeNames, TableNoun } from "./names";

export type AdExchangeTables = Readonly<Record<TableNoun, aws.dynamodb.Table>>;

const text = (name: string) => ({ name, type: "S" }) as const;

const SHAPES: Readonly<Record<TableNoun, Omit<TableArgs, "name" | "key">>> = {
  campaigns: {
    partitionKey: text(CAMPAIGNS.partition),
    sortKey: text(CAMPAIGNS.sort),
    streamed: true,
    type: "Campaigns",
  },
  audit: {
    partitionKey: text(AUDIT.partition),
    sortKey: { name: AUDIT.sort, type: "N" },
    type: "Audit",
  },
  changes: {
    partitionKey: text(CHANGES.partition),
    sortKey: text(CHANGES.sort),
    expiresAt: CHANGES.ttl,
    type: "Changes",
  },
  tokens: { partitionKey: text(TOKENS.partition), expiresAt: TOKENS.ttl, type: "Tokens" },
};

/** Campaigns, every change of them, what bid handlers read of both, and who may call. All on demand, under one key of ours. */
export function adExchangeTables(
  name: string,
  args: {
    readonly names: AdExchangeNames;
    readonly key: aws.kms.Key;
    /** Physical name of the table of campaigns; by the rule of all names when empty. */
    readonly campaignsTableName: string;
  },
  opts: pulumi.CustomResourceOptions,
): AdExchangeTables {
  const { names, key } = args;
  const table = (noun: TableNoun, physicalName = names.tables[noun]) =>
    keyedTable(`${name}-${noun}-table`, { ...SHAPES[noun], name: physicalName, key }, opts);
  return {
    campaigns: table("campaigns", args.campaignsTableName || names.tables.campaigns),
    audit: table("audit"),
    changes: table("changes"),
    tokens: table("tokens"),
  };
}
