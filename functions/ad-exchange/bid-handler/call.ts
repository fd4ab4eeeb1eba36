import type { Caller } from "../domain/caller";
import type { NO_BID } from "../domain/openrtb/codes";

/** A bid request as it came in. */
export interface Call {
  /** Text where the gateway has decoded it, else bytes. */
  readonly body: string | Uint8Array;
  /** Who sends it, verified; undefined on a server that leaves that to others. */
  readonly caller: Caller | undefined;
  /** Milliseconds since the epoch at which it was received, before anybody was authorised. */
  readonly receivedAt: number;
}

/** The answer, by HTTP. */
export interface Answer {
  readonly status: 200 | 204 | 400 | 403 | 413;
  /** "" for none. */
  readonly body: string;
  readonly outcome: Outcome;
  /** Impressions that are sold. */
  readonly bids: number;
}

/**
 * Requests that nothing is decided about, by why: no bid request, a larger one than is read, another type or coding than is read,
 * another publisher's, or nobody's that the authorizer knows.
 */
export const REFUSALS = ["malformed", "tooLarge", "unsupported", "forbidden", "unauthorized"] as const;
export type Refusal = (typeof REFUSALS)[number];

/** "bid", or why there is none: a closed set, for each is a metric. */
export type Outcome = "bid" | Refusal | keyof typeof NO_BID;
