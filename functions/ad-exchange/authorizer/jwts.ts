import {
  JwtExpiredError,
  JwtInvalidAudienceError,
  JwtInvalidIssuerError,
  JwtInvalidSignatureAlgorithmError,
  JwtInvalidSignatureError,
  JwtNotBeforeError,
  JwtParseError,
  KidNotFoundInJwksError,
} from "aws-jwt-verify/error";
import { decomposeUnverifiedJwt } from "aws-jwt-verify/jwt";
import { verifyJwt } from "aws-jwt-verify/jwt-verifier";
import type { Clock } from "../../shared/clock";
import type { KeySets } from "../adapters/jwks";
import { grantOfClaims, headerProblem, SKEW_SECONDS } from "../domain/auth/claims";
import type { Issuer } from "../domain/auth/issuers";
import { type Grant, type Reason, Refused } from "../domain/auth/refusal";

/** Errors of the library that are a token's fault; any other is ours, or an issuer's. */
const REASONS: readonly (readonly [abstract new (...given: never[]) => Error, Reason])[] = [
  [JwtParseError, "malformed"],
  [JwtInvalidSignatureAlgorithmError, "algorithm"],
  [KidNotFoundInJwksError, "key-unknown"],
  [JwtInvalidSignatureError, "signature"],
  [JwtInvalidIssuerError, "issuer"],
  [JwtInvalidAudienceError, "audience"],
  [JwtExpiredError, "expired"],
  [JwtNotBeforeError, "not-yet-valid"],
];

/**
 * What a JWT opens. Its unverified `iss` only chooses the issuer, against whose keys and settings all of it is then verified.
 *
 * The library's function and not its JwtVerifier: that keeps key objects by key id alone, so that a key which was replaced
 * under the same id would still count, and only a new verifier would forget it.
 * @throws Failure when it cannot be known
 */
export async function grantOfJwt(
  jwt: string,
  issuers: readonly Issuer[],
  keys: KeySets,
  clock: Clock,
): Promise<Grant | Refused> {
  try {
    const { header, payload } = decomposeUnverifiedJwt(jwt);
    const issuer = issuers.find((each) => each.issuer === payload.iss);
    if (!issuer) return new Refused("issuer");
    const problem = headerProblem({ ...header }, issuer);
    if (problem) return problem;
    const options = { issuer: issuer.issuer, audience: [...issuer.audience], graceSeconds: SKEW_SECONDS };
    const claims = await verifyJwt(jwt, issuer.jwksUri, options, (uri) => keys.keyFor(uri, header));
    return grantOfClaims({ ...claims }, issuer, clock.now() / 1_000);
  } catch (error) {
    const reason = REASONS.find(([kind]) => error instanceof kind)?.[1];
    if (!reason) throw error;
    return new Refused(reason);
  }
}
