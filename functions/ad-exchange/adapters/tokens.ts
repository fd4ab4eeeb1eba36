import { type DynamoDBClient, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { fromItem, toItem } from "../../shared/attribute-values";
import type { Fields } from "../../shared/fields";
import { present } from "../../shared/fields";
import { conditional } from "../../shared/write-result";
import type { Caller } from "../domain/caller";

/** What is kept of an opaque token: all but the token. */
export interface TokenRecord extends Caller {
  /** SHA-256 of the token in hexadecimal, the partition key. */
  readonly token: string;
  /** Value of the API key that its requests count under. */
  readonly usageKey?: string;
  /** Seconds since the epoch, and the table's time to live. */
  readonly expires: number;
  readonly revoked?: boolean;
}

/** Where opaque tokens are looked up. */
export interface Tokens {
  /** The record as it is written; undefined for a hash that is no token's. */
  find(hash: string): Promise<Fields | undefined>;
}

export class DynamoTokens implements Tokens {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
  ) {}

  /**
   * Strongly consistent: one read by token and time to live of its policy, for which a token works as soon as it is issued,
   * and a revoked one is never read as it was.
   */
  async find(hash: string): Promise<Fields | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: toItem({ token: hash }), ConsistentRead: true }),
    );
    return Item && fromItem(Item);
  }

  /** @throws ConditionalCheckFailedException where a token has this hash already */
  async add({ may, ...record }: TokenRecord): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: toItem({ ...present(record), may: [...may] }),
        ConditionExpression: "attribute_not_exists(#token)",
        ExpressionAttributeNames: { "#token": "token" },
      }),
    );
  }

  /** False where no token has this hash. */
  async revoke(hash: string): Promise<boolean> {
    return conditional(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: toItem({ token: hash }),
          UpdateExpression: "SET revoked = :revoked",
          ConditionExpression: "attribute_exists(#token)",
          ExpressionAttributeNames: { "#token": "token" },
          ExpressionAttributeValues: toItem({ ":revoked": true }),
        }),
      ),
    );
  }
}
