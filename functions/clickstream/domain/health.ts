import { failureFrom } from "../../shared/outcome";

/**
 * Whether something that a function depends on can be used. `unknown` is a question that was throttled or not answered in time: no reason to
 * take a function out of service that may well work.
 */
export type Condition =
  | { readonly state: "ok" }
  | { readonly state: "unknown" | "broken" /** For the log. */; readonly why: string };

export const OK: Condition = { state: "ok" };

/** What an error says of what was asked: waiting cures no missing grant and no missing resource. */
export function conditionFrom(error: unknown, doing: string): Condition {
  const failure = failureFrom(error, doing);
  return { state: failure.retryable ? "unknown" : "broken", why: failure.message };
}
