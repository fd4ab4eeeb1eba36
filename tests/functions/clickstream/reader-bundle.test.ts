import assert from "node:assert/strict";
import { bundleOf } from "../../../components/shared/bundle";
import type { ReaderEnv } from "../../../functions/clickstream/reader/env";
import { BUDGET_KIB } from "../../bench/bundles";
import { invokeBundle, jsonService } from "./support/bundle";
import { sha256 } from "./support/collecting";
import { asked, ERASE_KEY } from "./support/reading";

const ENTRY = "functions/clickstream/reader/index.ts";
const ENV: ReaderEnv = {
  ...{ EVENTS_TABLE: "events", SESSIONS_TABLE: "sessions", IDS_TABLE: "ids", LINKS_TABLE: "links" },
  ...{ QUARANTINE_TABLE: "quarantine", ACCESS_KEYS_PARAMETER: "/keys", POLICY_PARAMETER: "/policy" },
};
const PARAMETERS: Readonly<Record<string, string>> = {
  "/keys": JSON.stringify({ support: { hashes: [sha256(ERASE_KEY)], may: ["read"] } }),
  "/policy": JSON.stringify({
    ...{ futureSkewSeconds: 60, freshnessDays: 30, typeShards: 2, idDays: 14, parameterTtlSeconds: 60 },
    address: { kind: "drop" },
  }),
};
const EVENT = {
  visitor: "user#u1",
  at: "2026-01-05T10:00:00.000Z#m1",
  messageId: "m1",
  properties: "{}",
  traits: "{}",
};

/** Parameter Store and DynamoDB by their JSON protocol, on one port: the user has one event and no links. */
async function services() {
  const calls: string[] = [];
  const answerTo = (operation: string, input: { Names?: string[]; TableName?: string }) => {
    calls.push([operation, input.TableName].filter(Boolean).join(" "));
    if (operation === "GetParameters")
      return { Parameters: input.Names?.map((Name) => ({ Name, Value: PARAMETERS[Name] })) };
    if (operation !== "Query" || input.TableName !== "events") return { Items: [] };
    return { Items: [Object.fromEntries(Object.entries(EVENT).map(([name, S]) => [name, { S }]))] };
  };
  const service = await jsonService((target, input) => answerTo(target.split(".").at(-1) ?? "", JSON.parse(input)));
  return { calls, ...service };
}

describe("The bundle of the reader", () => {
  it(`is at most ${BUDGET_KIB} KiB`, async () => {
    const { bytes, inputs } = await bundleOf(ENTRY);
    assert.ok(bytes <= BUDGET_KIB * 1024, `${bytes} bytes; largest inputs: ${inputs.slice(0, 5).join("; ")}`);
  });

  it("reads its parameters, asks its tables and answers", async () => {
    const { calls, url, close } = await services();
    try {
      const { statusCode, body } = await invokeBundle(ENTRY, ENV, asked({ path: "/v1/users/u1/events" }), url);
      const event = { userId: "u1", messageId: "m1", properties: {}, traits: {} };
      assert.deepEqual([statusCode, JSON.parse(body)], [200, { events: [event] }]);
      assert.deepEqual(calls, ["GetParameters", "Query links", "GetItem sessions", "Query events"]);
    } finally {
      close();
    }
  });
});
