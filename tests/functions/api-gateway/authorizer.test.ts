import assert from "node:assert/strict";
import { decisionOf } from "../../../local/api-gateway/authorizer-policy";
import type { InvokeResult } from "../../../local/lambda/lambda-function";
import {
  AUTHORIZER_ARN,
  authorizer,
  bearer,
  FUNCTION_ARN,
  failed,
  letting,
  ok,
  route,
  STAGE_ARN,
  stage,
  World,
} from "./model";

const API = stage({
  routes: [route({ authorizer: authorizer() }), route({ method: "DELETE", authorizer: authorizer() })],
});

describe("An API's authorizer", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
    world.functions.set(AUTHORIZER_ARN, () => letting(["GET/v1/items/*"]));
  });
  const get = (token: string, over = {}) => world.said(API, { ...bearer(token), ...over });
  const remove = (token: string) => world.said(API, { ...bearer(token), method: "DELETE" });

  it("is told the token and the method that is asked for", async () => {
    assert.deepEqual(await get("t"), [200, "answered"]);
    const methodArn = `${STAGE_ARN}/GET/v1/items/1`;
    assert.deepEqual(world.events[0]?.event, { type: "TOKEN", authorizationToken: "Bearer t", methodArn });
    assert.equal(world.sources[0], "arn:aws:execute-api:us-east-1:000000000000:api1/authorizers/a1");
  });

  it("is asked once a token until its answer is too old", async () => {
    await get("t");
    world.now += 299_999;
    await get("t", { path: "/live/v1/items/2" });
    assert.equal(world.calls(AUTHORIZER_ARN), 1);
    world.now += 1;
    await get("t");
    await get("other");
    assert.equal(world.calls(AUTHORIZER_ARN), 3);
  });

  it("is asked each time where its answers are not kept", async () => {
    const api = stage({ routes: [route({ authorizer: authorizer({ ttlSeconds: 0 }) })] });
    await world.said(api, bearer("t"));
    await world.said(api, bearer("t"));
    assert.equal(world.calls(AUTHORIZER_ARN), 2);
  });

  it("has its one policy held against each method", async () => {
    assert.equal((await get("t"))[0], 200);
    assert.deepEqual(await remove("t"), [403, '{"Message":"User is not authorized to access this resource"}']);
    assert.deepEqual([world.calls(AUTHORIZER_ARN), world.calls(FUNCTION_ARN)], [1, 1]);
  });

  it("that names only the method that was asked for keeps others shut: the trap of kept answers", async () => {
    world.functions.set(AUTHORIZER_ARN, ({ methodArn }) => letting([String(methodArn).slice(STAGE_ARN.length + 1)]));
    assert.equal((await get("t"))[0], 200);
    assert.equal((await remove("t"))[0], 403);
  });

  it("is not asked about a token that is missing or does not match", async () => {
    const strict = stage({ routes: [route({ authorizer: authorizer({ expression: /^(?:Bearer [a-z]+)$/ }) })] });
    const missing = await world.said(strict);
    const others = [await world.said(strict, bearer("T1")), await world.said(strict, bearer("ab"))];
    assert.deepEqual([missing, ...others.map(([status]) => status)], [[401, '{"message":"Unauthorized"}'], 401, 200]);
    assert.equal(world.calls(AUTHORIZER_ARN), 1);
  });

  const failures: readonly (readonly [why: string, result: InvokeResult, status: number])[] = [
    ["throws Unauthorized", failed("Unauthorized"), 401],
    ["throws anything else", failed("unauthorized"), 500],
    ["is throttled", { kind: "throttled" }, 500],
    ["cannot be invoked", { kind: "service-error", message: "gone" }, 500],
    ["answers no policy", ok({ principalId: "p" }), 500],
    ["answers nothing", ok(null), 500],
    ["answers a context with a list", letting(["*"], { context: { may: ["read"] } }), 500],
  ];
  for (const [why, result, status] of failures)
    it(`that ${why} is ${status}, and asked again`, async () => {
      world.functions.set(AUTHORIZER_ARN, () => result);
      assert.deepEqual([(await get("t"))[0], (await get("t"))[0]], [status, status]);
      assert.deepEqual([world.calls(AUTHORIZER_ARN), world.calls(FUNCTION_ARN)], [2, 0]);
    });

  it("that does not let the gateway invoke it is 500 and not invoked", async () => {
    world.permits = false;
    assert.equal((await get("t"))[0], 500);
    assert.equal(world.events.length, 0);
  });

  it("hands its context to the function as text", async () => {
    world.functions.set(AUTHORIZER_ARN, () => letting(["*"], { context: { level: 3, on: true, no: null } }));
    await get("t");
    const { authorizer: handed } = world.events[1]!.event.requestContext as Record<string, unknown>;
    const texts = { level: "3", on: "true", no: "null" };
    assert.deepEqual(handed, { ...texts, principalId: "somebody", integrationLatency: 0 });
  });

  it("of whole requests sees the request, and needs an identity only where answers are kept by it", async () => {
    const source = { type: "REQUEST", identitySources: ["method.request.querystring.sig"] } as const;
    const signed = (ttlSeconds: number) =>
      stage({ routes: [route({ authorizer: authorizer({ ...source, ttlSeconds }) })] });
    assert.equal((await world.said(signed(0), { query: "x=1" }))[0], 200);
    const { type, methodArn, queryStringParameters, pathParameters } = world.events[0]!.event;
    assert.deepEqual([type, methodArn], ["REQUEST", `${STAGE_ARN}/GET/v1/items/1`]);
    assert.deepEqual([queryStringParameters, pathParameters], [{ x: "1" }, { id: "1" }]);
    assert.equal((await world.said(signed(60), { query: "x=1" }))[0], 401);
    assert.equal((await world.said(signed(60), { query: "sig=1" }))[0], 200);
  });
});

describe("An authorizer's policy", () => {
  const arn = `${STAGE_ARN}/GET/v1/items/1`;
  const statement = (Effect: string, Resource: string | string[], more: object = {}) => ({
    ...{ Action: "execute-api:Invoke", Effect, Resource },
    ...more,
  });
  const many = [`${STAGE_ARN}/POST/*`, `${STAGE_ARN}/GET/*`];
  const cases: readonly (readonly [title: string, statements: object | object[], decision: string])[] = [
    ["allows what it names", statement("Allow", arn), "allowed"],
    ["allows by wildcards, across slashes", [statement("Allow", many)], "allowed"],
    ["allows by a wildcard of actions", [statement("Allow", "*", { Action: "execute-api:*" })], "allowed"],
    ["denies over what it allows", [statement("Allow", "*"), statement("Deny", many)], "denied"],
    ["does not allow by another stage", [statement("Allow", arn.replace("live", "test"))], "not-allowed"],
    ["does not allow by another action", [statement("Allow", "*", { Action: "execute-api:Other" })], "not-allowed"],
    ["does not allow under a condition", [statement("Allow", "*", { Condition: {} })], "not-allowed"],
    ["allows nothing by itself", [], "not-allowed"],
  ];
  for (const [title, Statement, decision] of cases)
    it(title, () => assert.equal(decisionOf({ Statement } as never, arn), decision));
});
