import { increment } from "../event-sources/statistics";
import type { Call } from "./call";

/** What a stage answered. */
export interface StageStatistics {
  readonly requests: number;
  /** By status code. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Answers of the gateway's own, by their type. */
  readonly refusals: Readonly<Record<string, number>>;
  /** How often an authorizer was invoked; other requests found its answer. */
  readonly authorizerCalls: number;
  readonly cacheHits: number;
  /** Turned away by a rate, of a key or of all, or by a quota. */
  readonly throttled: number;
}

/** Mutable side of StageStatistics. */
export class StageCounters {
  requests = 0;
  authorizerCalls = 0;
  cacheHits = 0;
  readonly statuses: Record<string, number> = {};
  readonly refusals: Record<string, number> = {};

  answered(status: number, call: Call | undefined): void {
    this.requests += 1;
    increment(this.statuses, String(status));
    if (call?.refusal) increment(this.refusals, call.refusal.type);
  }

  snapshot(): StageStatistics {
    const { requests, authorizerCalls, cacheHits, statuses, refusals } = this;
    const throttled = (refusals.THROTTLED ?? 0) + (refusals.QUOTA_EXCEEDED ?? 0);
    return { requests, statuses: { ...statuses }, refusals: { ...refusals }, authorizerCalls, cacheHits, throttled };
  }
}
