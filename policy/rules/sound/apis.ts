import { ofType, referring, refersTo } from "../links";
import type { Among, Resource, Rule } from "../rule";
import { FUNCTION, FUNCTION_ARN, REST_API } from "../types";
import { at, is, isObject, isSet, shown, UNKNOWN } from "../values";
import { SAME } from "./same";

const INTEGRATION = "aws:apigateway/integration:Integration";

const INTEGRATION_V2 = "aws:apigatewayv2/integration:Integration";

/** How long an integration waits when it does not say, in ms (API Gateway quotas). */
const WAITS: Readonly<Record<string, number>> = { [INTEGRATION]: 29_000, [INTEGRATION_V2]: 30_000 };

/** Whether the caller does not wait for the function: an integration of a REST API may ask so with a header. */
const isAsynchronous = ({ requestParameters }: Resource["props"]): boolean =>
  is(at(requestParameters, "integration.request.header.X-Amz-Invocation-Type"), "'Event'");

const uriOf = (type: string): string => (type === INTEGRATION ? "uri" : "integrationUri");

const invoked = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`;

const lambdaOf = (timeout: number): Among => [{ type: FUNCTION, props: { arn: FUNCTION_ARN, timeout } }];

const WAITING: Rule = {
  ...SAME,
  name: "apigateway-integration-waits-for-its-function",
  says: "An integration waits at least as long as the function behind it may run.",
  why: "Otherwise the caller is told 504 while the function goes on, and tries again what is about to succeed.",
  fix: "Raise timeoutMilliseconds, or lower the function's timeout.",
  types: [INTEGRATION, INTEGRATION_V2],
  ofStack: true,
  broken: (integration, { resources }) => {
    const { type, props } = integration;
    const wait = props.timeoutMilliseconds ?? WAITS[type];
    if (isAsynchronous(props)) return [];
    return ofType(resources, FUNCTION)
      .filter((lambda) => isSet(props[uriOf(type)]) && refersTo(integration, uriOf(type), lambda))
      .map((lambda) => ({ lambda, timeout: lambda.props.timeout ?? 3 }))
      .filter(({ timeout }) => typeof timeout === "number" && typeof wait === "number" && wait < timeout * 1000)
      .map(({ lambda, timeout }) => `it waits for ${wait} ms, and ${lambda.name} may run for ${timeout} s.`);
  },
  passes: [
    { type: INTEGRATION, props: { uri: invoked }, among: lambdaOf(29) },
    { type: INTEGRATION_V2, props: { integrationUri: FUNCTION_ARN, timeoutMilliseconds: 5000 }, among: lambdaOf(5) },
    { type: INTEGRATION, props: { uri: "https://example.com", timeoutMilliseconds: 50 }, among: lambdaOf(29) },
    {
      type: INTEGRATION,
      props: {
        uri: invoked,
        requestParameters: { "integration.request.header.X-Amz-Invocation-Type": "'Event'" },
      },
      among: lambdaOf(600),
    },
  ],
  fails: [
    { type: INTEGRATION, props: { uri: invoked }, among: lambdaOf(30) },
    {
      type: INTEGRATION,
      props: { uri: invoked, timeoutMilliseconds: 2999 },
      among: [{ type: FUNCTION, props: { arn: FUNCTION_ARN } }],
    },
    { type: INTEGRATION_V2, props: { integrationUri: FUNCTION_ARN, timeoutMilliseconds: 5000 }, among: lambdaOf(6) },
  ],
};

const METHOD = "aws:apigateway/method:Method";

const DEPLOYMENT = "aws:apigateway/deployment:Deployment";

const apiOf = (deployment: Resource, resources: readonly Resource[]): Resource | undefined =>
  ofType(resources, REST_API).find((api) => refersTo(deployment, "restApi", api));

const METHODS: Rule = {
  ...SAME,
  name: "apigateway-deployment-has-methods",
  says: "A deployment is of an API that has methods.",
  why: "API Gateway refuses to deploy an API without methods, in the middle of a deployment.",
  fix: "Add a Method or give the API a body, and let the deployment depend on it.",
  types: [DEPLOYMENT],
  ofStack: true,
  broken: (deployment, { resources }) => {
    const api = apiOf(deployment, resources);
    const put = "aws:apigateway/restApiPut:RestApiPut";
    const made =
      api &&
      (isSet(api.props.body) ||
        referring(resources, METHOD, "restApi", api).length > 0 ||
        referring(resources, put, "restApiId", api).length > 0);
    return api === undefined || made ? [] : [`${api.name} has no method.`];
  },
  passes: [
    {
      props: { restApi: "a" },
      among: [
        { type: REST_API, props: { id: "a" } },
        { type: METHOD, props: { restApi: "a", httpMethod: "GET" } },
      ],
    },
    { props: { restApi: "a" }, among: [{ type: REST_API, props: { id: "a", body: "{}" } }] },
    { props: { restApi: "of-another-stack" } },
  ],
  fails: [
    {
      props: { restApi: "a" },
      among: [
        { type: REST_API, props: { id: "a" } },
        { type: METHOD, props: { restApi: "b", httpMethod: "GET" } },
      ],
    },
  ],
};

const FOLLOWS: Rule = {
  ...SAME,
  name: "apigateway-deployment-follows-its-api",
  says: "A deployment has triggers or variables that follow the API, so that a change of it deploys it anew.",
  why: "A deployment is a snapshot: without one of them, changed methods are never served.",
  fix: "Give triggers, for example a hash of the API's definition.",
  level: "advisory",
  types: [DEPLOYMENT],
  broken: ({ props: { triggers, variables } }) =>
    [triggers, variables].some((each) => each === UNKNOWN || (isObject(each) && Object.keys(each).length > 0))
      ? []
      : [`triggers is ${shown(triggers)}.`],
  passes: [{ props: { triggers: { definition: "9f86d081" } } }, { props: { variables: { version: "9f86d081" } } }],
  fails: [{ props: {} }, { props: { triggers: {} } }],
};

export const APIS: readonly Rule[] = [WAITING, METHODS, FOLLOWS];
