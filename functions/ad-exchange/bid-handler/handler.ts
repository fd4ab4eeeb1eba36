import { callerFrom } from "../domain/caller";
import type { Refusal } from "./call";
import { codingOf, READ_HERE, uncoded } from "./content-coding";
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
const empty = (statusCode: number, headers: Readonly<Record<string, string>> = {}): BidResult => ({
  ...{ statusCode, headers: { ...VERSION_ONLY, ...headers }, body: "" },
});
const NO_JSON = empty(415);
const NOBODY = empty(403);
const FAILED = empty(204);
/** Of a body that cannot be read in the coding it came in; what else could be sent stands in the answer (RFC 9110, 15.5.16). */
const UNREAD = { 400: empty(400), 413: empty(413), 415: empty(415, { "accept-encoding": READ_HERE }) } as const;
const REFUSAL_OF = { 400: "malformed", 413: "tooLarge", 415: "unsupported" } as const;

/** Who is told of requests that the exchange never sees to their end. */
export interface HandlerEvents {
  /** A fault of the exchange's own. */
  readonly failed: (error: unknown) => void;
  /** Not even read. */
  readonly refused: (why: Refusal) => void;
}

/**
 * Answers the gateway. Who calls has been verified by the authorizer; without its word nothing is answered. A fault of the
 * exchange's own is no bid to the publisher, whose page must not wait for it, and an error to `failed`.
 */
export async function handle(
  event: BidEvent,
  exchange: Pick<Exchange, "answer">,
  now: () => number,
  { failed, refused }: HandlerEvents,
): Promise<BidResult> {
  const { authorizer, requestTimeEpoch } = event.requestContext;
  const caller = callerFrom(authorizer);
  if (caller === undefined || !caller.may.includes("auction")) {
    refused("unauthorized");
    return NOBODY;
  }
  const { type, coding } = saidOf(event.headers);
  if (!isJsonType(type)) {
    refused("unsupported");
    return NO_JSON;
  }
  try {
    const sent = bodyOf(event);
    const body = coding === undefined ? sent : await uncoded(coding, sent);
    if (typeof body === "number") {
      refused(REFUSAL_OF[body]);
      return UNREAD[body];
    }
    const answer = await exchange.answer({ body, caller, receivedAt: receivedAt(requestTimeEpoch, now()) });
    return { statusCode: answer.status, headers: answer.body === "" ? VERSION_ONLY : HEADERS, body: answer.body };
  } catch (error) {
    failed(error);
    return FAILED;
  }
}

function bodyOf({ body, isBase64Encoded }: BidEvent): string | Uint8Array {
  const text = body ?? "";
  return isBase64Encoded === true ? Buffer.from(text, "base64") : text;
}

/** The gateway's clock is not this one's: a request never came in later than now, nor so long ago that nobody waits any more. */
const receivedAt = (told: number | undefined, now: number): number =>
  told === undefined || told > now || told < now - MOST_UNDERWAY ? now : told;
const MOST_UNDERWAY = 10_000;

/** What the headers say of the body. By length first: most names are neither's. */
function saidOf(headers: BidEvent["headers"]): {
  readonly type: string | undefined;
  readonly coding: string | undefined;
} {
  let type: string | undefined;
  let coding: string | undefined;
  for (const name in headers) {
    if (name.length === 12 && name.toLowerCase() === "content-type") type = headers[name];
    else if (name.length === 16 && name.toLowerCase() === "content-encoding") coding = codingOf(headers[name]);
  }
  return { type, coding };
}
