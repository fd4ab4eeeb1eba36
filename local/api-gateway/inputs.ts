import type * as aws from "@pulumi/aws";
import type { Header } from "../load-balancer/model";
import { nothingElse, type Plain } from "../resources/materialiser";
import { PARAMETER } from "./call";
import type { Authorizer, LambdaIntegration, Limit, MockIntegration, MockResponse, RouteCache } from "./model";

type IntegrationInputs = Plain<aws.apigateway.IntegrationArgs>;

/** A mock still without its responses, which are resources of their own. */
export type PlannedIntegration = (LambdaIntegration | Omit<MockIntegration, "responses">) & {
  readonly cacheKeys: readonly string[];
};

/** "50 milliseconds - 29 seconds" (quotas of REST APIs). */
const LONGEST_TIMEOUT = 29_000;

/** @throws for what is no invocation of a function and no mock */
export function integrationOf(inputs: IntegrationInputs): PlannedIntegration {
  const {
    type,
    uri,
    integrationHttpMethod,
    timeoutMilliseconds = LONGEST_TIMEOUT,
    cacheKeyParameters = [],
    ...more
  } = inputs;
  const { requestTemplates = {}, passthroughBehavior = "WHEN_NO_MATCH", restApi: _a, resourceId: _r, ...others } = more;
  const { httpMethod: _m, connectionType: _internet, ...rest } = others;
  nothingElse(rest);
  requireParameters(cacheKeyParameters);
  if (timeoutMilliseconds < 50 || timeoutMilliseconds > LONGEST_TIMEOUT)
    throw new Error(`timeoutMilliseconds is ${timeoutMilliseconds}; give 50 to ${LONGEST_TIMEOUT}.`);
  if (type === "AWS_PROXY") {
    if (integrationHttpMethod !== "POST")
      throw new Error(`integrationHttpMethod is ${integrationHttpMethod}; give POST, by which functions are invoked.`);
    return { kind: "lambda", functionArn: functionArnIn(uri), timeoutMilliseconds, cacheKeys: cacheKeyParameters };
  }
  if (type !== "MOCK") throw new Error(`the integration's type is ${type}; give AWS_PROXY or MOCK.`);
  const statuses = Object.entries(requestTemplates).map(([mediaType, text]) => [
    mediaType.toLowerCase(),
    statusIn(text),
  ]);
  const passthrough = passthroughBehavior as MockIntegration["passthrough"];
  return { kind: "mock", statuses: Object.fromEntries(statuses), passthrough, cacheKeys: cacheKeyParameters };
}

/** "arn:aws:apigateway:<region>:lambda:path/2015-03-31/functions/<the function's ARN>/invocations". */
export function functionArnIn(uri: string | undefined): string {
  const arn = /:lambda:path\/2015-03-31\/functions\/(arn:[^/]+)\/invocations$/.exec(uri ?? "")?.[1];
  if (arn === undefined) throw new Error(`uri is ${uri}; give the invokeArn of a function or an alias.`);
  return arn;
}

/** A template is not evaluated here, so that it can only be JSON as it stands. */
function statusIn(template: string): number {
  const said: unknown = /[#$]/.test(template) ? undefined : JSON.parse(template);
  const status = (said as { statusCode?: unknown } | undefined)?.statusCode;
  if (typeof status !== "number") throw new Error(`a mock's template is ${template}; give {"statusCode": <number>}.`);
  return status;
}

const RESPONSE_HEADER = "method.response.header.";

/** What a mock answers with a status code. @throws for templates that would have to be evaluated */
export function mockResponseOf(inputs: Plain<aws.apigateway.IntegrationResponseArgs>): MockResponse {
  const { statusCode, responseTemplates = {}, responseParameters = {}, selectionPattern, ...more } = inputs;
  const { restApi: _api, resourceId: _resource, httpMethod: _method, ...rest } = more;
  nothingElse({ ...rest, selectionPattern });
  const [template, ...others] = Object.entries(responseTemplates);
  if (others.length > 0) throw new Error(`an answer has ${others.length + 1} templates; give one.`);
  const [contentType, body] = template ?? ["application/json", ""];
  if (/[#$]/.test(body)) throw new Error(`a mock's answer is ${body}; give a text that is not evaluated.`);
  const headers = Object.entries(responseParameters).map(([name, value]): Header => {
    const text = /^'([^']*)'$/.exec(value)?.[1];
    if (!name.startsWith(RESPONSE_HEADER) || text === undefined)
      throw new Error(`${name} is ${value}; give ${RESPONSE_HEADER}<name> a text in quotes.`);
    return [name.slice(RESPONSE_HEADER.length), text];
  });
  return { status: Number(statusCode), headers, contentType, body };
}

export type AuthorizerInputs = Plain<aws.apigateway.AuthorizerArgs>;

/** @throws for authorizers that are no functions, and for identities that are not read here */
export function authorizerOf(id: string, inputs: AuthorizerInputs): Authorizer {
  const { type = "TOKEN", authorizerUri, identityValidationExpression: expression, ...more } = inputs;
  const { identitySource, authorizerResultTtlInSeconds: ttlSeconds = 300, name: _name, ...others } = more;
  const { restApi: _api, ...rest } = others;
  nothingElse(rest); // also `authorizerCredentials`: functions are invoked by their policies here
  if (type !== "TOKEN" && type !== "REQUEST")
    throw new Error(`the authorizer's type is ${type}; give TOKEN or REQUEST.`);
  const source = identitySource ?? (type === "TOKEN" ? "method.request.header.Authorization" : "");
  const identitySources = source
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
  requireParameters(identitySources);
  if (type === "TOKEN" && identitySources.length !== 1)
    throw new Error(`identitySource is ${identitySource}; give one header that has the token.`);
  if (type === "REQUEST" && ttlSeconds > 0 && identitySources.length === 0)
    throw new Error("identitySource is missing; answers of a REQUEST authorizer are kept by it.");
  if (ttlSeconds < 0 || ttlSeconds > 3600)
    throw new Error(`authorizerResultTtlInSeconds is ${ttlSeconds}; give 0 to 3600.`);
  return {
    ...{ id, type, functionArn: functionArnIn(authorizerUri), identitySources, ttlSeconds },
    ...(expression ? { expression: new RegExp(`^(?:${expression})$`) } : {}),
  };
}

/** @throws for what is no parameter of a request that can be read here */
export function requireParameters(names: readonly string[]): void {
  const other = names.filter((name) => !PARAMETER.test(name));
  if (other.length > 0)
    throw new Error(`${other} is not read here; give method.request.{header,querystring,path}.<name>.`);
}

type SettingsInputs = Plain<aws.types.input.apigateway.MethodSettingsSettings>;

/** Undefined where neither rate nor burst is given: then the account's hold, which nothing here comes near. */
export function limitOf(rate: number | undefined, burst: number | undefined): Limit | undefined {
  if ((rate ?? -1) < 0 && (burst ?? -1) < 0) return undefined;
  if (rate === undefined || burst === undefined || rate < 0 || burst < 0)
    throw new Error(`the rate is ${rate}, the burst ${burst}; give both.`);
  return { rate, burst };
}

/** How a method's answers are kept where the stage has a cache; undefined where they are not. */
export function cacheOf(
  settings: SettingsInputs | undefined,
  method: string,
  keys: readonly string[],
): RouteCache | undefined {
  // "When you enable caching for a stage, only GET methods have caching enabled by default."
  const isOn = settings === undefined ? method === "GET" : settings.cachingEnabled === true;
  const { cacheTtlInSeconds: ttlSeconds = 300, requireAuthorizationForCacheControl: isGuarded = true } = settings ?? {};
  if (!isOn || ttlSeconds === 0) return undefined;
  const { unauthorizedCacheControlHeaderStrategy: otherwise = "SUCCEED_WITH_RESPONSE_HEADER" } = settings ?? {};
  return { ttlSeconds, keys, isGuarded, otherwise: otherwise as RouteCache["otherwise"] };
}

/** Logs of the gateway's own and metrics are kept as settings and not written. */
export function requireSettings(settings: SettingsInputs): void {
  const { cachingEnabled: _c, cacheTtlInSeconds: _t, cacheDataEncrypted: _e, metricsEnabled: _m, ...more } = settings;
  const { dataTraceEnabled: _d, loggingLevel: _l, throttlingBurstLimit, throttlingRateLimit, ...others } = more;
  const { requireAuthorizationForCacheControl: _r, unauthorizedCacheControlHeaderStrategy: _u, ...rest } = others;
  limitOf(throttlingRateLimit, throttlingBurstLimit);
  nothingElse(rest);
}
