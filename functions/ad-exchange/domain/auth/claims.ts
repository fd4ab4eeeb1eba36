import { type Fields, present } from "../../../shared/fields";
import { callerOf, PERMISSIONS } from "../caller";
import { type Issuer, TOLD, type Told } from "./issuers";
import { type Grant, isUsageKey, Refused } from "./refusal";

/** Seconds by which clocks of issuers may be off. */
export const SKEW_SECONDS = 30;

/** Of what RFC 7518 has, what is asymmetric, widely issued and safe: no "none", and no HMAC, for which a public key could pass as the secret. */
const ALGORITHMS: readonly unknown[] = ["RS256", "ES256"];

/** What is wrong with the header of an issuer's JWT, before anything is fetched or computed for it. */
export function headerProblem({ alg, kid, crit }: Fields, issuer: Issuer): Refused | undefined {
  if (!ALGORITHMS.includes(alg)) return new Refused("algorithm");
  // An extension that must be understood is not (RFC 7515, section 4.1.11).
  if (crit !== undefined) return new Refused("malformed");
  if (typeof kid !== "string" || kid === "") return new Refused("key-unknown");
  return issuer.revokedKeys.includes(kid) ? new Refused("key-revoked") : undefined;
}

/**
 * What a JWT opens whose signature, issuer, audience, `exp` and `nbf` have been verified. A token without `exp` or `iat` would
 * count for ever, so it does not count at all.
 * @param now seconds since the epoch
 */
export function grantOfClaims(claims: Fields, issuer: Issuer, now: number): Grant | Refused {
  const { exp, iat, jti, sub } = claims;
  if (typeof exp !== "number" || typeof iat !== "number") return new Refused("malformed");
  if (iat - SKEW_SECONDS > now) return new Refused("not-yet-valid");
  if (now - iat > issuer.maximumAgeSeconds + SKEW_SECONDS) return new Refused("too-old");
  if (typeof jti === "string" && issuer.revokedTokens.includes(jti)) return new Refused("revoked");
  const told = (name: Told): unknown => issuer.fixed[name] ?? claimIn(claims, issuer.claims[name]);
  const { usageKey, ...names } = Object.fromEntries(TOLD.map((name) => [name, told(name)])) as Record<Told, unknown>;
  if (usageKey !== undefined && !isUsageKey(usageKey)) return new Refused("unusable");
  if (typeof sub !== "string" || sub === "") return new Refused("unusable");
  const may = permissionsIn(claimIn(claims, issuer.claims.permissions), issuer);
  const caller = callerOf({ principal: `${issuer.name}/${sub}`, may, ...names });
  return caller ? { caller, ...present({ usageKey }) } : new Refused("unusable");
}

const claimIn = (claims: Fields, name: string | undefined): unknown => (name === undefined ? undefined : claims[name]);

/** Of a scope (RFC 8693, section 4.2) or a list. What is no permission here is another API's. */
function permissionsIn(value: unknown, issuer: Issuer) {
  const told: readonly unknown[] = typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return PERMISSIONS.filter((permission) => issuer.may.includes(permission) && told.includes(permission));
}
