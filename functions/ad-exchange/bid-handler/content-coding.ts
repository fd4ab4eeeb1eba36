import { LARGEST_BODY } from "../domain/openrtb/read-bid-request";

/** Of a body that cannot be read: it is not of the coding that it claims, it is too large unpacked, or nobody here knows the coding. */
export type Unread = 400 | 413 | 415;

/** The coding that a `Content-Encoding` names (RFC 9110, 8.4); undefined for none. */
export function codingOf(contentEncoding: string | undefined): string | undefined {
  const coding = contentEncoding?.trim().toLowerCase();
  return coding === undefined || coding === "" || coding === "identity" ? undefined : coding;
}

/**
 * A body that came with a coding, as JSON. API Gateway takes gzip and deflate off by itself and does not say whether the header
 * stays ("Payload compression for REST APIs"), so what begins like JSON is taken for decoded whatever the header says. Another
 * front may hand on gzip as bytes: that is unpacked here, to no more than a body may have.
 */
export async function uncoded(coding: string, body: string | Uint8Array): Promise<string | Uint8Array | Unread> {
  if (!CODINGS.has(coding)) return 415;
  if (isObject(body)) return body;
  return isGzip(body) ? gunzip(body) : 415;
}

/**
 * At once: a few kilobytes take less than to hand them to another thread, and the bound is a millisecond. `node:zlib` takes more
 * than a millisecond to load, which only whoever is sent gzip should pay.
 */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array | 400 | 413> {
  const { gunzipSync } = await import("node:zlib");
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_BODY });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? 413 : 400;
  }
}

/** What a request may be sent in ([2.4] asks for gzip alone); deflate is the gateway's. */
const CODINGS: ReadonlySet<string> = new Set(["gzip", "x-gzip", "deflate"]);
/** Of answers 415 to a coding. */
export const READ_HERE = "gzip, identity";

const isGzip = (body: string | Uint8Array): body is Uint8Array =>
  typeof body !== "string" && body[0] === 0x1f && body[1] === 0x8b;

/** Whether the first thing that is no space, and no byte order mark, opens an object. */
function isObject(body: string | Uint8Array): boolean {
  const start =
    typeof body === "string" ? body.slice(0, MOST_SPACE) : Buffer.from(body.subarray(0, MOST_SPACE)).toString();
  return /^\ufeff?\s*\{/.test(start);
}
/** Letters in front of an object that are looked through. */
const MOST_SPACE = 64;
