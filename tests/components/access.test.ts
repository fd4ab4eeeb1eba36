import assert from "node:assert/strict";
import type * as pulumi from "@pulumi/pulumi";
import { anyResource, grant, policyOf } from "../../components/shared/access";

const settled = (output: pulumi.Output<string>) => new Promise<string>((resolve) => output.apply(resolve));
const statements = async (...grants: Parameters<typeof policyOf>[0][number][]) =>
  (JSON.parse(await settled(policyOf(grants))) as { Statement: unknown[] }).Statement;

describe("A policy of grants", () => {
  it("joins actions on one resource, then resources with the same actions", async () => {
    const made = await statements(
      grant(["dynamodb:PutItem"], ["a"]),
      grant(["dynamodb:GetItem"], ["a"]),
      grant(["dynamodb:GetItem", "dynamodb:PutItem"], ["b"]),
    );
    assert.deepEqual(made, [
      { Effect: "Allow", Action: ["dynamodb:GetItem", "dynamodb:PutItem"], Resource: ["a", "b"] },
    ]);
  });

  it("never joins what differs in its conditions", async () => {
    const only = (source: string) =>
      grant(["events:PutEvents"], ["bus"], { StringEquals: { "events:source": source } });
    const made = await statements(only("a"), only("b"), grant(["events:PutEvents"], ["bus"]));
    assert.equal(made.length, 3);
  });

  it("grants no action on a resource that no grant gave it on", async () => {
    const made = (await statements(grant(["x:A"], ["1"]), grant(["x:B"], ["2"]), grant(["x:A"], ["3"]))) as {
      Action: string[];
      Resource: string[];
    }[];
    const pairs = made.flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((one) => `${action} ${one}`)),
    );
    assert.deepEqual(pairs.sort(), ["x:A 1", "x:A 3", "x:B 2"]);
  });

  it("says a grant once, in a stable order, without its reason", async () => {
    const traces = anyResource(["xray:PutTraceSegments"], "no resource type");
    const made = await statements(traces, grant(["b:B", "a:A"], ["z", "y"]), traces);
    assert.deepEqual(made, [
      { Effect: "Allow", Action: ["xray:PutTraceSegments"], Resource: ["*"] },
      { Effect: "Allow", Action: ["a:A", "b:B"], Resource: ["y", "z"] },
    ]);
  });
});
