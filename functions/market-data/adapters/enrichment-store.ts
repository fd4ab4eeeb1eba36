import {
  type AttributeValue,
  BatchGetItemCommand,
  type DynamoDBClient,
  type TransactWriteItem,
  TransactWriteItemsCommand,
  type Update,
} from "@aws-sdk/client-dynamodb";
import { fromItem, type Plain, toAttribute, toItem } from "../../shared/attribute-values";
import { RetryableFailure } from "../../shared/outcome";
import { type WriteResult, writeResult } from "../../shared/write-result";
import type { MarketEvent } from "../domain/market-event";
import type { Measurements } from "../domain/measurements";
import type { AuditRow } from "../stage/audit-row";
import { putRow } from "./audit-trail";
import type { EventStatus } from "./event-store";

/** Key of a row in the events table. */
export interface RowKey {
  readonly eventId: string;
  readonly timestamp: string;
}

/** Measurements of one event, and what they are based on: the greater basis knew more of the window. */
export interface Enrichment extends RowKey {
  readonly measurements: Measurements;
  /** Whole number of up to 38 digits. */
  readonly basis: string;
}

/** What is known of a row before it is written. */
export interface KnownRow extends RowKey {
  readonly status: EventStatus;
  readonly basis?: bigint;
}

/** What an alert says of an event besides its measurements. */
export interface StoredInput extends RowKey {
  readonly receivedAt: string;
  readonly event: MarketEvent;
}

/** What one processing attempt writes. */
export interface ProcessedEvent extends RowKey {
  /** Absent for late events. */
  readonly enrichment?: Enrichment;
  readonly followers: readonly Enrichment[];
}

export interface EnrichmentStore {
  /** Consistent; rows that do not exist are absent. */
  known(keys: readonly RowKey[]): Promise<ReadonlyMap<string, KnownRow>>;
  inputs(keys: readonly RowKey[]): Promise<readonly StoredInput[]>;
  /**
   * Marks the event processed and writes the enrichments and the audit row: all, or none. Refused when the event is not
   * VALIDATED, and when a follower is not PROCESSED or knows as much or more by now.
   */
  record(processed: ProcessedEvent, row: AuditRow): Promise<WriteResult>;
  /** Replaces the measurements of a PROCESSED event. Refused when its row knows as much or more by now. */
  improve(enrichment: Enrichment): Promise<WriteResult>;
}

/** Rounds of one batch read before what is left unread counts as throttled. */
const MOST_ROUNDS = 4;

export class DynamoEnrichmentStore implements EnrichmentStore {
  constructor(
    private readonly client: Pick<DynamoDBClient, "send">,
    private readonly tables: { readonly events: string; readonly audit: string },
  ) {}

  async known(keys: readonly RowKey[]): Promise<ReadonlyMap<string, KnownRow>> {
    const rows = await this.read(keys, ["eventId", "timestamp", "status", "basis"]);
    return new Map(
      rows.map((row) => {
        const { basis, ...known } = row as unknown as Omit<KnownRow, "basis"> & { basis?: number | bigint };
        return [known.eventId, basis === undefined ? known : { ...known, basis: BigInt(basis) }];
      }),
    );
  }

  async inputs(keys: readonly RowKey[]): Promise<readonly StoredInput[]> {
    const rows = await this.read(keys, ["eventId", "timestamp", "receivedAt", "payload"]);
    return rows.map(({ payload, ...row }) => ({ ...row, event: payload }) as unknown as StoredInput);
  }

  /** Only the attributes that are needed: whole rows of twenty neighbours take longer to parse than to fetch. */
  private async read(keys: readonly RowKey[], attributes: readonly string[]): Promise<Record<string, Plain>[]> {
    const table = this.tables.events;
    const rows: Record<string, Plain>[] = [];
    let asked: Record<string, AttributeValue>[] = keys.map(({ eventId, timestamp }) => toItem({ eventId, timestamp }));
    const projection = {
      ProjectionExpression: attributes.map((name) => `#${name}`).join(", "),
      ExpressionAttributeNames: Object.fromEntries(attributes.map((name) => [`#${name}`, name])),
    };
    for (let round = 0; asked.length > 0; round++) {
      if (round === MOST_ROUNDS) throw new RetryableFailure(`${asked.length} rows of ${table} could not be read yet`);
      const RequestItems = { [table]: { Keys: asked, ConsistentRead: true, ...projection } };
      const { Responses, UnprocessedKeys } = await this.client.send(new BatchGetItemCommand({ RequestItems }));
      rows.push(...(Responses?.[table] ?? []).map(fromItem));
      asked = UnprocessedKeys?.[table]?.Keys ?? [];
    }
    return rows;
  }

  record({ eventId, timestamp, enrichment, followers }: ProcessedEvent, row: AuditRow): Promise<WriteResult> {
    return this.write([
      { Update: this.processed({ eventId, timestamp }, enrichment) },
      { Put: putRow(this.tables.audit, row) },
      ...followers.map((follower) => ({ Update: this.improved(follower) })),
    ]);
  }

  /** A transaction of one, which tells a conflict with others' transactions from a refusal. */
  improve(enrichment: Enrichment): Promise<WriteResult> {
    return this.write([{ Update: this.improved(enrichment) }]);
  }

  private write(TransactItems: TransactWriteItem[]): Promise<WriteResult> {
    return writeResult(this.client.send(new TransactWriteItemsCommand({ TransactItems })));
  }

  private processed(key: RowKey, enrichment: Enrichment | undefined): Update {
    const measured = enrichment ? `, ${SET_ENRICHMENT}` : "";
    return this.update(key, "VALIDATED", `SET #status = :processed${measured}`, "", {
      ":processed": toAttribute("PROCESSED"),
      ...(enrichment ? enrichmentValues(enrichment) : {}),
    });
  }

  private improved(enrichment: Enrichment): Update {
    const values = enrichmentValues(enrichment);
    return this.update(enrichment, "PROCESSED", `SET ${SET_ENRICHMENT}`, " AND basis < :basis", values);
  }

  /** An update of a row in this status, which none has that does not exist. */
  private update(
    { eventId, timestamp }: RowKey,
    status: EventStatus,
    expression: string,
    condition: string,
    values: Readonly<Record<string, AttributeValue>>,
  ): Update {
    return {
      TableName: this.tables.events,
      Key: toItem({ eventId, timestamp }),
      UpdateExpression: expression,
      ConditionExpression: `#status = :status${condition}`,
      ExpressionAttributeNames: { "#status": "status" },
      ExpressionAttributeValues: { ":status": toAttribute(status), ...values },
    };
  }
}

const SET_ENRICHMENT = "measurements = :measurements, basis = :basis";

const enrichmentValues = ({ measurements, basis }: Enrichment): Record<string, AttributeValue> => ({
  ":measurements": toAttribute(measurements as Readonly<Record<string, Plain>>),
  ":basis": { N: basis },
});
