import { countBy } from "../figures";

/** An audit row as the functions write it; `timestamp` is the attempt's start and its request, durations milliseconds. */
export interface AuditRow {
  readonly eventId: string;
  readonly stage: "ingestion" | "processing" | "notification";
  readonly status: string;
  readonly timestamp: string;
  readonly durationMs: number;
  readonly envelopeId?: string;
  readonly reason?: string;
  readonly candidates?: readonly string[];
}

/** A message that waits in a failure queue: the envelope it holds. */
export interface Letter {
  readonly queue: string;
  readonly envelopeId: string;
  readonly eventId?: string;
}

/** What one session came to. `lost` names every event that was sent and is accounted for nowhere. */
export interface Ledger {
  readonly sent: number;
  readonly validated: number;
  readonly duplicates: number;
  readonly rejected: ReadonlyMap<string, number>;
  readonly processed: number;
  readonly late: number;
  readonly candidates: number;
  readonly notifications: ReadonlyMap<string, number>;
  readonly retries: number;
  readonly auditRows: number;
  readonly letters: ReadonlyMap<string, number>;
  readonly lost: readonly string[];
  readonly endToEnd: readonly number[];
}

const DONE: Record<AuditRow["stage"], ReadonlySet<string>> = {
  ingestion: new Set(["VALIDATED", "DUPLICATE", "REPUBLISHED", "REJECTED"]),
  processing: new Set(["PROCESSED", "LATE", "DUPLICATE"]),
  notification: new Set(["NOTIFIED", "NOT_MET", "ALREADY_OPEN", "SUPPRESSED_STORM", "SUPPRESSED_REPLAY"]),
};

/**
 * Settles a session: every envelope sent must have been decided by ingestion or wait in a queue, every accepted event
 * must have been processed or wait, and every candidate must have been decided by notification or wait.
 * Pure: reads nothing but its arguments.
 */
export function settle(
  sent: readonly { envelopeId: string; sentAt: number }[],
  audit: readonly AuditRow[],
  letters: readonly Letter[],
): Ledger {
  const done = audit.filter((row) => DONE[row.stage].has(row.status));
  const of = (stage: AuditRow["stage"]) => done.filter((row) => row.stage === stage);
  const ingested = of("ingestion");
  const accepted = new Set(ingested.filter((row) => row.status !== "REJECTED").map((row) => row.eventId));
  const sentAt = new Map(sent.map((event) => [event.envelopeId, event.sentAt]));
  return {
    sent: sent.length,
    validated: distinct(ingested.filter((row) => row.status === "VALIDATED")),
    duplicates: ingested.filter((row) => row.status === "DUPLICATE" || row.status === "REPUBLISHED").length,
    rejected: countBy(
      ingested.filter((row) => row.status === "REJECTED"),
      (row) => row.reason ?? "unknown",
    ),
    processed: distinct(of("processing").filter((row) => row.status !== "LATE")),
    late: distinct(of("processing").filter((row) => row.status === "LATE")),
    candidates: candidatesIn(done).length,
    notifications: countBy(of("notification"), (row) => row.status),
    retries: audit.length - done.length,
    auditRows: audit.length,
    letters: countBy(letters, (letter) => letter.queue),
    lost: lostOf(sent, accepted, done, letters),
    endToEnd: endToEndOf(ingested, of("processing"), sentAt),
  };
}

/** An audit row's key starts with the attempt's start, `2026-01-05T14:30:00.100Z#…`. */
const startOf = (row: AuditRow) => Date.parse(row.timestamp.split("#")[0]!);
const distinct = (rows: readonly AuditRow[]) => new Set(rows.map((row) => row.eventId)).size;

function lostOf(
  sent: readonly { envelopeId: string }[],
  accepted: ReadonlySet<string>,
  done: readonly AuditRow[],
  letters: readonly Letter[],
): string[] {
  const ingested = new Set(done.filter((row) => row.stage === "ingestion").map((row) => row.envelopeId));
  const idsIn = (stage: AuditRow["stage"]) => new Set(done.filter((r) => r.stage === stage).map((r) => r.eventId));
  const [processed, notified] = [idsIn("processing"), idsIn("notification")];
  const waitingEnvelopes = new Set(letters.map((letter) => letter.envelopeId));
  const waitingEvents = new Set(letters.map((letter) => letter.eventId));
  return [
    ...sent
      .filter(({ envelopeId }) => !ingested.has(envelopeId) && !waitingEnvelopes.has(envelopeId))
      .map(({ envelopeId }) => `${envelopeId} before ingestion`),
    ...[...accepted]
      .filter((id) => !processed.has(id) && !waitingEvents.has(id))
      .map((id) => `${id} before processing`),
    ...candidatesIn(done)
      .filter((id) => !notified.has(id) && !waitingEvents.has(id))
      .map((id) => `${id} before notification`),
  ];
}

/** Events that their last attempt found to meet a candidate condition; an attempt that knew less may have found otherwise. */
function candidatesIn(done: readonly AuditRow[]): string[] {
  const processed = done
    .filter((row) => row.stage === "processing")
    .sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1));
  const last = new Map(processed.map((row) => [row.eventId, row]));
  return [...last.values()].filter((row) => (row.candidates?.length ?? 0) > 0).map((row) => row.eventId);
}

/** Milliseconds from the call that sent an event to the end of its processing. */
function endToEndOf(
  ingested: readonly AuditRow[],
  processed: readonly AuditRow[],
  sentAt: ReadonlyMap<string, number>,
): number[] {
  const envelopeOf = new Map(
    ingested.filter((row) => row.status === "VALIDATED").map((row) => [row.eventId, row.envelopeId]),
  );
  return processed.flatMap((row) => {
    const started = sentAt.get(envelopeOf.get(row.eventId) ?? "");
    return started === undefined ? [] : [startOf(row) + row.durationMs - started];
  });
}
