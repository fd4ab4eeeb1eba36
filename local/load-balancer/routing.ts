import { isLike } from "../wildcards";
import { type Action, type Condition, type Listener, type Received, valuesOf } from "./model";

/**
 * The action for a request: of the first rule by priority whose conditions all hold, or else the default ("Listener rules",
 * Application Load Balancer guide).
 */
export function actionFor({ rules, defaultAction }: Listener, request: Received): Action {
  const inOrder = [...rules].sort((a, b) => a.priority - b.priority);
  return inOrder.find(({ conditions }) => conditions.every((one) => holds(one, request)))?.action ?? defaultAction;
}

/** Paths and methods tell cases apart, host names do not; only methods know no wildcards ("Rule condition types"). */
function holds({ field, values }: Condition, request: Received): boolean {
  if (field === "http-request-method") return values.includes(request.method);
  if (field === "path-pattern") return values.some((pattern) => isLike(request.path, pattern));
  const host = hostOf(request).toLowerCase();
  return values.some((pattern) => isLike(host, pattern.toLowerCase()));
}

/** The host that a request names, without its port. */
export const hostOf = ({ headers }: Pick<Received, "headers">): string =>
  (valuesOf(headers, "host")[0] ?? "").replace(/:\d+$/, "");
