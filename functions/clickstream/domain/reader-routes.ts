import { visitorOf } from "./identity";
import { LONGEST_EVENT, LONGEST_ID } from "./message";
import { Refusal } from "./refusal";

/** Whose events are asked for: a user with all that was anonymously theirs before, or an anonymous visitor alone. */
export interface Subject {
  readonly kind: "user" | "anonymous";
  readonly id: string;
}

export const visitorOfSubject = ({ kind, id }: Subject): string =>
  visitorOf(kind === "user" ? { userId: id } : { anonymousId: id });

/** What may be listed. */
export type Listing =
  | { readonly kind: "events" | "sessions"; readonly subject: Subject }
  | { readonly kind: "type"; readonly eventType: string };

export type ReaderRoute =
  | Listing
  | { readonly kind: "erasure"; readonly subject: Subject }
  | { readonly kind: "health" };

const PATHS = [
  "GET /v1/users/{id}/events",
  "GET /v1/users/{id}/sessions",
  "DELETE /v1/users/{id}",
  "GET /v1/anonymous/{id}/events",
  "GET /v1/anonymous/{id}/sessions",
  "DELETE /v1/anonymous/{id}",
  "GET /v1/event-types/{type}/events",
  "GET /health",
];

const WITHIN = ["events", "sessions"] as const;
const SUBJECTS: Readonly<Record<string, Subject["kind"]>> = { users: "user", anonymous: "anonymous" };

/** The reader's paths. Ids in them are percent-encoded, `/` too: the load balancer hands the path on as it came. */
export function readerRouteOf(method: string, path: string): ReaderRoute | Refusal {
  const found = path === "/health" ? { route: { kind: "health" as const }, allow: "GET" } : routeAt(path);
  if (found === undefined) return new Refusal("not_found", `there is no such path; give one of ${PATHS.join(", ")}`);
  if (method !== found.allow)
    return new Refusal("method_not_allowed", `this path does not take ${method.slice(0, 20)}; give ${found.allow}`, {
      allow: found.allow,
    });
  return found.route;
}

type Found = { readonly route: ReaderRoute | Refusal; readonly allow: string };

function routeAt(path: string): Found | undefined {
  const [root, version, folder = "", encoded, what, ...rest] = path.split("/");
  if (root !== "" || version !== "v1" || encoded === undefined || rest.length > 0) return undefined;
  if (folder === "event-types" && what === "events") {
    const eventType = decoded(encoded, "the event type", LONGEST_EVENT);
    return { route: eventType instanceof Refusal ? eventType : { kind: "type", eventType }, allow: "GET" };
  }
  const kind = Object.hasOwn(SUBJECTS, folder) ? SUBJECTS[folder] : undefined;
  const asked: "erasure" | (typeof WITHIN)[number] | undefined =
    what === undefined ? "erasure" : WITHIN.find((each) => each === what);
  if (kind === undefined || asked === undefined) return undefined;
  const id = decoded(encoded, "the id", LONGEST_ID);
  const route = id instanceof Refusal ? id : { kind: asked, subject: { kind, id } as const };
  return { route, allow: asked === "erasure" ? "DELETE" : "GET" };
}

function decoded(encoded: string, what: string, most: number): string | Refusal {
  try {
    const text = decodeURIComponent(encoded);
    if (text !== "" && text.length <= most) return text;
    return new Refusal("malformed", `${what} has ${text.length} letters; give 1 to ${most}`);
  } catch {
    return new Refusal("malformed", `${what} in the path is no percent-encoded UTF-8`);
  }
}
