import { DeleteItemCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import { measure } from "../../../functions/market-data/domain/measurements";
import { type Tick, toTick } from "../../../functions/market-data/domain/tick";
import { DEFAULT_TUNABLES } from "../../../functions/market-data/domain/tunables";
import { type Estate, openEstate } from "../../../local/estate";
import type { EventSourceOptions } from "../../../local/event-sources";
import type { AuditRow, Ledger } from "../../../local/market/ledger";
import { auditOf } from "../../../local/market/read-back";
import { failureQueues, type Subscriber, send, settleAccounts, subscribe } from "../../../local/market/run-session";
import { itemsOf } from "../../../local/read-back";
import type { OutgoingEvent, SentEvent } from "../../../operations/market-data/sender";

/** A row of the events table, as far as tests look at it. */
export interface EventRow {
  readonly eventId: string;
  readonly timestamp: string;
  readonly series: string;
  readonly position: string;
  readonly status: string;
  readonly late: boolean;
  readonly payload: Parameters<typeof toTick>[0];
  readonly measurements?: Readonly<Record<string, string>>;
}

/** Parameters are read again after a second, so that a test sees a change soon. */
const { allowedSources: _, ...tunables } = DEFAULT_TUNABLES;
export const QUICK_TUNABLES = JSON.stringify({ ...tunables, parameterTtlSeconds: 1 });

/** Market data deployed on a cloud of its own, with a subscriber to its alerts. */
export class Desk {
  readonly #sent: SentEvent[] = [];

  private constructor(
    readonly estate: Estate,
    readonly subscriber: Subscriber,
  ) {}

  static async open(name: string, sources: EventSourceOptions = {}): Promise<Desk> {
    const overrides = { marketDataTunables: QUICK_TUNABLES };
    const estate = await openEstate({ name, overrides, sources: { timeScale: 1 / 300, ...sources } });
    return new Desk(estate, await subscribe(estate));
  }

  /** Sends details from one exchange, or whole events, and waits until all has been settled. */
  async send(events: readonly (OutgoingEvent | Readonly<Record<string, unknown>>)[]): Promise<SentEvent[]> {
    const outgoing = events.map((event) =>
      "source" in event ? (event as OutgoingEvent) : { source: "exchange.xnas", detail: event },
    );
    const sent = await send(this.estate, outgoing);
    this.#sent.push(...sent);
    await this.estate.sources.idle();
    return sent;
  }

  /** The accounts of everything sent so far. */
  ledger(): Promise<Ledger> {
    return settleAccounts(this.estate, this.#sent);
  }

  async events(symbol?: string): Promise<EventRow[]> {
    const rows = (await itemsOf(this.estate.clients, this.table("Events"))) as unknown as EventRow[];
    const sorted = rows.sort((a, b) => (a.position < b.position ? -1 : 1));
    return symbol === undefined ? sorted : sorted.filter(({ series }) => series.endsWith(`:${symbol}`));
  }

  async audit(eventId?: string): Promise<(AuditRow & { readonly payload?: string; readonly replayId?: string })[]> {
    const rows = await auditOf(this.estate.clients, this.table("Audit"));
    return eventId === undefined ? rows : rows.filter((row) => row.eventId === eventId);
  }

  items(table: "Series" | "Alerts"): Promise<Record<string, unknown>[]> {
    return itemsOf(this.estate.clients, this.table(table));
  }

  table(noun: "Events" | "Series" | "Audit" | "Alerts"): string {
    return this.estate.output(`marketData${noun}TableName`);
  }

  queue(end: string): string {
    const [, url] = [...failureQueues(this.estate)].find(([name]) => name.startsWith(`queue-${end}`)) ?? [];
    if (url === undefined) throw new Error(`no failure queue is called queue-${end}…`);
    return url;
  }

  /** Deletes every item of a table. */
  async empty(table: "Events" | "Series", key: readonly [string, string]): Promise<void> {
    const TableName = this.table(table);
    const items = await itemsOf(this.estate.clients, TableName);
    const dynamodb: DynamoDBClient = this.estate.clients.dynamodb;
    for (const item of items) {
      const Key = marshall(Object.fromEntries(key.map((name) => [name, item[name]])));
      await dynamodb.send(new DeleteItemCommand({ TableName, Key }));
    }
  }

  close(): Promise<void> {
    return this.estate.stop();
  }
}

let sequences = 0;

/** A trade of a symbol, now; every call has the next sequence number. */
export function trade(symbol: string, change: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    venue: "XNAS",
    feed: "ITCH",
    symbol,
    sequence: ++sequences,
    eventTime: new Date().toISOString(),
    type: "trade",
    price: "100.00",
    size: "10",
    currency: "USD",
    ...change,
  };
}

/** What the measurements of a series have to be: every window measured from the sorted whole. */
export function bruteForce(rows: readonly EventRow[]): Map<string, unknown> {
  const bySeries = new Map<string, EventRow[]>();
  for (const row of rows) if (!row.late) bySeries.set(row.series, [...(bySeries.get(row.series) ?? []), row]);
  const expected = new Map<string, unknown>();
  for (const series of bySeries.values()) {
    const ticks: Tick[] = series.map(({ payload }) => toTick(payload));
    series.forEach(({ eventId }, index) => {
      const window = ticks.slice(Math.max(0, index - DEFAULT_TUNABLES.windowEvents + 1), index + 1);
      expected.set(eventId, measure(window, DEFAULT_TUNABLES));
    });
  }
  return expected;
}
