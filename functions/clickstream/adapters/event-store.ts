import { PutItemCommand, type TransactWriteItem, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { type Plain, toItem } from "../../shared/attribute-values";
import { cancellations, conditional } from "../../shared/write-result";
import { ERASED } from "../domain/erasure";
import type { Link } from "../domain/identity";
import type { ProcessedEvent } from "../domain/processed-event";
import type { Session } from "../domain/sessions";
import { EARLIEST } from "../domain/spans";
import type { EventStore, EventWrite, Neighbourhood, Written } from "../processing/processing";
import { firstOf, pageFor, queryOf, rowAt, rowsOf, type Sender, sinceErased, stateOf } from "./queries";
import { type EventTables, VERSION } from "./tables";

export const startOf = ({ first }: Session): string => `${first.timestamp}#${first.messageId}`;

/** Events, their visitors' sessions and links, and message ids: one transaction an event. */
export class DynamoEventStore implements EventStore {
  /** @param expiresAt time to live of a message id, in seconds since the epoch: longer than any client tries again */
  constructor(
    private readonly client: Sender,
    private readonly tables: EventTables,
    private readonly expiresAt: () => number,
  ) {}

  async neighbourhood(visitor: string, before: string, anonymousId?: string): Promise<Neighbourhood> {
    // The version first: what is written after it is read makes the write fail, not the sessions wrong.
    const state = await stateOf(this.client, this.tables.sessions, visitor);
    const [sessions, link] = await Promise.all([
      firstOf(
        rowsOf(this.client, {
          ...queryOf(
            { table: this.tables.sessions, key: { visitor } },
            { sort: ["startedAt", EARLIEST, before], filter: sinceErased(state.erasedAt) },
          ),
          ...{ ScanIndexForward: false, Limit: pageFor(2, state.erasedAt), ConsistentRead: true },
        }),
        2,
      ),
      anonymousId === undefined ? undefined : rowAt(this.client, this.tables.links, { anonymousId }),
    ]);
    return {
      ...state,
      sessions: sessions.map(({ session }) => session as unknown as Session),
      ...(link ? { link: link as unknown as Link } : {}),
    };
  }

  async write({ event, session, absorbed, version, era, link }: EventWrite): Promise<Written> {
    const { visitor, messageId, fingerprint, at } = event;
    const { events, sessions, ids } = this.tables;
    const kept = startOf(session);
    const claim = toItem({ messageId, fingerprint, visitor, at, expiresAt: this.expiresAt() });
    const gone = absorbed.map(startOf).filter((startedAt) => startedAt !== kept);
    const codes = await cancellations(
      this.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: { TableName: ids, Item: claim, ConditionExpression: "attribute_not_exists(messageId)" } },
            this.counted(visitor, version),
            { Put: { TableName: events, Item: toItem({ ...stored(event), era }) } },
            { Put: { TableName: sessions, Item: toItem({ visitor, startedAt: kept, session: plain(session), era }) } },
            ...gone.map((startedAt) => ({ Delete: { TableName: sessions, Key: toItem({ visitor, startedAt }) } })),
            ...(link ? [this.held(link)] : []),
          ],
        }),
      ),
    );
    if (codes === undefined) return "written";
    return codes[0] === "ConditionalCheckFailed" ? "taken" : "moved";
  }

  async fingerprintOf(messageId: string): Promise<string | undefined> {
    const row = await rowAt(this.client, this.tables.ids, { messageId });
    return row && String(row.fingerprint);
  }

  async forget(messageId: string): Promise<void> {
    const put = new PutItemCommand({
      TableName: this.tables.ids,
      Item: toItem({ messageId, fingerprint: ERASED, expiresAt: this.expiresAt() }),
      ConditionExpression: "attribute_not_exists(messageId)",
    });
    await conditional(this.client.send(put));
  }

  /** An update, not a put: when the visitor was erased stands beside the version. */
  private counted(visitor: string, version: number): TransactWriteItem {
    return {
      Update: {
        TableName: this.tables.sessions,
        Key: toItem({ visitor, startedAt: VERSION }),
        UpdateExpression: "SET version = :next",
        ConditionExpression: version === 0 ? "attribute_not_exists(visitor)" : "version = :version",
        ExpressionAttributeValues: toItem({ ":next": version + 1, ...(version === 0 ? {} : { ":version": version }) }),
      },
    };
  }

  /** The link, where it replaces the one that is there by now, as `replaces` says. */
  private held({ anonymousId, userId, at, era }: Link): TransactWriteItem {
    const holds = "attribute_not_exists(anonymousId) OR #at > :at OR (#at = :at AND userId > :user)";
    const isLater = "(userId = :user AND (attribute_not_exists(era) OR era < :era))";
    return {
      Put: {
        TableName: this.tables.links,
        Item: toItem({ anonymousId, userId, at, era }),
        ConditionExpression: era === undefined ? holds : `${holds} OR ${isLater}`,
        ExpressionAttributeNames: { "#at": "at" },
        ExpressionAttributeValues: toItem({ ":user": userId, ":at": at, ":era": era }),
      },
    };
  }
}

/** What a client may say is any JSON, and some of that no DynamoDB number or map: it is kept as text. */
const stored = ({ properties, traits, ...event }: ProcessedEvent) => ({
  ...plain(event),
  ...{ properties: JSON.stringify(properties), traits: JSON.stringify(traits) },
});

const plain = (value: object) => value as { readonly [key: string]: Plain | undefined };
