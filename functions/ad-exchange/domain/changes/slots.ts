/**
 * Where a change stands among all changes: in the minute in which it was written, by the instant. Minutes are what many readers can ask
 * for with the same words, so that a cache answers all of them.
 */
const MINUTE = 60_000;
const SLOT = "minute#";

export const slotOf = (milliseconds: number): string => `${SLOT}${Math.floor(milliseconds / MINUTE)}`;

/** The slots of a span, both ends included, oldest first. */
export function slotsBetween(from: number, to: number): readonly string[] {
  const slots: string[] = [];
  for (let at = Math.floor(from / MINUTE); at <= Math.floor(to / MINUTE); at++) slots.push(`${SLOT}${at}`);
  return slots;
}

/** The sort key of a change: instants of one length, so that they sort as text. */
export const positionOf = (milliseconds: number, advertiser: string, id: string, version: number): string =>
  `${new Date(milliseconds).toISOString()}#${advertiser}#${id}#${version}`;

const INSTANT = "2026-01-05T14:30:00.000Z".length;

/** The instant of a sort key; undefined where it has none. */
export function instantIn(position: string): number | undefined {
  const instant = Date.parse(position.slice(0, INSTANT));
  return Number.isNaN(instant) ? undefined : instant;
}
