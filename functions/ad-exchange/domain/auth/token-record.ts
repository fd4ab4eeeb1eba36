import { createHash, timingSafeEqual } from "node:crypto";
import { type Fields, present } from "../../../shared/fields";
import { callerOf } from "../caller";
import { type Grant, isUsageKey, Refused } from "./refusal";

/** SHA-256 of a token in lower-case hexadecimal: all that is kept of it. Tokens are random, so that nothing can be guessed from it. */
export const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");

const NOBODY = Buffer.alloc(32);

/**
 * What an opaque token opens, by the record that was found at its hash. An unknown token takes the same way as a known one
 * to its end: neither the answer nor its time tells them apart.
 * @param now seconds since the epoch; the table deletes what has expired hours or days late
 */
export function grantOfRecord(hash: string, record: Fields | undefined, now: number): Grant | Refused {
  const { token, expires, revoked, usageKey, ...fields } = record ?? {};
  const kept = typeof token === "string" ? Buffer.from(token, "hex") : NOBODY;
  const isKnown = kept.length === 32 && timingSafeEqual(kept, Buffer.from(hash, "hex"));
  const caller = callerOf(fields);
  if (!isKnown) return new Refused("unknown");
  // Fail closed: whatever stands there but false is a revocation.
  if (revoked !== undefined && revoked !== false) return new Refused("revoked");
  if (typeof expires !== "number" || expires <= now) return new Refused("expired");
  if (!caller || (usageKey !== undefined && !isUsageKey(usageKey))) return new Refused("unusable");
  return { caller, ...present({ usageKey }) };
}
