import type { WindowState } from "./response";

/** A tumbling window of a shard. */
export interface Window {
  /** Epoch milliseconds, inclusive. */
  readonly start: number;
  /** Epoch milliseconds, exclusive. */
  readonly end: number;
  readonly state: WindowState;
  /** Its state grew too large: the next invocation is its final one although its time is not over. */
  readonly terminatedEarly: boolean;
}

/** "Your state can be a maximum of 1 MB per shard. If it exceeds that size, Lambda terminates the window early." */
export const STATE_LIMIT_BYTES = 1024 * 1024;

/** The window that a record belongs to, by its arrival ("based on the time when records were inserted into the stream"). */
export function windowOf(arrivedAt: number, lengthMs: number): Window {
  const start = Math.floor(arrivedAt / lengthMs) * lengthMs;
  return { start, end: start + lengthMs, state: {}, terminatedEarly: false };
}

export const stateBytes = (state: WindowState): number => Buffer.byteLength(JSON.stringify(state));

/** The window after an invocation that answered with this state. */
export function withState(window: Window, state: WindowState): Window {
  return { ...window, state, terminatedEarly: stateBytes(state) > STATE_LIMIT_BYTES };
}

/** After its final invocation: gone, or, when terminated early, the same window with a fresh state. */
export function afterFinal(window: Window): Window | undefined {
  return window.terminatedEarly ? { ...window, state: {}, terminatedEarly: false } : undefined;
}

/**
 * Whether the final invocation is due: terminated early, or no further record can belong to the window.
 * @param nextArrival arrival of the next record that waits, undefined when none does
 * @param readUpTo everything that arrived before this time has been read
 */
export function isFinalDue(
  window: Window,
  nextArrival: number | undefined,
  readUpTo: number,
  shardClosed: boolean,
): boolean {
  if (window.terminatedEarly) return true;
  if (nextArrival !== undefined) return nextArrival >= window.end;
  return shardClosed || readUpTo >= window.end; // "When the shard ends, Lambda considers the window closed"
}
