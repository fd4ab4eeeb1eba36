import assert from "node:assert/strict";
import { allowsService, type ServiceRequest } from "../../../local/event-sources/resource-policy";

const RULE = "arn:aws:events:us-east-1:000000000000:rule/bus/raw";
const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:ingestion";
const request: ServiceRequest = {
  ...{ service: "events.amazonaws.com", action: "lambda:InvokeFunction", resource: FUNCTION },
  ...{ sourceArn: RULE, sourceAccount: "000000000000" },
};
const allow = {
  ...{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" } },
  ...{ Action: "lambda:InvokeFunction", Resource: FUNCTION },
};
const when = (operator: string, key: string, value: string | string[]) => ({
  ...allow,
  Condition: { [operator]: { [key]: value } },
});

const TABLE: readonly [what: string, statements: unknown, expected: boolean][] = [
  ["an open grant to the service", [allow], true],
  ["a single statement", allow, true],
  ["the rule's ARN", when("ArnLike", "AWS:SourceArn", RULE), true],
  ["the rule's ARN, spelt otherwise", when("ArnEquals", "aws:SourceArn", RULE), true],
  ["one of several ARNs", when("ArnLike", "aws:SourceArn", ["arn:other", RULE]), true],
  ["a wildcard over rules", when("ArnLike", "aws:SourceArn", "arn:aws:events:*:000000000000:rule/bus/*"), true],
  ["StringEquals takes a wildcard literally", when("StringEquals", "aws:SourceArn", "arn:aws:events:*"), false],
  ["another rule", when("ArnLike", "aws:SourceArn", `${RULE}-2`), false],
  ["the account", when("StringEquals", "aws:SourceAccount", "000000000000"), true],
  ["another account", when("StringEquals", "aws:SourceAccount", "111111111111"), false],
  ["another service", [{ ...allow, Principal: { Service: "s3.amazonaws.com" } }], false],
  ["everyone", [{ ...allow, Principal: "*" }], true],
  ["a wildcard action", [{ ...allow, Action: ["lambda:Get*", "lambda:*"] }], true],
  ["another action", [{ ...allow, Action: "lambda:GetFunction" }], false],
  ["another function", [{ ...allow, Resource: `${FUNCTION}-2` }], false],
  ["an allow and a deny", [allow, { ...allow, Effect: "Deny" }], false],
  [
    "an allow and a deny of another rule",
    [allow, { ...when("ArnLike", "aws:SourceArn", "arn:x"), Effect: "Deny" }],
    true,
  ],
  ["a deny without TLS", [allow, { ...when("Bool", "aws:SecureTransport", "false"), Effect: "Deny" }], true],
  ["an operator nobody knows", when("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z"), false],
  [
    "a deny that nobody understands",
    [allow, { ...when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), Effect: "Deny" }],
    false,
  ],
  ["nothing", [], false],
];

describe("a resource policy", () => {
  for (const [what, Statement, expected] of TABLE) {
    it(`${expected ? "lets the rule in" : "keeps the rule out"}: ${what}`, () => {
      assert.equal(allowsService(JSON.stringify({ Version: "2012-10-17", Statement }), request), expected);
    });
  }

  it("that is absent keeps everyone out", () => {
    assert.equal(allowsService(undefined, request), false);
    assert.equal(allowsService("", request), false);
  });
});
