import { randomBytes } from "node:crypto";
import type { ForwardedFor, Header, Listener, LoadBalancer, Received } from "./model";
import { valuesOf } from "./model";

/** What is known of a request beside the request. */
export interface Moment {
  /** Epoch milliseconds. */
  readonly now: number;
  /** 24 hexadecimal digits. */
  readonly id: string;
}

export const momentNow = (): Moment => ({ now: Date.now(), id: randomBytes(12).toString("hex") });

const X_FORWARDED_FOR = "x-forwarded-for";
const TRACE = "x-amzn-trace-id";
/** "Elastic Load Balancing requires that message header names contain only alphanumeric characters and hyphens." */
const VALID_NAME = /^[A-Za-z0-9-]+$/;

/**
 * The headers that a target receives, names in lower case: the client's, and what the load balancer adds or replaces
 * ("HTTP headers and Application Load Balancers", "Request tracing").
 */
export function forwardedHeaders(
  request: Pick<Received, "headers" | "client">,
  balancer: Pick<LoadBalancer, "dropInvalidHeaderFields" | "forwardedFor">,
  listener: Pick<Listener, "port" | "protocol">,
  moment: Moment,
): Header[] {
  const own = new Set([X_FORWARDED_FOR, "x-forwarded-port", "x-forwarded-proto", TRACE]);
  const kept = request.headers
    .map(([name, value]): Header => [name.toLowerCase(), value])
    .filter(([name]) => !own.has(name) && (!balancer.dropInvalidHeaderFields || VALID_NAME.test(name)));
  return [
    ...kept,
    [TRACE, traceId(valuesOf(request.headers, TRACE)[0], moment)],
    ...forwardedFor(balancer.forwardedFor, request).map((value): Header => [X_FORWARDED_FOR, value]),
    ["x-forwarded-port", String(listener.port)],
    ["x-forwarded-proto", listener.protocol.toLowerCase()],
  ];
}

function forwardedFor({ mode, withPort }: ForwardedFor, { headers, client }: Pick<Received, "headers" | "client">) {
  const before = valuesOf(headers, X_FORWARDED_FOR);
  if (mode === "remove") return [];
  if (mode === "preserve") return before;
  const { address, port } = client;
  const own = !withPort ? address : address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  return [[...before, own].join(", ")];
}

/** A new Root, or Self before the Root that came; a Self that came is replaced. */
function traceId(came: string | undefined, { now, id }: Moment): string {
  const own = `1-${Math.floor(now / 1000).toString(16)}-${id}`;
  const fields = (came ?? "").split(";").filter((field) => field !== "" && !/^self=/i.test(field));
  return fields.some((field) => /^root=/i.test(field)) ? [`Self=${own}`, ...fields].join(";") : `Root=${own}`;
}
