import { type DynamoDBClient, QueryCommand } from "@aws-sdk/client-dynamodb";
import { fromItem, toAttribute } from "../../shared/attribute-values";
import type { Tick } from "../domain/tick";

/** The ticks of a series in the order of their positions. Strongly consistent: what was claimed before is seen. */
export interface TickSeries {
  /**
   * At least the last `count` ticks up to and including `position` and the first `count` - 1 after it (all there are,
   * if fewer), oldest first, without a gap.
   */
  around(series: string, position: string, count: number): Promise<Tick[]>;
  /** The last `count` ticks up to and including `position`, oldest first. */
  upTo(series: string, position: string, count: number): Promise<Tick[]>;
  /** How many ticks lie from the one position to the other, both included; asked of windows, so of few. */
  countBetween(series: string, from: string, to: string): Promise<number>;
}

/**
 * What a window needs of a claim, and not the rest of it: an event reads some thirty of them, and parsing them is most of
 * what it costs. Under aliases, since half of the names are reserved words of DynamoDB.
 */
const FIELDS: readonly (keyof Tick)[] = [
  ...(["sequence", "eventTime", "position", "type", "price", "size", "bid", "bidSize", "ask", "askSize"] as const),
  ...(["open", "high", "low", "close", "volume", "corrects", "action", "state"] as const),
];
const PROJECTION = {
  ProjectionExpression: FIELDS.map((name) => `#${name}`).join(", "),
  ExpressionAttributeNames: Object.fromEntries(FIELDS.map((name) => [`#${name}`, name])),
};

interface Span {
  readonly series: string;
  readonly bound?: { readonly comparison: "<=" | ">"; readonly position: string };
  readonly newestFirst: boolean;
  readonly limit: number;
}

export class DynamoTickSeries implements TickSeries {
  private behind = false;

  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly table: string,
  ) {}

  /**
   * An event is almost always among the newest of its series, so one query from the newest end holds both sides; half a
   * window is allowed for. Only when it does not are both sides asked for, and then at once for the next events too: a
   * function that has fallen behind meets many such events in a row.
   */
  async around(series: string, position: string, count: number): Promise<Tick[]> {
    const allowed = Math.ceil(count / 2);
    if (!this.behind) {
      const limit = count + allowed;
      const newest = await this.query({ series, newestFirst: true, limit });
      const before = newest.filter((tick) => tick.position <= position).length;
      if (before >= count || newest.length < limit) return newest.reverse();
    }
    const [older, newer] = await Promise.all([
      this.upTo(series, position, count),
      this.query({ series, bound: { comparison: ">", position }, newestFirst: false, limit: count - 1 }),
    ]);
    this.behind = newer.length > allowed;
    return [...older, ...newer];
  }

  async upTo(series: string, position: string, count: number): Promise<Tick[]> {
    const bound = { comparison: "<=", position } as const;
    return (await this.query({ series, bound, newestFirst: true, limit: count })).reverse();
  }

  async countBetween(series: string, from: string, to: string): Promise<number> {
    const { Count = 0 } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        IndexName: "byTime",
        KeyConditionExpression: "series = :series AND #position BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#position": "position" },
        ExpressionAttributeValues: {
          ":series": toAttribute(series),
          ":from": toAttribute(from),
          ":to": toAttribute(to),
        },
        ConsistentRead: true,
        Select: "COUNT",
      }),
    );
    return Count;
  }

  /** One page holds the answer: `limit` ticks of some 300 bytes are far from the 1 MB a page may have. */
  private async query({ series, bound, newestFirst, limit }: Span): Promise<Tick[]> {
    if (limit < 1) return [];
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.table,
        IndexName: "byTime",
        KeyConditionExpression: bound
          ? `series = :series AND #position ${bound.comparison} :position`
          : "series = :series",
        ...PROJECTION,
        ExpressionAttributeValues: {
          ":series": toAttribute(series),
          ...(bound ? { ":position": toAttribute(bound.position) } : {}),
        },
        ConsistentRead: true,
        ScanIndexForward: !newestFirst,
        Limit: limit,
      }),
    );
    return Items.map((item) => fromItem(item) as unknown as Tick);
  }
}
