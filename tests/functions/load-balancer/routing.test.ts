import assert from "node:assert/strict";
import fc from "fast-check";
import type { Condition, Header, Received } from "../../../local/load-balancer/model";
import { locationOf } from "../../../local/load-balancer/redirect";
import { refusalOf } from "../../../local/load-balancer/refusal";
import { actionFor } from "../../../local/load-balancer/routing";
import { listener, request, rule, saying, when } from "./model";

/** Examples of the Application Load Balancer guide ("Listener rules", "Rule condition types"), and what lies beside them. */
const CONDITIONS: readonly (readonly [says: string, condition: Condition, over: Partial<Received>, holds: boolean])[] =
  [
    ["a path pattern with *", when("path-pattern", "/img/*"), { path: "/img/picture.jpg" }, true],
    ["* for no characters", when("path-pattern", "/img/*"), { path: "/img/" }, true],
    ["* across slashes", when("path-pattern", "/img/*/pics"), { path: "/img/a/b/pics" }, true],
    ["a pattern for the whole path", when("path-pattern", "/img/*/pics"), { path: "/img/a/pics/b" }, false],
    ["? for one character", when("path-pattern", "/v?/track"), { path: "/v1/track" }, true],
    ["? not for none", when("path-pattern", "/v?/track"), { path: "/v/track" }, false],
    ["a dot for a dot", when("path-pattern", "/a.b"), { path: "/axb" }, false],
    ["paths by case", when("path-pattern", "/IMG/*"), { path: "/img/a" }, false],
    ["a path without its query", when("path-pattern", "/a*"), { path: "/b", query: "/a" }, false],
    ["a path as it is encoded", when("path-pattern", "/a b"), { path: "/a%20b" }, false],
    ["any of several values", when("path-pattern", "/a", "/b"), { path: "/b" }, true],
    ["a method", when("http-request-method", "GET", "HEAD"), { method: "HEAD" }, true],
    ["methods by case", when("http-request-method", "get"), { method: "GET" }, false],
    ["no wildcards in methods", when("http-request-method", "*"), { method: "GET" }, false],
    [
      "a host under a wildcard",
      when("host-header", "*.example.com"),
      { headers: [["host", "test.example.com"]] },
      true,
    ],
    [
      "not what the wildcard is under",
      when("host-header", "*.example.com"),
      { headers: [["host", "example.com"]] },
      false,
    ],
    ["hosts in whatever case", when("host-header", "Example.com"), { headers: [["HOST", "eXAMPLE.COM"]] }, true],
    ["a host without its port", when("host-header", "example.com"), { headers: [["host", "example.com:8080"]] }, true],
    ["no host in a request without one", when("host-header", "*.com"), { headers: [] }, false],
  ];

const ADDRESSES = (count: number): Header => ["X-Forwarded-For", Array(count).fill("192.0.2.1").join(", ")];

describe("A load balancer's rule", () => {
  for (const [says, condition, over, holds] of CONDITIONS)
    it(`${holds ? "matches" : "does not match, for it takes"} ${says}`, () => {
      const rules = [rule(1, saying("rule"), condition)];
      const action = actionFor(listener({ rules, defaultAction: saying("default") }), request(over));
      assert.deepEqual(action, saying(holds ? "rule" : "default"));
    });

  it("needs all of its conditions", () => {
    const rules = [rule(1, saying("rule"), when("path-pattern", "/a"), when("http-request-method", "POST"))];
    const at = listener({ rules, defaultAction: saying("default") });
    assert.deepEqual(actionFor(at, request({ path: "/a" })), saying("default"));
    assert.deepEqual(actionFor(at, request({ path: "/a", method: "POST" })), saying("rule"));
  });

  it("of the lowest priority number decides, wherever it stands", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 50_000 }), { minLength: 1 }), (priorities) => {
        const rules = priorities.map((priority) => rule(priority, saying(String(priority)), when("path-pattern", "*")));
        assert.deepEqual(actionFor(listener({ rules }), request()), saying(String(Math.min(...priorities))));
      }),
    );
  });
});

describe("A load balancer's redirect", () => {
  const kept = {
    status: 301,
    protocol: "#{protocol}",
    host: "#{host}",
    port: "#{port}",
    path: "/#{path}",
    query: "#{query}",
  } as const;
  const at = { port: 80, protocol: "HTTP" } as const;
  const came = request({ path: "/a/b%20c", query: "x=1&y=%2F" });
  const table: readonly (readonly [
    says: string,
    over: Partial<typeof kept> | object,
    came: Received,
    location: string,
  ])[] = [
    ["to HTTPS", { protocol: "HTTPS", port: "443" }, came, "https://www.example.com:443/a/b%20c?x=1&y=%2F"],
    ["without a query", { protocol: "HTTPS", port: "443" }, request(), "https://www.example.com:443/"],
    ["to another path", { path: "/new/#{path}" }, came, "http://www.example.com:80/new/a/b%20c?x=1&y=%2F"],
    ["to another host", { host: "m.#{host}", query: "" }, came, "http://m.www.example.com:80/a/b%20c"],
    [
      "with a path in the query",
      { query: "from=#{path}&#{query}" },
      came,
      "http://www.example.com:80/a/b%20c?from=a/b%20c&x=1&y=%2F",
    ],
    ["to nothing that the client made up", {}, request({ path: "/#{host}" }), "http://www.example.com:80/#{host}"],
  ];
  for (const [says, over, received, location] of table)
    it(`leads ${says}`, () => {
      assert.equal(locationOf({ ...kept, ...over }, at, received), location);
    });
});

describe("A load balancer turns away by itself", () => {
  const table: readonly (readonly [says: string, over: Partial<Received>, status: number | undefined])[] = [
    ["the method TRACE with 405", { method: "TRACE" }, 405],
    ["a request line of more than 16 K with 414", { path: `/${"a".repeat(16 * 1024)}` }, 414],
    ["a query of more than 16 K with 414", { query: "a".repeat(16 * 1024) }, 414],
    ["a header of more than 16 K with 400", { headers: [["cookie", "a".repeat(16 * 1024)]] }, 400],
    ["more than 30 forwarded addresses with 463", { headers: [ADDRESSES(16), ADDRESSES(15)] }, 463],
    ["nothing else", { headers: [ADDRESSES(30)], method: "DELETE" }, undefined],
  ];
  for (const [says, over, status] of table)
    it(says, () => {
      assert.equal(refusalOf(request(over)), status);
    });
});
