import type { InvokeResult } from "../lambda/lambda-function";
import type { DiscardCondition } from "./async-decision";

/** An asynchronous event at its end: what was asked, how often the function ran, and what came of it last. */
export interface EndedEvent {
  readonly requestId: string;
  /** Unqualified ARN of the function. */
  readonly functionArn: string;
  /** The event as JSON text. */
  readonly payload: string;
  /** Invocations in which the function itself ran. */
  readonly invokeCount: number;
  /** The last outcome; undefined when the event was never tried. */
  readonly last?: InvokeResult | undefined;
  /** Epoch milliseconds of the end. */
  readonly endedAt: number;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * The invocation record as JSON text ("Capturing records of Lambda asynchronous invocations", example record, Lambda
 * Developer Guide). `responseContext` and `responsePayload` are absent when the function never answered.
 */
export function invocationRecord(event: EndedEvent, condition: "Success" | DiscardCondition): string {
  const { last } = event;
  const answered = last?.kind === "ok" || last?.kind === "function-error" ? last : undefined;
  return JSON.stringify({
    version: "1.0",
    timestamp: new Date(event.endedAt).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${event.functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: event.invokeCount,
    },
    requestPayload: parsed(event.payload),
    ...(answered && {
      responseContext: {
        statusCode: 200,
        executedVersion: "$LATEST",
        ...(answered.kind === "function-error" && { functionError: "Unhandled" }),
      },
      responsePayload: parsed(answered.payload),
    }),
  });
}

/** "ErrorMessage (String) – The first 1 KB of the error message." */
const LONGEST_ERROR_MESSAGE_BYTES = 1024;

/**
 * Attributes of a message in a function's dead-letter queue; its body is the event itself ("Adding a dead-letter queue",
 * "Dead-letter queue message attributes", Lambda Developer Guide).
 */
export function deadLetterAttributes(event: EndedEvent, condition: DiscardCondition) {
  const [code, message] = errorOf(event.last, condition);
  const cut = Buffer.from(message)
    .subarray(0, LONGEST_ERROR_MESSAGE_BYTES)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  return {
    RequestID: { DataType: "String", StringValue: event.requestId },
    ErrorCode: { DataType: "Number", StringValue: String(code) },
    ErrorMessage: { DataType: "String", StringValue: cut },
  };
}

function errorOf(last: InvokeResult | undefined, condition: DiscardCondition): [code: number, message: string] {
  if (condition === "ZeroReservedConcurrency") return [429, "The function has zero reserved concurrent executions."];
  if (last?.kind === "function-error") {
    const { errorMessage } = parsed(last.payload) as { errorMessage?: string };
    return [200, errorMessage || last.errorType];
  }
  if (last?.kind === "service-error") return [500, last.message || "Service error."];
  return [429, "Rate Exceeded."];
}
