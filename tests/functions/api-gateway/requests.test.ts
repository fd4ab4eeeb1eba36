import assert from "node:assert/strict";
import { deflateSync, gunzipSync, gzipSync } from "node:zlib";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { compiled } from "../../../local/api-gateway/validation";
import { FUNCTION_ARN, failed, ok, route, STAGE_ARN, stage, World } from "./model";

const POST = { method: "POST", path: "/live/v1/items/1" } as const;
const posting = (over = {}) => stage({ routes: [route({ method: "POST", ...over })] });

describe("A request to a stage", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  const event = (at = 0) => world.events[at]!.event as unknown as APIGatewayProxyEvent;

  it("reaches the function as the documented event", async () => {
    const headers = [
      ...([
        ["Host", "api.example.com"],
        ["X-A", "1"],
        ["X-A", "2"],
      ] as const),
      ...([
        ["X-Forwarded-For", "198.51.100.1"],
        ["User-Agent", "test"],
      ] as const),
    ] as const;
    const api = stage({ variables: { colour: "blue" } });
    await world.ask(api, { headers, query: "a=1&a=%20+&b", path: "/live/v1/items/x%20y" });
    const { headers: sent, multiValueHeaders, requestContext, ...rest } = event();
    assert.deepEqual(rest, {
      ...{ resource: "/v1/items/{id}", path: "/v1/items/x%20y", httpMethod: "GET", pathParameters: { id: "x y" } },
      ...{ queryStringParameters: { a: "  ", b: "" }, multiValueQueryStringParameters: { a: ["1", "  "], b: [""] } },
      ...{ stageVariables: { colour: "blue" }, body: null, isBase64Encoded: false },
    });
    assert.deepEqual(sent, {
      ...{ Host: "api.example.com", "X-A": "2", "User-Agent": "test", "X-Forwarded-For": "198.51.100.1, 203.0.113.7" },
      ...{ "X-Amzn-Trace-Id": "Root=1-1-1", "X-Forwarded-Port": "443", "X-Forwarded-Proto": "https" },
    });
    assert.deepEqual(multiValueHeaders["X-A"], ["1", "2"]);
    const { identity, ...context } = requestContext;
    assert.deepEqual(context, {
      ...{ resourceId: "r1", resourcePath: "/v1/items/{id}", httpMethod: "GET", extendedRequestId: "r-1" },
      ...{ requestTime: "15/Jan/2027:08:00:00 +0000", path: "/live/v1/items/x%20y", accountId: "000000000000" },
      ...{ protocol: "HTTP/1.1", stage: "live", domainPrefix: "api", requestTimeEpoch: 1_800_000_000_000 },
      ...{ requestId: "r-1", domainName: "api.example.com", deploymentId: "d1", apiId: "api1" },
    });
    assert.deepEqual([identity.sourceIp, identity.userAgent, identity.caller], ["203.0.113.7", "test", null]);
    assert.deepEqual(world.sources, [`${STAGE_ARN}/GET/v1/items/*`]);
  });

  it("has null for what is not there, and Base64 for a binary type only", async () => {
    const body = Buffer.from([0, 255]);
    const headers = [["content-type", "image/png"]] as const;
    await world.ask(posting({ path: "/" }), { method: "POST", path: "/live", body, headers });
    const { queryStringParameters, pathParameters, stageVariables } = event();
    assert.deepEqual([queryStringParameters, pathParameters, stageVariables], [null, null, null]);
    assert.deepEqual([event().isBase64Encoded, event().body], [false, body.toString("utf8")]);
    const { api } = stage({ of: { binaryMediaTypes: ["image/*"] } });
    await world.ask({ ...posting(), api }, { ...POST, body, headers });
    assert.deepEqual([event(1).isBase64Encoded, event(1).body], [true, "AP8="]);
  });

  it("is decompressed, or refused when it cannot be", async () => {
    const coded = (coding: string, body: Uint8Array) =>
      world.said(posting(), { ...POST, body, headers: [["Content-Encoding", coding]] });
    assert.equal((await coded("gzip", gzipSync("zipped")))[0], 200);
    assert.deepEqual([event().body, Object.hasOwn(event().headers, "Content-Encoding")], ["zipped", false]);
    assert.equal((await coded("deflate", deflateSync("zipped")))[0], 200);
    assert.deepEqual(await coded("br", gzipSync("zipped")), [415, '{"message":"Unsupported Media Type"}']);
    assert.equal((await coded("gzip", Buffer.from("plain")))[0], 415);
    assert.equal((await coded("gzip", gzipSync(Buffer.alloc(10 * 1024 * 1024 + 1))))[0], 413);
    assert.equal(world.calls(FUNCTION_ARN), 2);
  });

  it("is too large over 10 MB, and over the 6 MB that a function takes", async () => {
    const tooLong = [413, '{"message":"Request Too Long"}'];
    assert.deepEqual(await world.said(posting(), { ...POST, body: undefined }), tooLong);
    assert.deepEqual(await world.said(posting(), { ...POST, body: Buffer.alloc(6 * 1024 * 1024, "x") }), tooLong);
    assert.equal(world.events.length, 0);
  });

  it("is held against the model of its content type", async () => {
    const schema = { $schema: "http://json-schema.org/draft-04/schema#", type: "object", required: ["id"] };
    const item = compiled("Item", JSON.stringify(schema));
    const typed = posting({ bodies: { "application/json": item } });
    const all = posting({ bodies: { "application/json": item, $default: item } });
    const send = (api: typeof typed, body: string, type?: string) =>
      world.said(api, { ...POST, body: Buffer.from(body), headers: type ? [["Content-Type", type]] : [] });
    assert.equal((await send(typed, '{"id":1}'))[0], 200);
    assert.deepEqual(await send(typed, "{}"), [400, '{"message":"Invalid request body"}']);
    for (const body of ["", "{", "[]", "null"]) assert.equal((await send(typed, body))[0], 400, body);
    assert.equal((await send(typed, "{}", "Application/JSON; charset=utf-8"))[0], 400);
    assert.equal((await send(typed, "{}", "text/plain"))[0], 200);
    assert.equal((await send(all, "{}", "text/plain"))[0], 400);
  });

  it("is held against bounds as draft 4 writes them", () => {
    const bounded = (more: object) =>
      compiled("M", JSON.stringify({ type: "number", minimum: 0, maximum: 9, ...more }));
    const open = bounded({ exclusiveMinimum: true, exclusiveMaximum: true });
    const closed = bounded({ exclusiveMinimum: false });
    assert.deepEqual(
      [open(0), open(1), open(9), closed(0), closed(9), closed(-1)],
      [false, true, false, true, true, false],
    );
    assert.throws(() => compiled("M", '{"$ref":"https://example.com/other"}'), /^Error: model M: /);
  });

  it("is refused without a parameter that is needed", async () => {
    const requiredParameters = ["method.request.header.X-A", "method.request.querystring.b"];
    const api = stage({ routes: [route({ requiredParameters })] });
    assert.deepEqual(await world.said(api), [400, '{"message":"Missing required request parameters: [X-A, b]"}']);
    assert.equal((await world.said(api, { query: "b=1", headers: [["x-a", " "]] }))[0], 400);
    assert.equal((await world.said(api, { query: "b=1", headers: [["x-a", "1"]] }))[0], 200);
  });
});

describe("An answer of a stage", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });

  const answers: readonly (readonly [title: string, payload: unknown, status: number])[] = [
    ["has no status", { body: "no status" }, 502],
    ["has a body that is no text", { statusCode: 200, body: {} }, 502],
    ["is a list", [], 502],
    ["is nothing", null, 502],
    ["has a header that is none", { statusCode: 200, headers: { "no name": "1" } }, 502],
    ["has a line break in a header", { statusCode: 200, headers: { a: "1\r\nb: 2" } }, 502],
    ["has a status that is none", { statusCode: 99 }, 502],
    ["has no body", { statusCode: 204 }, 204],
    ["says its status as text", { statusCode: "201", body: null }, 201],
  ];
  for (const [title, payload, status] of answers)
    it(`is ${status} where the function's ${title}`, async () => {
      world.functions.set(FUNCTION_ARN, () => ok(payload));
      assert.equal((await world.said(stage()))[0], status);
    });

  it("has the function's headers, merged and renamed", async () => {
    const headers = { "X-A": "1", Date: "today", "WWW-Authenticate": "Basic", "x-n": 1 };
    world.functions.set(FUNCTION_ARN, () => ok({ statusCode: 200, headers, multiValueHeaders: { "x-a": ["2", "3"] } }));
    const { answer } = await world.ask(stage());
    assert.deepEqual(answer.headers, [
      ["x-amzn-RequestId", "r-1"],
      ["X-Amzn-Trace-Id", "Root=1-1-1"],
      ["content-type", "application/json"],
      ["x-amzn-Remapped-Date", "today"],
      ["x-amzn-Remapped-WWW-Authenticate", "Basic"],
      ["x-n", "1"],
      ["x-a", "2"],
      ["x-a", "3"],
    ]);
  });

  it("is bytes only for who accepts a binary type", async () => {
    world.functions.set(FUNCTION_ARN, () => ok({ statusCode: 200, body: "AP8=", isBase64Encoded: true }));
    const binary = stage({ of: { binaryMediaTypes: ["image/png"] } });
    const accepting = { headers: [["Accept", "image/png, */*"]] } as const;
    const all = [await world.ask(binary), await world.ask(binary, accepting), await world.ask(stage(), accepting)];
    const text = Buffer.from("AP8=").toString("hex");
    assert.deepEqual(
      all.map(({ answer }) => Buffer.from(answer.body).toString("hex")),
      [text, "00ff", text],
    );
  });

  it("is 502 for a function's error, 500 for one that is not invoked, 504 for one that takes too long", async () => {
    const results = [failed("thrown"), { kind: "throttled" }, { kind: "service-error", message: "gone" }] as const;
    const statuses = [];
    for (const result of results) {
      world.functions.set(FUNCTION_ARN, () => result);
      statuses.push((await world.said(stage()))[0]);
    }
    world.functions.set(FUNCTION_ARN, () => new Promise(() => {}));
    world.timers.length = 0;
    const late = world.said(stage());
    while (world.timers.length === 0) await new Promise((resolve) => setImmediate(resolve));
    world.timers[0]?.();
    assert.deepEqual([...statuses, await late], [502, 500, 500, [504, '{"message":"Endpoint request timed out"}']]);
    world.permits = false;
    assert.deepEqual(await world.said(stage()), [500, '{"message":"Internal server error"}']);
  });

  it("is compressed where the API does that, and the client asks for it by name", async () => {
    const encoding = async (accepted: string, least?: number) => {
      const of = least === undefined ? {} : { minimumCompressionSize: least };
      const { answer } = await world.ask(stage({ of }), { headers: [["Accept-Encoding", accepted]] });
      const coding = answer.headers.find(([name]) => name === "content-encoding")?.[1];
      if (coding === "gzip") assert.equal(gunzipSync(Buffer.from(answer.body)).toString(), "answered");
      return coding;
    };
    assert.equal(await encoding("gzip, deflate", 8), "gzip");
    assert.equal(await encoding("br;q=0.5, deflate", 8), "deflate");
    for (const [accepted, least] of [["*", 8], ["br, gzip;q=0.5", 8], ["gzip", 9], ["gzip"]] as const)
      assert.equal(await encoding(accepted, least), undefined);
  });
});
