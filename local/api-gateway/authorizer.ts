import type { InvokeResult, Invoker } from "../lambda/lambda-function";
import { decisionOf, type PolicyDocument } from "./authorizer-policy";
import { type Authorized, type Call, parameterOf } from "./call";
import type { ExpiringMap } from "./expiring-map";
import { type Authorizer, methodArn, Refusal } from "./model";
import { requestPart } from "./proxy-event";

export interface AuthorizerWorld {
  readonly invoker: Invoker;
  /** Whether the function's resource policy lets API Gateway invoke it on behalf of this ARN. */
  readonly mayInvoke: (functionArn: string, sourceArn: string) => Promise<boolean>;
  /** Answers of authorizers, by authorizer and identity; for the stage's time. */
  readonly answers: ExpiringMap<Answered>;
  readonly now: () => number;
  /** Told of each authorizer that was invoked. */
  readonly onAuthorizer?: () => void;
}

/** What an authorizer answers: for an identity, whatever the method. */
export interface Answered extends Authorized {
  readonly policy: PolicyDocument;
}

const unauthorized = new Refusal("UNAUTHORIZED", "Unauthorized");
const misconfigured = (detail: string) =>
  new Refusal("AUTHORIZER_CONFIGURATION_ERROR", "Internal server error", { detail });
/** "explicit deny" is what AWS says of policies in general. */
const DENIED = "User is not authorized to access this resource with an explicit deny";
const NOT_ALLOWED = "User is not authorized to access this resource";

/**
 * Asks a method's authorizer, or knows its answer still ("Use API Gateway Lambda authorizers", Developer Guide). The answer is kept
 * by identity alone, and its policy is held against the method of each request anew: a policy that names the first method only
 * refuses the second. Undefined: the request may go on.
 */
export async function authorize(
  call: Call,
  authorizer: Authorizer,
  world: AuthorizerWorld,
): Promise<Refusal | undefined> {
  const identity = authorizer.identitySources.map((source) => parameterOf(call, source) ?? "");
  if (isRefusedUnasked(authorizer, identity)) return unauthorized;
  const { stage, asked } = call;
  const arn = methodArn(stage, asked.method, asked.path);
  const key = JSON.stringify([authorizer.id, ...identity]);
  const known = authorizer.ttlSeconds > 0 ? world.answers.get(key) : undefined;
  const answered = known ?? (await ask(call, authorizer, identity, arn, world));
  if (answered instanceof Refusal) return answered;
  if (known === undefined && authorizer.ttlSeconds > 0) world.answers.set(key, answered, authorizer.ttlSeconds);
  call.authorized = answered;
  const decision = decisionOf(answered.policy, arn);
  if (decision === "allowed") return undefined;
  return new Refusal("ACCESS_DENIED", decision === "denied" ? DENIED : NOT_ALLOWED);
}

/** A token that is missing or does not match never reaches the function; nor does a missing identity that would be a cache's key. */
function isRefusedUnasked({ type, expression, ttlSeconds }: Authorizer, identity: readonly string[]): boolean {
  const isMissing = identity.some((value) => value === "");
  if (type === "REQUEST") return ttlSeconds > 0 && isMissing;
  return isMissing || (expression !== undefined && !expression.test(identity[0] ?? ""));
}

async function ask(
  call: Call,
  { id, type, functionArn }: Authorizer,
  [token]: readonly string[],
  arn: string,
  { invoker, mayInvoke, now, onAuthorizer }: AuthorizerWorld,
): Promise<Answered | Refusal> {
  const { api } = call.stage;
  const sourceArn = `arn:aws:execute-api:${api.region}:${api.account}:${api.id}/authorizers/${id}`;
  if (!(await mayInvoke(functionArn, sourceArn)))
    return misconfigured(`${functionArn}: its policy does not let ${sourceArn} invoke it`);
  const event =
    type === "TOKEN"
      ? { type, authorizationToken: token, methodArn: arn }
      : { type, methodArn: arn, ...requestPart(call) };
  const begun = now();
  onAuthorizer?.();
  const result = await invoker.invoke(functionArn, JSON.stringify(event));
  const answered = answerOf(result, functionArn);
  const status = answered instanceof Refusal ? (answered.type === "UNAUTHORIZED" ? 401 : 500) : 200;
  call.authorizerStep = { milliseconds: Math.round(now() - begun), status };
  return answered;
}

/** An error whose message is "Unauthorized" is 401 to the client, any other is the authorizer's failure. */
function answerOf(result: InvokeResult, functionArn: string): Answered | Refusal {
  if (result.kind === "throttled") return misconfigured(`${functionArn}: throttled`);
  if (result.kind === "service-error") return misconfigured(`${functionArn}: ${result.message}`);
  if (result.kind === "function-error") {
    const { errorMessage } = JSON.parse(result.payload) as { errorMessage?: unknown };
    if (errorMessage === "Unauthorized") return unauthorized;
    return new Refusal("AUTHORIZER_FAILURE", undefined, { detail: `${functionArn}: ${result.payload}` });
  }
  return answeredIn(result.payload) ?? misconfigured(`${functionArn}: it answered ${result.payload.slice(0, 1000)}`);
}

/** "Output from an API Gateway Lambda authorizer": no lists or objects in the context, and all of it becomes text. */
function answeredIn(payload: string): Answered | undefined {
  const output: unknown = JSON.parse(payload);
  if (typeof output !== "object" || output === null) return undefined;
  const { principalId, policyDocument, context, usageIdentifierKey } = output as Record<string, unknown>;
  if (typeof policyDocument !== "object" || policyDocument === null) return undefined;
  if (typeof (context ?? {}) !== "object") return undefined;
  const values = Object.entries(context ?? {});
  if (values.some(([, value]) => typeof value === "object" && value !== null)) return undefined;
  return {
    principalId: principalId === undefined || principalId === null ? undefined : String(principalId),
    context: Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
    usageKey: typeof usageIdentifierKey === "string" ? usageIdentifierKey : undefined,
    policy: policyDocument,
  };
}
