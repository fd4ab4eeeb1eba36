/** Seconds over which WAF counts (WAF Developer Guide, "Rate-based rule high-level settings"). */
export const WAF_WINDOWS = [60, 120, 300, 600] as const;

const [LEAST, MOST] = [10, 2_000_000_000];

/**
 * Requests that WAF lets through in a window, for a limit in requests a second. A limit that WAF cannot say throws a RangeError
 * instead of being rounded to another one. WAF counts about and late, in some ten seconds: this is no exact limit.
 */
export function wafLimit(requestsPerSecond: number, windowSeconds: number): number {
  if (!WAF_WINDOWS.some((each) => each === windowSeconds))
    throw new RangeError(`a window of ${windowSeconds} s; give ${WAF_WINDOWS.join(", ")}.`);
  const limit = Number((requestsPerSecond * windowSeconds).toPrecision(12));
  if (Number.isInteger(limit) && limit >= LEAST && limit <= MOST) return limit;
  throw new RangeError(
    `${requestsPerSecond} requests a second are ${limit} in ${windowSeconds} s; give a rate that makes a whole number from ${LEAST} to ${MOST}.`,
  );
}
