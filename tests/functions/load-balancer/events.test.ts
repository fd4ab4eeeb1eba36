import assert from "node:assert/strict";
import fc from "fast-check";
import { forwardedHeaders } from "../../../local/load-balancer/forwarded-headers";
import { healthCheckEvent, lambdaEvent } from "../../../local/load-balancer/lambda-event";
import type { ForwardedFor, Header, Received } from "../../../local/load-balancer/model";
import { GROUP_ARN, group, listener, request } from "./model";

const MOMENT = { now: 0x67891234 * 1000, id: "abcdef012345678912345678" };
const OWN = `1-67891234-${MOMENT.id}`;
const APPENDED: ForwardedFor = { mode: "append", withPort: false };

const headersOf = (over: Partial<Received>, forwardedFor = APPENDED, dropInvalidHeaderFields = false) =>
  forwardedHeaders(request(over), { forwardedFor, dropInvalidHeaderFields }, listener(), MOMENT);
const header = (headers: readonly Header[], name: string) =>
  headers.filter(([one]) => one === name).map(([, value]) => value);

describe("The headers that a target gets", () => {
  it("are the client's, in lower case, and the load balancer's own", () => {
    assert.deepEqual(
      headersOf({
        headers: [
          ["Host", "h"],
          ["X-Two", "1"],
          ["x-two", "2"],
        ],
      }),
      [
        ...[
          ["host", "h"],
          ["x-two", "1"],
          ["x-two", "2"],
        ],
        ...[
          ["x-amzn-trace-id", `Root=${OWN}`],
          ["x-forwarded-for", "203.0.113.7"],
        ],
        ...[
          ["x-forwarded-port", "443"],
          ["x-forwarded-proto", "https"],
        ],
      ],
    );
  });

  it("do not have the client's word on protocol and port", () => {
    const headers = headersOf({
      headers: [
        ["X-Forwarded-Proto", "gopher"],
        ["X-Forwarded-Port", "70"],
      ],
    });
    assert.deepEqual([header(headers, "x-forwarded-proto"), header(headers, "x-forwarded-port")], [["https"], ["443"]]);
  });

  const CAME: Header[] = [["X-Forwarded-For", "127.0.0.4, 127.0.0.8"]];
  const SIX = { address: "2001:db8::1", port: 8080 };
  const forwarded: readonly (readonly [
    says: string,
    setting: ForwardedFor,
    over: Partial<Received>,
    expected: string[],
  ])[] = [
    ["append: nothing came", APPENDED, { headers: [] }, ["203.0.113.7"]],
    ["append: others came", APPENDED, { headers: CAME }, ["127.0.0.4, 127.0.0.8, 203.0.113.7"]],
    [
      "append: came twice",
      APPENDED,
      { headers: [...CAME, ["x-forwarded-for", "a"]] },
      ["127.0.0.4, 127.0.0.8, a, 203.0.113.7"],
    ],
    ["append with port", { mode: "append", withPort: true }, { headers: [] }, ["203.0.113.7:50123"]],
    [
      "append with port, IPv6",
      { mode: "append", withPort: true },
      { headers: [], client: SIX },
      ["[2001:db8::1]:8080"],
    ],
    ["preserve: nothing came", { mode: "preserve", withPort: true }, { headers: [] }, []],
    ["preserve: others came", { mode: "preserve", withPort: true }, { headers: CAME }, ["127.0.0.4, 127.0.0.8"]],
    ["remove", { mode: "remove", withPort: false }, { headers: CAME }, []],
  ];
  for (const [says, setting, over, expected] of forwarded)
    it(`say who asked (${says})`, () => {
      assert.deepEqual(header(headersOf(over, setting), "x-forwarded-for"), expected);
    });

  const ROOT = "Root=1-67891233-abcdef012345678912345678";
  const traces: readonly (readonly [says: string, came: string, expected: string])[] = [
    ["Self before a Root that came", ROOT, `Self=${OWN};${ROOT}`],
    ["and keep other fields", `${ROOT};CalledFrom=app`, `Self=${OWN};${ROOT};CalledFrom=app`],
    ["a new Self for one that came", `Self=1-1-1;${ROOT}`, `Self=${OWN};${ROOT}`],
    ["a Root for nonsense", "", `Root=${OWN}`],
  ];
  for (const [says, came, expected] of traces)
    it(`trace a request: ${says}`, () => {
      assert.deepEqual(header(headersOf({ headers: [["X-Amzn-Trace-Id", came]] }), "x-amzn-trace-id"), [expected]);
    });

  it("leave out invalid names when the load balancer is told to", () => {
    const headers: Header[] = [
      ["x_underscore", "1"],
      ["x-fine-2", "2"],
      ["x!", "3"],
    ];
    const names = (drop: boolean) =>
      headersOf({ headers }, APPENDED, drop)
        .slice(0, -4)
        .map(([name]) => name);
    assert.deepEqual([names(true), names(false)], [["x-fine-2"], ["x_underscore", "x-fine-2", "x!"]]);
  });
});

describe("The event of a request", () => {
  const came = request({ path: "/v1/t%20t", query: "&myKey=val1&myKey=val%202&empty&a=b=c", body: Buffer.from("{}") });
  const headers: Header[] = [
    ["content-type", "application/json"],
    ["cookie", "name1=value1"],
    ["cookie", "name2=value2"],
  ];

  it("has every value where the target group has multi-value headers, and decodes nothing", () => {
    assert.deepEqual(lambdaEvent(group(), came, headers), {
      requestContext: { elb: { targetGroupArn: GROUP_ARN } },
      ...{ httpMethod: "GET", path: "/v1/t%20t", body: "{}", isBase64Encoded: false },
      multiValueQueryStringParameters: { myKey: ["val1", "val%202"], empty: [""], a: ["b=c"] },
      multiValueHeaders: { "content-type": ["application/json"], cookie: ["name1=value1", "name2=value2"] },
    });
  });

  it("has the last value where it has none", () => {
    assert.deepEqual(lambdaEvent(group({ multiValueHeaders: false }), came, headers), {
      requestContext: { elb: { targetGroupArn: GROUP_ARN } },
      ...{ httpMethod: "GET", path: "/v1/t%20t", body: "{}", isBase64Encoded: false },
      queryStringParameters: { myKey: "val%202", empty: "", a: "b=c" },
      headers: { "content-type": "application/json", cookie: "name2=value2" },
    });
  });

  const bodies: readonly (readonly [headers: Header[], isText: boolean])[] = [
    [[["content-type", "text/plain"]], true],
    [[["content-type", "text/csv; charset=utf-8"]], true],
    [[["content-type", "application/json;charset=utf-8"]], true],
    [[["content-type", "APPLICATION/JavaScript"]], true],
    [[["content-type", "application/xml"]], true],
    [[["content-type", "application/json-patch+json"]], false],
    [[["content-type", "application/x-www-form-urlencoded"]], false],
    [[["content-type", "image/png"]], false],
    [[], false],
    [
      [
        ["content-type", "application/json"],
        ["content-encoding", "gzip"],
      ],
      false,
    ],
    [
      [
        ["content-type", "text/plain"],
        ["content-encoding", "identity"],
      ],
      false,
    ],
  ];
  for (const [some, isText] of bodies)
    it(`has a body ${isText ? "as it is" : "in Base64"} for ${JSON.stringify(some)}`, () => {
      const { body, isBase64Encoded } = lambdaEvent(group(), came, some);
      assert.deepEqual([body, isBase64Encoded], isText ? ["{}", false] : ["e30=", true]);
    });

  it("has no body in Base64 when there is none", () => {
    const { body, isBase64Encoded } = lambdaEvent(group(), request(), []);
    assert.deepEqual([body, isBase64Encoded], ["", false]);
  });

  it("gives back the bytes of any body that is no text", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1 }), (body) => {
        const event = lambdaEvent(group(), request({ body }), [["content-type", "application/octet-stream"]]);
        assert.deepEqual(new Uint8Array(Buffer.from(event.body, "base64")), body);
      }),
    );
  });
});

describe("The event of a health check", () => {
  it("is told by its user agent, in the form of the target group", () => {
    const common = {
      requestContext: { elb: { targetGroupArn: GROUP_ARN } },
      httpMethod: "GET",
      body: "",
      isBase64Encoded: false,
    };
    assert.deepEqual(healthCheckEvent(group({ multiValueHeaders: false }), { path: "/" }), {
      ...common,
      ...{ path: "/", queryStringParameters: {}, headers: { "user-agent": "ELB-HealthChecker/2.0" } },
    });
    assert.deepEqual(healthCheckEvent(group(), { path: "/health?deep=1" }), {
      ...common,
      ...{ path: "/health", multiValueQueryStringParameters: { deep: ["1"] } },
      multiValueHeaders: { "user-agent": ["ELB-HealthChecker/2.0"] },
    });
  });
});
