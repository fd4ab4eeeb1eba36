import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type Access, grant, policyOf } from "./access";
import type { Network } from "./network";
import { decrypting } from "./verbs";

export interface DaxCacheArgs {
  /** Physical names. */
  readonly names: {
    /** At most 20 characters. */
    readonly cluster: string;
    readonly parameterGroup: string;
    readonly subnetGroup: string;
    readonly role: string;
    readonly securityGroup: string;
  };
  readonly description: string;
  readonly network: Network;
  /** The only tables that it reads, all under `key`, and how: `getsItemsFrom`, `queries`. */
  readonly tables: readonly {
    readonly table: aws.dynamodb.Table;
    readonly by: (table: aws.dynamodb.Table) => Access;
  }[];
  readonly key: aws.kms.Key;
  /** Such as `dax.r5.large`; another one is another cluster. */
  readonly nodeType: string;
  /** 3 or more survive a zone; 1 to 11. */
  readonly nodes: number;
  readonly itemTtlSeconds: number;
  readonly queryTtlSeconds: number;
  /** An hour of the week in UTC in which AWS may patch nodes, one after another: `sun:06:00-sun:07:00`. */
  readonly maintenanceWindow: string;
}

/**
 * Items and queries of some tables, kept in memory close to the functions. Encrypted at rest and on the way, one node after
 * another in the private subnets of all zones. Readers may be as late as the times to live say: nothing is written through
 * it, so DynamoDB alone knows what has changed. Its role can read these tables and no more, for whoever gets in has what the
 * role has (DAX, "Access control"); in gets only who `getsItemsThrough` or `queriesThrough` it. Costs by the node and hour, used or not.
 */
export class DaxCache extends pulumi.ComponentResource {
  readonly cluster: aws.dax.Cluster;
  readonly group: aws.ec2.SecurityGroup;
  readonly role: aws.iam.Role;

  constructor(name: string, args: DaxCacheArgs, opts: pulumi.ComponentResourceOptions) {
    super("sluice:shared:DaxCache", name, {}, opts);
    const { names, network } = args;
    if (!Number.isInteger(args.nodes) || args.nodes < 1 || args.nodes > 11)
      throw new pulumi.ResourceError(`${name}: nodes is ${args.nodes}; give a whole number from 1 to 11.`, this);
    const parent = { parent: this };
    const reader = readerRole(name, args, parent);
    this.role = reader.role;
    this.group = nodesGroup(name, args, parent);
    const subnets = new aws.dax.SubnetGroup(
      `${name}-subnets`,
      { name: names.subnetGroup, description: args.description, subnetIds: network.privateSubnetIds },
      parent,
    );
    const milliseconds = (seconds: number) => String(seconds * 1_000);
    const parameters = new aws.dax.ParameterGroup(
      `${name}-parameters`,
      {
        name: names.parameterGroup,
        description: args.description,
        parameters: [
          { name: "query-ttl-millis", value: milliseconds(args.queryTtlSeconds) },
          { name: "record-ttl-millis", value: milliseconds(args.itemTtlSeconds) },
        ],
      },
      parent,
    );
    this.cluster = new aws.dax.Cluster(
      `${name}-cluster`,
      {
        clusterName: names.cluster,
        description: args.description,
        nodeType: args.nodeType,
        replicationFactor: args.nodes, // without zones given, DAX spreads its nodes over those of the subnets
        iamRoleArn: this.role.arn,
        subnetGroupName: subnets.name,
        securityGroupIds: [this.group.id],
        parameterGroupName: parameters.name,
        serverSideEncryption: { enabled: true },
        clusterEndpointEncryptionType: "TLS",
        maintenanceWindow: args.maintenanceWindow,
      },
      { ...parent, dependsOn: [reader.policy] },
    );
    this.registerOutputs({ clusterArn: this.cluster.arn });
  }
}

function readerRole(name: string, { names, tables, key }: DaxCacheArgs, opts: pulumi.CustomResourceOptions) {
  const role = new aws.iam.Role(
    `${name}-role`,
    {
      name: names.role,
      description: `Reads DynamoDB for ${name}`,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "dax.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    },
    opts,
  );
  const grants = tables.flatMap(({ table, by }) => [
    grant(["dynamodb:DescribeTable"], [table.arn]),
    ...decrypting(key, by(table)).grants,
  ]);
  const policy = new aws.iam.RolePolicy(
    `${name}-policy`,
    { name: "tables", role: role.name, policy: policyOf(grants) },
    opts,
  );
  return { role, policy };
}

/** Of the nodes, which talk among themselves. Who is let out to it adds the rule that lets it in. */
function nodesGroup(name: string, { names, network }: DaxCacheArgs, opts: pulumi.CustomResourceOptions) {
  const group = new aws.ec2.SecurityGroup(
    `${name}-group`,
    {
      name: names.securityGroup,
      description: `Nodes of ${name}`,
      vpcId: network.vpcId,
      tags: { Name: names.securityGroup },
    },
    opts,
  );
  const among = {
    securityGroupId: group.id,
    referencedSecurityGroupId: group.id,
    description: "Nodes among themselves",
    ...{ ipProtocol: "tcp", fromPort: 0, toPort: 65_535 },
  };
  new aws.vpc.SecurityGroupEgressRule(`${name}-to-nodes`, among, opts);
  new aws.vpc.SecurityGroupIngressRule(`${name}-from-nodes`, among, opts);
  return group;
}
