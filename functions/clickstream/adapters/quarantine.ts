import { PutItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { type Item, toItem } from "../../shared/attribute-values";
import { writeResult } from "../../shared/write-result";
import type { Kept, Letter, Quarantine } from "../processing/processing";
import type { Sender } from "./queries";
import { VERSION } from "./tables";

/** Records that were put aside, by their id in the stream: whole, with why, and whose they are where that can be told. */
export class DynamoQuarantine implements Quarantine {
  /** @param now when it is put aside, RFC 3339 */
  constructor(
    private readonly client: Sender,
    private readonly tables: { readonly quarantine: string; readonly sessions: string },
    private readonly now: () => string,
  ) {}

  /** A record beyond an item's 400 KB fails here, and ends in the stream's failure destination, which keeps it whole. */
  async put({ eventId, reason, detail, data, about }: Letter): Promise<Kept> {
    const facts = { eventId, reason, detail, quarantinedAt: this.now(), ...about };
    const put = { TableName: this.tables.quarantine, Item: { ...toItem(facts), payload: { B: data } } };
    if (about !== undefined) return this.putUnlessErased(put, about);
    await this.client.send(new PutItemCommand(put));
    return "kept";
  }

  private async putUnlessErased(
    Put: { TableName: string; Item: Item },
    { visitor, receivedAt }: NonNullable<Letter["about"]>,
  ): Promise<Kept> {
    const ConditionCheck = {
      TableName: this.tables.sessions,
      Key: toItem({ visitor, startedAt: VERSION }),
      ConditionExpression: "attribute_not_exists(erasedAt) OR erasedAt < :receivedAt",
      ExpressionAttributeValues: toItem({ ":receivedAt": receivedAt }),
    };
    const command = new TransactWriteItemsCommand({ TransactItems: [{ Put }, { ConditionCheck }] });
    const result = await writeResult(this.client.send(command));
    return result === "written" ? "kept" : result === "refused" ? "erased" : "moved";
  }
}
