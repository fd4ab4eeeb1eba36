import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type AttributeValue,
  CreateTableCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { Clients } from "../../local/clients";
import { type Cloud, startCloud } from "../../local/cloud";

/** A condition on the sort key, and what it means. */
const CONDITIONS: readonly { readonly says: string; readonly holds: (at: number) => boolean }[] = [
  { says: "#at = :low", holds: (at) => at === 3 },
  { says: "#at < :low", holds: (at) => at < 3 },
  { says: "#at <= :low", holds: (at) => at <= 3 },
  { says: "#at > :low", holds: (at) => at > 3 },
  { says: "#at >= :low", holds: (at) => at >= 3 },
  { says: "#at BETWEEN :low AND :high", holds: (at) => at >= 3 && at <= 7 },
  { says: "#at between :low and :high", holds: (at) => at >= 3 && at <= 7 },
];

/** Digits that sort as text and as numbers alike. */
const TIMES = Array.from({ length: 10 }, (_, index) => index);

describe("MiniStack with expressions read once", () => {
  let cloud: Cloud;
  let clients: Clients;
  before(async () => {
    cloud = await startCloud({ root: join(__dirname, "../.."), stateName: "test-speed" });
    clients = new Clients(cloud, cloud.admin);
    for (const type of ["S", "N"] as const) {
      await clients.dynamodb.send(
        new CreateTableCommand({
          TableName: `rows-${type}`,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [
            { AttributeName: "id", AttributeType: "S" },
            { AttributeName: "at", AttributeType: type },
          ],
          KeySchema: [
            { AttributeName: "id", KeyType: "HASH" },
            { AttributeName: "at", KeyType: "RANGE" },
          ],
        }),
      );
      for (const id of ["a", "b"]) {
        for (const at of TIMES) {
          const Item = { id: { S: id }, at: attribute(type, at), note: { M: { text: { S: `${id}${at}` } } } };
          await clients.dynamodb.send(new PutItemCommand({ TableName: `rows-${type}`, Item }));
        }
      }
    }
  });
  after(() => cloud.stop());

  const attribute = (type: "S" | "N", value: number): AttributeValue =>
    type === "S" ? { S: String(value) } : { N: String(value) };

  function query(type: "S" | "N", condition: string, more: Partial<QueryCommandInput> = {}) {
    const { ExpressionAttributeNames: names, ...rest } = more;
    const high = condition.includes(":high") ? { ":high": attribute(type, 7) } : {};
    return clients.dynamodb.send(
      new QueryCommand({
        TableName: `rows-${type}`,
        KeyConditionExpression: `id = :id AND ${condition}`,
        ExpressionAttributeNames: { "#at": "at", ...names },
        ExpressionAttributeValues: { ":id": { S: "a" }, ":low": attribute(type, 3), ...high },
        ...rest,
      }),
    );
  }

  for (const type of ["S", "N"] as const) {
    for (const { says, holds } of CONDITIONS) {
      it(`finds what meets ${says} of type ${type}`, async () => {
        const { Items = [] } = await query(type, says);
        assert.deepEqual(
          Items.map(({ at }) => Number(at?.[type as "S"])),
          TIMES.filter(holds),
        );
        assert.ok(Items.every(({ id }) => id?.S === "a"));
      });
    }
  }

  it("finds what begins with a text", async () => {
    const { Items = [] } = await query("S", "begins_with(#at, :low)");
    assert.deepEqual(
      Items.map(({ at }) => at?.S),
      ["3"],
    );
  });

  it("answers each query by its own values, though the expression is the same", async () => {
    for (const low of [2, 8]) {
      const { Count } = await query("S", "#at < :low", {
        ExpressionAttributeValues: { ":id": { S: "b" }, ":low": { S: String(low) } },
      });
      assert.equal(Count, low);
    }
  });

  it("projects whole attributes, and parts of them", async () => {
    const projected = async (ProjectionExpression: string) =>
      (await query("S", "#at = :low", { ProjectionExpression, ExpressionAttributeNames: { "#n": "note" } })).Items?.[0];
    assert.deepEqual(await projected("#at, nowhere, #n"), { at: { S: "3" }, note: { M: { text: { S: "a3" } } } });
    assert.deepEqual(await projected("#at, #n.#n"), { at: { S: "3" } });
  });

  it("refuses what AWS refuses, every time", async () => {
    for (const _ of [1, 2]) {
      await assert.rejects(query("S", "#at << :low"), /KeyConditionExpression|Syntax/i);
      await assert.rejects(query("S", "#at BETWEEN :high AND :low"), { name: "ValidationException" });
      await assert.rejects(query("S", "#at = :low", { ProjectionExpression: "#at, #at" }), /overlap/);
      await assert.rejects(query("S", "#at = :low", { ProjectionExpression: "timestamp, #at" }), /reserved keyword/);
    }
  });
});
