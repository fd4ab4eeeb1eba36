import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import {
  GetAccountCommand,
  GetIntegrationCommand,
  GetResourcesCommand,
  GetRestApiCommand,
  GetStageCommand,
  GetUsagePlansCommand,
} from "@aws-sdk/client-api-gateway";
import {
  DescribeMetricFiltersCommand,
  DescribeResourcePoliciesCommand,
  FilterLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import { RemovePermissionCommand } from "@aws-sdk/client-lambda";
import { GetWebACLForResourceCommand } from "@aws-sdk/client-wafv2";
import { type Estate, openEstate } from "../../../local/estate";
import { leftovers } from "../../../local/leftovers";
import { program } from "./program";

interface Echoed {
  readonly count: number;
  readonly event: {
    readonly path: string;
    readonly pathParameters: Readonly<Record<string, string>> | null;
    readonly requestContext: {
      readonly path: string;
      readonly stage: string;
      readonly authorizer: Readonly<Record<string, unknown>>;
      readonly identity: Readonly<Record<string, unknown>>;
    };
  };
  readonly invokedFunctionArn: string;
  readonly functionVersion: string;
}

describe("A REST API on the embedded cloud", function () {
  this.timeout(120_000);
  let estate: Estate;
  const problems: string[] = [];
  before(async () => {
    estate = await openEstate({
      ...{ name: "test-api-gateway", program, sources: { timeScale: 1 } },
      apis: { policyMilliseconds: 0, onProblem: (message) => problems.push(message) },
    });
  });
  after(() => estate.stop());
  beforeEach(() => {
    problems.length = 0;
  });

  const ask = (path: string, token?: string, init: RequestInit = {}) =>
    fetch(`${estate.apis.urlOf("items")}${path}`, {
      ...init,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...init.headers },
    });
  const stats = () => estate.apis.stats["items/live"]!;

  it("stands in the cloud as the program says", async () => {
    const { apiGateway, logs, waf } = estate.clients;
    const restApiId = estate.output("apiId");
    const { items = [] } = await apiGateway.send(new GetResourcesCommand({ restApiId }));
    const paths = items.map(({ path }) => path).sort();
    assert.deepEqual(paths, ["/", "/health", "/late", "/v1", "/v1/items", "/v1/items/{id}"]);
    const resourceId = items.find(({ path }) => path === "/v1/items/{id}")?.id;
    const integration = await apiGateway.send(new GetIntegrationCommand({ restApiId, resourceId, httpMethod: "GET" }));
    assert.match(integration.uri ?? "", /:function:echo:live\/invocations$/);
    assert.equal(integration.timeoutInMillis, 1000);
    const stage = await apiGateway.send(new GetStageCommand({ restApiId, stageName: "live" }));
    assert.equal(stage.cacheClusterEnabled, true);
    assert.match(stage.accessLogSettings?.destinationArn ?? "", /log-group:\/access$/);
    const settings = Object.values(stage.methodSettings ?? {}).map(({ cachingEnabled, cacheTtlInSeconds }) =>
      cachingEnabled ? cacheTtlInSeconds : undefined,
    );
    assert.deepEqual(settings.sort(), [60, undefined]);
    const plans = await apiGateway.send(new GetUsagePlansCommand({}));
    assert.equal(plans.items?.[0]?.apiStages?.[0]?.throttle?.["/v1/items/POST"]?.burstLimit, 6);
    const [{ policy }, account, filters, policies] = await Promise.all([
      apiGateway.send(new GetRestApiCommand({ restApiId })),
      apiGateway.send(new GetAccountCommand({})),
      logs.send(new DescribeMetricFiltersCommand({ logGroupName: "/access" })),
      logs.send(new DescribeResourcePoliciesCommand({})),
    ]);
    assert.match(policy ?? "", /execute-api:Invoke/);
    assert.equal(account.cloudwatchRoleArn, "arn:aws:iam::000000000000:role/logs");
    assert.equal(filters.metricFilters?.[0]?.filterPattern, '{ $.error = "THROTTLED" }');
    assert.deepEqual(
      policies.resourcePolicies?.map(({ policyName }) => policyName),
      ["logs"],
    );
    const { WebACL } = await waf.send(new GetWebACLForResourceCommand({ ResourceArn: estate.output("stageArn") }));
    const { Limit, ScopeDownStatement } = WebACL?.Rules?.[0]?.Statement?.RateBasedStatement ?? {};
    assert.equal(Limit, 10);
    const set = ScopeDownStatement?.NotStatement?.Statement?.IPSetReferenceStatement?.ARN;
    assert.match(estate.output("knownArn"), /:regional\/ipset\/known\//);
    assert.equal(set, estate.output("knownArn"));
  });

  it("is found by name, id, invoke URL and domain", () => {
    const url = estate.apis.urlOf("items");
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/live$/);
    assert.match(estate.output("invokeUrl"), /^https:\/\/\w+\.execute-api\.us-east-1\.amazonaws\.com\/live$/);
    for (const name of [
      estate.output("apiId"),
      estate.output("invokeUrl"),
      "items.example.com",
      "https://items.example.com",
    ])
      assert.equal(estate.apis.urlOf(name), url);
    assert.throws(() => estate.apis.urlOf("others"), /there is no stage others; there are: items\/live/);
  });

  it("answers by itself what it knows, what no deployment captured, and what no stage is", async () => {
    const health = await ask("/health");
    assert.deepEqual(
      [health.status, health.headers.get("cache-control"), await health.json()],
      [200, "no-store", { status: "ok" }],
    );
    const [late, unknown] = [await ask("/late"), await ask("/v1")];
    assert.deepEqual([late.status, unknown.status], [404, 404]);
    assert.equal(late.headers.get("x-error-type"), "MISSING_AUTHENTICATION_TOKEN");
    assert.deepEqual(await late.json(), { title: "Not Found", id: late.headers.get("x-amzn-requestid") });
    const elsewhere = await fetch(estate.apis.urlOf("items").replace(/live$/, "test"));
    assert.deepEqual([elsewhere.status, await elsewhere.json()], [403, { message: "Forbidden" }]);
  });

  it("invokes the alias with an event of the documented form", async () => {
    const response = await ask("/v1/items/a%20b?x=1&x=2", "reader");
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-amzn-remapped-www-authenticate"), "Basic");
    const { event, invokedFunctionArn, functionVersion } = (await response.json()) as Echoed;
    assert.equal(invokedFunctionArn, estate.output("alias"));
    assert.equal(functionVersion, "1");
    assert.deepEqual([event.path, event.pathParameters], ["/v1/items/a%20b", { id: "a b" }]);
    const { authorizer, identity, stage, path } = event.requestContext;
    const { integrationLatency, ...context } = authorizer;
    assert.deepEqual(context, { principalId: "reader", tenant: "acme", level: "3", on: "true" });
    assert.equal(typeof integrationLatency, "number");
    assert.deepEqual([stage, path, identity.sourceIp], ["live", "/live/v1/items/a%20b", "127.0.0.1"]);
    assert.equal(identity.apiKeyId, estate.output("keyId"));
  });

  it("asks the authorizer once a token, and holds its policy against each method", async () => {
    const before = stats().authorizerCalls;
    const body = '{"price":1}';
    const statuses = [
      (await ask("/v1/items/1", "writer")).status,
      (await ask("/v1/items", "writer", { method: "POST", body })).status,
      (await ask("/v1/items", "reader", { method: "POST", body })).status, // known from the test before
      (await ask("/v1/items/1", "denied")).status,
      (await ask("/v1/items/1", "keyless")).status,
    ];
    assert.deepEqual(statuses, [200, 200, 403, 403, 403]);
    assert.equal(stats().authorizerCalls - before, 3);
    const unasked = [(await ask("/v1/items/1")).status, (await ask("/v1/items/1", "NOT_MATCHING")).status];
    assert.deepEqual(unasked, [401, 401]);
    assert.equal(stats().authorizerCalls - before, 3);
    const failing = [(await ask("/v1/items/1", "nobody-here")).status, (await ask("/v1/items/1", "unheard-of")).status];
    assert.deepEqual(failing, [401, 500]);
    assert.match(problems[0] ?? "", /^items\/live: AUTHORIZER_FAILURE: .*no such token/);
  });

  it("keeps the answers of the cached method, by its keys", async () => {
    const countOf = async (response: Response) => ((await response.json()) as Echoed).count;
    const [first, again] = [
      await countOf(await ask("/v1/items/c", "reader")),
      await countOf(await ask("/v1/items/c", "reader")),
    ];
    assert.equal(first, again);
    assert.notEqual(await countOf(await ask("/v1/items/d", "reader")), first);
    assert.notEqual(await countOf(await ask("/v1/items/c", "writer")), first);
    const asked = await ask("/v1/items/c", "reader", { headers: { "cache-control": "max-age=0" } });
    assert.equal(asked.headers.get("warning")?.startsWith("199"), true);
    assert.equal(await countOf(asked), first);
    assert.equal(stats().cacheHits >= 2, true);
  });

  it("checks bodies against the model, compressed ones too, and holds the key to the method's rate", async () => {
    const post = (init: RequestInit) => ask("/v1/items", "writer", { method: "POST", ...init });
    const gzip = { "content-encoding": "gzip", "content-type": "application/json" };
    const statuses = [
      (await post({ body: '{"price":0}', headers: { "content-type": "application/json" } })).status,
      (await post({ body: "{", headers: { "content-type": "text/plain" } })).status, // no model for it
      (await post({ body: gzipSync('{"price":2}'), headers: gzip })).status,
      (await post({ body: gzipSync("{}"), headers: gzip })).status,
      (await post({ body: '{"price":2}', headers: gzip })).status, // no gzip, and never looked at
      (await post({ body: '{"price":2}' })).status,
    ];
    assert.deepEqual(statuses, [400, 200, 200, 400, 415, 429]);
    assert.equal(stats().throttled, 1);
  });

  it("holds all callers together to a method's rate", async () => {
    const statuses = [];
    for (let asked = 0; asked < 3; asked++) statuses.push((await ask("/health")).status);
    assert.deepEqual(statuses, [200, 200, 429]); // one was asked before
  });

  it("answers for a function that fails, sleeps or says nonsense, and tells why", async () => {
    const statuses = [];
    for (const wish of ["throw", "sleep", "nonsense"])
      statuses.push((await ask(`/v1/items/${wish}`, "reader", { headers: { "x-do": wish } })).status);
    assert.deepEqual(statuses, [502, 504, 502]);
    const types = problems.map((problem) => problem.split(": ")[1]);
    assert.deepEqual(types, ["DEFAULT_5XX", "INTEGRATION_TIMEOUT", "DEFAULT_5XX"]);
  });

  it("writes its access log", async () => {
    await estate.apis.flush();
    const { events = [] } = await estate.clients.logs.send(new FilterLogEventsCommand({ logGroupName: "/access" }));
    const lines = events.map(({ message }) => JSON.parse(message ?? "") as Record<string, string>);
    assert.equal(lines.length, stats().requests - 1); // but for the stage that there is not
    const of = (error: string) => lines.find((line) => line.error === error);
    const { id, authorizer, ...slept } = of("INTEGRATION_TIMEOUT") ?? {};
    assert.match(id ?? "", /^[0-9a-f-]{36}$/);
    assert.equal(authorizer, "-");
    assert.deepEqual(slept, {
      ...{ status: "504", route: "/v1/items/{id}", who: "reader", error: "INTEGRATION_TIMEOUT", waf: "-" },
    });
    assert.equal(of("ACCESS_DENIED")?.status, "403");
  });

  it("may not invoke an alias that no longer lets it", async () => {
    const request = { FunctionName: estate.output("function"), Qualifier: "live", StatementId: "getting" };
    await estate.clients.lambda.send(new RemovePermissionCommand(request));
    assert.equal((await ask("/v1/items/forbidden", "reader")).status, 500);
    assert.match(
      problems[0] ?? "",
      /API_CONFIGURATION_ERROR: .*:function:echo:live: its policy does not let .*\/live\/GET\/v1\/items\/\*/,
    );
  });

  it("leaves nothing", async () => {
    await estate.deployment.destroy();
    assert.deepEqual(await leftovers(estate.cloud), []);
  });
});
