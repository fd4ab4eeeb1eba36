import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { toItem } from "../../shared/attribute-values";
import { conditional } from "../../shared/write-result";
import { type Pointer, pointerIn } from "../domain/changes/pointer";
import type { Sender } from "./dynamo-reads";
import type { Reads } from "./reads";
import { CHANGES, SNAPSHOT_POINTER } from "./tables";

/**
 * The pointer as readers see it. A page of one and not an item: a DAX cluster keeps pages for the short time that changes are kept for,
 * and items for as long as campaigns are.
 */
export async function snapshotPointer(reads: Reads, table: string): Promise<Pointer | undefined> {
  const { rows } = await reads.page({ table, partition: [CHANGES.partition, SNAPSHOT_POINTER.slot], limit: 1 });
  return rows[0] && pointerIn(rows[0]);
}

/** Moves the pointer forward. @returns false where a later build has moved it */
export function movePointer(client: Sender, TableName: string, pointer: Pointer): Promise<boolean> {
  const row = {
    ...{ [CHANGES.partition]: SNAPSHOT_POINTER.slot, [CHANGES.sort]: SNAPSHOT_POINTER.at },
    ...pointer,
  };
  const command = new PutItemCommand({
    TableName,
    Item: toItem(row),
    ConditionExpression: "attribute_not_exists(generation) OR generation < :generation",
    ExpressionAttributeValues: toItem({ ":generation": pointer.generation }),
  });
  return conditional(client.send(command));
}
