import {
  type AttributeValue,
  type BatchGetItemCommandInput,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  type GetItemCommandInput,
  type PutItemCommandInput,
  type QueryCommandInput,
  ResourceNotFoundException,
  TransactionCanceledException,
  type TransactWriteItem,
  type TransactWriteItemsCommandInput,
  type UpdateItemCommandInput,
} from "@aws-sdk/client-dynamodb";
import { fromItem } from "../../../../functions/shared/attribute-values";
import { compare, meets, type Names, updated } from "./expression";

type Item = Record<string, AttributeValue>;

interface Table {
  readonly keys: readonly [string, string];
  readonly indexes: Readonly<Record<string, readonly [string, string]>>;
  readonly items: Map<string, Item>;
}

/** What happens instead of one call of a command. */
export interface Fault {
  readonly command: string;
  /** Thrown; or "conflict": the transaction is cancelled as one that met another. */
  readonly error: Error | "conflict";
  /** "after": the call takes effect, and only its answer is lost. */
  readonly when?: "before" | "after";
  /** Only calls that touch this table. */
  readonly table?: string;
  /** How many such calls pass first. */
  readonly skip?: number;
}

/**
 * Tables in memory that evaluate the real condition, key and update expressions of the commands they are sent, so that
 * the adapters run as they are. Every call waits at the gate first, where a test may interleave callers.
 */
export class TinyDynamo {
  readonly calls: string[] = [];
  readonly faults: Fault[] = [];
  gate: () => Promise<unknown> = async () => undefined;
  private readonly tables = new Map<string, Table>();

  table(name: string, keys: readonly [string, string], indexes: Table["indexes"] = {}): this {
    this.tables.set(name, { keys, indexes, items: new Map() });
    return this;
  }

  get client(): Pick<DynamoDBClient, "send"> {
    return { send: (command: object) => this.send(command) } as unknown as Pick<DynamoDBClient, "send">;
  }

  /** The rows of a table as plain values, in the order of their keys. */
  // biome-ignore lint/suspicious/noExplicitAny: rows of any table, for assertions
  rows(name: string): Record<string, any>[] {
    return [...this.of(name).items].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => fromItem(item));
  }

  /** Removes rows, as an expiry or a hand would. */
  remove(name: string, which: (row: Record<string, unknown>) => boolean = () => true): void {
    const { items } = this.of(name);
    for (const [key, item] of items) if (which(fromItem(item))) items.delete(key);
  }

  private async send(command: object): Promise<unknown> {
    const name = command.constructor.name;
    const { input } = command as { input: never };
    this.calls.push(name);
    await this.gate();
    const fault = this.takeFault(name, input);
    if (fault && fault.when !== "after")
      throw fault.error === "conflict" ? cancelled(["TransactionConflict"]) : fault.error;
    const answer = this.run(name, input);
    if (fault) throw fault.error;
    return answer;
  }

  private takeFault(command: string, input: object): Fault | undefined {
    const touched = JSON.stringify(input);
    const index = this.faults.findIndex(
      (fault) => fault.command === command && (!fault.table || touched.includes(`"TableName":"${fault.table}"`)),
    );
    const fault = this.faults[index];
    if (fault?.skip) {
      this.faults[index] = { ...fault, skip: fault.skip - 1 };
      return undefined;
    }
    return index < 0 ? undefined : this.faults.splice(index, 1)[0];
  }

  private run(name: string, input: never): unknown {
    switch (name) {
      case "PutItemCommand":
        return this.alone({ Put: input as PutItemCommandInput } as TransactWriteItem);
      case "UpdateItemCommand":
        return this.alone({ Update: input as UpdateItemCommandInput } as TransactWriteItem);
      case "TransactWriteItemsCommand":
        return this.together((input as TransactWriteItemsCommandInput).TransactItems ?? []);
      case "GetItemCommand":
        return this.get(input);
      case "BatchGetItemCommand":
        return this.batchGet(input);
      case "QueryCommand":
        return this.query(input);
      default:
        throw new Error(`TinyDynamo has no ${name}`);
    }
  }

  private alone(write: TransactWriteItem): object {
    if (!this.holds(write))
      throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
    this.apply(write);
    return {};
  }

  private together(writes: TransactWriteItem[]): object {
    const keys = writes.map((write) => this.target(write).key);
    if (new Set(keys).size < keys.length) throw new Error(`A transaction may not touch one item twice: ${keys}`);
    const codes = writes.map((write) => (this.holds(write) ? "None" : "ConditionalCheckFailed"));
    if (codes.some((code) => code !== "None")) throw cancelled(codes);
    for (const write of writes) this.apply(write);
    return {};
  }

  private holds(write: TransactWriteItem): boolean {
    const { table, key, request } = this.target(write);
    return meets(request.ConditionExpression, table.items.get(key), request as Names);
  }

  private apply(write: TransactWriteItem): void {
    const { table, key, request } = this.target(write);
    const old = table.items.get(key) ?? write.Update?.Key ?? {};
    table.items.set(key, write.Put?.Item ?? updated(write.Update?.UpdateExpression ?? "", old, request as Names));
  }

  private target(write: TransactWriteItem) {
    const request = write.Put ?? write.Update;
    if (!request) throw new Error(`TinyDynamo knows Put and Update, not ${Object.keys(write)}`);
    const table = this.of(request.TableName ?? "");
    return { table, request, key: keyIn(table, write.Put?.Item ?? write.Update?.Key ?? {}) };
  }

  private get({ TableName, Key }: GetItemCommandInput): object {
    const table = this.of(TableName ?? "");
    const item = table.items.get(keyIn(table, Key ?? {}));
    return item ? { Item: item } : {};
  }

  private batchGet({ RequestItems = {} }: BatchGetItemCommandInput): object {
    const found = Object.entries(RequestItems).map(([name, { Keys = [], ...request }]) => {
      const table = this.of(name);
      const items = Keys.flatMap((key) => {
        const item = table.items.get(keyIn(table, key));
        return item ? [projected(item, request)] : [];
      });
      return [name, items];
    });
    return { Responses: Object.fromEntries(found), UnprocessedKeys: {} };
  }

  private query(input: QueryCommandInput): object {
    const table = this.of(input.TableName ?? "");
    const [partition, sort] = input.IndexName
      ? (table.indexes[input.IndexName] ?? missing(input.IndexName))
      : table.keys;
    const found = [...table.items.values()]
      .filter((item) => item[partition] && item[sort] && meets(input.KeyConditionExpression, item, input))
      .sort((a, b) => compare(a[sort] as AttributeValue, b[sort] as AttributeValue));
    if (input.ScanIndexForward === false) found.reverse();
    if (input.Select === "COUNT") return { Count: found.length };
    return { Items: found.slice(0, input.Limit).map((item) => projected(item, input)) };
  }

  private of(name: string): Table {
    const table = this.tables.get(name);
    if (!table)
      throw new ResourceNotFoundException({ message: `Requested resource not found: ${name}`, $metadata: {} });
    return table;
  }
}

const missing = (index: string): never => {
  throw new Error(`There is no index ${index}`);
};

interface Projection {
  readonly ProjectionExpression?: string | undefined;
  readonly ExpressionAttributeNames?: Record<string, string> | undefined;
}

function projected(item: Item, { ProjectionExpression, ExpressionAttributeNames: names = {} }: Projection): Item {
  const kept = ProjectionExpression?.split(", ").map((token) => names[token] ?? token);
  return kept ? Object.fromEntries(Object.entries(item).filter(([name]) => kept.includes(name))) : item;
}

const keyIn = ({ keys }: Table, item: Item): string => JSON.stringify(keys.map((key) => item[key] ?? missing(key)));

const cancelled = (codes: string[]): Error =>
  new TransactionCanceledException({
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(", ")}]`,
    $metadata: {},
    CancellationReasons: codes.map((Code) => ({ Code })),
  });
