import { callerFrom } from "../domain/caller";
import type { Exchange } from "./exchange";
import { isJsonType } from "./json-type";

/** What is read of the gateway's event (API Gateway developer guide, "Lambda proxy integrations", format of a REST API). */
export interface BidEvent {
  readonly body: string | null;
  readonly isBase64Encoded?: boolean;
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
  readonly requestContext: {
    readonly authorizer?: Readonly<Record<string, unknown>> | null;
    /** Milliseconds since the epoch. */
    readonly requestTimeEpoch?: number;
  };
}

export interface BidResult {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEADERS = { "content-type": "application/json", "x-openrtb-version": "2.6" } as const;
const VERSION_ONLY = { "x-openrtb-version": "2.6" } as const;
const NO_CONTENT_TYPE: BidResult = { statusCode: 415, headers: VERSION_ONLY, body: "" };
const NOBODY: BidResult = { statusCode: 403, headers: VERSION_ONLY, body: "" };
const FAILED: BidResult = { statusCode: 204, headers: VERSION_ONLY, body: "" };

/**
 * Answers the gateway. Who calls has been verified by the authorizer; without its word nothing is answered. A fault of the
 * exchange's own is no bid to the publisher, whose page must not wait for it, and an error to `failed`.
 */
export async function handle(
  event: BidEvent,
  exchange: Pick<Exchange, "answer">,
  now: () => number,
  failed: (error: unknown) => void,
): Promise<BidResult> {
  const { authorizer, requestTimeEpoch } = event.requestContext;
  const caller = callerFrom(authorizer);
  if (caller === undefined || !caller.may.includes("auction")) return NOBODY;
  if (!isJson(event.headers)) return NO_CONTENT_TYPE;
  const text = event.body ?? "";
  const body = event.isBase64Encoded === true ? Buffer.from(text, "base64") : text;
  try {
    const answer = await exchange.answer({ body, caller, receivedAt: receivedAt(requestTimeEpoch, now()) });
    return { statusCode: answer.status, headers: answer.body === "" ? VERSION_ONLY : HEADERS, body: answer.body };
  } catch (error) {
    failed(error);
    return FAILED;
  }
}

/** The gateway's clock is not this one's: a request never came in later than now, nor so long ago that nobody waits any more. */
const receivedAt = (told: number | undefined, now: number): number =>
  told === undefined || told > now || told < now - MOST_UNDERWAY ? now : told;
const MOST_UNDERWAY = 10_000;

function isJson(headers: BidEvent["headers"]): boolean {
  for (const name in headers) {
    if (name.length === 12 && name.toLowerCase() === "content-type") return isJsonType(headers[name]);
  }
  return false;
}
