import type { BidRequest } from "./bid-request";
import { requestProblem } from "./request-problem";

/** Bytes of a body. */
export const LARGEST_BODY = 256 * 1024;
/** Objects and lists within each other down to the deepest attribute that is read: `imp[].pmp.deals[].durfloors[].mindur`. */
const DEEPEST_READ = 8;

/** `problem` is "<path>: <what to give instead>", for logs: the answer to a malformed request has no content, [2.1]. */
export type Read =
  | { readonly ok: true; readonly request: BidRequest }
  | { readonly ok: false; readonly status: 400 | 413; readonly problem: string };

/** A byte order mark is dropped, which JSON's standard allows a reader (RFC 8259, 8.1). */
const UTF8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a bid request from the bytes of a body, or from its text where these are decoded already. What it gives back is
 * what JSON.parse made: nothing is copied, and attributes that the exchange does not know are still there, unread. So
 * nesting needs no bound of its own: nothing is followed deeper than the attributes that are read go, and whoever writes
 * a request again picks what it writes. Of keys given twice the last one counts. Never throws.
 */
export function readBidRequest(body: string | Uint8Array): Read {
  if (isTooLarge(body)) return { ok: false, status: 413, problem: `body: give at most ${LARGEST_BODY} bytes` };
  let given: unknown;
  try {
    given = JSON.parse(typeof body === "string" ? withoutMark(body) : UTF8.decode(body));
  } catch {
    return { ok: false, status: 400, problem: "body: give JSON in UTF-8" };
  }
  let problem = requestProblem(given);
  if (problem !== "" && forgetNulls(given, DEEPEST_READ)) problem = requestProblem(given);
  if (problem !== "") return { ok: false, status: 400, problem: `request${problem}` };
  return { ok: true, request: given as BidRequest };
}

/** A letter of a text is one to three bytes of UTF-8. */
function isTooLarge(body: string | Uint8Array): boolean {
  if (body.length > LARGEST_BODY) return true;
  return typeof body === "string" && body.length * 3 > LARGEST_BODY && Buffer.byteLength(body) > LARGEST_BODY;
}

const withoutMark = (text: string) => (text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);

/**
 * The specification knows absent attributes only, "unknown" ([2.3]); senders whose libraries write null mean the same, and
 * other exchanges take it so. No check passes null, so only a request that failed is searched for it: the others do not
 * pay. Null in a list is no attribute and stays malformed. Answers whether there was any.
 */
function forgetNulls(value: unknown, levels: number): boolean {
  if (levels === 0 || typeof value !== "object" || value === null) return false;
  let found = false;
  const fields = value as Record<string, unknown>;
  for (const key of Object.keys(fields)) {
    if (fields[key] !== null) found = forgetNulls(fields[key], levels - 1) || found;
    else if (!Array.isArray(value)) {
      delete fields[key];
      found = true;
    }
  }
  return found;
}
