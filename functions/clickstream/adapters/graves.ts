import { DeleteItemCommand, UpdateItemCommand, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { toItem } from "../../shared/attribute-values";
import type { Clock } from "../../shared/clock";
import { RetryableFailure } from "../../shared/outcome";
import { conditional } from "../../shared/write-result";
import { ERASED, nextEra } from "../domain/erasure";
import type { Subject } from "../domain/reader-routes";
import { EARLIEST, LATEST } from "../domain/spans";
import type { Graves, KnownLink } from "../reader/erasure";
import { batchWrite } from "./batch-write";
import { linkAt, linksOf } from "./links";
import { beforeErased, firstOf, queryOf, type Row, rowsOf, type Sender, stateOf } from "./queries";
import { BY_VISITOR, type EventTables, VERSION } from "./tables";

/** Rows that are deleted at a time: four requests of BatchWriteItem. */
const AT_A_TIME = 100;
const MOST_TRIES = 8;

export class DynamoGraves implements Graves {
  /** @param expiresAt time to live of the id of an erased message, in seconds since the epoch */
  constructor(
    private readonly client: Sender,
    private readonly tables: EventTables & { readonly quarantine: string },
    private readonly expiresAt: () => number,
    private readonly clock: Clock,
  ) {}

  /** Counts as a write of the visitor: an event that was placed before it and is written after it is placed again. */
  async bury(visitor: string): Promise<string> {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const { erasedAt } = await stateOf(this.client, this.tables.sessions, visitor);
      const era = nextEra(this.clock.now(), erasedAt);
      const update = new UpdateItemCommand({
        TableName: this.tables.sessions,
        Key: toItem({ visitor, startedAt: VERSION }),
        UpdateExpression: "SET erasedAt = :era ADD version :one",
        ConditionExpression: "attribute_not_exists(erasedAt) OR erasedAt < :era",
        ExpressionAttributeValues: toItem({ ":era": era, ":one": 1 }),
      });
      if (await conditional(this.client.send(update))) return era;
    }
    throw new RetryableFailure(`erasing a visitor: another erasure came between, ${MOST_TRIES} times`);
  }

  async *links({ kind, id }: Subject): AsyncGenerator<KnownLink, void> {
    const { links } = this.tables;
    if (kind === "user") return yield* linksOf(this.client, links, id);
    const link = await linkAt(this.client, links, id);
    if (link) yield link;
  }

  async unlink({ anonymousId, userId }: KnownLink, era?: string): Promise<boolean> {
    const isEarlier = era === undefined ? "" : " AND (attribute_not_exists(era) OR era < :era)";
    const command = new DeleteItemCommand({
      TableName: this.tables.links,
      Key: toItem({ anonymousId }),
      ConditionExpression: `userId = :user${isEarlier}`,
      ExpressionAttributeValues: toItem({ ":user": userId, ":era": era }),
    });
    return conditional(this.client.send(command));
  }

  readonly clear: Graves["clear"] = {
    quarantined: async (visitor) => {
      const { quarantine: table } = this.tables;
      const rows = rowsOf(this.client, queryOf({ table, index: BY_VISITOR, key: { visitor } }));
      return (await firstOf(this.deleted(table, rows), AT_A_TIME)).length;
    },
    sessions: async (visitor, era) => {
      const { sessions: table } = this.tables;
      const rows = await this.rowsBefore(table, visitor, era, "startedAt", "#sort");
      return this.delete(table, rows, ({ startedAt }) => ({ visitor, startedAt: String(startedAt) }));
    },
    events: async (visitor, era) => {
      const { events: table, ids } = this.tables;
      const rows = await this.rowsBefore(table, visitor, era, "at", "#sort, messageId");
      const expiresAt = this.expiresAt();
      // The ids first: as long as an event is there, its id is found.
      const messageIds = [...new Set(rows.map(({ messageId }) => String(messageId)))];
      const bare = messageIds.map((messageId) => toItem({ messageId, fingerprint: ERASED, expiresAt }));
      await batchWrite(
        this.client,
        ids,
        bare.map((Item): WriteRequest => ({ PutRequest: { Item } })),
        this.clock,
      );
      return this.delete(table, rows, ({ at }) => ({ visitor, at: String(at) }));
    },
  };

  private rowsBefore(table: string, visitor: string, era: string, key: string, names: string): Promise<readonly Row[]> {
    const query = queryOf({ table, key: { visitor } }, { sort: [key, EARLIEST, LATEST], filter: beforeErased(era) });
    const settings = { ProjectionExpression: names, ConsistentRead: true, Limit: AT_A_TIME };
    return firstOf(rowsOf(this.client, { ...query, ...settings }), AT_A_TIME);
  }

  private async delete(
    table: string,
    rows: readonly Row[],
    keyOf: (row: Row) => Readonly<Record<string, string>>,
  ): Promise<number> {
    const requests = rows.map((row): WriteRequest => ({ DeleteRequest: { Key: toItem(keyOf(row)) } }));
    await batchWrite(this.client, table, requests, this.clock);
    return rows.length;
  }

  /** Of letters, those that were there: the index may still show what is gone. One by one, for they are few. */
  private async *deleted(TableName: string, rows: AsyncIterable<Row>): AsyncGenerator<Row, void> {
    for await (const row of rows) {
      const Key = toItem({ eventId: row.eventId });
      const command = new DeleteItemCommand({ TableName, Key, ConditionExpression: "attribute_exists(eventId)" });
      if (await conditional(this.client.send(command))) yield row;
    }
  }
}
