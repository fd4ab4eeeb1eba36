import { CreateTableCommand, type GlobalSecondaryIndex, type KeySchemaElement } from "@aws-sdk/client-dynamodb";
import { BY_TYPE, BY_USER, BY_VISITOR } from "../../../../functions/clickstream/adapters/tables";
import type { Clients } from "../../../../local/clients";

type Keys = readonly [partition: string, sort?: string];

/** Keys of the tables, and of their indexes. */
export const TABLES = {
  events: { keys: ["visitor", "at"], indexes: { [BY_TYPE]: ["typeShard", "at"] } },
  sessions: { keys: ["visitor", "startedAt"], indexes: {} },
  ids: { keys: ["messageId"], indexes: {} },
  links: { keys: ["anonymousId"], indexes: { [BY_USER]: ["userId", "anonymousId"] } },
  quarantine: { keys: ["eventId"], indexes: { [BY_VISITOR]: ["visitor", "eventId"] } },
} as const satisfies Record<string, { readonly keys: Keys; readonly indexes: Readonly<Record<string, Keys>> }>;

/** The name of each table: itself. */
export const NAMES = Object.fromEntries(Object.keys(TABLES).map((name) => [name, name])) as {
  readonly [Table in keyof typeof TABLES]: string;
};

const schemaOf = (keys: Keys): KeySchemaElement[] =>
  keys.flatMap((AttributeName, index) =>
    AttributeName === undefined
      ? []
      : [{ AttributeName, KeyType: index === 0 ? ("HASH" as const) : ("RANGE" as const) }],
  );

/** Makes the tables as the program will. */
export async function createTables(clients: Clients): Promise<void> {
  for (const [TableName, { keys, indexes }] of Object.entries<{ keys: Keys; indexes: Record<string, Keys> }>(TABLES)) {
    const names = new Set([...keys, ...Object.values(indexes).flat()].filter((name) => name !== undefined));
    const GlobalSecondaryIndexes = Object.entries(indexes).map(
      ([IndexName, own]): GlobalSecondaryIndex => ({
        ...{ IndexName, KeySchema: schemaOf(own) },
        Projection: { ProjectionType: IndexName === BY_VISITOR ? "KEYS_ONLY" : "ALL" },
      }),
    );
    await clients.dynamodb.send(
      new CreateTableCommand({
        ...{ TableName, KeySchema: schemaOf(keys), BillingMode: "PAY_PER_REQUEST" },
        AttributeDefinitions: [...names].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
        ...(GlobalSecondaryIndexes.length > 0 ? { GlobalSecondaryIndexes } : {}),
      }),
    );
  }
}
