/**
 * What EventBridge does with an event that it hands to a Lambda target, as a table ("How EventBridge retries delivering
 * events" and "Using dead-letter queues to process undelivered events", EventBridge User Guide). Seconds are AWS's.
 */
export interface TargetRetryPolicy {
  /** 0 to 185. */
  readonly maximumRetryAttempts: number;
  /** 60 to 86,400. */
  readonly maximumEventAgeSeconds: number;
}

/** "By default, EventBridge retries sending the event for 24 hours and up to 185 times" */
export const DEFAULT_TARGET_RETRY_POLICY: TargetRetryPolicy = {
  maximumRetryAttempts: 185,
  maximumEventAgeSeconds: 86_400,
};

/** How the target's service answered the asynchronous Invoke call; accepted says nothing about the function itself. */
export type DeliveryOutcome =
  | { readonly kind: "accepted" }
  | {
      readonly kind: "refused";
      readonly code: "NO_PERMISSIONS" | "NO_RESOURCE" | "THROTTLING" | "ERROR_FROM_TARGET";
      readonly message: string;
    };

export type DeliveryAction =
  | { readonly action: "done" }
  | { readonly action: "retry"; readonly afterSeconds: number }
  | { readonly action: "give-up"; readonly exhausted?: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds" };

/** EventBridge names no numbers for its "exponential back off"; these spread 185 attempts over about a day. */
const LONGEST_BACK_OFF_SECONDS = 512;

/** `retries` attempts were made again so far; `jitter` in [0, 1) takes up to half of the wait away. */
export function decideDelivery(
  retries: number,
  ageSeconds: number,
  outcome: DeliveryOutcome,
  policy: TargetRetryPolicy,
  jitter: number,
): DeliveryAction {
  if (outcome.kind === "accepted") return { action: "done" };
  // "errors that result from missing permissions to a target, or [...] a target resource that no longer exists": no retry
  if (outcome.code === "NO_PERMISSIONS" || outcome.code === "NO_RESOURCE") return { action: "give-up" };
  if (retries >= policy.maximumRetryAttempts) return { action: "give-up", exhausted: "MaximumRetryAttempts" };
  const afterSeconds = Math.min(2 ** retries, LONGEST_BACK_OFF_SECONDS) * (1 - jitter / 2);
  if (ageSeconds + afterSeconds > policy.maximumEventAgeSeconds) {
    return { action: "give-up", exhausted: "MaximumEventAgeInSeconds" };
  }
  return { action: "retry", afterSeconds };
}
