import { callerFrom } from "../domain/caller";
import type { Refusal } from "./call";
import { uncoded } from "./content-coding";
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
const FAILED: BidResult = { statusCode: 204, headers: VERSION_ONLY, body: "" };
const REFUSAL_OF = { 400: "malformed", 403: "unauthorized", 413: "tooLarge", 415: "unsupported" } as const;

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
  if (caller === undefined || !caller.may.includes("auction")) return refusal(403, refused);
  const { type, encoding } = saidOf(event.headers);
  if (!isJsonType(type)) return refusal(415, refused);
  try {
    const sent = bodyOf(event);
    const body = encoding === undefined ? sent : await uncoded(encoding, sent);
    if (typeof body === "number") return refusal(body, refused);
    const answer = await exchange.answer({ body, caller, receivedAt: receivedAt(requestTimeEpoch, now()) });
    return { statusCode: answer.status, headers: answer.body === "" ? VERSION_ONLY : HEADERS, body: answer.body };
  } catch (error) {
    failed(error);
    return FAILED;
  }
}

function refusal(statusCode: keyof typeof REFUSAL_OF, refused: HandlerEvents["refused"]): BidResult {
  refused(REFUSAL_OF[statusCode]);
  return { ...FAILED, statusCode };
}

function bodyOf({ body, isBase64Encoded }: BidEvent): string | Uint8Array {
  const text = body ?? "";
  return isBase64Encoded === true ? Buffer.from(text, "base64") : text;
}

/** The gateway's clock is not this one's: a request never came in later than now, nor so long ago that nobody waits any more. */
const receivedAt = (told: number | undefined, now: number): number =>
  told === undefined || told > now || told < now - MOST_UNDERWAY ? now : told;
const MOST_UNDERWAY = 10_000;

/** What the headers say of the body. By first letter and length first: most names are neither's. */
function saidOf(headers: BidEvent["headers"]) {
  let type: string | undefined;
  let encoding: string | undefined;
  for (const name in headers) {
    if ((name.charCodeAt(0) | 0x20) !== C) continue;
    if (name.length === 12 && name.toLowerCase() === "content-type") type = headers[name];
    else if (name.length === 16 && name.toLowerCase() === "content-encoding") encoding = headers[name];
  }
  return { type, encoding };
}
const C = 0x63;
