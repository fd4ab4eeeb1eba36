import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";
import { policy } from "./access";
import type { Names } from "./names";
import { GATEWAY_SERVICES, type GatewayService, type InterfaceService } from "./services";

export interface EndpointsArgs {
  readonly names: Names;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  readonly privateSubnetIds: pulumi.Input<string[]>;
  readonly privateRouteTableIds: pulumi.Input<string[]>;
  readonly interfaceEndpoints: readonly InterfaceService[];
}

export interface Endpoints {
  readonly gateways: Readonly<Record<GatewayService, aws.ec2.VpcEndpoint>>;
  /** Those that there are. */
  readonly interfaces: ReadonlyMap<InterfaceService, aws.ec2.VpcEndpoint>;
  /** Group of every interface endpoint. It lets nobody in by itself: who is let out to it adds the rule that lets it in. */
  readonly group: aws.ec2.SecurityGroup | undefined;
}

/**
 * Ways from the private subnets to AWS services that do not lead through NAT. Gateways to DynamoDB and S3 are free. An
 * interface endpoint costs $0.01 an hour in each zone and $0.01 per GB, NAT $0.045 per GB (us-east-1, AWS PrivateLink and
 * Amazon VPC pricing): in three zones it pays from about 630 GB a month on, or where there is no NAT.
 */
export function endpoints(name: string, args: EndpointsArgs, opts: pulumi.CustomResourceOptions): Endpoints {
  const { names, vpcId, interfaceEndpoints } = args;
  const endpoint = (service: GatewayService | InterfaceService, more: Partial<aws.ec2.VpcEndpointArgs>) =>
    new aws.ec2.VpcEndpoint(
      `${name}-${service}-endpoint`,
      {
        vpcId,
        serviceName: `com.amazonaws.${args.region}.${service}`,
        policy: onlyThisAccount(args.account),
        tags: { Name: names.of("endpoint", `${service}-${name}`) },
        ...more,
      },
      opts,
    );
  const gateway = (service: GatewayService) =>
    endpoint(service, { vpcEndpointType: "Gateway", routeTableIds: args.privateRouteTableIds });
  const [dynamodb, s3] = GATEWAY_SERVICES;
  const gateways = { dynamodb: gateway(dynamodb), s3: gateway(s3) };
  if (interfaceEndpoints.length === 0) return { gateways, interfaces: new Map(), group: undefined };
  const groupName = names.of("securityGroup", `endpoints-${name}`);
  const group = new aws.ec2.SecurityGroup(
    `${name}-endpoints-group`,
    { name: groupName, description: `Interface endpoints of ${name}`, vpcId, tags: { Name: groupName } },
    opts,
  );
  const placed = { subnetIds: args.privateSubnetIds, securityGroupIds: [group.id], privateDnsEnabled: true };
  const interfaces = interfaceEndpoints.map(
    (service) => [service, endpoint(service, { vpcEndpointType: "Interface", ...placed })] as const,
  );
  return { gateways, interfaces: new Map(interfaces), group };
}

/**
 * Identities of this account on resources of this account: no stolen or foreign credentials go through an endpoint, and no
 * data goes to another account's table, bucket or stream. What an identity may do, its own policies say.
 */
const onlyThisAccount = (account: pulumi.Input<string>): pulumi.Output<string> =>
  policy([
    {
      Sid: "ThisAccountOnly",
      Effect: "Allow",
      Principal: "*",
      Action: "*",
      Resource: "*",
      Condition: { StringEquals: { "aws:PrincipalAccount": account, "aws:ResourceAccount": account } },
    },
  ]);
