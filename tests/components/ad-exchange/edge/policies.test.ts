import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { guard } from "../../../../components/ad-exchange/guard";
import { usagePlans } from "../../../../components/ad-exchange/usage-plans";
import { estateTags, tagged } from "../../../../components/shared/tags";
import { stackOf } from "../../../../operations/policy/stacks";
import { violationsIn } from "../../../../policy/verdict";
import { recordResources } from "../../../support/recorded-program";
import { ACCOUNT, NAMES, REGION, type Sample, SETTINGS, sampleEdge } from "./sample";

/** Kinds of edge that no stack of the project stands for. */
const KINDS: Readonly<Record<string, Sample>> = {
  "whose account's role is made here": { api: { loggingRole: "ours" } },
  "with a domain": {
    api: { domain: { name: "a.example.com", certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } },
  },
  "that is private": { api: { endpointType: "private", vpcEndpointIds: ["vpce-0123456789abcdef0"] } },
};

/** `<rule> <resource>` of what the pack says about the edge of a kind. */
async function foundIn(sample: Sample): Promise<readonly string[]> {
  const program = await recordResources(() => {
    const estate = { environment: "dev", project: "sluice", owner: "o", costCenter: "c", tags: {} };
    pulumi.runtime.registerStackTransformation(tagged(estateTags(estate)));
    const { stage } = sampleEdge(sample);
    const common = { names: NAMES, account: ACCOUNT, region: REGION, logRetentionDays: 7, stage };
    guard("x", { ...common, settings: SETTINGS.guard }, {});
    usagePlans("x", { ...common, ...SETTINGS }, {});
  });
  const found = violationsIn(stackOf(program).resources, { stack: "dev", today: "2026-01-05" });
  return found.map(({ rule, resource }) => `${rule.name} ${resource.name}`);
}

describe("The policy pack", () => {
  for (const [says, sample] of Object.entries(KINDS))
    it(`has nothing against an edge ${says}`, async () => {
      assert.deepEqual(await foundIn(sample), []);
    });

  it("misses the access log of one that may not log, and nothing else", async () => {
    assert.deepEqual(await foundIn({ api: { loggingRole: "none" } }), ["aws-edge-writes-access-logs x-stage"]);
  });
});
