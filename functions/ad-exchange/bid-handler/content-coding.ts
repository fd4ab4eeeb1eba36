import { LARGEST_BODY } from "../domain/openrtb/read-bid-request";

/** Of a body that cannot be read: it is not of the coding that it claims, it is too large unpacked, or nobody here knows the coding. */
type Unread = 400 | 413 | 415;

/** What a request may say to be sent in (RFC 9110, 8.4): [2.4] asks for gzip alone, deflate is the gateway's. */
const CODINGS = /^\s*((x-)?gzip|deflate|identity|)\s*$/i;
/** What bodies of these codings begin with (RFC 1952, 2.3.1; RFC 1950, 2.2), and no JSON does. */
const GZIP = 0x1f;
const ZLIB = 0x78;

/**
 * A body that came with a `Content-Encoding`, without it. API Gateway takes gzip and deflate off by itself and does not say whether the header
 * stays ("Payload compression for REST APIs"), so what begins as neither does is taken for decoded whatever the header says.
 * Another front may hand on gzip as bytes: that is unpacked here. What somebody has made a text of is lost.
 */
export async function uncoded(encoding: string, body: string | Uint8Array): Promise<string | Uint8Array | Unread> {
  if (!CODINGS.test(encoding)) return 415;
  const first = typeof body === "string" ? body.charCodeAt(0) : body[0];
  if (first === GZIP && typeof body !== "string") return gunzip(body);
  return first === GZIP || first === ZLIB ? 415 : body;
}

/**
 * To no more than a body may have. At once: a few kilobytes take less than to hand them to another thread, and the bound is a
 * millisecond. `node:zlib` takes more than a millisecond to load, which only whoever is sent gzip should pay.
 */
export async function gunzip(bytes: Uint8Array): Promise<Uint8Array | 400 | 413> {
  const { gunzipSync } = await import("node:zlib");
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_BODY });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? 413 : 400;
  }
}
