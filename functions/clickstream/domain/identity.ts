import { isRecord } from "../../shared/fields";
import { LONGEST_ID, type Message } from "./message";

/** Who an anonymous visitor turned out to be. */
export interface Link {
  readonly anonymousId: string;
  readonly userId: string;
  /** When the visitor said so, by our clock: RFC 3339 in UTC to the millisecond. */
  readonly at: string;
  /** When the user had last been erased as the link was made. */
  readonly era?: string | undefined;
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

/**
 * Whether a link is to be kept of an anonymous id of which `known` is. Where the user was erased since, the known one only waits to be
 * deleted. Not so one of another user: by it the erasure still has to find whom it erases.
 */
export const replaces = (link: Link, known: Link | undefined): boolean =>
  known === undefined ||
  (known.userId === link.userId && (known.era ?? "") < (link.era ?? "")) ||
  holding(known, link) === link;

/** Under whose key an event is stored: the user's where the message names one, else the anonymous visitor's. */
export const visitorOf = ({ userId, anonymousId }: Pick<Message, "userId" | "anonymousId">): string =>
  userId === undefined ? `anonymous#${anonymousId}` : `user#${userId}`;

/** Whose something is, and when it came, by our clock. */
export interface About {
  readonly visitor: string;
  readonly receivedAt: string;
}

/** Whom a message names that cannot be read otherwise; undefined when it names nobody by an id that an event could have. */
export function visitorIn(message: unknown): string | undefined {
  if (!isRecord(message)) return undefined;
  const [userId, anonymousId] = [idIn(message.userId), idIn(message.anonymousId)];
  if (userId !== undefined) return visitorOf({ userId });
  return anonymousId === undefined ? undefined : visitorOf({ anonymousId });
}

function idIn(given: unknown): string | undefined {
  const id = typeof given === "number" && Number.isSafeInteger(given) ? String(given) : given;
  return typeof id === "string" && id !== "" && id.length <= LONGEST_ID && id.isWellFormed() ? id : undefined;
}
