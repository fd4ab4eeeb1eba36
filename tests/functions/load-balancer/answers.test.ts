import assert from "node:assert/strict";
import fc from "fast-check";
import type { InvokeResult } from "../../../local/lambda/lambda-function";
import { answerTo, type BalancerWorld } from "../../../local/load-balancer/balancer";
import { readResponse } from "../../../local/load-balancer/lambda-response";
import type { Incoming } from "../../../local/load-balancer/listener-server";
import type { Answer, Listener } from "../../../local/load-balancer/model";
import { balancer, FUNCTION_ARN, GROUP_ARN, group, listener, request, saying } from "./model";

const RESPONSE = { statusCode: 200, isBase64Encoded: false, multiValueHeaders: {}, body: "hello" };
const MIB = 1024 * 1024;

describe("What a function answers", () => {
  const read = (response: unknown, multiValueHeaders = true) =>
    readResponse(JSON.stringify(response), { multiValueHeaders });

  it("is taken with its status, reason, headers and body", () => {
    const headers = { "Content-Type": ["text/plain"], "Set-Cookie": ["a=1", "b=2"] };
    assert.deepEqual(
      read({ ...RESPONSE, statusCode: 201, statusDescription: "201 Made", multiValueHeaders: headers }),
      {
        ...{ status: 201, reasonPhrase: "Made", body: "hello" },
        headers: [
          ["Content-Type", "text/plain"],
          ["Set-Cookie", "a=1"],
          ["Set-Cookie", "b=2"],
        ],
      },
    );
    const single = { statusCode: 204, isBase64Encoded: false, headers: { "x-one": "1" } };
    assert.deepEqual(read(single, false), { status: 204, headers: [["x-one", "1"]], body: "" });
  });

  it("may be Base64", () => {
    const answer = read({ ...RESPONSE, isBase64Encoded: true, body: "AAH/" }) as Answer;
    assert.deepEqual([...(answer.body as Uint8Array)], [0, 1, 255]);
  });

  it("loses what is a matter of the connection, and its length", () => {
    const multiValueHeaders = {
      Connection: ["close"],
      "Content-Length": ["3"],
      "Transfer-Encoding": ["chunked"],
      Via: ["x"],
    };
    assert.deepEqual((read({ ...RESPONSE, multiValueHeaders }) as Answer).headers, [["Via", "x"]]);
  });

  const wrong: Readonly<Record<string, unknown>> = {
    "no object": "hello",
    null: null,
    "without a status code": { ...RESPONSE, statusCode: undefined },
    "with a status code in text": { ...RESPONSE, statusCode: "200" },
    "with a status code that is none": { ...RESPONSE, statusCode: 1000 },
    "without the encoding": { ...RESPONSE, isBase64Encoded: undefined },
    "without headers": { ...RESPONSE, multiValueHeaders: undefined },
    "with single headers where several are asked for": { ...RESPONSE, multiValueHeaders: undefined, headers: {} },
    "with a header that is no list": { ...RESPONSE, multiValueHeaders: { a: "1" } },
    "with a header that is a number": { ...RESPONSE, multiValueHeaders: { a: [1] } },
    "with a header whose name is none": { ...RESPONSE, multiValueHeaders: { "a b": ["1"] } },
    "with a header of two lines": { ...RESPONSE, multiValueHeaders: { a: ["1\r\nb: 2"] } },
    "with a body that is no text": { ...RESPONSE, body: {} },
    "with a description of another status": { ...RESPONSE, statusDescription: "404 Not Found" },
    "with a description without the code": { ...RESPONSE, statusDescription: "OK" },
  };
  for (const [says, response] of Object.entries(wrong))
    it(`is malformed ${says}`, () => {
      assert.equal(read(response), "LambdaInvalidResponse");
    });

  it("is malformed with lists of headers where single ones are asked for", () => {
    assert.equal(read(RESPONSE, false), "LambdaInvalidResponse");
    assert.equal(read({ ...RESPONSE, headers: { a: ["1"] } }, false), "LambdaInvalidResponse");
  });

  it("has at most 1 MB as JSON", () => {
    const rest = JSON.stringify({ ...RESPONSE, body: "" }).length;
    const answer = read({ ...RESPONSE, body: "a".repeat(MIB - rest) });
    assert.equal(typeof answer === "object" && answer.status, 200);
    assert.equal(read({ ...RESPONSE, body: "a".repeat(MIB - rest + 1) }), "LambdaResponseTooLarge");
    assert.equal(read({ ...RESPONSE, body: "é".repeat(MIB / 2) }), "LambdaResponseTooLarge");
  });

  it("never makes the reader throw", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.boolean(), (payload, multiValueHeaders) => {
        const answer = readResponse(payload, { multiValueHeaders });
        assert.equal(typeof answer === "object" || answer === "LambdaInvalidResponse", true);
      }),
    );
  });
});

describe("What a client is answered", () => {
  const ok = (payload: unknown): InvokeResult => ({ kind: "ok", payload: JSON.stringify(payload), durationMs: 1 });
  const asked: [arn: string, event: Record<string, unknown>][] = [];
  const reasons: string[] = [];
  const worldOf = (result: InvokeResult | Error, may: boolean | Error = true): BalancerWorld => ({
    invoker: {
      invoke: async (arn, payload) => {
        asked.push([arn, JSON.parse(payload)]);
        if (result instanceof Error) throw result;
        return result;
      },
    },
    mayInvoke: async () => {
      if (may instanceof Error) throw may;
      return may;
    },
    onError: (reason) => reasons.push(reason),
  });
  const answer = (over: Partial<Incoming>, world: BalancerWorld, at: Partial<Listener> = {}) =>
    answerTo({ ...request(), ...over }, listener(at), balancer(), world);
  beforeEach(() => {
    asked.length = 0;
    reasons.length = 0;
  });

  it("is what the function says, and who served it", async () => {
    const made = await answer({ path: "/v1/track" }, worldOf(ok(RESPONSE)));
    assert.deepEqual(made, { status: 200, headers: [["server", "awselb/2.0"]], body: "hello" });
    assert.deepEqual([asked[0]?.[0], asked[0]?.[1].path], [FUNCTION_ARN, "/v1/track"]);
    assert.deepEqual(asked[0]?.[1].requestContext, { elb: { targetGroupArn: GROUP_ARN } });
    assert.deepEqual(reasons, []);
  });

  const failures: readonly (readonly [says: string, world: BalancerWorld, status: number, reason: string])[] = [
    [
      "an error of the function",
      worldOf({ kind: "function-error", errorType: "Error", payload: "{}", durationMs: 1 }),
      502,
      "LambdaUnhandled",
    ],
    ["a throttled function", worldOf({ kind: "throttled" }), 502, "LambdaThrottling"],
    ["an error of Lambda", worldOf({ kind: "service-error", message: "x" }), 502, "LambdaServiceException"],
    ["Lambda out of reach", worldOf(new Error("x")), 502, "LambdaServiceException"],
    ["a malformed response", worldOf(ok("hello")), 502, "LambdaInvalidResponse"],
    ["a response of more than 1 MB", worldOf(ok("a".repeat(MIB))), 502, "LambdaResponseTooLarge"],
    ["a function that may not be invoked", worldOf(ok(RESPONSE), false), 502, "LambdaAccessDenied"],
    ["a policy that cannot be read", worldOf(ok(RESPONSE), new Error("x")), 502, "LambdaServiceException"],
  ];
  for (const [says, world, status, reason] of failures)
    it(`is ${status} for ${says}, on a page that tells no more`, async () => {
      const made = await answer({}, world);
      assert.deepEqual([made.status, reasons], [status, [reason]]);
      assert.match(String(made.body), new RegExp(`<title>${status} [A-Z][A-Za-z ]+</title>`));
      assert.doesNotMatch(String(made.body), /Lambda|collector/);
    });

  it("is 413 for a body that is larger than a function takes", async () => {
    assert.equal((await answer({ body: undefined }, worldOf(ok(RESPONSE)))).status, 413);
    assert.deepEqual([reasons, asked], [["LambdaRequestTooLarge"], []]);
  });

  it("is 503 where no function is registered, and 400 for an upgrade", async () => {
    const { functionArn: _gone, ...empty } = group();
    const nobody = { defaultAction: { kind: "forward", group: empty } } as const;
    assert.equal((await answer({}, worldOf(ok(RESPONSE)), nobody)).status, 503);
    assert.equal((await answer({ headers: [["Upgrade", "websocket"]] }, worldOf(ok(RESPONSE)))).status, 400);
    assert.deepEqual(asked, []);
  });

  it("is the load balancer's own where it turns a request away", async () => {
    assert.equal((await answer({ method: "TRACE" }, worldOf(ok(RESPONSE)))).status, 405);
    assert.deepEqual(asked, []);
  });

  it("may be fixed, or a redirect, also for a body that a function would not take", async () => {
    const fixed = await answer({ body: undefined }, worldOf(ok(RESPONSE)), { defaultAction: saying("hi") });
    assert.deepEqual([fixed.status, fixed.body, fixed.headers[0]], [200, "hi", ["content-type", "text/plain"]]);
    const to = {
      status: 302,
      protocol: "HTTPS",
      host: "#{host}",
      port: "443",
      path: "/#{path}",
      query: "#{query}",
    } as const;
    const moved = await answer({ query: "a=1" }, worldOf(ok(RESPONSE)), { defaultAction: { kind: "redirect", ...to } });
    const [, location] = moved.headers.find(([name]) => name === "location") ?? [];
    assert.deepEqual([moved.status, location], [302, "https://www.example.com:443/?a=1"]);
    assert.deepEqual(asked, []);
  });

  it("has the listener's headers in place of the function's, and the function's server", async () => {
    const multiValueHeaders = { "X-Frame-Options": ["SAMEORIGIN"], Server: ["own"] };
    const responseHeaders = { "x-frame-options": "DENY" };
    const made = await answer({}, worldOf(ok({ ...RESPONSE, multiValueHeaders })), { responseHeaders });
    assert.deepEqual(made.headers, [
      ["Server", "own"],
      ["x-frame-options", "DENY"],
    ]);
  });
});
