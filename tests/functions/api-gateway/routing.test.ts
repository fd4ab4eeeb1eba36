import assert from "node:assert/strict";
import fc from "fast-check";
import { routeOf } from "../../../local/api-gateway/routing";
import { route } from "./model";

const ROUTES = [
  route({ path: "/" }),
  route({ path: "/v1/items" }),
  route({ path: "/v1/items", method: "POST" }),
  route({ path: "/v1/items/{id}" }),
  route({ path: "/v1/items/new" }),
  route({ path: "/v1/items/{id}", method: "ANY" }),
  route({ path: "/v1/{proxy+}" }),
];

const CASES: readonly (readonly [asked: string, route?: string, parameters?: Record<string, string>])[] = [
  ["GET /", "GET /", {}],
  ["GET /v1/items", "GET /v1/items", {}],
  ["GET /v1/items/", "GET /v1/items", {}],
  ["POST /v1/items", "POST /v1/items", {}],
  ["GET /v1/items/1", "GET /v1/items/{id}", { id: "1" }],
  ["GET /v1/items/a%2Fb", "GET /v1/items/{id}", { id: "a/b" }],
  ["GET /v1/items/%zz", "GET /v1/items/{id}", { id: "%zz" }],
  ["GET /v1/items/new", "GET /v1/items/new", {}],
  ["DELETE /v1/items/1", "ANY /v1/items/{id}", { id: "1" }],
  ["GET /v1/items/1/parts", "GET /v1/{proxy+}", { proxy: "items/1/parts" }],
  ["GET /v1/others", "GET /v1/{proxy+}", { proxy: "others" }],
  ["DELETE /v1/items"],
  ["GET /v1"],
  ["GET /V1/items"],
];

describe("A request's route", () => {
  for (const [asked, wanted, parameters] of CASES)
    it(`${asked} is ${wanted ?? "nobody's"}`, () => {
      const [method = "", path = ""] = asked.split(" ");
      const routed = routeOf(ROUTES, method, path);
      const found = routed && [`${routed.route.method} ${routed.route.path}`, routed.parameters];
      assert.deepEqual(found, wanted && [wanted, parameters]);
    });

  it("does not depend on the order in which routes were made", () => {
    const shuffled = fc.shuffledSubarray(ROUTES, { minLength: ROUTES.length });
    fc.assert(
      fc.property(shuffled, fc.constantFrom(...CASES), (routes, [asked]) => {
        const [method = "", path = ""] = asked.split(" ");
        assert.deepEqual(routeOf(routes, method, path), routeOf(ROUTES, method, path));
      }),
    );
  });
});
