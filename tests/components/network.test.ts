import assert from "node:assert/strict";
import type { NetworkArgs } from "../../components/shared/network";
import { verdict } from "../support/iam";
import { type RecordedProgram, recordResources } from "../support/recorded-program";
import { ACCOUNT, network, networkArgs, only, refuses, subnetIds, TYPES } from "./support/networks";

const recorded = (args: Partial<NetworkArgs> = {}) => recordResources(() => network(args));

describe("A network", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recorded();
  });

  it("has in each zone a private subnet from the bottom of its range and one for NAT from the top", () => {
    const subnets = program.ofType(TYPES.subnet).map(({ inputs }) => `${inputs.availabilityZone} ${inputs.cidrBlock}`);
    assert.deepEqual(subnets.sort(), [
      "us-east-1a 10.20.0.0/20",
      "us-east-1a 10.20.255.0/24",
      "us-east-1b 10.20.16.0/20",
      "us-east-1b 10.20.254.0/24",
    ]);
    const { inputs } = only(program, TYPES.vpc);
    assert.equal(inputs.cidrBlock, "10.20.0.0/16");
    assert.equal(inputs.enableDnsSupport, true);
    assert.equal(inputs.enableDnsHostnames, true);
    assert.deepEqual(inputs.tags, { Name: "vpc-network-dev", System: "network", Service: "Network" });
  });

  it("leaves every subnet as it is when a zone is added", async () => {
    const more = await recorded({ azs: [...networkArgs.azs, "us-east-1c"] });
    for (const { name, inputs } of program.ofType(TYPES.subnet))
      assert.deepEqual(only(more, TYPES.subnet, name).inputs, inputs);
    assert.equal(more.ofType(TYPES.subnet).length, 6);
  });

  it("leads private subnets out through the NAT gateway of their zone", () => {
    assert.deepEqual(waysOut(program), { "10.20.0.0/20": "network-vpc-1", "10.20.16.0/20": "network-vpc-2" });
    const gateways = program.ofType(TYPES.nat);
    assert.deepEqual(gateways.map(({ inputs }) => inputs.subnetId).sort(), subnetIds(program, "nat").sort());
    for (const { inputs } of gateways) assert.match(String(inputs.allocationId), /^eipalloc-/);
  });

  it("leads all of them out through one NAT gateway, when one will do", async () => {
    const one = await recorded({ natGateways: "one" });
    assert.deepEqual(waysOut(one), { "10.20.0.0/20": "network-vpc-1", "10.20.16.0/20": "network-vpc-1" });
    assert.equal(one.ofType(TYPES.nat).length, 1);
  });

  it("has neither public subnets nor a way to the internet without NAT", async () => {
    const none = await recorded({ natGateways: "none" });
    assert.deepEqual(waysOut(none), {});
    assert.equal(none.ofType(TYPES.subnet).length, 2);
    assert.deepEqual(none.ofType(TYPES.route), []);
    assert.deepEqual(none.ofType("aws:ec2/eip:Eip"), []);
  });

  it("has gateways to DynamoDB and S3 in the private subnets, and only there", () => {
    const privates = new Set(subnetIds(program, "private"));
    const tables = program
      .ofType(TYPES.association)
      .filter(({ inputs }) => privates.has(String(inputs.subnetId)))
      .map(({ inputs }) => inputs.routeTableId);
    for (const service of ["dynamodb", "s3"]) {
      const { inputs } = program.named(`network-${service}-endpoint`);
      assert.equal(inputs.vpcEndpointType, "Gateway");
      assert.equal(inputs.serviceName, `com.amazonaws.us-east-1.${service}`);
      assert.deepEqual(inputs.routeTableIds, tables);
      assert.equal(tables.length, 2);
    }
  });

  it("has interface endpoints for the services that are named, in every zone, under a group that lets nobody in", () => {
    const found = program.ofType(TYPES.endpoint).filter(({ inputs }) => inputs.vpcEndpointType === "Interface");
    assert.deepEqual(found.map(({ inputs }) => inputs.serviceName).sort(), [
      "com.amazonaws.us-east-1.kinesis-streams",
      "com.amazonaws.us-east-1.ssm",
    ]);
    const group = program.named("network-endpoints-group");
    for (const { inputs } of found) {
      assert.deepEqual(inputs.subnetIds, subnetIds(program, "private"));
      assert.deepEqual(inputs.securityGroupIds, [group.id]);
      assert.equal(inputs.privateDnsEnabled, true);
    }
    assert.equal(group.inputs.ingress, undefined);
    assert.equal(group.inputs.egress, undefined);
    assert.deepEqual([...program.ofType(TYPES.ingress), ...program.ofType(TYPES.egress)], []);
  });

  it("needs no such group without interface endpoints", async () => {
    assert.deepEqual((await recorded({ interfaceEndpoints: [] })).ofType(TYPES.group), []);
  });

  it("lets through each endpoint only this account's identities to this account's resources", () => {
    const table = `arn:aws:dynamodb:us-east-1:${ACCOUNT}:table/t`;
    const said = (policy: unknown, principal: string, owner: string) =>
      verdict(policy, {
        action: "dynamodb:PutItem",
        resource: table,
        context: { "aws:PrincipalAccount": principal, "aws:ResourceAccount": owner },
      });
    const endpoints = program.ofType(TYPES.endpoint);
    assert.equal(endpoints.length, 4);
    for (const { inputs } of endpoints) {
      assert.equal(said(inputs.policy, ACCOUNT, ACCOUNT), "Allow");
      assert.equal(said(inputs.policy, "999999999999", ACCOUNT), "nothing");
      assert.equal(said(inputs.policy, ACCOUNT, "999999999999"), "nothing");
    }
  });

  it("closes its default security group", () => {
    const { inputs } = program.named("network-default-group");
    assert.equal(inputs.vpcId, only(program, TYPES.vpc).id);
    assert.equal(inputs.ingress, undefined);
    assert.equal(inputs.egress, undefined);
  });

  it("retains nothing", () => {
    for (const { name, protect, retainOnDelete } of program.resources) assert.ok(!protect && !retainOnDelete, name);
  });

  for (const [says, args] of [
    ["network: azs is us-east-1a; give at least 2 zones, each once.", { azs: ["us-east-1a"] }],
    [
      "network: azs is us-east-1a, us-east-1a; give at least 2 zones, each once.",
      { azs: ["us-east-1a", "us-east-1a"] },
    ],
    ["network: cidr is 10.20.0.0/20; give a private /16, for example 10.20.0.0/16.", { cidr: "10.20.0.0/20" }],
    ["network: interfaceEndpoints is sqs, sqs; give each service once.", { interfaceEndpoints: ["sqs", "sqs"] }],
  ] as const) {
    it(`refuses: ${says}`, () => refuses(() => network(args), says));
  }
});

/** By the range of a private subnet, the NAT gateway that it goes out through. */
function waysOut(program: RecordedProgram): Record<string, string> {
  const routes = program.ofType(TYPES.route).filter(({ inputs }) => inputs.natGatewayId !== undefined);
  const ways = routes.map(({ inputs }) => {
    assert.equal(inputs.destinationCidrBlock, "0.0.0.0/0");
    const gateway = program.ofType(TYPES.nat).find(({ id }) => id === inputs.natGatewayId);
    const associations = program.ofType(TYPES.association);
    const { subnetId } = associations.find((each) => each.inputs.routeTableId === inputs.routeTableId)!.inputs;
    const subnet = program.ofType(TYPES.subnet).find(({ id }) => id === subnetId)!;
    return [String(subnet.inputs.cidrBlock), gateway!.name] as const;
  });
  return Object.fromEntries(ways);
}
