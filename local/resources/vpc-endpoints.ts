import {
  CreateFlowLogsCommand,
  CreateVpcEndpointCommand,
  DeleteFlowLogsCommand,
  DeleteVpcEndpointsCommand,
  DescribePrefixListsCommand,
  type LogDestinationType,
  type TrafficType,
  type VpcEndpointType,
} from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { arnIn, taggedAs } from "./ec2";
import { documentText, given, type Materialisers, materialiser, needed, nothingElse, type World } from "./materialiser";

/** The list of a gateway's addresses; rules of security groups name it. */
async function prefixListOf({ clients }: World, serviceName: string): Promise<string> {
  const Filters = [{ Name: "prefix-list-name", Values: [serviceName] }];
  const { PrefixLists } = await clients.ec2.send(new DescribePrefixListsCommand({ Filters }));
  return needed(PrefixLists?.[0]?.PrefixListId, `the prefix list of ${serviceName}`);
}

const endpoint = materialiser<aws.ec2.VpcEndpointArgs>({
  async create(world, { vpcId, serviceName, vpcEndpointType = "Gateway", policy, tags, ...more }) {
    const { routeTableIds, subnetIds, securityGroupIds, privateDnsEnabled, ...rest } = more;
    nothingElse(rest);
    const ServiceName = needed(serviceName, "serviceName");
    const request = given({
      VpcId: needed(vpcId, "vpcId"),
      ServiceName,
      VpcEndpointType: vpcEndpointType as VpcEndpointType,
      PolicyDocument: policy === undefined ? undefined : documentText(policy),
      RouteTableIds: routeTableIds,
      SubnetIds: subnetIds,
      SecurityGroupIds: securityGroupIds,
      PrivateDnsEnabled: privateDnsEnabled,
    });
    const { VpcEndpoint } = await world.clients.ec2.send(
      new CreateVpcEndpointCommand({ ...request, ...taggedAs("vpc-endpoint", tags) }),
    );
    const id = needed(VpcEndpoint?.VpcEndpointId, "the endpoint's id");
    const list = vpcEndpointType === "Gateway" ? { prefixListId: await prefixListOf(world, ServiceName) } : {};
    return { id, outputs: { arn: arnIn(world, "vpc-endpoint", id), ...list } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
  },
});

const flowLog = materialiser<aws.ec2.FlowLogArgs>({
  async create(world, { vpcId, trafficType, logDestinationType, logDestination, iamRoleArn, tags, ...more }) {
    const { maxAggregationInterval, ...rest } = more;
    nothingElse(rest);
    const request = given({
      ResourceIds: [needed(vpcId, "vpcId")],
      TrafficType: trafficType as TrafficType | undefined,
      LogDestinationType: logDestinationType as LogDestinationType | undefined,
      LogDestination: logDestination,
      DeliverLogsPermissionArn: iamRoleArn,
      MaxAggregationInterval: maxAggregationInterval,
    });
    const { FlowLogIds } = await world.clients.ec2.send(
      new CreateFlowLogsCommand({ ...request, ResourceType: "VPC", ...taggedAs("vpc-flow-log", tags) }),
    );
    const id = needed(FlowLogIds?.[0], "the flow log's id");
    return { id, outputs: { arn: arnIn(world, "vpc-flow-log", id) } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteFlowLogsCommand({ FlowLogIds: [id] }));
  },
});

export const vpcEndpoints: Materialisers = {
  "aws:ec2/flowLog:FlowLog": flowLog,
  "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
};
