import { type EventType, type MarketEvent, nanosecondsOf, normaliseTime, positionOf } from "./market-event";

/** An event as its series keeps it: what windows are measured from, and nothing else. */
export interface Tick {
  readonly sequence: number;
  /** Nine fraction digits. */
  readonly eventTime: string;
  /** `{eventTime}#{sequence, 16 digits}`. */
  readonly position: string;
  readonly type: EventType;
  readonly price?: string;
  readonly size?: string;
  readonly bid?: string;
  readonly bidSize?: string;
  readonly ask?: string;
  readonly askSize?: string;
  readonly open?: string;
  readonly high?: string;
  readonly low?: string;
  readonly close?: string;
  readonly volume?: string;
  readonly corrects?: number;
  readonly action?: "cancel" | "replace";
  readonly state?: "halted" | "resumed";
}

const KEPT = [
  ...["price", "size", "bid", "bidSize", "ask", "askSize", "open", "high", "low", "close", "volume"],
  ...["corrects", "action", "state"],
] as const;

export function toTick(event: MarketEvent): Tick {
  const fields = event as unknown as Readonly<Record<string, unknown>>;
  const kept = KEPT.filter((name) => fields[name] !== undefined).map((name) => [name, fields[name]]);
  const { sequence, type } = event;
  return {
    sequence,
    eventTime: normaliseTime(event.eventTime),
    position: positionOf(event),
    type,
    ...Object.fromEntries(kept),
  };
}

/**
 * Whether the event reached the bus so long after it happened that windows no longer wait for it.
 * @param receivedAt the envelope's time, which a replay keeps: the answer never changes
 */
export function isLate(event: Pick<MarketEvent, "eventTime">, receivedAt: string, latenessSeconds: number): boolean {
  const allowed = BigInt(Math.round(latenessSeconds * 1e9));
  return nanosecondsOf(receivedAt) - nanosecondsOf(event.eventTime) > allowed;
}
