import { type DynamoDBClient, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { toItem } from "../../shared/attribute-values";
import { conditional } from "../../shared/write-result";
import type { Link } from "../domain/identity";
import type { LinkBook } from "../processing/processing";

/** Links by anonymous id; an index finds those of a user. */
export class DynamoLinkBook implements LinkBook {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
  ) {}

  /** Writes the link unless the one that is there holds before it, as `holding` says. */
  async hold({ anonymousId, userId, at }: Link): Promise<void> {
    await conditional(
      this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: toItem({ anonymousId }),
          UpdateExpression: "SET userId = :user, #at = :at",
          ConditionExpression: "attribute_not_exists(anonymousId) OR #at > :at OR (#at = :at AND userId > :user)",
          ExpressionAttributeNames: { "#at": "at" },
          ExpressionAttributeValues: toItem({ ":user": userId, ":at": at }),
        }),
      ),
    );
  }
}
