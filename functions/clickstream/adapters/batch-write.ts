import { BatchWriteItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { chunksOf } from "../../shared/chunks";
import { backOff, type Clock } from "../../shared/clock";
import { RetryableFailure } from "../../shared/outcome";
import type { Sender } from "./queries";

/** DynamoDB's limit of one BatchWriteItem request (API reference); what is put and deleted here is small. */
const LIMITS = { items: 25, bytes: Number.POSITIVE_INFINITY };
const MOST_TRIES = 8;

/** Puts and deletes items of one table, each named once, until all is done. @throws RetryableFailure when some never are */
export async function batchWrite(
  client: Sender,
  table: string,
  requests: readonly WriteRequest[],
  clock: Clock,
): Promise<void> {
  await Promise.all(chunksOf(requests, () => 0, LIMITS).map((chunk) => writeAll(client, table, chunk, clock)));
}

async function writeAll(client: Sender, table: string, requests: WriteRequest[], clock: Clock): Promise<void> {
  let left = requests;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if (tries > 0) await backOff(clock, tries - 1);
    const { UnprocessedItems = {} } = await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: left } }));
    left = UnprocessedItems[table] ?? [];
    if (left.length === 0) return;
  }
  throw new RetryableFailure(`writing to ${table}: ${left.length} of ${requests.length} items are not done`);
}
