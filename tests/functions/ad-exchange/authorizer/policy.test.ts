import assert from "node:assert/strict";
import fc from "fast-check";
import { policyFor } from "../../../../functions/ad-exchange/domain/auth/policy";
import { ROUTES } from "../../../../functions/ad-exchange/domain/auth/routes";
import { PERMISSIONS } from "../../../../functions/ad-exchange/domain/caller";
import { verdict } from "../../../support/iam";
import { STAGE } from "./support/authorizing";

const permissions = fc.subarray([...PERMISSIONS]);
const ids = fc.stringMatching(/^[A-Za-z0-9._~-]{1,40}$/);
const methods = fc.constantFrom("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS");
const routes = fc.constantFrom(...ROUTES);
const said = (policy: unknown, resource: string, action = "execute-api:Invoke") =>
  verdict(JSON.stringify(policy), { action, resource });

describe("The policy of a caller", () => {
  it("opens a method exactly when a permission covers it, whichever method was asked for", () => {
    fc.assert(
      fc.property(permissions, routes, ids, routes, ids, (may, asked, id, wanted, other) => {
        const arn = (route: typeof asked, part: string) =>
          `${STAGE}/${route.method}${route.path.replace("{id}", part)}`;
        const policy = policyFor(arn(asked, id), may);
        const isOpen = said(policy, arn(wanted, other)) === "Allow";
        assert.equal(isOpen, may.includes(wanted.permission));
      }),
    );
  });

  it("opens nothing that is no method of the API", () => {
    const known = new Set(ROUTES.map(({ method, path }) => `${method} ${path}`));
    const paths = fc.constantFrom("/openrtb2/auction", "/v1/campaigns", "/health", "/v1", "/", "/openrtb2/auction/x");
    fc.assert(
      fc.property(permissions, methods, paths, (may, method, path) => {
        if (known.has(`${method} ${path}`)) return;
        assert.notEqual(said(policyFor(`${STAGE}/GET/v1/campaigns`, may), `${STAGE}/${method}${path}`), "Allow");
      }),
    );
  });

  it("opens nothing of another API, stage, account or region", () => {
    const policy = policyFor(`${STAGE}/POST/openrtb2/auction`, PERMISSIONS);
    for (const [from, to] of [
      ["a1b2c3", "a1b2c4"],
      ["live", "live2"],
      ["live", "test"],
      ["123456789012", "210987654321"],
      ["eu-west-1", "us-east-1"],
    ] as const) {
      const elsewhere = STAGE.replace(from, to);
      for (const { method, path } of ROUTES)
        assert.equal(said(policy, `${elsewhere}/${method}${path}`), "nothing", elsewhere);
    }
  });

  it("is the same whichever method was asked for", () => {
    const asked = ROUTES.map(({ method, path }) =>
      policyFor(`${STAGE}/${method}${path.replace("{id}", "c*")}`, ["auction"]),
    );
    for (const policy of asked) assert.deepEqual(policy, asked[0]);
  });

  it("opens invoking alone, not the gateway's cache", () => {
    const policy = policyFor(`${STAGE}/GET/v1/campaigns/c1`, PERMISSIONS);
    assert.equal(said(policy, `${STAGE}/GET/v1/campaigns/c1`), "Allow");
    assert.equal(said(policy, `${STAGE}/GET/v1/campaigns/c1`, "execute-api:InvalidateCache"), "nothing");
  });

  it("denies every method to who may nothing", () => {
    const policy = policyFor(`${STAGE}/POST/openrtb2/auction`, []);
    for (const { method, path } of ROUTES) assert.equal(said(policy, `${STAGE}/${method}${path}`), "Deny");
  });

  it("names methods that a stage has, none by a bare wildcard", () => {
    const [{ Resource } = { Resource: [] }] = policyFor(`${STAGE}/POST/openrtb2/auction`, PERMISSIONS).Statement;
    assert.deepEqual(Resource, [
      `${STAGE}/POST/openrtb2/auction`,
      `${STAGE}/GET/v1/campaigns`,
      `${STAGE}/GET/v1/campaigns/*`,
      `${STAGE}/POST/v1/campaigns`,
      `${STAGE}/PATCH/v1/campaigns/*`,
      `${STAGE}/DELETE/v1/campaigns/*`,
    ]);
  });

  it("is in the partition of the API", () => {
    const [{ Resource } = { Resource: [] }] = policyFor(
      `${STAGE.replace("arn:aws:", "arn:aws-cn:")}/GET/v1/campaigns`,
      ["auction"],
    ).Statement;
    assert.deepEqual(Resource, [`${STAGE.replace("arn:aws:", "arn:aws-cn:")}/POST/openrtb2/auction`]);
  });

  for (const arn of [
    "",
    "*",
    "arn:aws:execute-api:eu-west-1:123456789012:*/*/GET/",
    STAGE,
    `${STAGE.replace("live", "l*")}/GET/v1`,
  ])
    it(`is not made for ${arn || "no ARN"}`, () => assert.throws(() => policyFor(arn, ["auction"]), /no ARN/));
});
