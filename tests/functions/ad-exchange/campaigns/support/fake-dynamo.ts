import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import type { DaxClient } from "../../../../../functions/ad-exchange/adapters/dax-reads";
import type { Row } from "../../../../../functions/ad-exchange/adapters/reads";
import { fromItem, type Item, type Plain, toItem } from "../../../../../functions/shared/attribute-values";
import { Failing } from "../../../handlers/support/fakes";

interface Put {
  readonly TableName: string;
  readonly Item: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeValues?: Item;
}

interface Input {
  readonly TableName: string;
  readonly Key?: Item;
  readonly Item?: Item;
  readonly Limit?: number;
  readonly Segment?: number;
  readonly TotalSegments?: number;
  readonly ConsistentRead?: boolean;
  readonly ExclusiveStartKey?: Item;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly TransactItems?: readonly { readonly Put: Put }[];
}

/** Tables in memory by their keys, with the few expressions that the exchange's adapters write. Knows no throttle and no size. */
export class FakeDynamo extends Failing {
  readonly calls: { readonly name: string; readonly input: Input }[] = [];
  private readonly rows = new Map<string, Map<string, Row>>();
  /** Rows of a page, whatever is asked for. */
  pageSize = 1_000;

  constructor(private readonly keys: Readonly<Record<string, readonly string[]>>) {
    super();
  }

  /** A table's rows, in the order of their keys. */
  all(table: string): readonly Row[] {
    const names = this.keys[table]!;
    const of = (row: Row) => names.map((name) => row[name]!);
    return [...this.table(table).values()].sort((a, b) => compare(of(a), of(b)));
  }

  put(table: string, row: Row): void {
    this.table(table).set(this.keyOf(table, row), row);
  }

  delete(table: string, row: Row): void {
    this.table(table).delete(this.keyOf(table, row));
  }

  async send(command: { readonly constructor: { readonly name: string }; readonly input: unknown }): Promise<never> {
    const name = command.constructor.name.replace("Command", "");
    const input = command.input as Input;
    this.calls.push({ name, input });
    this.failNow();
    return this.answer(name, input) as never;
  }

  private answer(name: string, input: Input): unknown {
    switch (name) {
      case "GetItem": {
        const row = this.table(input.TableName).get(this.keyOf(input.TableName, fromItem(input.Key!)));
        return row ? { Item: toItem(row) } : {};
      }
      case "PutItem":
        if (!this.holds(input as Put))
          throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
        this.put(input.TableName, fromItem(input.Item!));
        return {};
      case "TransactWriteItems":
        return this.transact(input.TransactItems!.map(({ Put }) => Put));
      case "Query":
        return this.page(input, (row) => this.isAsked(row, input));
      case "Scan":
        return this.page(input, (_, index) => index % input.TotalSegments! === input.Segment);
      default:
        throw new Error(`${name} is not imitated`);
    }
  }

  private transact(puts: readonly Put[]): object {
    const codes = puts.map((put) => ({ Code: this.holds(put) ? "None" : "ConditionalCheckFailed" }));
    if (codes.some(({ Code }) => Code !== "None"))
      throw new TransactionCanceledException({ message: "", $metadata: {}, CancellationReasons: codes });
    for (const { TableName, Item } of puts) this.put(TableName, fromItem(Item));
    return {};
  }

  private page(input: Input, wants: (row: Row, index: number) => boolean): object {
    const names = this.keys[input.TableName]!;
    const start = input.ExclusiveStartKey && fromItem(input.ExclusiveStartKey);
    const of = (row: Row) => names.map((name) => row[name]!);
    const all = this.all(input.TableName).filter(wants);
    const left = start ? all.filter((row) => compare(of(row), of(start)) > 0) : all;
    const read = left.slice(0, Math.min(this.pageSize, input.Limit ?? this.pageSize));
    const last = read.length < left.length ? read.at(-1) : undefined;
    const key = last && Object.fromEntries(names.map((name) => [name, last[name]!]));
    return { Items: read.map(toItem), ...(key ? { LastEvaluatedKey: toItem(key) } : {}) };
  }

  private isAsked(row: Row, { ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Input): boolean {
    const given = fromItem(values!);
    const isHere = row[names!["#partition"]!] === given[":partition"];
    return isHere && (given[":from"] === undefined || String(row[names!["#sort"]!]) >= String(given[":from"]));
  }

  private holds({ TableName, Item, ConditionExpression, ExpressionAttributeValues }: Put): boolean {
    const there = this.table(TableName).get(this.keyOf(TableName, fromItem(Item)));
    const values = fromItem(ExpressionAttributeValues ?? {});
    if (ConditionExpression === undefined) return true;
    return ConditionExpression.split(" OR ").some((part) => {
      const absent = /^attribute_not_exists\((\w+)\)$/.exec(part)?.[1];
      if (absent !== undefined) return there?.[absent] === undefined;
      const [, name, sign, value] = /^(\w+) (=|<) (:\w+)$/.exec(part) ?? [];
      if (name === undefined) throw new Error(`${part} is not imitated`);
      const [is, other] = [there?.[name], values[value!]];
      return is !== undefined && (sign === "=" ? is === other : Number(is) < Number(other));
    });
  }

  private keyOf(table: string, row: Row): string {
    return JSON.stringify(this.keys[table]!.map((name) => row[name]));
  }

  private table(name: string): Map<string, Row> {
    if (!this.keys[name]) throw new Error(`there is no table ${name}`);
    const rows = this.rows.get(name) ?? new Map<string, Row>();
    this.rows.set(name, rows);
    return rows;
  }
}

function compare(a: readonly Plain[], b: readonly Plain[]): number {
  for (const [index, value] of a.entries()) {
    const other = b[index]!;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

/** The DAX client's document operations in front of such tables; it caches nothing of itself. */
export const fakeDax = (dynamo: FakeDynamo): DaxClient => {
  const send = async (name: string, input: object): Promise<{ Item?: Item; Items?: Item[]; LastEvaluatedKey?: Item }> =>
    dynamo.send({ constructor: { name }, input });
  const plain = (item: Item | undefined) => item && fromItem(item);
  return {
    get: async ({ Key, ...input }) => ({ Item: plain((await send("GetItem", { ...input, Key: toItem(Key) })).Item) }),
    query: async (input) => {
      const { ExpressionAttributeValues: values, ExclusiveStartKey: start, ...rest } = input as Record<string, Row>;
      const item = {
        ExpressionAttributeValues: toItem(values!),
        ...(start ? { ExclusiveStartKey: toItem(start) } : {}),
      };
      const { Items = [], LastEvaluatedKey } = await send("Query", { ...rest, ...item });
      const next = plain(LastEvaluatedKey);
      return { Items: Items.map(fromItem), ...(next ? { LastEvaluatedKey: next } : {}) };
    },
  };
};
