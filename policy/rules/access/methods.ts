import { fsbp, wellArchitected } from "../controls";
import { ofType, refersTo } from "../links";
import type { Rule } from "../rule";
import { at, is, isObject, isSet, listOf, shown, UNKNOWN } from "../values";
import { REGISTERED, registering, unlessRegistered } from "./registered";
import { OPEN_TO_ALL } from "./same";

const API = "aws:apigateway/restApi:RestApi";

const PART = "aws:apigateway/resource:Resource";

const METHOD = "aws:apigateway/method:Method";

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
  ...OPEN_TO_ALL,
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
  ...OPEN_TO_ALL,
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
  ...OPEN_TO_ALL,
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
  ...OPEN_TO_ALL,
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

export const METHODS_AUTHORISED: readonly Rule[] = [BODY, METHODS, ROUTES, FUNCTION_URL];
