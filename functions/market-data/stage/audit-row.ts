import type { Attempt, StageName } from "./attempt";

export type IngestionStatus = "VALIDATED" | "DUPLICATE" | "REPUBLISHED" | "REJECTED";
export type ProcessingStatus = "PROCESSED" | "LATE" | "DUPLICATE";
export type NotificationStatus = "NOTIFIED" | "NOT_MET" | "ALREADY_OPEN" | "SUPPRESSED_STORM" | "SUPPRESSED_REPLAY";
export type AuditStatus = IngestionStatus | ProcessingStatus | NotificationStatus | "FAILED";

/** One row of the audit table: what one attempt of one stage came to. Append-only. */
export interface AuditRow {
  /** `{eventId}#{stage}`. */
  readonly auditId: string;
  /** `{ISO start of the attempt, ms}#{awsRequestId}`, and `#failed` behind it in the row of a failure. */
  readonly timestamp: string;
  readonly eventId: string;
  readonly envelopeId: string;
  readonly stage: StageName;
  readonly function: string;
  readonly status: AuditStatus;
  /** From the start of the attempt until this row was sent off, in milliseconds. */
  readonly durationMs: number;
  readonly replayId?: string;
  readonly error?: string;
  /** On FAILED: whether the same input may succeed later by itself. */
  readonly retryable?: boolean;
  /** On REJECTED: why, as one of a closed list, and in words. */
  readonly reason?: string;
  readonly detail?: string;
  /** On REJECTED: the input as JSON text (text, since it may nest deeper than DynamoDB's 32 levels). */
  readonly payload?: string;
  /** Processing: candidate conditions the event met. */
  readonly candidates?: readonly string[];
  /** Processing: events after this one whose measurements it changed. */
  readonly revised?: readonly string[];
  /** Notification: what each rule came to. */
  readonly rules?: Readonly<Record<string, string>>;
}

export type RowExtras = Omit<
  AuditRow,
  "auditId" | "timestamp" | "eventId" | "envelopeId" | "stage" | "function" | "status" | "durationMs" | "replayId"
>;

/** The row of `attempt`. Rows of one attempt never share a key, so that a failure after a durable row is recorded too. */
export function auditRow(attempt: Attempt, status: AuditStatus, extras: RowExtras = {}): AuditRow {
  const { eventId, replayId } = attempt;
  const key = `${new Date(attempt.startedAt).toISOString()}#${attempt.requestId}`;
  return {
    auditId: `${eventId}#${attempt.stage}`,
    timestamp: status === "FAILED" ? `${key}#failed` : key,
    eventId,
    envelopeId: attempt.envelope.id,
    stage: attempt.stage,
    function: attempt.functionName,
    status,
    durationMs: attempt.elapsedMs(),
    ...(replayId === undefined ? {} : { replayId }),
    ...extras,
  };
}
