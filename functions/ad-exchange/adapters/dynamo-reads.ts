import { type DynamoDBClient, GetItemCommand, QueryCommand } from "@aws-sdk/client-dynamodb";
import { fromItem, toItem } from "../../shared/attribute-values";
import { type Key, type Page, type PageOf, queryOf, type Reads, type Row } from "./reads";

export type Sender = Pick<DynamoDBClient, "send">;

/** Reads straight from DynamoDB. */
export class DynamoReads implements Reads {
  constructor(private readonly client: Sender) {}

  async one(TableName: string, key: Key, consistent = false): Promise<Row | undefined> {
    const command = new GetItemCommand({ TableName, Key: toItem(key), ConsistentRead: consistent });
    const { Item } = await this.client.send(command);
    return Item && fromItem(Item);
  }

  async page(of: PageOf): Promise<Page> {
    const { values, ...query } = queryOf(of);
    const start = of.after ? { ExclusiveStartKey: toItem(of.after) } : {};
    const command = new QueryCommand({ ...query, ExpressionAttributeValues: toItem(values), ...start });
    const { Items = [], LastEvaluatedKey } = await this.client.send(command);
    const rows = Items.map(fromItem);
    return LastEvaluatedKey ? { rows, next: fromItem(LastEvaluatedKey) as Key } : { rows };
  }
}
