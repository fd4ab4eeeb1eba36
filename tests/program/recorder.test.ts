import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { neverRegistered } from "../../local/declared";
import { recordResources } from "../support/recorded-program";

describe("The recorder", () => {
  it("finds what was declared and never registered", () => {
    const declared = [
      { type: "a", name: "x" },
      { type: "a", name: "y" },
    ] as unknown as Parameters<typeof neverRegistered>[0];
    assert.deepEqual(
      neverRegistered(declared, [{ type: "a", name: "x" }]).map(({ name }) => name),
      ["y"],
    );
  });

  it("opens secrets, and knows parents and what a resource waits for", async () => {
    const program = await recordResources(() => {
      const parent = new pulumi.ComponentResource("t:t:T", "parent");
      const first = new aws.sqs.Queue("first", {}, { parent });
      new aws.ssm.Parameter(
        "second",
        { name: "/p", type: "SecureString", value: pulumi.secret("s") },
        { dependsOn: [first] },
      );
    });
    assert.equal(program.named("second").inputs.value, "s");
    assert.equal(program.named("first").parent, "parent");
    assert.equal(program.named("second").parent, undefined);
    assert.deepEqual(program.named("second").dependsOn, ["first"]);
  });
});
