import { MESSAGE_TYPES, type MessageType } from "./message";
import { Refusal } from "./refusal";

/** What a request asks for. `type` is absent for a batch, whose messages say it themselves. */
export type Route =
  | { readonly kind: "intake"; readonly type?: MessageType }
  | { readonly kind: "preflight" }
  | { readonly kind: "health" };

const INTAKE: ReadonlyMap<string, Route> = new Map<string, Route>([
  ["/v1/batch", { kind: "intake" }],
  ...MESSAGE_TYPES.map((type) => [`/v1/${type}`, { kind: "intake", type }] as const),
]);

/** Methods that the intake paths take, as `Allow` and as the answer to a preflight tell them. */
export const INTAKE_METHODS = "POST, OPTIONS";

/** The paths of Segment's HTTP tracking API, and `/health` for the load balancer. */
export function routeOf(method: string, path: string): Route | Refusal {
  if (path === "/health") return method === "GET" ? { kind: "health" } : notAllowed(method, path, "GET");
  const intake = INTAKE.get(path);
  if (intake === undefined)
    return new Refusal("not_found", `there is no such path; give one of ${[...INTAKE.keys(), "/health"].join(", ")}`);
  if (method === "OPTIONS") return { kind: "preflight" };
  return method === "POST" ? intake : notAllowed(method, path, INTAKE_METHODS);
}

const notAllowed = (method: string, path: string, allow: string): Refusal =>
  new Refusal("method_not_allowed", `${path} does not take ${method.slice(0, 20)}; give ${allow}`, { allow });
