import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Names } from "../../../components/shared/names";
import { Network, type NetworkArgs } from "../../../components/shared/network";
import { type RecordedProgram, type RecordedResource, recordResources } from "../../support/recorded-program";

export const ACCOUNT = "123456789012";
export const networkArgs: NetworkArgs = {
  names: new Names({ project: "sluice", environment: "dev" }),
  account: ACCOUNT,
  region: "us-east-1",
  cidr: "10.20.0.0/16",
  azs: ["us-east-1a", "us-east-1b"],
  natGateways: "one-per-az",
  interfaceEndpoints: ["kinesis-streams", "ssm"],
  logRetentionDays: 7,
  keyDeletionDays: 7,
};

/** A network in two zones, as the arguments change it. */
export const network = (args: Partial<NetworkArgs> = {}) => new Network("network", { ...networkArgs, ...args });

export const TYPES = {
  endpoint: "aws:ec2/vpcEndpoint:VpcEndpoint",
  vpc: "aws:ec2/vpc:Vpc",
  subnet: "aws:ec2/subnet:Subnet",
  association: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  route: "aws:ec2/route:Route",
  nat: "aws:ec2/natGateway:NatGateway",
  group: "aws:ec2/securityGroup:SecurityGroup",
  egress: "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  ingress: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
} as const;

/** The one resource of a type, and of a name where one is given. */
export function only(program: RecordedProgram, type: string, name?: string): RecordedResource {
  const found = program.ofType(type).filter((each) => name === undefined || each.name === name);
  assert.equal(found.length, 1, `${found.length} ${type} ${name ?? ""}`);
  return found[0]!;
}

/** Ids of the subnets of a kind, in the order of the zones. */
export const subnetIds = (program: RecordedProgram, kind: "nat" | "private") =>
  program
    .ofType(TYPES.subnet)
    .filter(({ name }) => name.startsWith(`network-vpc-${kind}-`))
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(({ id }) => id);

/** The program ends with a ResourceError of exactly these words. */
export const refuses = (program: () => unknown, says: string) =>
  assert.rejects(recordResources(program), (error: Error) => {
    assert.ok(pulumi.ResourceError.isInstance(error), String(error));
    assert.equal(error.message, says);
    return true;
  });
