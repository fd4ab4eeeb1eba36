/** In place of the fingerprint of a message that was erased: its id stays known, so that the message, sent again, stays erased. */
export const ERASED = "erased";

/** Whether what was received then is erased with its visitor. Both times are of our clocks. */
export const isErased = (receivedAt: string, erasedAt: string | undefined): boolean =>
  erasedAt !== undefined && receivedAt <= erasedAt;

/**
 * When a visitor is erased: now, and in any case later than the last time, whatever the clocks of two machines say. So each erasure begins
 * an era, and all that was written in an earlier one is what it deletes.
 */
export const nextEra = (now: number, erasedAt: string | undefined): string =>
  new Date(erasedAt === undefined ? now : Math.max(now, Date.parse(erasedAt) + 1)).toISOString();
