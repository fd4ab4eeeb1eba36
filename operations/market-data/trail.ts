import { parseArgs } from "node:util";
import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import { marketDataNames } from "../../components/market-data/names";
import { operate } from "../operate";
import { locate } from "../where";

const STAGES = ["ingestion", "processing", "notification"] as const;

/** Every audit row of one event, in order of time: what each stage did with it, each attempt by itself. */
export async function trailOf(
  dynamodb: DynamoDBClient,
  auditTable: string,
  eventId: string,
): Promise<Record<string, unknown>[]> {
  const pages = await Promise.all(
    STAGES.map((stage) =>
      dynamodb.send(
        new QueryCommand({
          TableName: auditTable,
          KeyConditionExpression: "auditId = :id",
          ExpressionAttributeValues: { ":id": { S: `${eventId}#${stage}` } },
          ConsistentRead: true,
        }),
      ),
    ),
  );
  return pages
    .flatMap(({ Items = [] }) => Items.map((item) => unmarshall(item)))
    .sort((a, b) => String(a.timestamp).localeCompare(String(b.timestamp)));
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    options: { stack: { type: "string", default: "local" } },
    allowPositionals: true,
  });
  const [eventId] = positionals;
  if (!eventId) throw new Error("Give an event id, for example XNAS:ITCH:AAPL:12345.");
  const { clients, names } = await locate(values.stack, marketDataNames);
  const rows = await trailOf(clients.dynamodb, names.tables.audit, eventId);
  if (rows.length === 0) console.log(`${eventId}: no audit rows`);
  for (const row of rows) {
    const why = row.error ?? row.reason ?? "";
    console.log(`${String(row.timestamp).slice(0, 24)}  ${row.stage}  ${row.status}  ${row.durationMs} ms  ${why}`);
  }
}

if (require.main === module) operate(main);
