import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Engine, type Registration, runProgram } from "../../local/run-program";
import { ROOT, recordResources } from "../support/recorded-program";

/** A component that its package's provider would construct. */
class Remote extends pulumi.ComponentResource {
  declare readonly vpcId: pulumi.Output<string>;
  declare readonly privateSubnetIds: pulumi.Output<string[]>;
  declare readonly publicSubnetIds: pulumi.Output<string[]>;
  declare readonly routeTables: pulumi.Output<aws.ec2.RouteTable[]>;

  constructor(type: string, name: string, inputs: pulumi.Inputs) {
    const outputs = ["vpcId", "privateSubnetIds", "publicSubnetIds", "routeTables"];
    super(type, name, { ...inputs, ...Object.fromEntries(outputs.map((key) => [key, undefined])) }, {}, true);
  }
}

const INPUTS = {
  cidrBlock: "10.0.0.0/16",
  availabilityZoneNames: ["us-east-1a", "us-east-1b"],
  natGateways: { strategy: "Single" },
  subnetStrategy: "Auto",
  subnetSpecs: [
    { type: "Private", name: "inner", cidrBlocks: ["10.0.0.0/20", "10.0.16.0/20"] },
    { type: "Public", name: "outer", cidrBlocks: ["10.0.32.0/24", "10.0.33.0/24"] },
  ],
  tags: { Name: "a", Owner: "me" },
};
const vpc = (inputs: Partial<typeof INPUTS> & pulumi.Inputs = {}) =>
  new Remote("awsx:ec2:Vpc", "net", { ...INPUTS, ...inputs });

/** What the provider of pulumi-awsx 3.9 makes of these inputs: type, name, and the parent's name. */
const CHILDREN = [
  "eip net-1 in net-outer-1",
  "internetGateway net in net",
  "natGateway net-1 in net-outer-1",
  "route net-inner-1 in net-inner-1",
  "route net-inner-2 in net-inner-2",
  "route net-outer-1 in net-outer-1",
  "route net-outer-2 in net-outer-2",
  "routeTable net-inner-1 in net-inner-1",
  "routeTable net-inner-2 in net-inner-2",
  "routeTable net-outer-1 in net-outer-1",
  "routeTable net-outer-2 in net-outer-2",
  "routeTableAssociation net-inner-1 in net-inner-1",
  "routeTableAssociation net-inner-2 in net-inner-2",
  "routeTableAssociation net-outer-1 in net-outer-1",
  "routeTableAssociation net-outer-2 in net-outer-2",
  "subnet net-inner-1 in net",
  "subnet net-inner-2 in net",
  "subnet net-outer-1 in net",
  "subnet net-outer-2 in net",
  "vpc net in net",
];

describe("A network of awsx, recorded", () => {
  it("has the children that its provider makes, under it", async () => {
    const { resources } = await recordResources(() => vpc());
    const lines = resources.flatMap(({ type, name, parent, custom }) =>
      custom ? [`${/\/(\w+):/.exec(type)?.[1]} ${name} in ${parent}`] : [],
    );
    assert.deepEqual(lines.sort(), CHILDREN);
  });

  it("hands its tags down with names of their own, and hears nothing of the stack's transformations", async () => {
    const program = await recordResources(() => {
      pulumi.runtime.registerStackTransformation(({ props, opts }) => ({
        props: { ...props, tags: { T: "x" } },
        opts,
      }));
      vpc();
    });
    const tagsOf = (type: string, name: string) =>
      program.ofType(`aws:ec2/${type}`).find((each) => each.name === name)?.inputs.tags;
    assert.deepEqual(tagsOf("vpc:Vpc", "net"), { Name: "net", T: "x" });
    assert.deepEqual(tagsOf("subnet:Subnet", "net-outer-1"), { Name: "net-outer-1", SubnetType: "Public", T: "x" });
    assert.deepEqual(tagsOf("natGateway:NatGateway", "net-1"), { Name: "net-1", T: "x" });
    assert.equal(tagsOf("route:Route", "net-outer-1"), undefined);
  });

  it("is refused where it is not modelled", async () => {
    const made = recordResources(() => vpc({ instanceTenancy: "dedicated" }));
    await assert.rejects(made, /net: instanceTenancy of awsx\.ec2\.Vpc is not modelled here/);
  });

  it("answers ids, and resources whose own outputs are known", async () => {
    const program = await recordResources(() => {
      const made = vpc();
      const tables = made.routeTables.apply((all) => pulumi.all(all.map(({ id, vpcId }) => pulumi.all([id, vpcId]))));
      const insecureValue = pulumi.jsonStringify([made.vpcId, made.privateSubnetIds, made.publicSubnetIds, tables]);
      new aws.ssm.Parameter("answers", { type: "String", insecureValue });
    });
    const ids = (type: string, pattern: RegExp) =>
      program.ofType(`aws:ec2/${type}`).flatMap(({ id, name }) => (pattern.test(name) ? [id] : []));
    const [vpcId, inner, outer, tables] = JSON.parse(String(program.named("answers").inputs.insecureValue)) as [
      string,
      string[],
      string[],
      [string, string][],
    ];
    assert.deepEqual([vpcId], ids("vpc:Vpc", /^net$/));
    assert.deepEqual(inner, ids("subnet:Subnet", /inner/));
    assert.deepEqual(outer, ids("subnet:Subnet", /outer/));
    assert.deepEqual(tables.map(([id]) => id).sort(), ids("routeTable:RouteTable", /./).sort());
    assert.deepEqual(new Set(tables.map(([, id]) => id)), new Set([vpcId]));
  });
});

class FakeEngine implements Engine {
  readonly made: string[] = [];

  constructor(private readonly refused?: string) {}

  async create({ type, name }: Registration) {
    if (type === this.refused) throw new Error("no more of these");
    this.made.push(`${type} ${name}`);
    return { id: `${type}-${name}`, outputs: { allocationId: "eipalloc-1" } };
  }

  call(): Record<string, unknown> {
    return {};
  }
}

describe("A run with a remote component", () => {
  const run = (program: () => unknown, refused?: string) => {
    const engine = new FakeEngine(refused);
    const done = runProgram(engine, {
      root: ROOT,
      stack: "local",
      program: async () => (await program()) as Record<string, unknown>,
    });
    return { engine, done };
  };

  it("makes its children, each after what it stands on", async () => {
    const { engine, done } = run(() => ({ subnets: vpc().privateSubnetIds }));
    const { outputs, declared } = await done;
    assert.equal(engine.made.length, CHILDREN.length);
    const isBefore = (one: string, other: string) =>
      assert.ok(
        engine.made.indexOf(`aws:ec2/${one}`) < engine.made.indexOf(`aws:ec2/${other}`),
        `${one} after ${other}`,
      );
    isBefore("vpc:Vpc net", "subnet:Subnet net-inner-1");
    isBefore("eip:Eip net-1", "natGateway:NatGateway net-1");
    isBefore("natGateway:NatGateway net-1", "route:Route net-inner-2");
    assert.deepEqual(outputs.subnets, ["aws:ec2/subnet:Subnet-net-inner-1", "aws:ec2/subnet:Subnet-net-inner-2"]);
    assert.equal(declared.filter(({ custom }) => custom).length, CHILDREN.length);
  });

  it("tells which child could not be made", async () => {
    const { done } = run(() => vpc(), "aws:ec2/natGateway:NatGateway");
    await assert.rejects(done, /net-1 \(aws:ec2\/natGateway:NatGateway\): no more of these/);
  });

  for (const [what, inputs] of [
    ["instanceTenancy", { instanceTenancy: "dedicated" }],
    ["subnetStrategy", { subnetStrategy: "Exact" }],
    ["subnet spec Isolated", { subnetSpecs: [{ type: "Isolated", name: "i", cidrBlocks: ["a", "b"] }] }],
    ["subnet spec Private", { subnetSpecs: [{ type: "Private", name: "p", cidrBlocks: ["10.0.0.0/20"] }] }],
    ["subnet spec Private", { subnetSpecs: [{ type: "Private", cidrBlocks: ["a", "b"] }] }],
    ["subnet spec Public", { subnetSpecs: [{ type: "Public", name: "p", cidrBlocks: ["a", "b"], tags: { A: "b" } }] }],
  ] as const) {
    it(`refuses ${what} that is not modelled: ${JSON.stringify(inputs)}`, async () => {
      const { done } = run(() => vpc(inputs as object));
      await assert.rejects(done, new RegExp(`net: ${what} of awsx.ec2.Vpc is not modelled here; give strategy Auto`));
    });
  }

  it("refuses another component of awsx", async () => {
    const { done } = run(() => new Remote("awsx:lb:ApplicationLoadBalancer", "balancer", {}));
    await assert.rejects(done, /balancer: what awsx:lb:ApplicationLoadBalancer is made of is not known here/);
  });
});
