import { readRecord } from "../../functions/clickstream/domain/envelope";
import { type Link, linkOf } from "../../functions/clickstream/domain/identity";
import {
  type ProcessedEvent,
  type ProcessingPolicy,
  processedEvent,
} from "../../functions/clickstream/domain/processed-event";
import type { StoredRecord } from "./account";

/** A record, read: either `event` or why there is none. */
export interface Read extends StoredRecord {
  readonly event?: ProcessedEvent;
  readonly unreadable?: string;
  /** What it says of who an anonymous visitor is. */
  readonly link?: Link;
}

/** What each record is to become, by the rules of the domain alone. */
export const readAll = (records: readonly StoredRecord[], policy: ProcessingPolicy): Read[] =>
  records.map(({ eventId, data }) => {
    const read = readRecord(data);
    if (!read.readable) return { eventId, data, unreadable: read.reason };
    const event = processedEvent(read.envelope, read.message, policy);
    const link = linkOf(read.message, event.timestamp);
    return { eventId, data, event, ...(link === undefined ? {} : { link }) };
  });
