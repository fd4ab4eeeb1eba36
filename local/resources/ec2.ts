import {
  AllocateAddressCommand,
  AssociateRouteTableCommand,
  AttachInternetGatewayCommand,
  CreateInternetGatewayCommand,
  CreateNatGatewayCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteInternetGatewayCommand,
  DeleteNatGatewayCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DetachInternetGatewayCommand,
  DisassociateRouteTableCommand,
  ModifySubnetAttributeCommand,
  ModifyVpcAttributeCommand,
  ReleaseAddressCommand,
  type ResourceType,
  type TagSpecification,
} from "@aws-sdk/client-ec2";
import type * as aws from "@pulumi/aws";
import { given, type Materialisers, materialiser, needed, nothingElse, tagList, type World } from "./materialiser";

/** Tags as EC2 takes them, with the resource that they are of. */
export const taggedAs = (
  ResourceType: ResourceType,
  tags: Readonly<Record<string, string>> | undefined,
): { TagSpecifications?: TagSpecification[] } =>
  Object.keys(tags ?? {}).length > 0 ? { TagSpecifications: [{ ResourceType, Tags: tagList(tags) }] } : {};

export const arnIn = ({ region, account }: World, kind: string, id: string): string =>
  `arn:aws:ec2:${region}:${account}:${kind}/${id}`;

const vpc = materialiser<aws.ec2.VpcArgs>({
  async create(world, { cidrBlock, enableDnsSupport, enableDnsHostnames, tags, ...rest }) {
    nothingElse(rest);
    const { ec2 } = world.clients;
    const { Vpc } = await ec2.send(
      new CreateVpcCommand({ ...given({ CidrBlock: cidrBlock }), ...taggedAs("vpc", tags) }),
    );
    const VpcId = needed(Vpc?.VpcId, "the VPC's id");
    // EC2 takes one attribute a call.
    for (const attribute of [
      enableDnsSupport !== undefined && { EnableDnsSupport: { Value: enableDnsSupport } },
      enableDnsHostnames !== undefined && { EnableDnsHostnames: { Value: enableDnsHostnames } },
    ]) {
      if (attribute) await ec2.send(new ModifyVpcAttributeCommand({ VpcId, ...attribute }));
    }
    return { id: VpcId, outputs: { arn: arnIn(world, "vpc", VpcId) } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteVpcCommand({ VpcId: id }));
  },
});

const internetGateway = materialiser<aws.ec2.InternetGatewayArgs>({
  async create(world, { vpcId, tags, ...rest }) {
    nothingElse(rest);
    const { ec2 } = world.clients;
    const made = await ec2.send(new CreateInternetGatewayCommand(taggedAs("internet-gateway", tags)));
    const InternetGatewayId = needed(made.InternetGateway?.InternetGatewayId, "the internet gateway's id");
    await ec2.send(new AttachInternetGatewayCommand({ InternetGatewayId, VpcId: needed(vpcId, "vpcId") }));
    return { id: InternetGatewayId, outputs: { arn: arnIn(world, "internet-gateway", InternetGatewayId) } };
  },
  async delete({ clients }, { id }, { vpcId }) {
    await clients.ec2.send(new DetachInternetGatewayCommand({ InternetGatewayId: id, VpcId: vpcId }));
    await clients.ec2.send(new DeleteInternetGatewayCommand({ InternetGatewayId: id }));
  },
});

const subnet = materialiser<aws.ec2.SubnetArgs>({
  async create(world, { vpcId, cidrBlock, availabilityZone, mapPublicIpOnLaunch, tags, ...more }) {
    const { assignIpv6AddressOnCreation, ...rest } = more;
    nothingElse({ ...rest, ...(assignIpv6AddressOnCreation ? { assignIpv6AddressOnCreation } : {}) });
    const { ec2 } = world.clients;
    const place = given({ CidrBlock: cidrBlock, AvailabilityZone: availabilityZone });
    const request = { VpcId: needed(vpcId, "vpcId"), ...place, ...taggedAs("subnet", tags) };
    const { Subnet } = await ec2.send(new CreateSubnetCommand(request));
    const SubnetId = needed(Subnet?.SubnetId, "the subnet's id");
    if (mapPublicIpOnLaunch)
      await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    return { id: SubnetId, outputs: { arn: arnIn(world, "subnet", SubnetId) } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteSubnetCommand({ SubnetId: id }));
  },
});

const routeTable = materialiser<aws.ec2.RouteTableArgs>({
  async create(world, { vpcId, tags, ...rest }) {
    nothingElse(rest);
    const request = { VpcId: needed(vpcId, "vpcId"), ...taggedAs("route-table", tags) };
    const { RouteTable } = await world.clients.ec2.send(new CreateRouteTableCommand(request));
    const id = needed(RouteTable?.RouteTableId, "the route table's id");
    return { id, outputs: { arn: arnIn(world, "route-table", id) } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteRouteTableCommand({ RouteTableId: id }));
  },
});

const association = materialiser<aws.ec2.RouteTableAssociationArgs>({
  async create({ clients }, { routeTableId, subnetId, ...rest }) {
    nothingElse(rest);
    const request = { RouteTableId: needed(routeTableId, "routeTableId"), SubnetId: needed(subnetId, "subnetId") };
    const { AssociationId } = await clients.ec2.send(new AssociateRouteTableCommand(request));
    return { id: needed(AssociationId, "the association's id"), outputs: {} };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DisassociateRouteTableCommand({ AssociationId: id }));
  },
});

const route = materialiser<aws.ec2.RouteArgs>({
  async create({ clients }, { routeTableId, destinationCidrBlock, gatewayId, natGatewayId, ...rest }) {
    nothingElse(rest);
    const RouteTableId = needed(routeTableId, "routeTableId");
    const DestinationCidrBlock = needed(destinationCidrBlock, "destinationCidrBlock");
    const way = given({ GatewayId: gatewayId, NatGatewayId: natGatewayId });
    await clients.ec2.send(new CreateRouteCommand({ RouteTableId, DestinationCidrBlock, ...way }));
    return { id: `r-${RouteTableId}-${DestinationCidrBlock}`, outputs: { origin: "CreateRoute", state: "active" } };
  },
  async delete({ clients }, _made, { routeTableId, destinationCidrBlock }) {
    const request = { RouteTableId: routeTableId, DestinationCidrBlock: destinationCidrBlock };
    await clients.ec2.send(new DeleteRouteCommand(request));
  },
});

const address = materialiser<aws.ec2.EipArgs>({
  async create(world, { tags, ...rest }) {
    nothingElse(rest);
    const request = { Domain: "vpc" as const, ...taggedAs("elastic-ip", tags) };
    const { AllocationId, PublicIp } = await world.clients.ec2.send(new AllocateAddressCommand(request));
    const id = needed(AllocationId, "the address's allocation id");
    return { id, outputs: { allocationId: id, publicIp: PublicIp, arn: arnIn(world, "elastic-ip", id) } };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new ReleaseAddressCommand({ AllocationId: id }));
  },
});

const natGateway = materialiser<aws.ec2.NatGatewayArgs>({
  async create({ clients }, { subnetId, allocationId, tags, ...rest }) {
    nothingElse(rest);
    const place = given({ SubnetId: subnetId, AllocationId: allocationId });
    const { NatGateway } = await clients.ec2.send(
      new CreateNatGatewayCommand({ ...place, ...taggedAs("natgateway", tags) }),
    );
    return { id: needed(NatGateway?.NatGatewayId, "the NAT gateway's id"), outputs: {} };
  },
  async delete({ clients }, { id }) {
    await clients.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
  },
});

/** What a network is made of; the embedded cloud keeps it and routes nothing by it. */
export const ec2: Materialisers = {
  "aws:ec2/eip:Eip": address,
  "aws:ec2/internetGateway:InternetGateway": internetGateway,
  "aws:ec2/natGateway:NatGateway": natGateway,
  "aws:ec2/route:Route": route,
  "aws:ec2/routeTable:RouteTable": routeTable,
  "aws:ec2/routeTableAssociation:RouteTableAssociation": association,
  "aws:ec2/subnet:Subnet": subnet,
  "aws:ec2/vpc:Vpc": vpc,
};
