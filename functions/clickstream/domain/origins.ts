import { Refusal } from "./refusal";
import { INTAKE_METHODS } from "./routes";

/** Web origins (RFC 6454, section 6.2) that may send from a browser, or `*` alone for all. */
export type Origins = readonly string[];

const ORIGIN = /^https?:\/\/[a-z0-9.-]+(:\d+)?$/;

/** Reads the parameter, a JSON array of origins. @throws Error that names the mistake */
export function parseOrigins(json: string): Origins {
  const value: unknown = JSON.parse(json);
  if (!Array.isArray(value)) throw new Error('origins: give a JSON array, for example ["https://www.example.com"].');
  const wrong = value.filter((each) => each !== "*" && !(typeof each === "string" && ORIGIN.test(each)));
  if (wrong.length > 0)
    throw new Error(`origins: ${JSON.stringify(wrong)} are no origins; give scheme and host, without a path.`);
  if (value.includes("*") && value.length > 1) throw new Error('origins: "*" stands alone; give it, or a list.');
  return value;
}

const EXPOSED = { "access-control-expose-headers": "retry-after" };

/** Lets any page read an answer: for one that tells nothing, or where all may send. */
export const ANY_PAGE = { ...EXPOSED, "access-control-allow-origin": "*" };

/**
 * Headers that let a browser page read the answer (Fetch standard, "CORS protocol"); none for a caller without an origin, which is no
 * browser. Never `access-control-allow-credentials`: the write key authenticates, and no cookie is read.
 */
export function corsFor(origin: string | undefined, origins: Origins): Readonly<Record<string, string>> | Refusal {
  if (origin === undefined) return {};
  if (origins.includes("*")) return ANY_PAGE;
  if (!origins.includes(origin))
    return new Refusal("origin_not_allowed", "pages of this origin may not send; add it to the allowed origins");
  return { ...EXPOSED, "access-control-allow-origin": origin, vary: "origin" };
}

/** What a preflight is told besides: 2 hours is the longest that Chromium remembers it. */
export const PREFLIGHT: Readonly<Record<string, string>> = {
  allow: INTAKE_METHODS,
  "access-control-allow-methods": "POST",
  "access-control-allow-headers": "authorization, content-type, content-encoding",
  "access-control-max-age": "7200",
};
