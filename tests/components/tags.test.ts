import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { estateTags, tagged } from "../../components/shared/tags";
import { recordResources } from "../support/recorded-program";

describe("tagged", () => {
  it("puts the estate's tags beneath the system's beneath the resource's own", async () => {
    const program = await recordResources(() => {
      pulumi.runtime.registerStackTransformation(tagged({ A: "estate", B: "estate", C: "estate" }));
      const system = new pulumi.ComponentResource(
        "t:t:T",
        "system",
        {},
        { transformations: [tagged({ B: "system", C: "system" })] },
      );
      new aws.sqs.Queue("one", { tags: { C: "own" } }, { parent: system });
      new aws.sqs.Queue("two", { tags: pulumi.output({ C: "own" }) }, { parent: system });
      new aws.sqs.Queue("three", {});
    });
    assert.deepEqual(program.named("one").inputs.tags, { A: "estate", B: "system", C: "own" });
    assert.deepEqual(program.named("two").inputs.tags, { A: "estate", B: "system", C: "own" });
    assert.deepEqual(program.named("three").inputs.tags, { A: "estate", B: "estate", C: "estate" });
  });

  it("leaves alone what takes no tags, and tags that are a list", async () => {
    const program = await recordResources(() => {
      pulumi.runtime.registerStackTransformation(tagged({ A: "estate" }));
      new aws.sqs.QueuePolicy("policy", { queueUrl: "https://example.com/q", policy: "{}" });
      new aws.autoscaling.Group("group", {
        maxSize: 1,
        minSize: 0,
        tags: [{ key: "B", value: "b", propagateAtLaunch: true }],
      });
    });
    assert.equal("tags" in program.named("policy").inputs, false);
    assert.deepEqual(program.named("group").inputs.tags, [{ key: "B", value: "b", propagateAtLaunch: true }]);
  });

  it("lets no extra tag from the configuration replace a standard one", () => {
    const tags = estateTags({
      environment: "dev",
      project: "sluice",
      owner: "us",
      costCenter: "c",
      tags: { Team: "Feeds", Environment: "prod" },
    });
    assert.deepEqual(tags, {
      Team: "Feeds",
      Environment: "dev",
      Project: "sluice",
      Owner: "us",
      CostCenter: "c",
      ManagedBy: "Pulumi",
    });
  });
});
