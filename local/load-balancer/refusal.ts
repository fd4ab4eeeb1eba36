import { type Received, valuesOf } from "./model";

/** "16K per request line, 16K per single header, or 64K for the entire header" (troubleshooting guide, "HTTP 400"). */
const LONGEST_LINE = 16 * 1024;
export const LONGEST_HEAD = 64 * 1024;
/** "HTTP 463: an X-Forwarded-For request header with more than 30 IP addresses". */
const MOST_ADDRESSES = 30;

/** The status with which the load balancer itself turns a request away; undefined when it goes to a rule. */
export function refusalOf({ method, path, query, headers }: Omit<Received, "body">): number | undefined {
  if (method === "TRACE") return 405;
  if (path.length + query.length > LONGEST_LINE) return 414;
  if (headers.some(([name, value]) => name.length + value.length > LONGEST_LINE)) return 400;
  const addresses = valuesOf(headers, "x-forwarded-for").join(",").split(",");
  return addresses.length > MOST_ADDRESSES ? 463 : undefined;
}
