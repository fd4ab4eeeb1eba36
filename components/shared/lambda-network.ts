import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, anyResource, type Grant, type Way } from "./access";
import type { Network } from "./network";

export interface LambdaNetworkArgs {
  readonly network: Network;
  /** Physical name of the function's security group. */
  readonly securityGroup: string | undefined;
  /** By variable. */
  readonly env: Readonly<Record<string, Access>>;
  /** What the group has to outlive. */
  readonly dependsOn: readonly pulumi.Resource[];
}

export interface LambdaNetwork {
  /** The function's own. */
  readonly group: aws.ec2.SecurityGroup;
  readonly vpcConfig: aws.lambda.FunctionArgs["vpcConfig"];
  /** Let the function's traffic through: it is made after them. */
  readonly rules: readonly pulumi.Resource[];
}

/** The key is in every request of a function's code, and in none that Lambda makes with its role. */
const NOT_BY_ITS_CODE = { Null: { "lambda:SourceFunctionArn": "true" } };

/**
 * What Lambda does with the role of a function in a network ("Giving Lambda functions access to resources in an Amazon VPC",
 * execution role permissions). AWS advises to deny it to the function's own code, which these conditions do.
 */
export const interfaceGrants = ({ account }: Pick<Network, "account">): Grant[] => [
  anyResource(
    ["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"],
    "EC2 limits these descriptions to no resource",
    NOT_BY_ITS_CODE,
  ),
  anyResource(
    [
      "ec2:AssignPrivateIpAddresses",
      "ec2:CreateNetworkInterface",
      "ec2:DeleteNetworkInterface",
      "ec2:UnassignPrivateIpAddresses",
    ],
    "Lambda makes the interfaces, so no id of one is known; they are of this account, and not for the function's own code",
    // Of the request's resources; AWS lists the actions of EC2 without this key, and none of these is among them (IAM User Guide).
    { ...NOT_BY_ITS_CODE, StringEquals: { "aws:ResourceAccount": account } },
  ),
];

/**
 * A security group of the function's own in the private subnets. Nothing gets in. Out go exactly the ways that the accesses
 * name; a way to another group also lets this one in there. Name resolution, the log and the X-Ray daemon need no rule:
 * groups do not filter the VPC's resolver, Lambda ships logs itself, and the daemon's address is link-local in the sandbox.
 */
export function inNetwork(name: string, args: LambdaNetworkArgs, opts: pulumi.CustomResourceOptions): LambdaNetwork {
  const { network, securityGroup } = args;
  if (!securityGroup)
    throw refused(`${name}: names.securityGroup is missing; a function in a network needs a name for its group.`, args);
  const group = new aws.ec2.SecurityGroup(
    `${name}-group`,
    {
      name: securityGroup,
      description: `Network interfaces of ${name}`,
      vpcId: network.vpcId,
      tags: { Name: securityGroup },
    },
    {
      ...opts,
      // Lambda takes up to 45 minutes to remove a deleted function's interfaces, and does so with the role's permissions:
      // the group is deleted once they are gone, and the permissions after it.
      customTimeouts: { delete: "60m" },
      dependsOn: [...args.dependsOn],
    },
  );
  const rules = waysOf(name, args).flatMap((way) => rulesOf(name, group, way, opts));
  return { group, vpcConfig: { subnetIds: network.privateSubnetIds, securityGroupIds: [group.id] }, rules };
}

const refused = (says: string, { network }: Pick<LambdaNetworkArgs, "network">) =>
  new pulumi.ResourceError(says, network);

/** Every way that the accesses need, once. */
function waysOf(name: string, args: LambdaNetworkArgs): Way[] {
  const ways = new Map<string, Way>();
  for (const [variable, { grants, reach }] of Object.entries(args.env)) {
    if (reach === undefined && grants.length > 0)
      throw refused(
        `${name}: env.${variable} has grants and no reach; give the services that it calls, or [] when the function calls none.`,
        args,
      );
    for (const each of reach ?? []) {
      const way = "service" in each ? args.network.reach(each.service) : each;
      const key = `${way.to}-${way.port}`;
      const one = joined(ways.get(key) ?? way, way);
      if (!one) throw refused(`${name}: two ways are called ${way.to}; give each a name of its own.`, args);
      ways.set(key, one);
    }
  }
  return [...ways.values()];
}

/** AWS refuses a second rule to the same place, so one rule tells all that is there. Undefined for two places. */
function joined(one: Way, other: Way): Way | undefined {
  const [here, there] = [placeOf(one), placeOf(other)] as Record<string, unknown>[];
  if (Object.entries({ ...here, ...there }).some(([key, value]) => here?.[key] !== value)) return undefined;
  if (!("cidr" in one && "cidr" in other)) return one;
  if (one.because !== other.because) return undefined;
  return { ...one, what: [...new Set([...one.what.split(", "), other.what])].join(", ") };
}

/** The place that a rule names. */
function placeOf(
  way: Way,
): Partial<Pick<aws.vpc.SecurityGroupEgressRuleArgs, "cidrIpv4" | "prefixListId" | "referencedSecurityGroupId">> {
  if ("securityGroup" in way) return { referencedSecurityGroupId: way.securityGroup };
  if ("prefixList" in way) return { prefixListId: way.prefixList };
  return { cidrIpv4: way.cidr };
}

function rulesOf(
  name: string,
  group: aws.ec2.SecurityGroup,
  way: Way,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const { to, port } = way;
  const traffic = { ipProtocol: "tcp", fromPort: port, toPort: port };
  const description = "cidr" in way ? `${way.what}: ${way.because}` : `${name} to ${to}`;
  const out = new aws.vpc.SecurityGroupEgressRule(
    `${name}-to-${to}-${port}`,
    { securityGroupId: group.id, ...traffic, ...placeOf(way), description },
    opts,
  );
  if (!("securityGroup" in way)) return [out];
  const inThere = new aws.vpc.SecurityGroupIngressRule(
    `${name}-into-${to}-${port}`,
    { securityGroupId: way.securityGroup, ...traffic, referencedSecurityGroupId: group.id, description },
    opts,
  );
  return [out, inThere];
}
