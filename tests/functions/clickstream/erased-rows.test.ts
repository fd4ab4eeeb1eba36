import assert from "node:assert/strict";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { DynamoArchive } from "../../../functions/clickstream/adapters/archive";
import { DynamoEventStore } from "../../../functions/clickstream/adapters/event-store";
import { firstOf } from "../../../functions/clickstream/adapters/queries";
import { EARLIEST, LATEST } from "../../../functions/clickstream/domain/spans";
import { toItem } from "../../../functions/shared/attribute-values";

const NAMES = { events: "events", sessions: "sessions", ids: "ids", links: "links" };
const ROWS = 1_000;

interface Page {
  readonly input: { readonly Limit?: number; readonly ExclusiveStartKey?: { readonly read: { readonly N: string } } };
}

/** A visitor of whom every row is erased and none is deleted yet; a filter lets none of them through. */
function erasedVisitor() {
  let asked = 0;
  const send = async (command: Page | GetItemCommand) => {
    if (command instanceof GetItemCommand) return { Item: toItem({ version: 7, erasedAt: "2026-03-01" }) };
    const { Limit = ROWS, ExclusiveStartKey } = command.input;
    asked += 1;
    const read = Number(ExclusiveStartKey?.read.N ?? 0) + Limit;
    return read < ROWS ? { Items: [], LastEvaluatedKey: toItem({ read }) } : { Items: [] };
  };
  return { client: { send } as never, asked: () => asked };
}

describe("Rows that are erased and not deleted yet", () => {
  it("are passed over in a few requests where an event is placed", async () => {
    const { client, asked } = erasedVisitor();
    const { sessions } = await new DynamoEventStore(client, NAMES, () => 0).neighbourhood("user#u1", LATEST);
    assert.deepEqual([sessions, asked()], [[], 5]);
  });

  it("are passed over in a few requests where they are listed", async () => {
    const { client, asked } = erasedVisitor();
    const span = { low: EARLIEST, high: LATEST, order: "asc" } as const;
    assert.deepEqual(await firstOf(new DynamoArchive(client, NAMES).events("user#u1", span, 10), 10), []);
    assert.equal(asked(), 5);
  });
});
