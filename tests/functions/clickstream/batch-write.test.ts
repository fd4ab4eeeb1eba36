import assert from "node:assert/strict";
import type { BatchWriteItemCommandInput, WriteRequest } from "@aws-sdk/client-dynamodb";
import { batchWrite } from "../../../functions/clickstream/adapters/batch-write";
import { ManualClock } from "../handlers/support/fakes";

const requests = Array.from(
  { length: 60 },
  (_, n): WriteRequest => ({ DeleteRequest: { Key: { id: { S: `${n}` } } } }),
);
const idOf = ({ DeleteRequest }: WriteRequest) => Number(DeleteRequest?.Key?.id?.S);

/** A table that does what `isDone` says, and gives the rest back. */
function table(isDone: (id: number, time: number) => boolean) {
  const done: number[] = [];
  const times = new Map<number, number>();
  let asked = 0;
  const send = async ({ input }: { input: BatchWriteItemCommandInput }) => {
    asked += 1;
    const items = input.RequestItems?.ids ?? [];
    if (items.length === 0 || items.length > 25) throw new Error(`ValidationException: ${items.length} items`);
    for (const id of items.map(idOf)) times.set(id, (times.get(id) ?? 0) + 1);
    const left = items.filter((item) => !isDone(idOf(item), times.get(idOf(item)) ?? 0));
    done.push(...items.filter((item) => !left.includes(item)).map(idOf));
    return { UnprocessedItems: left.length > 0 ? { ids: left } : {} };
  };
  return { done, client: { send } as never, asked: () => asked };
}

describe("Writing in batches", () => {
  it("does all of it, in requests of 25, and again what was not processed", async () => {
    const { done, client } = table((id, time) => time > id % 3);
    await batchWrite(client, "ids", requests, new ManualClock());
    assert.deepEqual(
      done.sort((a, b) => a - b),
      requests.map(idOf),
    );
  });

  it("asks nothing where there is nothing to do", async () => {
    const { client, asked } = table(() => true);
    await batchWrite(client, "ids", [], new ManualClock());
    assert.equal(asked(), 0);
  });

  it("fails, as something to try again, when some of it is never done", async () => {
    const clock = new ManualClock();
    const { client } = table((id) => id !== 7);
    await assert.rejects(
      batchWrite(client, "ids", requests, clock),
      /RetryableFailure: .*1 of 25 items are not done|1 of 25 items are not done/,
    );
    assert.equal(clock.pauses.length, 7);
  });
});
