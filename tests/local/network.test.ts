import assert from "node:assert/strict";
import { join } from "node:path";
import {
  DescribeFlowLogsCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type RouteTable,
  type SecurityGroupRule,
} from "@aws-sdk/client-ec2";
import { GetFunctionConfigurationCommand } from "@aws-sdk/client-lambda";
import { DeadLetters } from "../../components/shared/dead-letters";
import { Lambda } from "../../components/shared/lambda";
import { Names } from "../../components/shared/names";
import { Network } from "../../components/shared/network";
import { keyedTable } from "../../components/shared/stateful";
import { putsItemsIn, sendsTo } from "../../components/shared/verbs";
import { Clients } from "../../local/clients";
import { type Cloud, startCloud } from "../../local/cloud";
import { type Deployment, deploy } from "../../local/deploy";
import { leftovers } from "../../local/leftovers";

const root = join(__dirname, "../..");

/** A network in two zones, and a function in it that writes a table and sends to a queue. */
async function program() {
  const names = new Names({ project: "sluice", environment: "local" });
  const network = new Network("network", {
    names,
    account: "000000000000",
    region: "us-east-1",
    cidr: "10.20.0.0/16",
    azs: ["us-east-1a", "us-east-1b"],
    natGateways: "one",
    interfaceEndpoints: ["sqs", "ssm"],
    logRetentionDays: 7,
    keyDeletionDays: 7,
  });
  const id = { name: "id", type: "S" } as const;
  const table = keyedTable(
    "t",
    { name: "table-t", partitionKey: id, sortKey: { name: "at", type: "N" }, type: "Sample" },
    {},
  );
  const letters = new DeadLetters("d", { name: "queue-d" }, {});
  const fn = new Lambda(
    "fn",
    {
      names: {
        function: "lambda-fn",
        role: "role-fn",
        logGroup: "/aws/lambda/lambda-fn",
        securityGroup: names.of("securityGroup", "fn"),
      },
      description: "A sample",
      entry: "tests/support/sample-handler.ts",
      env: { TABLE: putsItemsIn(table), LETTERS: sendsTo(letters.queue) },
      memoryMiB: 128,
      timeoutSeconds: 3,
      reservedConcurrency: 1,
      logRetentionDays: 7,
      type: "Sample",
      network,
    },
    {},
  );
  return {
    vpc: network.vpcId,
    privateSubnets: network.privateSubnetIds,
    natSubnets: network.natSubnetIds,
    dynamodbList: network.endpoints.gateways.dynamodb.prefixListId,
    endpointsGroup: network.endpoints.group?.id,
    function: fn.function.name,
  };
}

interface Outputs {
  readonly vpc: string;
  readonly privateSubnets: string[];
  readonly natSubnets: string[];
  readonly dynamodbList: string;
  readonly endpointsGroup: string;
}

describe("A network on the embedded cloud", () => {
  let cloud: Cloud;
  let clients: Clients;
  let deployment: Deployment;
  let outputs: Outputs;
  before(async () => {
    cloud = await startCloud({ root, stateName: "test-network" });
    clients = new Clients(cloud, cloud.admin);
    deployment = await deploy(cloud, { root, stack: "local", program });
    outputs = deployment.outputs as unknown as Outputs;
  });
  after(async () => {
    clients.close();
    await cloud.stop();
  });

  const filters = () => [{ Name: "vpc-id", Values: [outputs.vpc] }];
  const idOf = (name: string, type: string) =>
    deployment.resources.find((each) => each.name === name && each.type === `aws:${type}`)!.id;

  it("is a VPC with names for its endpoints, and the subnets of its zones", async () => {
    const { Vpcs } = await clients.ec2.send(new DescribeVpcsCommand({ VpcIds: [outputs.vpc] }));
    assert.equal(Vpcs?.[0]?.CidrBlock, "10.20.0.0/16");
    const tags = Vpcs?.[0]?.Tags?.map(({ Key, Value }) => `${Key}=${Value}`).sort();
    assert.deepEqual(tags, ["Name=vpc-network-local", "Service=Network", "System=network"]);
    for (const Attribute of ["enableDnsSupport", "enableDnsHostnames"] as const) {
      const answer = await clients.ec2.send(new DescribeVpcAttributeCommand({ VpcId: outputs.vpc, Attribute }));
      assert.equal((answer.EnableDnsSupport ?? answer.EnableDnsHostnames)?.Value, true, Attribute);
    }
    const { Subnets = [] } = await clients.ec2.send(new DescribeSubnetsCommand({ Filters: filters() }));
    const lines = Subnets.map(({ SubnetId, AvailabilityZone, CidrBlock }) => {
      const kind = outputs.privateSubnets.includes(String(SubnetId)) ? "private" : "nat";
      assert.equal(outputs.natSubnets.includes(String(SubnetId)), kind === "nat");
      return `${AvailabilityZone} ${CidrBlock} ${kind}`;
    });
    assert.deepEqual(lines.sort(), [
      "us-east-1a 10.20.0.0/20 private",
      "us-east-1a 10.20.255.0/24 nat",
      "us-east-1b 10.20.16.0/20 private",
      "us-east-1b 10.20.254.0/24 nat",
    ]);
  });

  const tableOf = async (subnet: string | undefined): Promise<RouteTable> => {
    const Filters = [{ Name: "association.subnet-id", Values: [String(subnet)] }];
    const { RouteTables = [] } = await clients.ec2.send(new DescribeRouteTablesCommand({ Filters }));
    assert.equal(RouteTables.length, 1);
    return RouteTables[0]!;
  };

  it("leads private subnets out through its NAT gateway, and that out through the internet gateway", async () => {
    const { NatGateways = [] } = await clients.ec2.send(new DescribeNatGatewaysCommand({ Filter: filters() }));
    assert.deepEqual(
      NatGateways.map(({ SubnetId }) => SubnetId),
      [outputs.natSubnets[0]],
    );
    const wayOut = (table: RouteTable) => table.Routes?.find((route) => route.DestinationCidrBlock === "0.0.0.0/0");
    for (const subnet of outputs.privateSubnets)
      assert.equal(wayOut(await tableOf(subnet))?.NatGatewayId, NatGateways[0]?.NatGatewayId);
    for (const subnet of outputs.natSubnets)
      assert.equal(
        wayOut(await tableOf(subnet))?.GatewayId,
        idOf("network-vpc", "ec2/internetGateway:InternetGateway"),
      );
  });

  it("has endpoints in the private subnets and their route tables", async () => {
    const { VpcEndpoints = [] } = await clients.ec2.send(new DescribeVpcEndpointsCommand({}));
    const tables = await Promise.all(
      outputs.privateSubnets.map(async (subnet) => (await tableOf(subnet)).RouteTableId),
    );
    const services = VpcEndpoints.map(({ ServiceName }) => String(ServiceName).split(".").at(-1));
    assert.deepEqual(services.sort(), ["dynamodb", "s3", "sqs", "ssm"]);
    for (const { ServiceName, VpcId, VpcEndpointType, RouteTableIds, SubnetIds } of VpcEndpoints) {
      const service = String(ServiceName).split(".").at(-1);
      const isGateway = service === "dynamodb" || service === "s3";
      assert.equal(VpcId, outputs.vpc);
      assert.equal(VpcEndpointType, isGateway ? "Gateway" : "Interface");
      assert.deepEqual((RouteTableIds ?? []).sort(), isGateway ? [...tables].sort() : []);
      assert.deepEqual((SubnetIds ?? []).sort(), isGateway ? [] : [...outputs.privateSubnets].sort());
    }
  });

  const rulesOf = async (group: string): Promise<SecurityGroupRule[]> => {
    const Filters = [{ Name: "group-id", Values: [group] }];
    return (await clients.ec2.send(new DescribeSecurityGroupRulesCommand({ Filters }))).SecurityGroupRules ?? [];
  };

  it("lets the function out to the services that it calls, in nowhere, and into the endpoints' group", async () => {
    const group = idOf("fn-group", "ec2/securityGroup:SecurityGroup");
    const lines = (await rulesOf(group)).map((rule) => {
      assert.deepEqual([rule.IpProtocol, rule.FromPort, rule.ToPort, rule.IsEgress], ["tcp", 443, 443, true]);
      return rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId ?? rule.CidrIpv4;
    });
    assert.deepEqual(lines.sort(), [outputs.dynamodbList, outputs.endpointsGroup].sort());
    const [letIn, ...others] = await rulesOf(outputs.endpointsGroup);
    assert.deepEqual(others, []);
    assert.equal(letIn?.IsEgress, false);
    assert.equal(letIn?.ReferencedGroupInfo?.GroupId, group);
    const { VpcConfig } = await clients.lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "lambda-fn" }));
    assert.deepEqual(VpcConfig?.SubnetIds, outputs.privateSubnets);
    assert.deepEqual(VpcConfig?.SecurityGroupIds, [group]);
  });

  it("closes the default group and logs its flows", async () => {
    const Filters = [...filters(), { Name: "group-name", Values: ["default"] }];
    const { SecurityGroups = [] } = await clients.ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
    assert.equal(SecurityGroups.length, 1);
    assert.deepEqual(await rulesOf(String(SecurityGroups[0]?.GroupId)), []);
    const { FlowLogs = [] } = await clients.ec2.send(new DescribeFlowLogsCommand({}));
    assert.deepEqual(
      FlowLogs.map(({ ResourceId }) => ResourceId),
      [outputs.vpc],
    );
  });

  it("has among the deployment's resources what awsx made", () => {
    const [vpc] = deployment.resources.filter(({ type }) => type === "aws:ec2/vpc:Vpc");
    assert.match(String(vpc?.urn), /::awsx:ec2:Vpc\$aws:ec2\/vpc:Vpc::network-vpc$/);
    assert.equal(deployment.resources.filter(({ type }) => type === "aws:ec2/subnet:Subnet").length, 4);
  });

  it("is taken away without a trace", async () => {
    await deployment.destroy();
    assert.deepEqual(await leftovers(cloud), []);
  });
});
