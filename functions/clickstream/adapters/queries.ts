import {
  type DynamoDBClient,
  GetItemCommand,
  type GetItemCommandInput,
  QueryCommand,
  type QueryCommandInput,
} from "@aws-sdk/client-dynamodb";
import { fromItem, type Item, type Plain, toItem } from "../../shared/attribute-values";
import { VERSION } from "./tables";

export type Sender = Pick<DynamoDBClient, "send">;
export type Row = Readonly<Record<string, Plain>>;

/** The rows of a query in order. `Limit` is the size of a page: whoever stops early reads no further one. */
export async function* rowsOf(client: Sender, query: QueryCommandInput): AsyncGenerator<Row, void> {
  let next: Item | undefined;
  do {
    const page = { ...query, ...(next ? { ExclusiveStartKey: next } : {}) };
    const { Items = [], LastEvaluatedKey } = await client.send(new QueryCommand(page));
    for (const item of Items) yield fromItem(item);
    next = LastEvaluatedKey;
  } while (next !== undefined);
}

/** The first `most` of them. */
export async function firstOf<T>(rows: AsyncIterable<T>, most: number): Promise<readonly T[]> {
  const found: T[] = [];
  for await (const row of rows) if (found.push(row) >= most) break;
  return found;
}

/** All of them in order, so many at a time. */
export async function* groupsOf<T>(rows: AsyncIterable<T>, size: number): AsyncGenerator<readonly T[], void> {
  let group: T[] = [];
  for await (const row of rows) {
    if (group.push(row) < size) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

/** The row of a key as it is now. */
export async function rowAt(
  client: Sender,
  TableName: string,
  key: Readonly<Record<string, string>>,
  settings: Partial<GetItemCommandInput> = { ConsistentRead: true },
): Promise<Row | undefined> {
  const { Item } = await client.send(new GetItemCommand({ TableName, Key: toItem(key), ...settings }));
  return Item && fromItem(Item);
}

/** What is known of a visitor besides the sessions. */
export interface VisitorState {
  /** Counts the writes of the visitor's sessions; 0 before the first. */
  readonly version: number;
  readonly erasedAt?: string;
}

export async function stateOf(client: Sender, sessions: string, visitor: string): Promise<VisitorState> {
  const row = await rowAt(client, sessions, { visitor, startedAt: VERSION });
  if (row === undefined) return { version: 0 };
  return { version: Number(row.version), ...(row.erasedAt === undefined ? {} : { erasedAt: String(row.erasedAt) }) };
}

/** A condition with its values. */
interface Expression {
  readonly text: string;
  readonly values: Readonly<Record<string, string>>;
}

/** A query of a visitor's rows, of those alone that were written since the visitor was erased. */
export const sinceErased = (erasedAt: string | undefined): Expression | undefined =>
  erasedAt === undefined ? undefined : { text: "era >= :era", values: { ":era": erasedAt } };

/** Rows of a page of which `wanted` are wanted: more where erased ones may stand before them, which a page counts as well. */
export const pageFor = (wanted: number, erasedAt: string | undefined): number =>
  erasedAt === undefined ? wanted : Math.max(wanted, PAGE_OF_ERASED);

const PAGE_OF_ERASED = 200;

/** And of those that an erasure is to delete. */
export const beforeErased = (erasedAt: string): Expression => ({
  text: "attribute_not_exists(era) OR era < :era",
  values: { ":era": erasedAt },
});

/** A partition: of a table, or of an index of it. */
interface Partition {
  readonly table: string;
  readonly index?: string;
  /** Name and value of the partition key. */
  readonly key: Readonly<Record<string, string>>;
}

interface Narrowed {
  /** Between two sort keys, both included. */
  readonly sort?: readonly [name: string, low: string, high: string];
  readonly filter?: Expression | undefined;
}

/** A query of the rows of one partition. */
export function queryOf({ table, index, key }: Partition, { sort, filter }: Narrowed = {}): QueryCommandInput {
  const [[name, value] = []] = Object.entries(key);
  const values = {
    ":partition": value,
    ...(sort ? { ":low": sort[1], ":high": sort[2] } : {}),
    ...filter?.values,
  };
  return {
    ...{ TableName: table, ...(index ? { IndexName: index } : {}) },
    KeyConditionExpression: `#partition = :partition${sort ? " AND #sort BETWEEN :low AND :high" : ""}`,
    ExpressionAttributeNames: { "#partition": name!, ...(sort ? { "#sort": sort[0] } : {}) },
    ExpressionAttributeValues: toItem(values),
    ...(filter ? { FilterExpression: filter.text } : {}),
  };
}
