import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { PolicyPackConfig } from "@pulumi/policy";
import * as pulumi from "@pulumi/pulumi";
import { Lambda } from "../../components/shared/lambda";
import { estateTags, tagged } from "../../components/shared/tags";
import { CONFIG } from "../../operations/policy/check";
import { stackOf } from "../../operations/policy/stacks";
import { type Deployed, violationsIn } from "../../policy/verdict";
import { network } from "../components/support/networks";
import { recordResources } from "../support/recorded-program";
import { TODAY } from "./asked";

const config: PolicyPackConfig = JSON.parse(readFileSync(CONFIG, "utf8"));
const tags = estateTags({ environment: "dev", project: "sluice", owner: "me", costCenter: "me", tags: {} });

/** A network and a function that calls a service through NAT. Nobody watches the function, which is another matter. */
function program(): void {
  pulumi.runtime.registerStackTransformation(tagged(tags));
  new Lambda(
    "x",
    {
      names: {
        function: "lambda-x",
        role: "role-x",
        logGroup: "/aws/lambda/lambda-x",
        securityGroup: "security-group-x",
      },
      description: "A sample",
      entry: "tests/support/sample-handler.ts",
      env: { BUS: { value: "b", grants: [], reach: [{ service: "events" }] } },
      memoryMiB: 256,
      timeoutSeconds: 30,
      reservedConcurrency: 10,
      logRetentionDays: 7,
      type: "Sample",
      network: network(),
    },
    {},
  );
}

const brokenIn = (resources: readonly Deployed[]): string[] => {
  const found = violationsIn(resources, { stack: "dev", today: TODAY }, config).map(({ rule }) => rule.name);
  return [...new Set(found)].filter((name) => name !== "lambda-function-has-an-alarm").sort();
};

type Props = Readonly<Record<string, unknown>>;
const without = (type: string) => (resources: readonly Deployed[]) =>
  resources.filter(({ inputs }) => inputs.type !== type);
/** @param name of the resource, after its type where others have it, too */
const changing = (name: string, change: (props: Props) => Props) => (resources: readonly Deployed[]) =>
  resources.map((each) => {
    if (!each.inputs.urn.endsWith(`::${name}`)) return each;
    const changed = change(each.inputs.props);
    assert.notDeepEqual(changed, each.inputs.props);
    return {
      inputs: { ...each.inputs, props: changed },
      outputs: { ...each.outputs, props: { ...each.outputs.props, ...changed } },
    };
  });
const rewriting = (property: string, from: string | RegExp, to: string) => (props: Props) => ({
  ...props,
  [property]: String(props[property]).replace(from, to),
});

const MUTANTS = [
  [
    "an open default group",
    "ec2-vpc-closes-its-default-security-group",
    without("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup"),
  ],
  ["no flow logs", "ec2-vpc-has-flow-logs", without("aws:ec2/flowLog:FlowLog")],
  [
    "a way out on every port",
    "ec2-security-group-lets-nothing-out-beside-endpoints",
    changing("x-to-internet-443", (props) => ({ ...props, ipProtocol: "-1", fromPort: undefined, toPort: undefined })),
  ],
  [
    "network interfaces in any account",
    "iam-policy-names-its-resources",
    changing("x-policy", rewriting("policy", /,"StringEquals":\{"aws:ResourceAccount":"\d+"\}/, "")),
  ],
  [
    "flow logs that anybody's service may send",
    "iam-role-names-whom-a-service-acts-for",
    changing("network-flow-logs-role", rewriting("assumeRolePolicy", /,"Condition":\{.*?\}\}/, "")),
  ],
  [
    "a subnet without tags",
    "aws-resource-is-tagged",
    changing("aws:ec2/subnet:Subnet::network-vpc-private-1", ({ tags: _, ...rest }) => rest),
  ],
] as const;

describe("A network with a function in it, under the policy pack", () => {
  let resources: readonly Deployed[];
  before(async () => {
    resources = stackOf(await recordResources(program)).resources;
  });

  it("breaks no rule", () => assert.deepEqual(brokenIn(resources), []));

  for (const [what, rule, mutation] of MUTANTS)
    it(`would not get away with ${what}`, () => assert.deepEqual(brokenIn(mutation(resources)), [rule]));
});
