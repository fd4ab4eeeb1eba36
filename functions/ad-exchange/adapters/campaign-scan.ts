import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { fromItem, type Item } from "../../shared/attribute-values";
import type { Sender } from "./dynamo-reads";
import type { Row } from "./reads";

/** Parts of the table that are read at a time. */
const SEGMENTS = 4;

/**
 * Reads every row of the campaigns table, a page at a time, in any order. Eventually consistent, at half the
 * price: what it misses was written in the last second or so, and stands among the changes.
 */
export async function scanCampaigns(client: Sender, TableName: string, take: (rows: readonly Row[]) => void) {
  const segment = async (Segment: number) => {
    let next: Item | undefined;
    do {
      const start = next ? { ExclusiveStartKey: next } : {};
      const command = new ScanCommand({ TableName, Segment, TotalSegments: SEGMENTS, ...start });
      const { Items = [], LastEvaluatedKey } = await client.send(command);
      take(Items.map(fromItem));
      next = LastEvaluatedKey;
    } while (next !== undefined);
  };
  await Promise.all(Array.from({ length: SEGMENTS }, (_, number) => segment(number)));
}
