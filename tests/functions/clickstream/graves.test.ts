import assert from "node:assert/strict";
import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import { DynamoArchive } from "../../../functions/clickstream/adapters/archive";
import { DynamoGraves } from "../../../functions/clickstream/adapters/graves";
import { firstOf } from "../../../functions/clickstream/adapters/queries";
import { toItem } from "../../../functions/shared/attribute-values";
import { ManualClock } from "../handlers/support/fakes";

const NAMES = { events: "events", sessions: "sessions", ids: "ids", links: "links", quarantine: "quarantine" };

interface Input {
  readonly TableName: string;
  readonly Key?: Readonly<Record<string, { readonly S?: string }>>;
}

/** Tables of which the indexes still show what is no longer so. */
function lagging(
  index: readonly Readonly<Record<string, string>>[],
  table: readonly Readonly<Record<string, string>>[],
) {
  const deleted: string[] = [];
  const send = async (command: { readonly constructor: { readonly name: string }; readonly input: Input }) => {
    const [key] = Object.values(command.input.Key ?? {}).map(({ S }) => S ?? "");
    const found = table.find((row) => Object.values(row)[0] === key);
    if (command.constructor.name === "QueryCommand") return { Items: index.map((row) => toItem(row)) };
    if (command.constructor.name === "GetItemCommand") return found ? { Item: toItem(found) } : {};
    if (!found) throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
    deleted.push(key ?? "");
    return {};
  };
  const graves = new DynamoGraves({ send } as never, NAMES, () => 0, new ManualClock());
  return { deleted, graves, archive: new DynamoArchive({ send } as never, NAMES) };
}

const LINKS = ["a1", "a2", "a3"].map((anonymousId) => ({ anonymousId, userId: "u1" }));
/** One of them is gone, and one another user's. */
const MOVED = [
  { anonymousId: "a2", userId: "u2" },
  { anonymousId: "a3", userId: "u1" },
];

describe("What an index still shows", () => {
  it("of links that are gone or another user's is not erased: those visitors are strangers by now", async () => {
    const { graves } = lagging(LINKS, MOVED);
    const links = await firstOf(graves.links({ kind: "user", id: "u1" }), 2);
    assert.deepEqual(links, [{ anonymousId: "a3", userId: "u1" }]);
  });

  it("of such links is not read as the user's: what they did is another person's history", async () => {
    const { archive } = lagging(LINKS, MOVED);
    assert.deepEqual(await archive.anonymousIds("u1", 9), ["a3"]);
  });

  it("of quarantined records that are gone is not counted, and does not hide those that are not", async () => {
    const { graves, deleted } = lagging([{ eventId: "gone" }, { eventId: "there" }], [{ eventId: "there" }]);
    assert.equal(await graves.clear.quarantined("user#u1", ""), 1);
    assert.deepEqual(deleted, ["there"]);
  });
});
