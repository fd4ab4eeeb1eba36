import type { HealthCheck } from "./model";

/** "Target health status": `unavailable` where health checks are off. */
export type HealthStatus = "initial" | "healthy" | "unhealthy" | "unavailable";

export interface TargetHealth {
  readonly status: HealthStatus;
  /** Outcomes alike in a row, the latest ones. */
  readonly run: { readonly passed: boolean; readonly length: number };
}

export const NOT_CHECKED: TargetHealth = { status: "initial", run: { passed: true, length: 0 } };

/**
 * A target's health after another check. One success is enough for a new target: "it must pass one health check to be considered
 * healthy". Its first failures count as those of a healthy one.
 */
export function afterCheck(
  { status, run }: TargetHealth,
  passed: boolean,
  { healthyThreshold, unhealthyThreshold }: Pick<HealthCheck, "healthyThreshold" | "unhealthyThreshold">,
): TargetHealth {
  const now = { passed, length: run.passed === passed ? run.length + 1 : 1 };
  const needed = status === "initial" ? 1 : healthyThreshold;
  if (passed && now.length >= needed) return { status: "healthy", run: now };
  if (!passed && now.length >= unhealthyThreshold) return { status: "unhealthy", run: now };
  return { status, run: now };
}

/** Whether a status code is one of the success codes: `200`, `200,202` or `200-299`. */
export const isSuccess = (status: number, { matcher }: Pick<HealthCheck, "matcher">): boolean =>
  matcher.split(",").some((part) => {
    const [from = Number.NaN, to = from] = part.split("-").map(Number);
    return status >= from && status <= to;
  });
