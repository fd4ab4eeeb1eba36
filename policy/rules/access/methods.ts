import { fsbp, wellArchitected } from "../controls";
import { ofType, refersTo } from "../links";
import type { Resource, Rule } from "../rule";
import { REST_API } from "../types";
import { at, is, isObject, isSet, manyOf, shown, UNKNOWN } from "../values";
import { openOperations } from "./openapi";
import { REGISTERED, registering, unlessRegistered } from "./registered";
import { OPEN_TO_ALL } from "./same";

const PART = "aws:apigateway/resource:Resource";

const METHOD = "aws:apigateway/method:Method";

const ROUTE = "aws:apigatewayv2/route:Route";

const URL = "aws:lambda/functionUrl:FunctionUrl";

/** Only endpoints of a network reach a private API, and only those that its resource policy, which it must have, names. */
const isPrivate = (props: Resource["props"]): boolean =>
  manyOf(at(props, "endpointConfiguration", "types")).some((each) => is(each, "PRIVATE"));

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
    const api = ofType(resources, REST_API).find((each) => refersTo(method, "restApi", each));
    if (authorization !== "NONE" || (api !== undefined && isPrivate(api.props))) return [];
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
    {
      props: { httpMethod: "POST", authorization: "NONE", restApi: "a" },
      among: [{ type: REST_API, props: { id: "a", endpointConfiguration: { types: "PRIVATE" } } }],
    },
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

const API_V2 = "aws:apigatewayv2/api:Api";
const PUT = "aws:apigateway/restApiPut:RestApiPut";

const body = (operation: object, top: object = {}, path = "/orders") => ({
  body: JSON.stringify({ swagger: "2.0", paths: { [path]: { get: operation } }, ...top }),
});
const KEY_ONLY = { securityDefinitions: { token: { type: "apiKey", name: "x-api-key", in: "header" } } };
const ASKED = { security: [{ token: [] }] };

const BODY: Rule = {
  ...OPEN_TO_ALL,
  name: "apigateway-definition-is-authorised",
  says: "Every operation of an API's OpenAPI definition has a security requirement that asks who calls.",
  why: "An operation without one answers everybody; a REST API reads `security` of each operation only, not of the document.",
  fix: "Give the operation `security` with an authorizer, or register the API with a reason in the setting registered.",
  controls: wellArchitected("SEC03-BP02"),
  types: [REST_API, PUT, API_V2],
  settings: REGISTERED,
  broken: unlessRegistered(({ type, props }) => {
    if (isPrivate(props)) return [];
    const open = openOperations(props.body, type === API_V2 ? "document" : "operation");
    return open
      .filter(({ verb, path }) => !hasAnotherControl(verb, path, undefined))
      .map(({ verb, path }) => `${verb} ${path} in body has no security.`);
  }),
  passes: [
    { props: {} },
    ...[REST_API, PUT, API_V2].map((type) => ({ type, props: body(ASKED) })),
    { type: API_V2, props: body({}, ASKED) },
    { props: body({ "x-amazon-apigateway-auth": { type: "AWS_IAM" } }) },
    { props: body({}, {}, "/health") },
    { props: { ...body({}), endpointConfiguration: { types: "PRIVATE" } } },
  ],
  fails: [
    { props: body({}) },
    { props: body({}, ASKED) },
    { props: body({ security: [] }) },
    { props: body({ security: [{}] }) },
    { props: body(ASKED, KEY_ONLY) },
    { type: API_V2, props: body({ security: [] }, ASKED) },
  ],
};

const ROUTES: Rule = {
  ...OPEN_TO_ALL,
  name: "apigatewayv2-route-is-authorised",
  says: "A route of an HTTP or WebSocket API asks who calls; OPTIONS and GET /health have another control.",
  why: "A route without an authorizer answers everybody who finds the address.",
  fix: "Give authorizationType JWT, AWS_IAM or CUSTOM, or register the route with a reason in the setting registered.",
  controls: fsbp("APIGateway.8"),
  types: [ROUTE],
  ofStack: true,
  settings: REGISTERED,
  broken: unlessRegistered((route, { resources }) => {
    const { authorizationType: type, routeKey } = route.props;
    const api = ofType(resources, API_V2).find((each) => refersTo(route, "apiId", each));
    // A WebSocket API asks once, on $connect; what follows comes over the connection.
    const connected = is(api?.props.protocolType, "WEBSOCKET") && routeKey !== "$connect";
    if ((isSet(type) && type !== "NONE") || routeKey === UNKNOWN || connected) return [];
    const [verb, path = ""] = String(routeKey).split(" ");
    return hasAnotherControl(verb, path, undefined) ? [] : [`${shown(routeKey)} has authorizationType ${shown(type)}.`];
  }),
  passes: [
    { props: { routeKey: "POST /orders", authorizationType: "JWT" } },
    { props: { routeKey: "GET /health" } },
    {
      props: { routeKey: "sendMessage", apiId: "a" },
      among: [{ type: API_V2, props: { id: "a", protocolType: "WEBSOCKET" } }],
    },
    {
      props: { routeKey: "$default", apiId: "a" },
      among: [{ type: API_V2, props: { id: "a", protocolType: "WEBSOCKET" } }],
    },
  ],
  fails: [
    { props: { routeKey: "POST /orders" } },
    { props: { routeKey: "$default", authorizationType: "NONE" } },
    {
      props: { routeKey: "$connect", apiId: "a" },
      among: [{ type: API_V2, props: { id: "a", protocolType: "WEBSOCKET" } }],
    },
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
