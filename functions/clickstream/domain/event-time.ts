/** Times, RFC 3339 in UTC to the millisecond. */
export interface Times {
  /** When it happened, by the client's clock. */
  readonly originalTimestamp?: string;
  /** When it was sent, by the same clock. */
  readonly sentAt?: string;
  /** When the collector took it, by ours. */
  readonly receivedAt: string;
}

export interface EventTimePolicy {
  /** Seconds by which a corrected time may lie in our future: clocks of two machines never agree. */
  readonly futureSkewSeconds: number;
  /** Days after which an event is no longer fresh: kept, and marked. */
  readonly freshnessDays: number;
}

export interface EventTime {
  /** When it happened, by our clock. */
  readonly timestamp: string;
  /** What was done to the client's time, or is to be known of it. */
  readonly remark?: "future" | "stale" | "no_time";
}

const DAY = 86_400_000;

/**
 * When an event happened by our clock: the time between the happening and the sending is right even where the client's clock
 * is wrong, so it is subtracted from the receipt (Segment, "Spec: Common Fields", `timestamp`). A client that does not say
 * when it sent is believed. What would lie in the future is taken as happened when it was received.
 */
export function eventTime({ originalTimestamp, sentAt, receivedAt }: Times, policy: EventTimePolicy): EventTime {
  const received = Date.parse(receivedAt);
  if (originalTimestamp === undefined) return { timestamp: receivedAt, remark: "no_time" };
  const original = Date.parse(originalTimestamp);
  const corrected = sentAt === undefined ? original : received - (Date.parse(sentAt) - original);
  if (corrected > received + policy.futureSkewSeconds * 1000) return { timestamp: receivedAt, remark: "future" };
  const timestamp = new Date(Math.max(corrected, 0)).toISOString();
  return received - corrected > policy.freshnessDays * DAY ? { timestamp, remark: "stale" } : { timestamp };
}
