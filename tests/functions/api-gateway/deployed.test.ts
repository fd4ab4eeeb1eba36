import assert from "node:assert/strict";
import { stagesIn } from "../../../local/api-gateway/deployed";
import { authorizerOf, cacheOf, integrationOf, limitOf, mockResponseOf } from "../../../local/api-gateway/inputs";
import { AUTHORIZER_ARN, FUNCTION_ARN } from "./model";

const at = { restApi: "api1", resourceId: "r1" };
const uri = (arn: string) => `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arn}/invocations`;
const one = (type: string, id: string, state: object) => ({
  ...{ type: `aws:apigateway/${type}:${type.charAt(0).toUpperCase()}${type.slice(1)}`, id },
  state: state as Readonly<Record<string, unknown>>,
});

const api = one("restApi", "api1", {
  ...{ name: "items", apiKeySource: "AUTHORIZER", minimumCompressionSize: "100" },
  executionArn: "arn:aws:execute-api:us-east-1:000000000000:api1",
});
const resource = one("resource", "r1", { restApi: "api1", path: "/v1/items/{id}" });
const asks = one("authorizer", "a1", { restApi: "api1", authorizerUri: uri(AUTHORIZER_ARN), arn: "arn" });
const method = (httpMethod: string, more: object = {}) =>
  one("method", httpMethod, { ...at, httpMethod, authorization: "CUSTOM", authorizerId: "a1", ...more });
const integration = (httpMethod: string, more: object = {}) =>
  one("integration", httpMethod, {
    ...{ ...at, httpMethod, type: "AWS_PROXY", integrationHttpMethod: "POST", uri: uri(FUNCTION_ARN) },
    ...more,
  });
const deployment = one("deployment", "d1", { restApi: "api1" });
const live = (more: object = {}) =>
  one("stage", "s1", { restApi: "api1", deployment: "d1", stageName: "live", cacheClusterEnabled: true, ...more });
const settings = (methodPath: string, more: object) =>
  one("methodSettings", methodPath, { restApi: "api1", stageName: "live", methodPath, settings: more });

describe("The stages of a program", () => {
  const parts = [api, resource, asks, method("GET"), integration("GET")];
  const stageOf = (...resources: Parameters<typeof stagesIn>[0]) => stagesIn(resources)[0]!;

  it("have what their deployment captured: what came after it is not live", () => {
    const late = [
      method("DELETE"),
      integration("DELETE"),
      one("response", "x", { restApiId: "api1", responseType: "THROTTLED" }),
    ];
    const served = stageOf(...parts, deployment, ...late, live());
    assert.deepEqual(
      served.routes.map(({ method, path, authorizer }) => [method, path, authorizer?.functionArn]),
      [["GET", "/v1/items/{id}", AUTHORIZER_ARN]],
    );
    assert.deepEqual(served.responses, {});
    const anew = one("deployment", "d2", { restApi: "api1" });
    const again = stageOf(...parts, deployment, ...late, anew, live({ deployment: "d2" }));
    assert.deepEqual(
      [again.routes.map(({ method }) => method), Object.keys(again.responses)],
      [["GET", "DELETE"], ["THROTTLED"]],
    );
  });

  it("have nothing of another API", () => {
    const other = one("method", "other", { ...at, restApi: "api2", httpMethod: "PUT" });
    assert.equal(stageOf(...parts, other, deployment, live()).routes.length, 1);
  });

  it("are refused where a method has nothing behind it", () => {
    assert.throws(
      () => stageOf(...parts, method("PUT"), deployment, live()),
      /No integration defined for method PUT \/v1\/items\/\{id\}/,
    );
  });

  it("are what the API is, with the stage's own log and names", () => {
    const accessLogSettings = { destinationArn: "arn:aws:logs:us-east-1:000000000000:log-group:/log/a:*", format: "f" };
    const mapping = one("basePathMapping", "m", {
      domainName: "items.example.com",
      restApi: "api1",
      stageName: "live",
    });
    const { api: of, accessLog } = stageOf(...parts, deployment, live({ accessLogSettings }), mapping);
    assert.deepEqual(of, {
      ...{ id: "api1", name: "items", region: "us-east-1", account: "000000000000", keySource: "AUTHORIZER" },
      ...{ binaryMediaTypes: [], minimumCompressionSize: 100, domains: ["items.example.com"] },
    });
    assert.deepEqual(accessLog, { group: "/log/a", format: "f" });
  });

  it("compress no answer where the API says so with -1", () => {
    const never = { ...api, state: { ...api.state, minimumCompressionSize: "-1" } };
    const [, ...others] = parts;
    assert.equal("minimumCompressionSize" in stageOf(never, ...others, deployment, live()).api, false);
  });

  it("have a method's own settings, or else those of all methods", () => {
    const limited = (rate: number) => ({ throttlingRateLimit: rate, throttlingBurstLimit: rate });
    const cached = { ...limited(1), cachingEnabled: true, cacheTtlInSeconds: 60 };
    const get = [...parts.slice(0, 4), integration("GET", { cacheKeyParameters: ["method.request.path.id"] })];
    const all = [...get, method("PUT"), integration("PUT"), deployment, live()];
    const { routes } = stageOf(...all, settings("*/*", limited(2)), settings("v1/items/{id}/GET", cached));
    assert.deepEqual(
      routes.map(({ limit, cache }) => [limit?.rate, cache?.ttlSeconds, cache?.keys]),
      [
        [1, 60, ["method.request.path.id"]],
        [2, undefined, undefined],
      ],
    );
    const unsaid = stageOf(...all).routes.map(({ limit, cache }) => [limit, cache?.ttlSeconds]);
    assert.deepEqual(
      unsaid,
      [
        [undefined, 300],
        [undefined, undefined],
      ],
      "a stage's cache is on for GET by default",
    );
    const uncached = stageOf(
      ...all.slice(0, -1),
      live({ cacheClusterEnabled: false }),
      settings("v1/items/{id}/GET", cached),
    );
    assert.equal(uncached.routes[0]?.cache, undefined);
  });

  it("check what the method's validator says, and nothing without one", () => {
    const model = one("model", "m1", { restApi: "api1", name: "Item", schema: '{"type":"object"}' });
    const said = {
      requestModels: { "application/json": "Item" },
      requestParameters: { "method.request.path.id": true, "method.request.header.A": false },
    };
    const checked = (validator: object, more: object = { requestValidatorId: "v1" }) => {
      const all = [api, resource, asks, model, one("requestValidator", "v1", { restApi: "api1", ...validator })];
      const made = [method("GET", { ...said, ...more }), integration("GET"), deployment, live()];
      const { requiredParameters, bodies } = stageOf(...all, ...made).routes[0]!;
      return [requiredParameters, Object.keys(bodies)];
    };
    const both = { validateRequestBody: true, validateRequestParameters: true };
    assert.deepEqual(checked(both), [["method.request.path.id"], ["application/json"]]);
    assert.deepEqual(checked({ validateRequestBody: true }), [[], ["application/json"]]);
    assert.deepEqual(checked(both, {}), [[], []]);
    const other = { requestValidatorId: "v1", requestModels: { "application/json": "Other" } };
    assert.throws(() => checked(both, other), /Other is no model/);
  });

  it("know the keys of the plans that hold for them", () => {
    const plan = (id: string, stage: string) =>
      one("usagePlan", id, {
        throttleSettings: { rateLimit: 1, burstLimit: 2 },
        quotaSettings: { limit: 3, period: "WEEK" },
        apiStages: [{ apiId: "api1", stage, throttles: [{ path: "/v1/items/{id}/GET", rateLimit: 4, burstLimit: 5 }] }],
      });
    const key = one("apiKey", "k1", { value: "value", enabled: true });
    const held = one("usagePlanKey", "k1", { keyId: "k1", usagePlanId: "p1" });
    const { plans } = stageOf(...parts, deployment, live(), plan("p1", "live"), plan("p2", "test"), key, held);
    assert.deepEqual(plans, [
      {
        ...{ id: "p1", limit: { rate: 1, burst: 2 }, quota: { limit: 3, period: "WEEK" } },
        methodLimits: { "/v1/items/{id}/GET": { rate: 4, burst: 5 } },
        keys: [{ id: "k1", value: "value", enabled: true }],
      },
    ]);
  });
});

describe("What is not imitated is refused:", () => {
  const proxy = { type: "AWS_PROXY", integrationHttpMethod: "POST", uri: uri(FUNCTION_ARN) };
  const mock = { type: "MOCK", requestTemplates: { "application/json": '{"statusCode":200}' } };
  const source = (identitySource: string, more: object = {}) => ({
    ...{ authorizerUri: uri(AUTHORIZER_ARN), identitySource, ...more },
  });
  const said = (inputs: object) => inputs as never;
  const refused: readonly (readonly [what: () => unknown, says: RegExp])[] = [
    [() => integrationOf(said({ ...proxy, type: "HTTP_PROXY" })), /type is HTTP_PROXY; give AWS_PROXY or MOCK/],
    [() => integrationOf(said({ ...proxy, integrationHttpMethod: "GET" })), /is GET; give POST/],
    [() => integrationOf(said({ ...proxy, uri: "arn:aws:lambda" })), /give the invokeArn/],
    [() => integrationOf(said({ ...proxy, timeoutMilliseconds: 49 })), /is 49; give 50 to 29000/],
    [() => integrationOf(said({ ...proxy, cacheKeyParameters: ["integration.x"] })), /integration.x is not read here/],
    [() => integrationOf(said({ ...proxy, credentials: "role" })), /^Error: credentials: /],
    [() => integrationOf(said({ ...mock, requestTemplates: { a: "#set($x = 1)" } })), /a mock's template is #set/],
    [() => mockResponseOf(said({ statusCode: "200", selectionPattern: "4.." })), /^Error: selectionPattern: /],
    [() => mockResponseOf(said({ statusCode: "200", responseTemplates: { a: "$context.x" } })), /not evaluated/],
    [
      () => mockResponseOf(said({ statusCode: "200", responseParameters: { "method.response.header.A": "b" } })),
      /a text in quotes/,
    ],
    [
      () => authorizerOf("a", said(source("method.request.header.A", { type: "COGNITO_USER_POOLS" }))),
      /TOKEN or REQUEST/,
    ],
    [() => authorizerOf("a", said(source("method.request.header.A, method.request.header.B"))), /give one header/],
    [() => authorizerOf("a", said(source("", { type: "REQUEST" }))), /identitySource is missing/],
    [() => authorizerOf("a", said(source("context.path", { type: "REQUEST" }))), /context.path is not read here/],
    [
      () => authorizerOf("a", said(source("method.request.header.A", { authorizerResultTtlInSeconds: 3601 }))),
      /give 0 to 3600/,
    ],
    [() => limitOf(1, undefined), /the rate is 1, the burst undefined; give both/],
  ];
  for (const [what, says] of refused) it(says.source, () => assert.throws(what, says));

  it("nothing that stands for itself", () => {
    const { identitySources, ttlSeconds, type } = authorizerOf("a", said({ authorizerUri: uri(AUTHORIZER_ARN) }));
    assert.deepEqual([identitySources, ttlSeconds, type], [["method.request.header.Authorization"], 300, "TOKEN"]);
    assert.equal(limitOf(-1, -1), undefined);
    assert.equal(cacheOf({ cachingEnabled: true, cacheTtlInSeconds: 0 } as never, "GET", []), undefined);
    assert.equal(cacheOf({ cachingEnabled: false } as never, "GET", []), undefined);
  });
});
