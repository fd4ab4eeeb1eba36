import type { Link } from "../../functions/clickstream/domain/identity";
import type { ProcessedEvent } from "../../functions/clickstream/domain/processed-event";
import type { Exchange } from "./exchange";
import type { VisitorSession } from "./sessions";

/** A record as the stream holds it. */
export interface StoredRecord {
  /** `shardId-000000000000:49…` */
  readonly eventId: string;
  readonly data: Uint8Array;
}

/** All that is known from outside: what clients were told, and what stream, tables and bucket hold. No counter of any function. */
export interface Account {
  readonly exchanges: readonly Exchange[];
  /** Data of the records that were put past the collector. */
  readonly direct: readonly Uint8Array[];
  readonly records: readonly StoredRecord[];
  readonly events: readonly ProcessedEvent[];
  readonly quarantine: readonly { readonly eventId: string; readonly reason: string; readonly data: Uint8Array }[];
  readonly sessions: readonly VisitorSession[];
  readonly links: readonly Link[];
  /** When each visitor was last erased, of those who were. */
  readonly erased: readonly { readonly visitor: string; readonly at: string }[];
  /** Users whose erasure was asked for, and answered as done. */
  readonly erasures: readonly string[];
  /** Records that wait in the failure bucket, by the letter that holds them. */
  readonly letters: readonly (readonly string[])[];
}
