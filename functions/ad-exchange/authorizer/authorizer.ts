import type { APIGatewayAuthorizerResult, APIGatewayTokenAuthorizerEvent } from "aws-lambda";
import type { Clock } from "../../shared/clock";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import { failureFrom, told } from "../../shared/outcome";
import type { Current } from "../../shared/parameters";
import type { KeySets } from "../adapters/jwks";
import type { Tokens } from "../adapters/tokens";
import { type Credential, credentialIn } from "../domain/auth/credential";
import type { Issuer } from "../domain/auth/issuers";
import { policyFor } from "../domain/auth/policy";
import { type Grant, Refused } from "../domain/auth/refusal";
import { grantOfRecord, hashOf } from "../domain/auth/token-record";
import { contextOf } from "../domain/caller";
import { grantOfJwt } from "./jwts";

export interface AuthorizerWorld {
  readonly issuers: () => Promise<Current<readonly Issuer[]>>;
  readonly keys: KeySets;
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What one token came to. */
interface Outcome {
  readonly kind: Credential["kind"] | "none";
  readonly grant: Grant | Refused;
  /** Why issuers are older than their time to live, where they are. */
  readonly stale?: Error;
}

/** The gateway answers 401 to exactly this message, and 500 to any other error (API Gateway Developer Guide, "Gateway response types"). */
const UNAUTHORIZED = "Unauthorized";

/**
 * Says what the holder of a token may do with the API: one answer for all of its methods, that the gateway keeps.
 * @throws Error("Unauthorized") where the token opens nothing; a Failure where that cannot be known, which opens nothing either
 */
export async function authorize(
  event: Pick<APIGatewayTokenAuthorizerEvent, "authorizationToken" | "methodArn">,
  { awsRequestId }: { readonly awsRequestId: string },
  world: AuthorizerWorld,
): Promise<APIGatewayAuthorizerResult> {
  const startedAt = world.clock.now();
  try {
    const outcome = await judge(event.authorizationToken, world);
    const result = resultOf(outcome.grant, event.methodArn);
    report(outcome, awsRequestId, world, startedAt);
    if (result) return result;
  } catch (error) {
    const failure = failureFrom(error, "a token cannot be verified");
    world.metrics.record({ counts: { AuthorizerFailures: 1 }, milliseconds: {} });
    world.log.error("authorizer failed", { awsRequestId, failure: told(failure) });
    throw failure;
  }
  throw new Error(UNAUTHORIZED);
}

async function judge(authorization: unknown, world: AuthorizerWorld): Promise<Outcome> {
  const credential = credentialIn(authorization);
  if (credential instanceof Refused) return { kind: "none", grant: credential };
  const { kind, token } = credential;
  if (kind === "opaque") {
    const hash = hashOf(token);
    return { kind, grant: grantOfRecord(hash, await world.tokens.find(hash), world.clock.now() / 1_000) };
  }
  const { value: issuers, stale } = await world.issuers();
  const grant = await grantOfJwt(token, issuers, world.keys, world.clock);
  return { kind, grant, ...(stale ? { stale } : {}) };
}

/** Undefined for 401. */
function resultOf(grant: Grant | Refused, methodArn: string): APIGatewayAuthorizerResult | undefined {
  if (grant instanceof Refused)
    return grant.reason === "unusable"
      ? { principalId: "nobody", policyDocument: policyFor(methodArn, []) }
      : undefined;
  const { caller, usageKey } = grant;
  return {
    principalId: quotable(caller.principal),
    policyDocument: policyFor(methodArn, caller.may),
    context: contextOf(caller),
    ...(usageKey === undefined ? {} : { usageIdentifierKey: usageKey }),
  };
}

/**
 * The gateway puts it into lines of its access log as it stands, between quotation marks. A `sub` is whatever its issuer lets
 * people be called: what could end the text, and say other things of a request, is written as in a URL. The context has the name itself.
 */
const quotable = (principal: string): string => principal.replace(/["\\]/g, (letter) => encodeURIComponent(letter));

/** Never the token, nor a hash of it, nor what an unverified one says: who is refused is told by the reason alone. */
function report({ kind, grant, stale }: Outcome, awsRequestId: string, world: AuthorizerWorld, startedAt: number) {
  const durationMs = world.clock.now() - startedAt;
  const isRefused = grant instanceof Refused;
  world.metrics.record({
    counts: { [isRefused ? "Refused" : "Authorized"]: 1, ...(stale ? { ParametersStale: 1 } : {}) },
    milliseconds: { AuthorizerLatency: durationMs },
    ...(isRefused ? { reason: grant.reason } : {}),
  });
  world.log.info(isRefused ? "refused" : "authorized", {
    ...{ awsRequestId, kind, durationMs },
    ...(isRefused ? { reason: grant.reason } : { principal: grant.caller.principal, may: grant.caller.may }),
    ...(stale ? { parametersStale: stale.message } : {}),
  });
}
