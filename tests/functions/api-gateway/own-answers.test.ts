import assert from "node:assert/strict";
import { gatewayResponse } from "../../../local/api-gateway/gateway-response";
import type { MockIntegration, RouteCache } from "../../../local/api-gateway/model";
import { accessLine, requireLogFormat } from "../../../local/api-gateway/variables";
import { AUTHORIZER_ARN, authorizer, bearer, FUNCTION_ARN, letting, ok, route, stage, World } from "./model";

describe("What the gateway answers by itself", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  it("is 403 for what it does not know, method and path alike, and for no stage of its", async () => {
    const unknown = [403, '{"message":"Missing Authentication Token"}'];
    assert.deepEqual(await world.said(stage(), { path: "/live/v2" }), unknown);
    assert.deepEqual(await world.said(stage(), { method: "PUT" }), unknown);
    for (const path of ["/", "/lively/v1/items/1", "/v1/items/1"])
      assert.deepEqual(await world.said(stage(), { path }), [403, '{"message":"Forbidden"}']);
  });

  it("looks as the program says of its type, or else of its family", async () => {
    const own = gatewayResponse({
      ...{ responseType: "MISSING_AUTHENTICATION_TOKEN", statusCode: "404" },
      responseTemplates: { "application/json": '{"id":"$context.requestId","why":$context.error.messageString}' },
      responseParameters: {
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.X-Type": "context.error.responseType",
        "gatewayresponse.header.X-Asked": "method.request.header.Host",
        "gatewayresponse.header.X-Missing": "method.request.querystring.none",
      },
    });
    const family = gatewayResponse({ responseType: "DEFAULT_5XX", responseTemplates: { "application/json": "" } });
    const responses = Object.fromEntries([own, family]);
    const { answer } = await world.ask(stage({ responses }), { path: "/live/v2" });
    assert.deepEqual([answer.status, answer.body], [404, '{"id":"r-1","why":"Missing Authentication Token"}']);
    assert.deepEqual(answer.headers.slice(2), [
      ["x-amzn-ErrorType", "MissingAuthenticationTokenException"],
      ["Content-Type", "application/problem+json"],
      ["X-Type", "MISSING_AUTHENTICATION_TOKEN"],
      ["X-Asked", "api.example.com"],
    ]);
    world.functions.set(FUNCTION_ARN, () => ({ kind: "throttled" }));
    assert.deepEqual(await world.said(stage({ responses })), [500, ""]);
  });

  const type = { responseType: "THROTTLED" };
  const json = (template: string) => ({ ...type, responseTemplates: { "application/json": template } });
  const header = (name: string, value: string) => ({ ...type, responseParameters: { [name]: value } });
  const refused: readonly (readonly [inputs: Parameters<typeof gatewayResponse>[0], says: RegExp])[] = [
    [{ responseType: "TEAPOT" }, /responseType is TEAPOT/],
    [{ ...type, responseTemplates: { "text/plain": "" } }, /only application\/json/],
    [json("$context.wafResponseCode"), /asks for wafResponseCode/],
    [json("$input.json('$')"), /more than variables/],
    [header("gatewayresponse.header.A", "plain"), /a text in quotes/],
    [header("header.A", "'1'"), /give gatewayresponse.header/],
  ];
  for (const [inputs, says] of refused)
    it(`is refused where it would not be imitated: ${says.source}`, () =>
      assert.throws(() => gatewayResponse(inputs), says));

  const mock = (over: Partial<MockIntegration> = {}) => {
    const answer = { status: 200, headers: [["X-A", "1"] as const], contentType: "application/json", body: "{}" };
    const statuses = { "application/json": 200 };
    const integration = { kind: "mock", statuses, passthrough: "NEVER", responses: [answer], ...over } as const;
    return stage({ routes: [route({ integration })] });
  };

  it("is a mock's answer by media type", async () => {
    const typed = { headers: [["content-type", "text/plain"]] } as const;
    const { answer } = await world.ask(mock());
    assert.deepEqual([answer.status, answer.body, answer.headers.at(-1)], [200, "{}", ["X-A", "1"]]);
    assert.equal((await world.said(mock(), typed))[0], 415);
    assert.equal((await world.said(mock({ passthrough: "WHEN_NO_TEMPLATES" }), typed))[0], 415);
    assert.equal((await world.said(mock({ passthrough: "WHEN_NO_MATCH" }), typed))[0], 500);
    assert.equal((await world.said(mock({ responses: [] })))[0], 500);
    assert.equal(world.events.length, 0);
  });
});

describe("A stage's cache", () => {
  let world: World;
  let count: number;
  beforeEach(() => {
    world = new World();
    count = 0;
    world.functions.set(FUNCTION_ARN, () => ok({ statusCode: 404, body: String(++count) }));
    world.functions.set(AUTHORIZER_ARN, () => letting(["GET/v1/items/1"]));
  });
  const cached = (over: Partial<RouteCache> = {}, more = {}) => {
    const keys = ["method.request.path.id", "method.request.header.X-Who"];
    const guard = { isGuarded: true, otherwise: "SUCCEED_WITH_RESPONSE_HEADER" } as const;
    return stage({ routes: [route({ cache: { ttlSeconds: 60, keys, ...guard, ...over }, ...more })] });
  };
  const anew = { headers: [["Cache-Control", "max-age=0"]] } as const;
  const body = async (...asked: Parameters<World["said"]>) => (await world.said(...asked))[1];

  it("answers by its keys, whatever the status, until the entry is too old", async () => {
    const api = cached();
    const me = { headers: [["X-Who", "me"]] } as const;
    const bodies = [];
    for (const over of [{}, {}, { query: "x=1" }, { path: "/live/v1/items/2" }, me]) bodies.push(await body(api, over));
    assert.deepEqual(bodies, ["1", "1", "1", "2", "3"]);
    world.now += 59_999;
    assert.equal(await body(api), "1");
    world.now += 1;
    assert.equal(await body(api), "4");
    assert.equal(world.cacheHits, 3);
  });

  it("gives all callers one answer where no key tells them apart: the trap of caches", async () => {
    const api = cached({ keys: [] });
    assert.deepEqual([await body(api), await body(api, { path: "/live/v1/items/2" })], ["1", "1"]);
  });

  it("is asked only after the authorizer, and keeps nothing that the gateway itself says", async () => {
    const api = cached({ keys: [] }, { authorizer: authorizer() });
    assert.equal(await body(api, bearer("t")), "1");
    assert.equal((await world.said(api, { ...bearer("t"), path: "/live/v1/items/2" }))[0], 403);
    const failing = cached({ keys: ["method.request.querystring.x"] });
    world.functions.set(FUNCTION_ARN, () => ({ kind: "throttled" }));
    assert.equal((await world.said(failing, { query: "x=1" }))[0], 500);
    world.functions.set(FUNCTION_ARN, () => ok({ statusCode: 200, body: "well" }));
    assert.equal(await body(failing, { query: "x=1" }), "well");
  });

  it("is replaced by who may, and guarded as it says against who may not", async () => {
    const open = cached({ isGuarded: false });
    assert.deepEqual([await body(open), await body(open, anew), await body(open)], ["1", "2", "2"]);
    const { answer } = await world.ask(cached(), anew);
    assert.deepEqual([answer.body, answer.headers.at(-1)?.[0]], ["2", "Warning"]);
    const silent = await world.ask(cached({ otherwise: "SUCCEED_WITHOUT_RESPONSE_HEADER" }), anew);
    assert.equal(
      silent.answer.headers.some(([name]) => name === "Warning"),
      false,
    );
    assert.equal((await world.said(cached({ otherwise: "FAIL_WITH_403" }), anew))[0], 403);
  });

  it("keeps no answer over 1 MiB", async () => {
    const large = "x".repeat(1_048_577);
    world.functions.set(FUNCTION_ARN, () => ok({ statusCode: 200, body: count++ === 0 ? large : "small" }));
    const api = cached();
    assert.equal((await body(api)).length, large.length);
    assert.equal(await body(api), "small");
  });
});

describe("A line of an access log", () => {
  it("has what is known, and hyphens", async () => {
    const world = new World();
    world.functions.set(AUTHORIZER_ARN, () => letting(["*"], { context: { tenant: "acme" } }));
    const { call } = await world.ask(stage({ routes: [route({ authorizer: authorizer() })] }), bearer("t"));
    const names = ["requestId", "status", "responseLength", "authorizer.tenant", "authorizer.none", "resourcePath"];
    const more = ["requestTime", "waf.status", "error.message", "integration.status", "authorizer.status"];
    const format = [...names, ...more].map((name) => `$context.${name}`).join(" ");
    requireLogFormat(format);
    assert.equal(
      accessLine(format, call!, { status: 200, responseLatency: 5, responseLength: 8 }),
      "r-1 200 8 acme - /v1/items/{id} 15/Jan/2027:08:00:00 +0000 - - 200 200",
    );
  });

  it("is refused with what is not known, or without an id", () => {
    assert.throws(() => requireLogFormat("$context.requestId $context.nothing"), /asks for nothing, which is not/);
    assert.throws(() => requireLogFormat("$context.status"), /has no \$context.requestId/);
  });
});
