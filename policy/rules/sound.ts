import { fsbp, wellArchitected } from "./controls";
import { ofType, referring, refersTo } from "./links";
import { NAMES } from "./names";
import type { Among, Resource, Rule } from "./rule";
import { RUNTIMES } from "./runtimes";
import { isSet, listOf, shown, UNKNOWN } from "./values";

type Same = Pick<Rule, "group" | "level" | "severity" | "controls">;
const SAME: Same = { group: "Sound", level: "mandatory", severity: "medium", controls: [] };

const LAMBDA = "aws:lambda/function:Function";
const TABLE = "aws:dynamodb/table:Table";
const FUNCTION_ARN = "arn:aws:lambda:us-east-1:123456789012:function:f";

/** The day `days` after an ISO date, as an ISO date. */
const later = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

const RUNTIME: Rule = {
  ...SAME,
  name: "lambda-function-runtime-is-supported",
  says: "A function's runtime is one that AWS supports.",
  why: "After its end a runtime gets no security patches, and soon functions on it cannot be changed any more.",
  fix: "Give a newer runtime.",
  severity: "high",
  controls: [...fsbp("Lambda.2"), ...wellArchitected("SEC06-BP01")],
  types: [LAMBDA, "aws:lambda/layerVersion:LayerVersion"],
  settings: {
    daysBefore: {
      type: "integer",
      description: "For how many days before its end a runtime is already refused.",
      minimum: 0,
      default: 0,
    },
  },
  broken: ({ props: { runtime, compatibleRuntimes } }, { settings, today }) =>
    [runtime, ...listOf(compatibleRuntimes)].flatMap((id) => {
      const end = typeof id === "string" ? RUNTIMES[id] : undefined;
      const limit = later(today, Number(settings.daysBefore));
      return end !== undefined && end <= limit ? [`runtime is ${shown(id)}, supported until ${end}.`] : [];
    }),
  passes: [
    { props: { runtime: "nodejs22.x" } },
    { props: { packageType: "Image" } },
    { props: { runtime: "nodejs99.x" } },
    { type: "aws:lambda/layerVersion:LayerVersion", props: { compatibleRuntimes: ["nodejs22.x"] } },
  ],
  fails: [
    { props: { runtime: "nodejs16.x" } },
    { props: { runtime: "nodejs22.x" }, settings: { daysBefore: 3650 } },
    { type: "aws:lambda/layerVersion:LayerVersion", props: { compatibleRuntimes: ["nodejs22.x", "python3.7"] } },
  ],
};

const PROVISIONED: Rule = {
  ...SAME,
  name: "lambda-provisioned-concurrency-is-on-a-version",
  says: "Provisioned concurrency is on an alias or a version.",
  why: "Lambda refuses it on $LATEST, in the middle of a deployment.",
  fix: "Give qualifier, an alias's name or a version.",
  types: ["aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig"],
  broken: ({ props: { qualifier } }) =>
    isSet(qualifier) && qualifier !== "$LATEST" ? [] : [`qualifier is ${shown(qualifier)}.`],
  passes: [{ props: { qualifier: "live" } }, { props: { qualifier: "7" } }],
  fails: [{ props: {} }, { props: { qualifier: "$LATEST" } }],
};

const RESERVED: Rule = {
  ...SAME,
  name: "lambda-function-reserves-concurrency",
  says: "A function says how many of it may run at a time.",
  why: "Functions of an account share one limit: one that runs away stops all the others.",
  fix: "Set reservedConcurrentExecutions.",
  level: "advisory",
  controls: wellArchitected("REL05-BP02"),
  types: [LAMBDA],
  broken: ({ props: { reservedConcurrentExecutions: reserved } }) =>
    reserved === UNKNOWN || (typeof reserved === "number" && reserved >= 0)
      ? []
      : [`reservedConcurrentExecutions is ${shown(reserved)}.`],
  passes: [{ props: { reservedConcurrentExecutions: 10 } }, { props: { reservedConcurrentExecutions: 0 } }],
  fails: [{ props: {} }, { props: { reservedConcurrentExecutions: -1 } }],
};

const INTEGRATION = "aws:apigateway/integration:Integration";
const INTEGRATION_V2 = "aws:apigatewayv2/integration:Integration";

/** How long an integration waits when it does not say, in ms (API Gateway quotas). */
const WAITS: Readonly<Record<string, number>> = { [INTEGRATION]: 29_000, [INTEGRATION_V2]: 30_000 };

const uriOf = (type: string): string => (type === INTEGRATION ? "uri" : "integrationUri");

const invoked = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION_ARN}/invocations`;
const lambdaOf = (timeout: number): Among => [{ type: LAMBDA, props: { arn: FUNCTION_ARN, timeout } }];

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
    return ofType(resources, LAMBDA)
      .filter((lambda) => isSet(props[uriOf(type)]) && refersTo(integration, uriOf(type), lambda))
      .map((lambda) => ({ lambda, timeout: lambda.props.timeout ?? 3 }))
      .filter(({ timeout }) => typeof timeout === "number" && typeof wait === "number" && wait < timeout * 1000)
      .map(({ lambda, timeout }) => `it waits for ${wait} ms, and ${lambda.name} may run for ${timeout} s.`);
  },
  passes: [
    { type: INTEGRATION, props: { uri: invoked }, among: lambdaOf(29) },
    { type: INTEGRATION_V2, props: { integrationUri: FUNCTION_ARN, timeoutMilliseconds: 5000 }, among: lambdaOf(5) },
    { type: INTEGRATION, props: { uri: "https://example.com", timeoutMilliseconds: 50 }, among: lambdaOf(29) },
  ],
  fails: [
    { type: INTEGRATION, props: { uri: invoked }, among: lambdaOf(30) },
    {
      type: INTEGRATION,
      props: { uri: invoked, timeoutMilliseconds: 2999 },
      among: [{ type: LAMBDA, props: { arn: FUNCTION_ARN } }],
    },
    { type: INTEGRATION_V2, props: { integrationUri: FUNCTION_ARN, timeoutMilliseconds: 5000 }, among: lambdaOf(6) },
  ],
};

const SCALING = "aws:appautoscaling/target:Target";
const scaling = (resourceId: string): Among => [{ type: SCALING, props: { resourceId, serviceNamespace: "dynamodb" } }];

const ON_DEMAND: Rule = {
  ...SAME,
  name: "dynamodb-on-demand-table-is-not-scaled",
  says: "A table has either capacity on demand or capacity that is scaled.",
  why: "Scaling an on-demand table fails in the middle of a deployment, or does nothing for years.",
  fix: "Remove the autoscaling target, or set billingMode = PROVISIONED.",
  types: [TABLE],
  ofStack: true,
  broken: ({ props: { billingMode, name } }, { resources }) => {
    if (billingMode !== "PAY_PER_REQUEST" || typeof name !== "string") return [];
    return ofType(resources, SCALING)
      .filter(
        ({ props: { resourceId } }) =>
          typeof resourceId === "string" && resourceId.split("/")[0] === "table" && resourceId.split("/")[1] === name,
      )
      .map((target) => `billingMode is "PAY_PER_REQUEST", and ${target.name} scales it.`);
  },
  passes: [
    { props: { name: "t", billingMode: "PAY_PER_REQUEST" }, among: scaling("table/other") },
    { props: { name: "t", billingMode: "PROVISIONED" }, among: scaling("table/t") },
  ],
  fails: [
    { props: { name: "t", billingMode: "PAY_PER_REQUEST" }, among: scaling("table/t") },
    { props: { name: "t", billingMode: "PAY_PER_REQUEST" }, among: scaling("table/t/index/byTime") },
  ],
};

const API = "aws:apigateway/restApi:RestApi";
const METHOD = "aws:apigateway/method:Method";
const DEPLOYMENT = "aws:apigateway/deployment:Deployment";

const apiOf = (deployment: Resource, resources: readonly Resource[]): Resource | undefined =>
  ofType(resources, API).find((api) => refersTo(deployment, "restApi", api));

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
        { type: API, props: { id: "a" } },
        { type: METHOD, props: { restApi: "a", httpMethod: "GET" } },
      ],
    },
    { props: { restApi: "a" }, among: [{ type: API, props: { id: "a", body: "{}" } }] },
    { props: { restApi: "of-another-stack" } },
  ],
  fails: [
    {
      props: { restApi: "a" },
      among: [
        { type: API, props: { id: "a" } },
        { type: METHOD, props: { restApi: "b", httpMethod: "GET" } },
      ],
    },
  ],
};

const FOLLOWS: Rule = {
  ...SAME,
  name: "apigateway-deployment-follows-its-api",
  says: "A deployment has triggers, so that a change of the API deploys it anew.",
  why: "A deployment is a snapshot: without triggers, changed methods are never served.",
  fix: "Give triggers, for example a hash of the API's definition.",
  level: "advisory",
  types: [DEPLOYMENT],
  broken: ({ props: { triggers } }) =>
    isSet(triggers) && (triggers === UNKNOWN || Object.keys(triggers as object).length > 0)
      ? []
      : [`triggers is ${shown(triggers)}.`],
  passes: [{ props: { triggers: { definition: "9f86d081" } } }],
  fails: [{ props: {} }, { props: { triggers: {} } }],
};

/** What Pulumi adds to a name that the program does not give: a dash and seven hexadecimal digits. */
const AUTONAMED = /-[0-9a-f]{7}$/;

/** A name as the type's names are: an alias of a key begins with `alias/`. */
const called = (name: string, type: string): string => (type.startsWith("aws:kms/") ? `alias/${name}` : name);

const NAMED: Rule = {
  ...SAME,
  name: "aws-name-fits-its-service",
  says: "A name has the length and the letters that its service takes and, where asked, is the same at every deployment.",
  why: "A name that a service refuses fails in the middle of a deployment, in one stack and not in another.",
  fix: "Shorten the name or take out the letter; where names have to be deterministic, give one.",
  types: Object.keys(NAMES),
  settings: {
    deterministic: {
      type: "boolean",
      description: "Whether names that Pulumi made up, with a random end, are refused.",
      default: false,
    },
  },
  broken: ({ type, props }, { settings }) => {
    const { property, maximum, pattern } = NAMES[type]!;
    const name = props[property];
    if (typeof name !== "string") return [];
    return [
      ...(name.length > maximum
        ? [`${property} is ${shown(name)}, ${name.length} letters; ${maximum} are allowed.`]
        : []),
      ...(pattern.test(name) ? [] : [`${property} is ${shown(name)}, which ${pattern.source} does not match.`]),
      ...(settings.deterministic === true && AUTONAMED.test(name)
        ? [`${property} is ${shown(name)}, with a random end.`]
        : []),
    ];
  },
  passes: [
    ...Object.entries(NAMES).map(([type, { property }]) => ({ type, props: { [property]: called("orders", type) } })),
    { type: "aws:sqs/queue:Queue", props: { name: "orders-1a2b3c4" } },
    { type: "aws:sqs/queue:Queue", props: { name: "orders.fifo", fifoQueue: true } },
    { type: "aws:sqs/queue:Queue", props: {} },
  ],
  fails: [
    ...Object.entries(NAMES).map(([type, { property, maximum }]) => ({
      type,
      props: { [property]: called("o".repeat(maximum + 1), type) },
    })),
    { type: "aws:s3/bucket:Bucket", props: { bucket: "Orders" } },
    { type: "aws:sqs/queue:Queue", props: { name: "orders prod" } },
    { type: "aws:sqs/queue:Queue", props: { name: "orders-1a2b3c4" }, settings: { deterministic: true } },
  ],
};

export const SOUND: readonly Rule[] = [FOLLOWS, METHODS, WAITING, NAMED, ON_DEMAND, RESERVED, RUNTIME, PROVISIONED];
