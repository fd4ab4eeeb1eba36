import type { InvokeResult } from "../../lambda/lambda-function";
import { compareSequences, type StreamRecord } from "./stream-record";

/** What an invocation says of its batch. `firstFailed` is an index: the records before it are done. */
export type Verdict =
  | { readonly kind: "succeeded"; readonly state?: WindowState }
  | { readonly kind: "partial"; readonly firstFailed: number; readonly state?: WindowState }
  /** The function ran and failed as a whole. */
  | { readonly kind: "failed"; readonly how: "function-error" | "reported-failures" }
  /** Throttle or service error: the batch did not reach the function. */
  | { readonly kind: "not-invoked" };

/** State of a tumbling window: any JSON object. */
export type WindowState = Readonly<Record<string, unknown>>;

interface StreamsEventResponse {
  readonly batchItemFailures?: unknown;
  readonly state?: unknown;
}

export interface Expectations {
  readonly reportBatchItemFailures: boolean;
  /** A tumbling window is configured: the response must have `state`. */
  readonly state: boolean;
}

function parsed(payload: string): StreamsEventResponse | undefined {
  try {
    const value = JSON.parse(payload) as unknown;
    return typeof value === "object" && value !== null ? (value as StreamsEventResponse) : undefined;
  } catch {
    return undefined;
  }
}

const FAILED = { kind: "failed", how: "reported-failures" } as const;

/**
 * The outcome of an invocation ("Configuring partial batch response with Kinesis Data Streams and Lambda" and "If the
 * response does not contain a state property, Lambda considers this a failed invocation", Lambda Developer Guide).
 */
export function judge(result: InvokeResult, records: readonly StreamRecord[], expects: Expectations): Verdict {
  if (result.kind === "throttled" || result.kind === "service-error") return { kind: "not-invoked" };
  if (result.kind === "function-error") return { kind: "failed", how: "function-error" };
  const response = parsed(result.payload);
  const state = response?.state;
  const isState = typeof state === "object" && state !== null;
  if (expects.state && !isState) return FAILED;
  const windowed = expects.state ? { state: state as WindowState } : {};
  const verdict = expects.reportBatchItemFailures ? reported(response, records) : ({ kind: "succeeded" } as const);
  return verdict.kind === "failed" ? verdict : { ...verdict, ...windowed };
}

type Reported = { kind: "succeeded" } | { kind: "partial"; firstFailed: number } | typeof FAILED;

/**
 * "Lambda treats a batch as a complete success if you return an empty or null batchItemFailures list, an empty or null
 * EventResponse; as a complete failure if you return an empty string or null itemIdentifier, or one with a bad key name";
 * of several, "Lambda uses the record with the lowest sequence number as the checkpoint". A number that is not in the batch
 * is a failure too: nothing else would be safe.
 */
function reported(response: StreamsEventResponse | undefined, records: readonly StreamRecord[]): Reported {
  const failures = response?.batchItemFailures ?? [];
  if (!Array.isArray(failures)) return FAILED;
  const identifiers = failures.map((one: unknown) => (one as { itemIdentifier?: unknown } | null)?.itemIdentifier);
  const known = new Map(records.map(({ sequenceNumber }, index) => [sequenceNumber as unknown, index]));
  if (identifiers.length === 0) return { kind: "succeeded" };
  if (!identifiers.every((one) => known.has(one))) return FAILED;
  const [lowest = ""] = (identifiers as string[]).sort(compareSequences);
  const firstFailed = known.get(lowest) ?? 0;
  return firstFailed === 0 ? FAILED : { kind: "partial", firstFailed };
}
