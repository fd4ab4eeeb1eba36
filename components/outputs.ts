import * as pulumi from "@pulumi/pulumi";
import type { Network } from "./shared/network";

/** A stack output as data: the program exports it, the README lists it, a test compares the two. */
export interface DescribedOutput<System> {
  /** Flat, prefixed with the system: `marketDataBusName`. */
  readonly name: string;
  readonly group: string;
  readonly describes: string;
  readonly value: (system: System) => pulumi.Input<unknown>;
  /** Masked in the console and encrypted in the state. */
  readonly secret?: boolean;
}

/**
 * Says outputs of a system, group by group.
 * @param prefix in front of every name
 */
export const describing =
  <System>(prefix: string) =>
  (group: string) =>
  (
    name: string,
    describes: string,
    value: DescribedOutput<System>["value"],
    secret = false,
  ): DescribedOutput<System> => ({
    ...{ name: `${prefix}${name}`, group, describes, value },
    ...(secret ? { secret } : {}),
  });

export type Outputs = Record<string, pulumi.Output<unknown>>;

/** Where the stack stands. */
export interface Estate {
  readonly environment: string;
  readonly region: string;
  readonly account: pulumi.Input<string>;
}

export const ESTATE_OUTPUTS: readonly DescribedOutput<Estate>[] = [
  {
    name: "environment",
    group: "Estate",
    describes: "Stack, with its suffix",
    value: ({ environment }) => environment,
  },
  { name: "region", group: "Estate", describes: "AWS region", value: ({ region }) => region },
  { name: "account", group: "Estate", describes: "AWS account id", value: ({ account }) => account },
];

const ofNetwork = describing<Network>("network")("Network");

/** The network that systems stand in. */
export const NETWORK_OUTPUTS: readonly DescribedOutput<Network>[] = [
  ofNetwork("VpcId", "VPC", ({ vpcId }) => vpcId),
  ofNetwork("Cidr", "Its address range", ({ cidr }) => cidr),
  ofNetwork("PrivateSubnetIds", "Private subnets, one a zone", ({ privateSubnetIds }) => privateSubnetIds),
  ofNetwork("NatSubnetIds", "Subnets of NAT gateways, one a zone", ({ natSubnetIds }) => natSubnetIds),
  ofNetwork("DynamodbEndpointId", "Gateway to DynamoDB", ({ endpoints }) => endpoints.gateways.dynamodb.id),
  ofNetwork("S3EndpointId", "Gateway to S3", ({ endpoints }) => endpoints.gateways.s3.id),
  ofNetwork("InterfaceEndpointIds", "Endpoints of other services", ({ endpoints }) =>
    [...endpoints.interfaces.values()].map(({ id }) => id),
  ),
  ofNetwork("EndpointsSecurityGroupIds", "Their group, where there are any", ({ endpoints }) =>
    endpoints.group ? [endpoints.group.id] : [],
  ),
  ofNetwork("FlowLogGroupName", "Log group of its flows", ({ flowLogGroup }) => flowLogGroup.name),
  ofNetwork("FlowLogKeyArn", "Key that encrypts it", ({ flowLogGroup }) =>
    flowLogGroup.kmsKeyId.apply((arn) => arn ?? ""),
  ),
];

/** Values by name, secret where the description says so. A system that is off has none. */
export function outputsOf<System>(described: readonly DescribedOutput<System>[], system: System | undefined): Outputs {
  if (system === undefined) return {};
  return Object.fromEntries(
    described.map(({ name, value, secret }) => [
      name,
      secret ? pulumi.secret(value(system)) : pulumi.output(value(system)),
    ]),
  );
}
