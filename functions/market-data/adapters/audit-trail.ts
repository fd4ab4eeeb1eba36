import { type DynamoDBClient, type Put, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { type Plain, toItem } from "../../shared/attribute-values";
import { conditional } from "../../shared/write-result";
import type { AuditRow } from "../stage/audit-row";

/** The append-only record of every attempt. */
export interface AuditTrail {
  append(row: AuditRow): Promise<void>;
}

export class DynamoAuditTrail implements AuditTrail {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
  ) {}

  /** A row that is already there is this very row: its key holds the request id and the start of the attempt. */
  async append(row: AuditRow): Promise<void> {
    await conditional(this.client.send(new PutItemCommand(putRow(this.table, row))));
  }
}

/** The put of `row`, alone or as part of a transaction. */
export const putRow = (table: string, row: AuditRow): Put & { Item: object } => ({
  TableName: table,
  Item: toItem(row as unknown as Readonly<Record<string, Plain | undefined>>),
  ConditionExpression: "attribute_not_exists(auditId)",
});
