import { increment } from "../event-sources/statistics";
import type { ErrorReason } from "./lambda-target";

/** What a load balancer answered, health checks apart. */
export interface BalancerStatistics {
  readonly requests: number;
  /** By status code. */
  readonly statuses: Readonly<Record<string, number>>;
  /** Requests to functions that failed, by the access log's reason. */
  readonly reasons: Readonly<Record<string, number>>;
}

/** Mutable side of BalancerStatistics. */
export class BalancerCounters {
  requests = 0;
  readonly statuses: Record<string, number> = {};
  readonly reasons: Record<string, number> = {};

  answered(status: number): void {
    this.requests += 1;
    increment(this.statuses, String(status));
  }

  failed(reason: ErrorReason): void {
    increment(this.reasons, reason);
  }

  snapshot(): BalancerStatistics {
    return { requests: this.requests, statuses: { ...this.statuses }, reasons: { ...this.reasons } };
  }
}
