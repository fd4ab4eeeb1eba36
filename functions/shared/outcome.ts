/**
 * Why an attempt did not reach an answer. Lambda retries both kinds (it retries every error of an asynchronous
 * invocation) and both end in the failure queue; the kind tells the reader of that queue what to do. It is the error's
 * `name`, hence `errorType` in the failure letter, and stands in the audit row.
 */
export abstract class Failure extends Error {
  /** Whether the same input can succeed later without anybody changing anything. */
  abstract readonly retryable: boolean;
}

/** A throttle, a conflict, a time-out, an unreachable service: redrive the letter as it is. */
export class RetryableFailure extends Failure {
  override readonly name = "RetryableFailure"; // explicit: the bundle is minified and class names are not kept
  readonly retryable = true;
}

/** A missing grant, an unreadable parameter, an envelope nobody can read: mend the cause, then redrive. */
export class FinalFailure extends Failure {
  override readonly name = "FinalFailure";
  readonly retryable = false;
}

/**
 * Errors of the AWS services that waiting does not cure (common errors of the DynamoDB, EventBridge, SNS and SSM API
 * references). Everything unknown counts as retryable: a wrong "retry" costs two attempts, a wrong "final" misleads.
 */
const FINAL_ERRORS: ReadonlySet<string> = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "AuthorizationErrorException",
  "InvalidParameterException",
  "KMSAccessDeniedException",
  "KMSDisabledException",
  "KMSNotFoundException",
  "NotAuthorized",
  "NotFoundException",
  "ResourceNotFoundException",
  "UnrecognizedClientException",
  "ValidationException",
]);

/** An error by name and message; what is no error as text. */
export const told = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** `error` as a failure that says what was being done; an error that is one already stays as it is. */
export function failureFrom(error: unknown, doing: string): Failure {
  if (error instanceof Failure) return error;
  const cause = error instanceof Error ? error : new Error(String(error));
  const kind = FINAL_ERRORS.has(cause.name) ? FinalFailure : RetryableFailure;
  return new kind(`${doing}: ${told(cause)}`, { cause });
}

/** Runs `work`; what it throws comes out as a failure that starts with `doing`. */
export async function doing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failureFrom(error, what);
  }
}
