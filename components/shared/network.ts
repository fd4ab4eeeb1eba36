import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import type { Way } from "./access";
import { type Endpoints, endpoints } from "./endpoints";
import { flowLogs } from "./flow-logs";
import type { Names } from "./names";
import type { NetworkSettings } from "./network-config";
import type { AwsService } from "./services";
import { type Subnets, subnetsOf } from "./subnets";
import { tagged } from "./tags";

export interface NetworkArgs extends NetworkSettings {
  readonly names: Names;
  /** Id of the account that is deployed to. */
  readonly account: pulumi.Input<string>;
  readonly region: string;
  /** One that CloudWatch Logs takes. */
  readonly logRetentionDays: number;
  /** Days a deleted KMS key can still be restored: 7 to 30. */
  readonly keyDeletionDays: number;
}

const HTTPS = 443;
const { SubnetType } = awsx.ec2;
const NAT_STRATEGIES = { "one-per-az": "OnePerAz", one: "Single", none: "None" } as const;

/**
 * A private network in two or more zones: subnets that nothing outside reaches, ways out to AWS services over endpoints, and
 * for the rest over NAT. Cost is what stands, used or not: each NAT gateway with its address $0.05 an hour ($36.50 a month) and $0.045 per GB,
 * each interface endpoint $0.01 an hour and zone (us-east-1), and the flow logs. With one NAT gateway, a failure of its zone
 * cuts every zone's way to what has no endpoint; with one per zone, only its own.
 */
export class Network extends pulumi.ComponentResource {
  readonly cidr: string;
  readonly account: pulumi.Output<string>;
  readonly vpcId: pulumi.Output<string>;
  /** One a zone, in the order of `azs`. */
  readonly privateSubnetIds: pulumi.Output<string[]>;
  /** Nothing but NAT gateways stands here. Empty without them. */
  readonly natSubnetIds: pulumi.Output<string[]>;
  readonly endpoints: Endpoints;
  readonly flowLogGroup: aws.cloudwatch.LogGroup;
  readonly #hasNat: boolean;

  constructor(
    private readonly name: string,
    args: NetworkArgs,
    opts: pulumi.ComponentResourceOptions = {},
  ) {
    super(
      "sluice:shared:Network",
      name,
      {},
      {
        ...opts,
        transformations: [...(opts.transformations ?? []), tagged({ System: name, Service: "Network" })],
      },
    );
    const subnets = checked(name, args, this);
    const parent = { parent: this };
    const vpcName = args.names.of("vpc", name);
    const vpc = new awsx.ec2.Vpc(`${name}-vpc`, vpcArgs(args, subnets, vpcName), parent);
    this.cidr = args.cidr;
    this.account = pulumi.output(args.account);
    this.vpcId = vpc.vpcId;
    this.privateSubnetIds = vpc.privateSubnetIds;
    this.natSubnetIds = vpc.publicSubnetIds;
    this.#hasNat = args.natGateways !== "none";
    const { vpcId, privateSubnetIds } = this;
    // Without rules: what is started without a group of its own is in this one.
    new aws.ec2.DefaultSecurityGroup(`${name}-default-group`, { vpcId }, parent);
    const privateRouteTableIds = routeTablesOf(vpc, privateSubnetIds);
    this.endpoints = endpoints(name, { ...args, vpcId, privateSubnetIds, privateRouteTableIds }, parent);
    this.flowLogGroup = flowLogs(name, { ...args, vpcId, vpcName }, parent);
    this.registerOutputs({ vpcId, privateSubnetIds });
  }

  /**
   * How a function in this network gets through to a service: its gateway, its interface endpoint, else NAT.
   * @throws ResourceError when there is none of these
   */
  reach(service: AwsService): Way {
    const { gateways, interfaces, group } = this.endpoints;
    if (service === "dynamodb" || service === "s3")
      return { to: service, port: HTTPS, prefixList: gateways[service].prefixListId };
    if (group && ([...interfaces.keys()] as AwsService[]).includes(service))
      return { to: "endpoints", port: HTTPS, securityGroup: group.id };
    if (!this.#hasNat) {
      throw new pulumi.ResourceError(
        `${this.name}: nothing leads to ${service}; give it an interface endpoint where there is one, or natGateways "one" or "one-per-az".`,
        this,
      );
    }
    const because = "no interface endpoint here, reached through NAT";
    return { to: "internet", port: HTTPS, cidr: "0.0.0.0/0", what: service, because };
  }
}

function checked(name: string, args: NetworkArgs, resource: pulumi.Resource): Subnets {
  const refuse = (says: string) => new pulumi.ResourceError(`${name}: ${says}`, resource);
  const { azs, interfaceEndpoints } = args;
  if (azs.length < 2 || new Set(azs).size < azs.length)
    throw refuse(`azs is ${azs.join(", ")}; give at least 2 zones, each once.`);
  if (new Set(interfaceEndpoints).size < interfaceEndpoints.length)
    throw refuse(`interfaceEndpoints is ${interfaceEndpoints.join(", ")}; give each service once.`);
  try {
    return subnetsOf(args.cidr, azs.length);
  } catch (error) {
    throw refuse((error as Error).message);
  }
}

/**
 * Subnets of type Public hold the NAT gateways, and awsx has nothing made there without a public address; so nothing else
 * is put there. Without NAT there are none. Endpoints and groups of awsx's own are not used: it gives them no policies.
 */
const vpcArgs = (args: NetworkArgs, subnets: Subnets, vpcName: string): awsx.ec2.VpcArgs => ({
  cidrBlock: args.cidr,
  availabilityZoneNames: [...args.azs],
  enableDnsSupport: true,
  enableDnsHostnames: true, // or endpoints have no private names
  natGateways: { strategy: NAT_STRATEGIES[args.natGateways] },
  subnetStrategy: "Auto", // what goes with ranges that are given
  subnetSpecs: [
    { type: SubnetType.Private, name: "private", cidrBlocks: [...subnets.private] },
    ...(args.natGateways === "none" ? [] : [{ type: SubnetType.Public, name: "nat", cidrBlocks: [...subnets.nat] }]),
  ],
  tags: { Name: vpcName },
});

/** Not every table of the network: a gateway endpoint has no use in subnets with nothing but NAT gateways. */
const routeTablesOf = (vpc: awsx.ec2.Vpc, subnetIds: pulumi.Output<string[]>): pulumi.Output<string[]> =>
  pulumi
    .all([vpc.routeTableAssociations, subnetIds])
    .apply(([associations, ids]) =>
      pulumi
        .all(associations.map(({ routeTableId, subnetId }) => pulumi.all([routeTableId, subnetId])))
        .apply((pairs) => pairs.flatMap(([table, subnet]) => (ids.includes(subnet ?? "") ? [table] : []))),
    );
