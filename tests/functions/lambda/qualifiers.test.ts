import assert from "node:assert/strict";
import { functionNamed, type LambdaFunction } from "../../../local/lambda/lambda-function";

const arn = "arn:aws:lambda:us-east-1:000000000000:function:fn";
const fn: LambdaFunction = {
  ...{ name: "fn", arn, handler: "index.handler", codeFile: "/code", environment: {}, roleArn: "role" },
  ...{ timeoutSeconds: 1, memoryMiB: 128, logGroup: "/fn" },
};

describe("A function is found", () => {
  const found = (more: object, qualifier: string) =>
    functionNamed(new Map([[arn, { ...fn, ...more }]]), `${arn}${qualifier}`)?.name;
  const published = { version: "1", aliases: ["live"] };
  const cases: readonly (readonly [qualifier: string, is: string | undefined])[] = [
    ["", "fn"],
    [":$LATEST", "fn"],
    [":1", "fn"],
    [":live", "fn"],
    [":2", undefined],
    [":dead", undefined],
    ["-other", undefined],
  ];
  for (const [qualifier, is] of cases)
    it(`${is === undefined ? "not " : ""}by ${qualifier || "its ARN"}`, () =>
      assert.equal(found(published, qualifier), is));

  it("by no version where none is published", () => {
    assert.deepEqual([found({}, ":1"), found({}, ":live"), found({}, ":$LATEST")], [undefined, undefined, "fn"]);
  });
});
