import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { anyResource, grant, policyOf, type Statement } from "./access";
import { logsEncrypt, ownKey } from "./keys";
import type { Names } from "./names";

export interface FlowLogsArgs {
  readonly names: Names;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  readonly vpcId: pulumi.Input<string>;
  /** Physical name of the network. */
  readonly vpcName: string;
  readonly logRetentionDays: number;
  readonly keyDeletionDays: number;
}

/**
 * Every flow of a network, accepted or rejected, goes to a log group under a key of its own: who talked to whom is personal
 * data where addresses are. Costs the key, and $0.50 per GB taken in (us-east-1, CloudWatch pricing, vended logs).
 */
export function flowLogs(
  name: string,
  args: FlowLogsArgs,
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  const { names, account, region, vpcId } = args;
  const groupName = names.flowLogGroup(args.vpcName);
  const key = ownKey(
    `${name}-flow-logs-key`,
    {
      description: `Encrypts the flow logs of ${name}`,
      alias: names.of("alias", `flow-logs-${name}`),
      account,
      keyDeletionDays: args.keyDeletionDays,
      statements: [logsOf(groupName, account, region)],
    },
    opts,
  );
  const group = new aws.cloudwatch.LogGroup(
    `${name}-flow-logs`,
    { name: groupName, retentionInDays: args.logRetentionDays, kmsKeyId: key.arn },
    opts,
  );
  const writer = flowLogsRole(name, names.of("role", `flow-logs-${name}`), group, args, opts);
  new aws.ec2.FlowLog(
    `${name}-flow-log`,
    {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: group.arn,
      iamRoleArn: writer.role.arn,
      maxAggregationInterval: 600,
    },
    { ...opts, dependsOn: [writer.policy] },
  );
  return group;
}

/** This one group. Its ARN is put together here since the group can only be made once the key lets it encrypt. */
const logsOf = (groupName: string, account: pulumi.Input<string>, region: string): Statement =>
  logsEncrypt("FlowLogsEncrypt", region, {
    ArnEquals: {
      "kms:EncryptionContext:aws:logs:arn": pulumi.interpolate`arn:aws:logs:${region}:${account}:log-group:${groupName}`,
    },
  });

/**
 * What the user guide lists ("IAM role for publishing flow logs to CloudWatch Logs"), on the one group, and without
 * logs:CreateLogGroup: the group stands, and flows that arrive after it is destroyed must not bring it back.
 */
function flowLogsRole(
  name: string,
  roleName: string,
  group: aws.cloudwatch.LogGroup,
  { account, region }: Pick<FlowLogsArgs, "account" | "region">,
  opts: pulumi.CustomResourceOptions,
) {
  const trust = {
    Effect: "Allow",
    Principal: { Service: "vpc-flow-logs.amazonaws.com" },
    Action: "sts:AssumeRole",
    Condition: {
      StringEquals: { "aws:SourceAccount": account },
      // The flow log needs the role first, so its id cannot stand here.
      ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:aws:ec2:${region}:${account}:vpc-flow-log/*` },
    },
  };
  const role = new aws.iam.Role(
    `${name}-flow-logs-role`,
    {
      name: roleName,
      description: `Writes the flow logs of ${name}`,
      assumeRolePolicy: pulumi.jsonStringify({ Version: "2012-10-17", Statement: [trust] }),
    },
    opts,
  );
  const grants = [
    grant(
      ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
      [pulumi.interpolate`${group.arn}:*`],
    ),
    anyResource(["logs:DescribeLogGroups"], "the list of log groups is no resource that it could be limited to"),
  ];
  const written = new aws.iam.RolePolicy(
    `${name}-flow-logs-policy`,
    { name: "flow-logs", role: role.name, policy: policyOf(grants) },
    opts,
  );
  return { role, policy: written };
}
