import { Refused } from "./refusal";

/** A token by its form; nothing of it is verified yet. */
export interface Credential {
  readonly kind: "jwt" | "opaque";
  readonly token: string;
}

/** Bytes of a header's value. API Gateway takes 10,240 of all headers together; real tokens have less than 2,000. */
const MOST = 8_192;

/** RFC 6750, section 2.1; the scheme is in any case (RFC 9110, section 11.1). Two tokens in one header are none. */
const BEARER = /^bearer +([A-Za-z0-9._-]+)$/i;

/**
 * RFC 7519: three parts in base64url, none empty: `alg: none` has no third (RFC 7515, appendix A.5). The first is a JSON object, whose
 * brace and what may follow that begin with these letters.
 */
const JWT_FORM = "e[wy][A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+";
const JWT = new RegExp(`^${JWT_FORM}$`);

/** What opaque tokens begin with, so that scanners for leaked secrets can tell them. */
export const PREFIX = "slx_";
/** 32 random bytes in base64url behind the prefix. */
const OPAQUE_FORM = `${PREFIX}[A-Za-z0-9_-]{43}`;
const OPAQUE = new RegExp(`^${OPAQUE_FORM}$`);

/**
 * What the gateway lets through to the authorizer, and no invocation is spent on anything else: an expression that Java, Python and
 * JavaScript read alike, and that a header has to match from end to end. A guess of the right form passes.
 */
export const HEADER_FORM = `^[Bb][Ee][Aa][Rr][Ee][Rr] +(${OPAQUE_FORM}|${JWT_FORM})$`;

/** The token in an `Authorization` header. */
export function credentialIn(authorization: unknown): Credential | Refused {
  if (typeof authorization !== "string" || authorization.length > MOST) return new Refused("malformed");
  const token = BEARER.exec(authorization)?.[1] ?? "";
  if (OPAQUE.test(token)) return { kind: "opaque", token };
  return JWT.test(token) ? { kind: "jwt", token } : new Refused("malformed");
}
