import type { Message } from "./message";

/** Who an anonymous visitor turned out to be. */
export interface Link {
  readonly anonymousId: string;
  readonly userId: string;
  /** When the visitor said so, by our clock: RFC 3339 in UTC to the millisecond. */
  readonly at: string;
}

/**
 * The link that a message makes: `identify` and every other message with both ids say who the anonymous visitor is; `alias` says it of
 * its `previousId`. Undefined when it says nothing new.
 */
export function linkOf({ type, userId, anonymousId, previousId }: Message, at: string): Link | undefined {
  if (userId === undefined) return undefined;
  const before = type === "alias" ? previousId : anonymousId;
  return before === undefined || before === userId ? undefined : { anonymousId: before, userId, at };
}

/**
 * Of two links of one anonymous id, the one that holds: the earlier by event time, then the lesser user id. So a shared device
 * belongs to who first said so, whatever order the messages came in, and nobody's history moves to another user later.
 */
export const holding = (a: Link, b: Link): Link =>
  a.at === b.at ? (a.userId <= b.userId ? a : b) : a.at < b.at ? a : b;

/** Under whose key an event is stored: the user's where the message names one, else the anonymous visitor's. */
export const visitorOf = ({ userId, anonymousId }: Pick<Message, "userId" | "anonymousId">): string =>
  userId === undefined ? `anonymous#${anonymousId}` : `user#${userId}`;
