import { type DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { toItem } from "../../shared/attribute-values";
import type { Letter, Quarantine } from "../processing/processing";

/** Records that were put aside, by their id in the stream: whole, with why. */
export class DynamoQuarantine implements Quarantine {
  /** @param now when it is put aside, RFC 3339 */
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
    private readonly now: () => string,
  ) {}

  /** A record beyond an item's 400 KB fails here, and ends in the stream's failure destination, which keeps it whole. */
  async put({ eventId, reason, detail, data }: Letter): Promise<void> {
    await this.client.send(
      new PutItemCommand({
        TableName: this.table,
        Item: { ...toItem({ eventId, reason, detail, quarantinedAt: this.now() }), payload: { B: data } },
      }),
    );
  }
}
