import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import type { Access } from "../../components/shared/access";
import { Lambda } from "../../components/shared/lambda";
import type { Network, NetworkArgs } from "../../components/shared/network";
import { keyedTable } from "../../components/shared/stateful";
import {
  getsBatchesFrom,
  getsItemsFrom,
  notifies,
  publishesTo,
  putsItemsIn,
  queries,
  queriesIndex,
  readsParameter,
  sendsTo,
  throughParameter,
  updatesItemsIn,
} from "../../components/shared/verbs";
import { verdict } from "../support/iam";
import { type RecordedProgram, type RecordedResource, recordResources } from "../support/recorded-program";
import { ACCOUNT, network, only, refuses, subnetIds, TYPES } from "./support/networks";

const lambdaArgs = {
  names: {
    function: "lambda-x-dev",
    role: "role-x-dev",
    logGroup: "/aws/lambda/lambda-x-dev",
    securityGroup: "security-group-x-dev",
  },
  description: "A sample",
  entry: "tests/support/sample-handler.ts",
  memoryMiB: 256,
  timeoutSeconds: 30,
  reservedConcurrency: 10,
  logRetentionDays: 7,
  type: "Sample",
};
const lambdaIn = (network: Network, env: Record<string, Access>) =>
  new Lambda("x", { ...lambdaArgs, env, network }, {});

const tableArgs = {
  name: "table-t-dev",
  partitionKey: { name: "id", type: "S" },
  sortKey: { name: "at", type: "N" },
  type: "Sample",
} as const;
const table = () => keyedTable("t", tableArgs, {});
const queue = () => new aws.sqs.Queue("q", { name: "queue-q-dev" });
const parameter = () => new aws.ssm.Parameter("p", { name: "/x/p", type: "String", insecureValue: "x" });
const topic = () => {
  const key = new aws.kms.Key("k", {});
  return { key, topic: new aws.sns.Topic("topic", { kmsMasterKeyId: key.arn }) };
};
const bus = () => new aws.cloudwatch.EventBus("b", { name: "bus-b-dev" });

/** A rule in a line: to or from where, over which port. */
const lineOf =
  (program: RecordedProgram) =>
  ({ inputs }: RecordedResource): string => {
    const place = [inputs.cidrIpv4, inputs.prefixListId, inputs.referencedSecurityGroupId].filter(Boolean);
    const known = program.resources.find(({ id, state }) => id === place[0] || state.prefixListId === place[0]);
    assert.equal(place.length, 1);
    assert.equal(inputs.fromPort, inputs.toPort);
    return `${known?.name ?? place[0]} ${inputs.ipProtocol} ${inputs.fromPort}`;
  };
const egress = (program: RecordedProgram) => program.ofType(TYPES.egress).map(lineOf(program)).sort();

describe("A Lambda in a network", () => {
  const programWith = (env: () => Record<string, Access>, args: Partial<NetworkArgs> = {}) =>
    recordResources(() => lambdaIn(network(args), env()));

  it("stands in the private subnets, under a group of its own into which nothing leads", async () => {
    const program = await programWith(() => ({}));
    const group = program.named("x-group");
    assert.deepEqual(program.named("x-function").inputs.vpcConfig, {
      subnetIds: subnetIds(program, "private"),
      securityGroupIds: [group.id],
    });
    assert.equal(group.inputs.name, "security-group-x-dev");
    assert.equal(group.inputs.vpcId, only(program, TYPES.vpc).id);
    assert.equal(group.inputs.ingress, undefined);
    assert.equal(group.inputs.egress, undefined);
    assert.deepEqual([...program.ofType(TYPES.ingress), ...program.ofType(TYPES.egress)], []);
  });

  it("is let out to exactly the services that it calls, each place once", async () => {
    const program = await programWith(() => {
      const [t, p] = [table(), parameter()];
      return {
        T: throughParameter(p, putsItemsIn(t), getsItemsFrom(t)),
        RULES: readsParameter(p),
        Q: sendsTo(queue()),
      };
    });
    assert.deepEqual(egress(program), [
      "0.0.0.0/0 tcp 443",
      "network-dynamodb-endpoint tcp 443",
      "network-endpoints-group tcp 443",
    ]);
    for (const { inputs } of program.ofType(TYPES.egress))
      assert.equal(inputs.securityGroupId, program.named("x-group").id);
  });

  it("is let into the group of the endpoints, and nothing else is", async () => {
    const program = await programWith(() => ({ P: readsParameter(parameter()) }));
    const { inputs } = only(program, TYPES.ingress);
    assert.equal(inputs.securityGroupId, program.named("network-endpoints-group").id);
    assert.equal(inputs.referencedSecurityGroupId, program.named("x-group").id);
    assert.deepEqual([inputs.ipProtocol, inputs.fromPort, inputs.toPort], ["tcp", 443, 443]);
  });

  it("says of the way through NAT which services need it", async () => {
    const program = await programWith(() => ({
      Q: sendsTo(queue()),
      T: notifies(topic()),
      B: publishesTo(bus(), "a", "b"),
      AGAIN: publishesTo(aws.cloudwatch.EventBus.get("c", "c"), "a", "b"),
    }));
    const { inputs } = only(program, TYPES.egress);
    assert.equal(inputs.cidrIpv4, "0.0.0.0/0");
    assert.equal(inputs.description, "sqs, sns, events: no interface endpoint here, reached through NAT");
    assert.match(String(inputs.description), /^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/);
  });

  it("takes the endpoint of a service that has one", async () => {
    const program = await programWith(() => ({ Q: sendsTo(queue()) }), { interfaceEndpoints: ["sqs"] });
    assert.deepEqual(egress(program), ["network-endpoints-group tcp 443"]);
  });

  it("is let out to another group, which lets it in", async () => {
    const program = await recordResources(() => {
      const within = network();
      const cache = new aws.ec2.SecurityGroup("cache", { vpcId: within.vpcId });
      const reach = [{ to: "cache", port: 6379, securityGroup: cache.id }];
      lambdaIn(within, { A: { value: "a", grants: [], reach }, B: { value: "b", grants: [], reach } });
    });
    assert.deepEqual(egress(program), ["cache tcp 6379"]);
    assert.equal(only(program, TYPES.ingress).inputs.securityGroupId, program.named("cache").id);
  });

  it("is made after its ways out, and its group goes before its permissions do", async () => {
    const program = await programWith(() => ({ P: readsParameter(parameter()) }));
    assert.deepEqual(program.named("x-function").dependsOn, ["x-policy", "x-to-endpoints-443", "x-into-endpoints-443"]);
    assert.deepEqual(program.named("x-group").dependsOn, ["x-policy"]);
    const { options } = program.declared.find(({ name }) => name === "x-group")!;
    assert.deepEqual(options.customTimeouts, { delete: "60m" });
  });

  it("has network interfaces that Lambda manages and its own code cannot touch", async () => {
    const program = await programWith(() => ({}));
    const may = (action: string, context: Record<string, string>) =>
      verdict(program.named("x-policy").inputs.policy, { action, resource: "*", context });
    const code = { "lambda:SourceFunctionArn": String(program.named("x-function").state.arn) };
    const here = { "aws:ResourceAccount": ACCOUNT };
    for (const action of ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"]) {
      assert.equal(may(action, {}), "Allow");
      assert.equal(may(action, code), "nothing");
    }
    for (const verb of ["Create", "Delete"]) {
      assert.equal(may(`ec2:${verb}NetworkInterface`, here), "Allow");
      assert.equal(may(`ec2:${verb}NetworkInterface`, { ...here, ...code }), "nothing");
      assert.equal(may(`ec2:${verb}NetworkInterface`, { "aws:ResourceAccount": "999999999999" }), "nothing");
    }
    for (const action of ["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"])
      assert.equal(may(action, here), "Allow");
  });

  const wayTo = (because: string, cidr = "192.0.2.0/24") => [
    { to: "feed", port: 443, cidr, what: "the feed", because },
  ];
  const access = (reach: Access["reach"]): Access => ({ value: "x", grants: [], ...(reach ? { reach } : {}) });
  for (const [says, env, args] of [
    [
      'network: nothing leads to sqs; give it an interface endpoint where there is one, or natGateways "one" or "one-per-az".',
      () => ({ Q: sendsTo(queue()) }),
      { natGateways: "none" },
    ],
    [
      "x: two ways are called feed; give each a name of its own.",
      () => ({ A: access(wayTo("no list")), B: access(wayTo("no list", "198.51.100.0/24")) }),
    ],
    [
      "x: two ways are called feed; give each a name of its own.",
      () => ({ A: access(wayTo("no list")), B: access(wayTo("another reason")) }),
    ],
    [
      "x: two ways are called feed; give each a name of its own.",
      () => ({ A: access(wayTo("no list")), B: access([{ to: "feed", port: 443, prefixList: "pl-1" }]) }),
    ],
    [
      "x: env.T has grants and no reach; give the services that it calls, or [] when the function calls none.",
      () => ({ T: { value: "t", grants: putsItemsIn(table()).grants } }),
    ],
  ] as const satisfies readonly (readonly [string, () => Record<string, Access>, Partial<NetworkArgs>?])[]) {
    it(`refuses: ${says}`, () => refuses(() => lambdaIn(network(args), env()), says));
  }

  it("refuses to stand there without a name for its group", () =>
    refuses(
      () =>
        new Lambda(
          "x",
          { ...lambdaArgs, names: { ...lambdaArgs.names, securityGroup: "" }, env: {}, network: network() },
          {},
        ),
      "x: names.securityGroup is missing; a function in a network needs a name for its group.",
    ));
});

describe("A verb", () => {
  it("names the service that the function calls, whatever keys that service uses for it", async () => {
    await recordResources(() => {
      const [t, p] = [table(), parameter()];
      const onTables = [putsItemsIn, getsItemsFrom, getsBatchesFrom, updatesItemsIn, queries].map((verb) => verb(t));
      const services = (...accesses: Access[]) =>
        accesses.map(({ reach = [] }) => reach.map((each) => ("service" in each ? each.service : each.to)).join());
      assert.deepEqual(new Set(services(...onTables, queriesIndex(t, "i"))), new Set(["dynamodb"]));
      const others = [publishesTo(bus(), "s", "t"), notifies(topic()), sendsTo(queue()), readsParameter(p)];
      assert.deepEqual(services(...others), ["events", "sns", "sqs", "ssm"]);
      assert.deepEqual(services(throughParameter(p, putsItemsIn(t))), ["ssm,dynamodb"]);
    });
  });
});
