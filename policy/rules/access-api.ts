import { REGISTERED, registering, unlessRegistered } from "./access-registered";
import { fsbp, securityHub, wellArchitected } from "./controls";
import { ofType, referring, refersTo } from "./links";
import type { Resource, Rule } from "./rule";
import { at, is, isObject, isSet, listOf, manyOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity">;
const SAME: Same = { group: "Nobody gets in", level: "mandatory", severity: "critical" };

const API = "aws:apigateway/restApi:RestApi";
const PART = "aws:apigateway/resource:Resource";
const METHOD = "aws:apigateway/method:Method";
const STAGE = "aws:apigateway/stage:Stage";
const ROUTE = "aws:apigatewayv2/route:Route";
const URL = "aws:lambda/functionUrl:FunctionUrl";

/** Parameters that carry a signature, which the endpoint checks before it believes anything. */
const SIGNATURE = /^method\.request\.(querystring|header)\..*(signature|sig|hmac)$/i;

/**
 * Methods that need no authorizer because something else stands in its place: `OPTIONS`, which browsers send without
 * credentials before any request that has them; `GET /health`, which tells nothing but that the service is up; and signed
 * endpoints, which demand a parameter that carries a signature.
 */
function hasAnotherControl(verb: unknown, path: unknown, parameters: unknown): boolean {
  if (is(verb, "OPTIONS") || parameters === UNKNOWN) return true;
  if (is(verb, "GET") && is(path, "health", "/health")) return true;
  return (
    isObject(parameters) &&
    Object.entries(parameters).some(([name, required]) => SIGNATURE.test(name) && is(required, true))
  );
}

const METHODS: Rule = {
  ...SAME,
  name: "apigateway-method-is-authorised",
  says: "A method of a REST API asks who calls; OPTIONS, GET /health and signed endpoints have another control.",
  why: "A method without an authorizer answers everybody who finds the address.",
  fix: "Give authorization AWS_IAM, CUSTOM or COGNITO_USER_POOLS, or register the method with a reason in the setting registered.",
  controls: wellArchitected("SEC03-BP02"),
  types: [METHOD],
  ofStack: true,
  settings: REGISTERED,
  broken: unlessRegistered((method, { resources }) => {
    const { authorization, httpMethod, requestParameters } = method.props;
    if (authorization !== "NONE") return [];
    const part = ofType(resources, PART).find((each) => refersTo(method, "resourceId", each));
    const path = part?.props.path ?? part?.props.pathPart ?? "/";
    return hasAnotherControl(httpMethod, path, requestParameters)
      ? []
      : [`${shown(httpMethod)} ${shown(path)} has authorization ${shown(authorization)}.`];
  }),
  passes: [
    { props: { httpMethod: "POST", authorization: "CUSTOM", resourceId: "r" } },
    { props: { httpMethod: "OPTIONS", authorization: "NONE", resourceId: "r" } },
    {
      props: { httpMethod: "GET", authorization: "NONE", resourceId: "r" },
      among: [{ type: PART, props: { id: "r", pathPart: "health" } }],
    },
    {
      props: {
        httpMethod: "GET",
        authorization: "NONE",
        resourceId: "r",
        requestParameters: { "method.request.querystring.signature": true },
      },
      among: [{ type: PART, props: { id: "r", pathPart: "pixel" } }],
    },
    { props: { httpMethod: "POST", authorization: "NONE" }, settings: registering() },
  ],
  fails: [
    { props: { httpMethod: "POST", authorization: "NONE", resourceId: "r" } },
    {
      props: { httpMethod: "POST", authorization: "NONE", resourceId: "r" },
      among: [{ type: PART, props: { id: "r", pathPart: "health" } }],
    },
    {
      props: {
        httpMethod: "GET",
        authorization: "NONE",
        requestParameters: { "method.request.querystring.signature": false },
      },
    },
  ],
};

const VERBS = ["get", "put", "post", "delete", "patch", "head", "x-amazon-apigateway-any-method"];

function parsed(body: unknown): unknown {
  if (typeof body !== "string") return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // YAML is not read
  }
}

/** Operations of an OpenAPI document that nothing asks for credentials. */
function openOperations(document: unknown): readonly string[] {
  const paths = at(document, "paths");
  if (!isObject(document) || !isObject(paths) || listOf(document.security).length > 0) return [];
  return Object.entries(paths).flatMap(([path, verbs]) =>
    VERBS.filter((verb) => isObject(at(verbs, verb)))
      .filter((verb) => listOf(at(verbs, verb, "security")).length === 0)
      .filter((verb) => !["AWS_IAM", "aws_iam"].includes(String(at(verbs, verb, "x-amazon-apigateway-auth", "type"))))
      .filter((verb) => !hasAnotherControl(verb.toUpperCase(), path, undefined))
      .map((verb) => `${verb === VERBS.at(-1) ? "ANY" : verb.toUpperCase()} ${path}`),
  );
}

const body = (operation: object, top: object = {}) => ({
  body: JSON.stringify({ swagger: "2.0", paths: { "/orders": { get: operation } }, ...top }),
});

const BODY: Rule = {
  ...SAME,
  name: "apigateway-definition-is-authorised",
  says: "Every operation of an API's OpenAPI definition has a security requirement.",
  why: "An operation without one answers everybody who finds the address.",
  fix: "Give the operation, or the whole document, `security`; or register the API with a reason in the setting registered.",
  controls: wellArchitected("SEC03-BP02"),
  types: [API, "aws:apigatewayv2/api:Api"],
  settings: REGISTERED,
  broken: unlessRegistered(({ props }) =>
    openOperations(parsed(props.body)).map((operation) => `${operation} in body has no security.`),
  ),
  passes: [
    { props: {} },
    { type: "aws:apigatewayv2/api:Api", props: body({ security: [{ token: [] }] }) },
    { props: body({ security: [{ token: [] }] }) },
    { props: body({}, { security: [{ token: [] }] }) },
    { props: body({ "x-amazon-apigateway-auth": { type: "AWS_IAM" } }) },
    { props: { body: JSON.stringify({ paths: { "/health": { get: {} } } }) } },
  ],
  fails: [{ props: body({}) }, { props: body({ security: [] }) }],
};

const ROUTES: Rule = {
  ...SAME,
  name: "apigatewayv2-route-is-authorised",
  says: "A route of an HTTP or WebSocket API asks who calls; OPTIONS and GET /health have another control.",
  why: "A route without an authorizer answers everybody who finds the address.",
  fix: "Give authorizationType JWT, AWS_IAM or CUSTOM, or register the route with a reason in the setting registered.",
  controls: fsbp("APIGateway.8"),
  types: [ROUTE],
  settings: REGISTERED,
  broken: unlessRegistered(({ props: { authorizationType: type, routeKey } }) => {
    const [verb, path = ""] = typeof routeKey === "string" ? routeKey.split(" ") : [];
    // A WebSocket API asks once, on $connect; what follows comes over the connection.
    const connected = typeof routeKey === "string" && /^\$(disconnect)$|^(?!\$|\w+ \/)/.test(routeKey);
    if ((isSet(type) && type !== "NONE") || routeKey === UNKNOWN || connected) return [];
    return hasAnotherControl(verb, path, undefined) ? [] : [`${shown(routeKey)} has authorizationType ${shown(type)}.`];
  }),
  passes: [
    { props: { routeKey: "POST /orders", authorizationType: "JWT" } },
    { props: { routeKey: "GET /health" } },
    { props: { routeKey: "sendMessage" } },
  ],
  fails: [
    { props: { routeKey: "POST /orders" } },
    { props: { routeKey: "$default", authorizationType: "NONE" } },
    { props: { routeKey: "$connect" } },
  ],
};

const FUNCTION_URL: Rule = {
  ...SAME,
  name: "lambda-function-url-is-authorised",
  says: "A function's URL answers signed requests only.",
  why: "A URL without authorization runs the function, and its bill, for everybody.",
  fix: "Set authorizationType = AWS_IAM, or register a URL that checks signatures itself with a reason in the setting registered.",
  controls: fsbp("Lambda.1"),
  types: [URL],
  settings: REGISTERED,
  broken: unlessRegistered(({ props: { authorizationType: type } }) =>
    is(type, "AWS_IAM") ? [] : [`authorizationType is ${shown(type)}.`],
  ),
  passes: [
    { props: { authorizationType: "AWS_IAM" } },
    {
      props: { authorizationType: "NONE" },
      settings: { registered: [{ name: "example", because: "The webhook verifies its sender's signature itself." }] },
    },
  ],
  fails: [{ props: { authorizationType: "NONE" } }],
};

const BALANCERS = ["aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer"];
const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";
const ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation";

const isPrivateApi = (api: Resource | undefined): boolean =>
  manyOf(at(api?.props.endpointConfiguration, "types")).some((type) => is(type, "PRIVATE"));

/** Whether the public can reach what the resource opens; HTTP APIs are left out, for no web ACL can be put before them. */
function isPublic(resource: Resource, resources: readonly Resource[]): boolean {
  const { type, props } = resource;
  if (type === STAGE) return !isPrivateApi(ofType(resources, API).find((api) => refersTo(resource, "restApi", api)));
  if (!BALANCERS.includes(type)) return true;
  return !is(props.internal, true) && (props.loadBalancerType ?? "application") === "application";
}

const FIREWALL: Rule = {
  ...SAME,
  name: "waf-stands-before-what-is-public",
  says: "A web ACL stands before every public API stage, application load balancer, GraphQL API and distribution.",
  why: "Without one, a flood or a known attack reaches, and bills, everything behind.",
  fix: "Add a WebAclAssociation for its ARN (for CloudFront, webAclId), or make it private.",
  severity: "high",
  controls: [...fsbp("APIGateway.4", "CloudFront.6"), ...securityHub("ELB.16"), ...wellArchitected("SEC05-BP04")],
  types: [STAGE, ...BALANCERS, "aws:appsync/graphQLApi:GraphQLApi", DISTRIBUTION],
  ofStack: true,
  settings: REGISTERED,
  broken: unlessRegistered((resource, { resources }) => {
    const guarded =
      isSet(resource.props.webAclId) || referring(resources, ASSOCIATION, "resourceArn", resource).length > 0;
    return guarded || !isPublic(resource, resources) ? [] : ["it is public, and has no web ACL."];
  }),
  passes: [
    {
      type: STAGE,
      props: { arn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1", restApi: "a" },
      among: [{ type: ASSOCIATION, props: { resourceArn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1" } }],
    },
    {
      type: STAGE,
      props: { restApi: "a" },
      among: [{ type: API, props: { id: "a", endpointConfiguration: { types: "PRIVATE" } } }],
    },
    ...BALANCERS.map((type) => ({ type, props: { internal: true } })),
    { type: BALANCERS[0]!, props: { loadBalancerType: "network" } },
    { type: DISTRIBUTION, props: { webAclId: "arn:aws:wafv2:us-east-1:123456789012:global/webacl/w/1" } },
  ],
  fails: [
    { type: STAGE, props: { arn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1", restApi: "a" } },
    {
      type: STAGE,
      props: { arn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v1" },
      among: [{ type: ASSOCIATION, props: { resourceArn: "arn:aws:apigateway:us-east-1::/restapis/a/stages/v12" } }],
    },
    { type: BALANCERS[0]!, props: {} },
    { type: "aws:appsync/graphQLApi:GraphQLApi", props: {} },
    { type: DISTRIBUTION, props: {} },
  ],
};

export const ACCESS_API: readonly Rule[] = [BODY, METHODS, ROUTES, FUNCTION_URL, FIREWALL];
