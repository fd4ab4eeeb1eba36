import { type DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { fromItem, type Plain, toItem } from "../../shared/attribute-values";
import { type WriteResult, writeResult } from "../../shared/write-result";
import type { MarketEvent } from "../domain/market-event";
import type { Tick } from "../domain/tick";
import type { AuditRow } from "../stage/audit-row";
import { putRow } from "./audit-trail";

/** An event that ingestion accepts, with everything its rows are made of. */
export interface AcceptedEvent {
  readonly eventId: string;
  readonly series: string;
  readonly source: string;
  readonly receivedAt: string;
  readonly late: boolean;
  readonly payloadHash: string;
  readonly event: MarketEvent;
  readonly tick: Tick;
}

/** The identity claim of an event: who came first with this venue, feed, symbol and sequence. */
export interface Claim {
  readonly payloadHash: string;
  /** Sort key of the event's row. */
  readonly timestamp: string;
}

export type EventStatus = "VALIDATED" | "PROCESSED";

/** What ingestion reads of an event's row. */
export interface StoredEvent {
  readonly status: EventStatus;
  readonly payloadHash: string;
  readonly receivedAt: string;
  readonly late: boolean;
}

/** Where ingestion keeps events: the claim in the series table, the event in the events table. */
export interface EventStore {
  /** Claim, event and audit row: all three, or none. */
  accept(accepted: AcceptedEvent, row: AuditRow): Promise<WriteResult>;
  claimOf(series: string, sequence: number): Promise<Claim | undefined>;
  storedAt(eventId: string, timestamp: string): Promise<StoredEvent | undefined>;
}

export interface EventTables {
  readonly events: string;
  readonly series: string;
  readonly audit: string;
}

export class DynamoEventStore implements EventStore {
  /** @param expiresAt time to live of a claim, in seconds since the epoch */
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly tables: EventTables,
    private readonly expiresAt: () => number,
  ) {}

  accept(accepted: AcceptedEvent, row: AuditRow): Promise<WriteResult> {
    const claim = {
      TableName: this.tables.series,
      Item: toItem(this.claimItem(accepted)),
      ConditionExpression: "attribute_not_exists(series)",
    };
    // Outlives the claim, which expires: an event that comes back after months is still recognised by its own row.
    const event = {
      TableName: this.tables.events,
      Item: toItem(eventItem(accepted)),
      ConditionExpression: "attribute_not_exists(eventId)",
    };
    const TransactItems = [{ Put: claim }, { Put: event }, { Put: putRow(this.tables.audit, row) }];
    return writeResult(this.client.send(new TransactWriteItemsCommand({ TransactItems })));
  }

  claimOf(series: string, sequence: number): Promise<Claim | undefined> {
    return this.get<Claim>(this.tables.series, { series, sequence });
  }

  storedAt(eventId: string, timestamp: string): Promise<StoredEvent | undefined> {
    return this.get<StoredEvent>(this.tables.events, { eventId, timestamp });
  }

  private async get<Row>(table: string, key: Record<string, Plain>): Promise<Row | undefined> {
    const { Item } = await this.client.send(
      new GetItemCommand({ TableName: table, Key: toItem(key), ConsistentRead: true }),
    );
    return Item && (fromItem(Item) as Row);
  }

  /** A late event keeps its claim but gets no position, so that no window ever holds it. */
  private claimItem({ series, tick, late, payloadHash }: AcceptedEvent): Record<string, Plain | undefined> {
    return {
      ...(tick as unknown as Record<string, Plain | undefined>),
      position: late ? undefined : tick.position,
      series,
      payloadHash,
      timestamp: tick.eventTime,
      expiresAt: this.expiresAt(),
    };
  }
}

/** Holds no wall-clock time: a replay into emptied tables writes the same row again. */
function eventItem(accepted: AcceptedEvent): Record<string, Plain | undefined> {
  const { eventId, event, tick, series, source, receivedAt, late, payloadHash } = accepted;
  return {
    eventId,
    timestamp: tick.eventTime,
    eventType: event.type,
    source,
    venue: event.venue,
    feed: event.feed,
    symbol: event.symbol,
    sequence: event.sequence,
    series,
    position: tick.position,
    status: "VALIDATED",
    payload: event as unknown as Plain,
    receivedAt,
    late,
    payloadHash,
  };
}
