import { createHash } from "node:crypto";

/** What every event carries. Decimals are text, so that no binary fraction ever stands for a price. */
interface Common {
  /** Market identifier code, ISO 10383. */
  readonly venue: string;
  readonly feed: string;
  readonly symbol: string;
  /** The feed's own number of the event within its symbol; with venue, feed and symbol, the event's identity. */
  readonly sequence: number;
  /** When it happened at the venue: RFC 3339 in UTC, up to nanoseconds. */
  readonly eventTime: string;
}

interface Priced {
  /** ISO 4217. */
  readonly currency: string;
}

export interface Trade extends Common, Priced {
  readonly type: "trade";
  readonly price: string;
  readonly size: string;
}

export interface Quote extends Common, Priced {
  readonly type: "quote";
  readonly bid: string;
  readonly bidSize: string;
  readonly ask: string;
  readonly askSize: string;
}

export interface Bar extends Common, Priced {
  readonly type: "bar";
  readonly open: string;
  readonly high: string;
  readonly low: string;
  readonly close: string;
  readonly volume: string;
  /** ISO 8601 duration, for example PT1M. */
  readonly interval: string;
}

export interface Halt extends Common {
  readonly type: "halt";
  readonly state: "halted" | "resumed";
  readonly reason?: string;
}

/** A cancelled or replaced element of the same series. */
export interface Correction extends Common {
  readonly type: "correction";
  /** Sequence of the corrected event; smaller than its own. */
  readonly corrects: number;
  readonly action: "cancel" | "replace";
  /** Of a replacement. */
  readonly price?: string;
  readonly size?: string;
  readonly currency?: string;
}

export type MarketEvent = Trade | Quote | Bar | Halt | Correction;
export type EventType = MarketEvent["type"];

type Identity = Pick<MarketEvent, "venue" | "feed" | "symbol" | "sequence">;

/** `venue:feed:symbol`: the events of one symbol on one feed. */
export const seriesOf = ({ venue, feed, symbol }: Omit<Identity, "sequence">): string => `${venue}:${feed}:${symbol}`;

/** `venue:feed:symbol:sequence`: who the event is, however often and however late it is delivered. */
export const eventIdOf = (event: Identity): string => `${seriesOf(event)}:${event.sequence}`;

const TIME = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?Z$/;

/** The same instant with exactly nine fraction digits, so that text compares as time. Throws RangeError for anything else. */
export function normaliseTime(text: string): string {
  const [, seconds, fraction = ""] = TIME.exec(text) ?? [];
  if (!seconds || !isRealTime(seconds)) {
    throw new RangeError(
      `${text.slice(0, 40)} is not a time; give RFC 3339 in UTC, for example 2026-01-05T14:30:00.5Z.`,
    );
  }
  return `${seconds}.${fraction.padEnd(9, "0")}Z`;
}

/** February 30 and hour 24 look like times and are none. */
function isRealTime(seconds: string): boolean {
  const time = new Date(`${seconds}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(seconds);
}

export const isTime = (text: string): boolean => {
  const seconds = TIME.exec(text)?.[1];
  return seconds !== undefined && isRealTime(seconds);
};

/** Nanoseconds since 1970. */
export function nanosecondsOf(time: string): bigint {
  const normal = normaliseTime(time);
  return BigInt(Date.parse(`${normal.slice(0, 19)}Z`)) * 1_000_000n + BigInt(normal.slice(20, 29));
}

const SEQUENCE_DIGITS = 16;

/** Sorts the elements of a series as text: by event time, then sequence. */
export const positionOf = ({ eventTime, sequence }: Pick<MarketEvent, "eventTime" | "sequence">): string =>
  `${normaliseTime(eventTime)}#${String(sequence).padStart(SEQUENCE_DIGITS, "0")}`;

/** SHA-256 of the event's content, keys sorted: equal for equal content, whatever the order of its fields. */
export function payloadHashOf(event: MarketEvent): string {
  const fields = Object.entries({ ...event, eventTime: normaliseTime(event.eventTime) });
  const canonical = JSON.stringify(fields.sort(([a], [b]) => (a < b ? -1 : 1)));
  return createHash("sha256").update(canonical).digest("hex");
}
