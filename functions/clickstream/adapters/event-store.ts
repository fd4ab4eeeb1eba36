import { type DynamoDBClient, GetItemCommand, QueryCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { fromItem, type Plain, toItem } from "../../shared/attribute-values";
import { cancellations } from "../../shared/write-result";
import type { ProcessedEvent } from "../domain/processed-event";
import type { Session } from "../domain/sessions";
import type { EventStore, EventWrite, Neighbourhood, Written } from "../processing/processing";

export interface EventTables {
  /** By visitor and `timestamp#messageId`. */
  readonly events: string;
  /** By visitor and `timestamp#messageId` of the first event; the visitor's version stands at `VERSION`. */
  readonly sessions: string;
  /** By message id, with time to live. */
  readonly ids: string;
}

/** Sort key of a visitor's version: before every session, for times begin with a digit. */
const VERSION = "#version";

export const startOf = ({ first }: Session): string => `${first.timestamp}#${first.messageId}`;

/** Events, their visitors' sessions and message ids: one transaction an event. */
export class DynamoEventStore implements EventStore {
  /** @param expiresAt time to live of a message id, in seconds since the epoch: longer than any client tries again */
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly tables: EventTables,
    private readonly expiresAt: () => number,
  ) {}

  async neighbourhood(visitor: string, before: string): Promise<Neighbourhood> {
    // The version first: what is written after it is read makes the write fail, not the sessions wrong.
    const version = await this.versionOf(visitor);
    const { Items = [] } = await this.client.send(
      new QueryCommand({
        TableName: this.tables.sessions,
        KeyConditionExpression: "visitor = :visitor AND startedAt BETWEEN :first AND :before",
        ExpressionAttributeValues: toItem({ ":visitor": visitor, ":first": "0", ":before": before }),
        ScanIndexForward: false,
        Limit: 2,
        ConsistentRead: true,
      }),
    );
    return { version, sessions: Items.map((item) => fromItem(item).session as unknown as Session) };
  }

  async write({ event, session, absorbed, version }: EventWrite): Promise<Written> {
    const { visitor, messageId, fingerprint } = event;
    const key = (startedAt: string) => toItem({ visitor, startedAt });
    const kept = startOf(session);
    const claim = {
      TableName: this.tables.ids,
      Item: toItem({ messageId, fingerprint, visitor, at: event.at, expiresAt: this.expiresAt() }),
      ConditionExpression: "attribute_not_exists(messageId)",
    };
    const counted = {
      TableName: this.tables.sessions,
      Item: toItem({ visitor, startedAt: VERSION, version: version + 1 }),
      ConditionExpression: version === 0 ? "attribute_not_exists(visitor)" : "version = :version",
      ...(version === 0 ? {} : { ExpressionAttributeValues: toItem({ ":version": version }) }),
    };
    const joined = {
      TableName: this.tables.sessions,
      Item: toItem({ visitor, startedAt: kept, session: plain(session) }),
    };
    const gone = absorbed.map(startOf).filter((startedAt) => startedAt !== kept);
    const codes = await cancellations(
      this.client.send(
        new TransactWriteItemsCommand({
          TransactItems: [
            { Put: claim },
            { Put: counted },
            { Put: { TableName: this.tables.events, Item: eventItem(event) } },
            { Put: joined },
            ...gone.map((startedAt) => ({ Delete: { TableName: this.tables.sessions, Key: key(startedAt) } })),
          ],
        }),
      ),
    );
    if (codes === undefined) return "written";
    return codes[0] === "ConditionalCheckFailed" ? "taken" : "moved";
  }

  async fingerprintOf(messageId: string): Promise<string | undefined> {
    const Key = toItem({ messageId });
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.tables.ids, Key, ConsistentRead: true }),
    );
    return Item && String(fromItem(Item).fingerprint);
  }

  private async versionOf(visitor: string): Promise<number> {
    const Key = toItem({ visitor, startedAt: VERSION });
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: this.tables.sessions, Key, ConsistentRead: true }),
    );
    return Item ? Number(fromItem(Item).version) : 0;
  }
}

/** What a client may say is any JSON, and some of that no DynamoDB number or map: it is kept as text. */
const eventItem = ({ properties, traits, ...event }: ProcessedEvent) =>
  toItem({ ...plain(event), properties: JSON.stringify(properties), traits: JSON.stringify(traits) });

const plain = (value: object) => value as { readonly [key: string]: Plain | undefined };
