import type { Plain } from "../../shared/attribute-values";

export type Row = Readonly<Record<string, Plain>>;
export type Key = Readonly<Record<string, string | number>>;

/** Rows of one partition in the order of the sort key, a page of them. */
export interface PageOf {
  readonly table: string;
  /** Name and value of the partition key. */
  readonly partition: readonly [name: string, value: string];
  /** Name of the sort key, and the first that is wanted. */
  readonly from?: readonly [name: string, value: string];
  /** Behind this row. */
  readonly after?: Key;
  readonly limit?: number;
  /** As it is now, and never from a cache. */
  readonly consistent?: boolean;
}

export interface Page {
  readonly rows: readonly Row[];
  /** Where the next page begins; absent: there is none. */
  readonly next?: Key;
}

/**
 * How tables are read: from DynamoDB, or through a DAX cluster in front of it. What is not asked for as `consistent` may be old by the
 * cluster's times to live, one for items (of absent ones, too) and one for pages.
 */
export interface Reads {
  one(table: string, key: Key, consistent?: boolean): Promise<Row | undefined>;
  page(of: PageOf): Promise<Page>;
}

/** The parts of a query's input that both clients share; values are plain. */
export function queryOf({ table, partition, from, limit, consistent }: PageOf) {
  return {
    TableName: table,
    KeyConditionExpression: `#partition = :partition${from ? " AND #sort >= :from" : ""}`,
    ExpressionAttributeNames: { "#partition": partition[0], ...(from ? { "#sort": from[0] } : {}) },
    values: { ":partition": partition[1], ...(from ? { ":from": from[1] } : {}) },
    ...(limit === undefined ? {} : { Limit: limit }),
    ...(consistent ? { ConsistentRead: true } : {}),
  };
}
