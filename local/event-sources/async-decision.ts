import type { InvokeResult } from "../lambda/lambda-function";

/**
 * What Lambda does with an asynchronous event, as a table: from what has happened to the event and what has just
 * happened, to what comes next. Seconds are AWS's; nothing here knows of a clock or of the local time scale.
 *
 * Sources in the Lambda Developer Guide: "How Lambda handles errors and retries with asynchronous invocation",
 * "Configuring error handling settings for Lambda asynchronous invocations", and, for reserved concurrency zero, the
 * note in "Capturing records of Lambda asynchronous invocations".
 */
export interface AsyncPolicy {
  /** 0, 1 or 2; how often a *function* error is tried again. */
  readonly maximumRetryAttempts: number;
  /** 60 to 21,600: an event older than this is discarded. */
  readonly maximumEventAgeSeconds: number;
  readonly reservedConcurrency?: number | undefined;
}

/** AWS's defaults: two retries, six hours. */
export const DEFAULT_ASYNC_POLICY: AsyncPolicy = { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 };

/** What has happened to an event so far. */
export interface EventProgress {
  /** Invocations that ended in a function error. */
  readonly functionErrors: number;
  /** Throttles and service errors since the function last ran; they set the back-off. */
  readonly deferrals: number;
}

export const NEW_EVENT: EventProgress = { functionErrors: 0, deferrals: 0 };

/**
 * `condition` of the invocation record. ZeroReservedConcurrency is not in the guide's prose; it is what AWS writes when
 * reserved concurrency is zero.
 */
export type DiscardCondition = "RetriesExhausted" | "EventAgeExceeded" | "ZeroReservedConcurrency";

export type NextAction =
  | { readonly action: "succeed" }
  | { readonly action: "retry"; readonly afterSeconds: number; readonly progress: EventProgress }
  | { readonly action: "discard"; readonly condition: DiscardCondition };

/** "a one-minute wait between the first two attempts, and two minutes between the second and third attempts" */
const FUNCTION_ERROR_WAITS_SECONDS = [60, 120] as const;
/** "increases exponentially from 1 second after the first attempt to a maximum of 5 minutes" */
const LONGEST_BACK_OFF_SECONDS = 300;

export function backOffSeconds(deferrals: number): number {
  return Math.min(2 ** deferrals, LONGEST_BACK_OFF_SECONDS);
}

/** Why an event that is due for an attempt must not be tried, or undefined. */
export function refusal(ageSeconds: number, policy: AsyncPolicy): DiscardCondition | undefined {
  if (policy.reservedConcurrency === 0) return "ZeroReservedConcurrency";
  return ageSeconds > policy.maximumEventAgeSeconds ? "EventAgeExceeded" : undefined;
}

/**
 * What follows the outcome of an attempt on an event of this age. A retry that would begin after the maximum age is not
 * waited for: AWS sends such an event to its failure destination at once.
 */
export function decide(
  progress: EventProgress,
  ageSeconds: number,
  outcome: InvokeResult["kind"],
  policy: AsyncPolicy,
): NextAction {
  if (outcome === "ok") return { action: "succeed" };
  const failed = outcome === "function-error";
  const next = failed
    ? { functionErrors: progress.functionErrors + 1, deferrals: 0 }
    : { functionErrors: progress.functionErrors, deferrals: progress.deferrals + 1 };
  if (failed && next.functionErrors > policy.maximumRetryAttempts) {
    return { action: "discard", condition: "RetriesExhausted" };
  }
  const afterSeconds = failed
    ? (FUNCTION_ERROR_WAITS_SECONDS[progress.functionErrors] ?? FUNCTION_ERROR_WAITS_SECONDS[1])
    : backOffSeconds(progress.deferrals);
  if (ageSeconds + afterSeconds > policy.maximumEventAgeSeconds) {
    return { action: "discard", condition: "EventAgeExceeded" };
  }
  return { action: "retry", afterSeconds, progress: next };
}
