import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { isJsonType } from "../../functions/ad-exchange/bid-handler/json-type";
import { LARGEST_BODY } from "../../functions/ad-exchange/domain/openrtb/read-bid-request";

/** An answer that needs no body read. */
export interface Refusal {
  readonly status: 401 | 404 | 405 | 413 | 415;
  readonly headers: Readonly<Record<string, string>>;
}

export type Received = "auction" | "health" | Refusal;
type Head = Pick<IncomingMessage, "method" | "url" | "headers">;

const NOT_FOUND: Refusal = { status: 404, headers: {} };
const NO_TOKEN: Refusal = { status: 401, headers: { "www-authenticate": "Bearer" } };
const TOO_LARGE: Refusal = { status: 413, headers: {} };
const NO_JSON: Refusal = { status: 415, headers: { accept: "application/json" } };
/** What else could be sent stands in the answer (RFC 9110, 15.5.16). */
const UNKNOWN_ENCODING: Refusal = { status: 415, headers: { "accept-encoding": "gzip, identity" } };

const methods = (allow: string): Refusal => ({ status: 405, headers: { allow } });
const POST_ONLY = methods("POST");
const GET_ONLY = methods("GET, HEAD");

/**
 * What a request's head says of it: which of the two things the server does is wanted, or why neither is done. Nobody
 * who is refused is waited for to send a body.
 * @param token what `Authorization: Bearer` has to give; undefined lets everybody in
 */
export function reception(token: string | undefined): (head: Head) => Received {
  const mayEnter = entry(token);
  return ({ method, url = "", headers }) => {
    const path = pathOf(url);
    if (path === "/health") return method === "GET" || method === "HEAD" ? "health" : GET_ONLY;
    if (path !== "/openrtb2/auction") return NOT_FOUND;
    if (method !== "POST") return POST_ONLY;
    if (!mayEnter(headers.authorization)) return NO_TOKEN;
    if (!isJsonType(headers["content-type"])) return NO_JSON;
    const encoding = headers["content-encoding"];
    if (encoding !== undefined && !ENCODINGS.has(encoding.trim().toLowerCase())) return UNKNOWN_ENCODING;
    return Number(headers["content-length"] ?? 0) > LARGEST_BODY ? TOO_LARGE : "auction";
  };
}

const ENCODINGS: ReadonlySet<string> = new Set(["", "identity", "gzip", "x-gzip"]);

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** Hashes have one length and tell nothing of what they are of, so a guess takes as long however close it is. */
function entry(token: string | undefined): (authorization: string | undefined) => boolean {
  if (token === undefined) return () => true;
  const expected = hashOf(token);
  return (authorization = "") => {
    const [, given] = /^bearer +(\S+) *$/i.exec(authorization) ?? [];
    return given !== undefined && timingSafeEqual(hashOf(given), expected);
  };
}

const hashOf = (text: string): Buffer => createHash("sha256").update(text).digest();
