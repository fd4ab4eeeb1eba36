import {
  GetApiKeysCommand,
  GetDomainNamesCommand,
  GetRestApisCommand,
  GetUsagePlansCommand,
} from "@aws-sdk/client-api-gateway";
import { DescribeAlarmsCommand, ListDashboardsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { ListTablesCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeAddressesCommand,
  DescribeFlowLogsCommand,
  DescribeNatGatewaysCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from "@aws-sdk/client-ec2";
import { DescribeLoadBalancersCommand, DescribeTargetGroupsCommand } from "@aws-sdk/client-elastic-load-balancing-v2";
import { ListArchivesCommand, ListEventBusesCommand, ListRulesCommand } from "@aws-sdk/client-eventbridge";
import { ListPoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import { ListStreamsCommand } from "@aws-sdk/client-kinesis";
import { DescribeKeyCommand, ListAliasesCommand, ListKeysCommand } from "@aws-sdk/client-kms";
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { ListSecretsCommand } from "@aws-sdk/client-secrets-manager";
import { ListSubscriptionsCommand, ListTopicsCommand } from "@aws-sdk/client-sns";
import { ListQueuesCommand } from "@aws-sdk/client-sqs";
import { DescribeParametersCommand } from "@aws-sdk/client-ssm";
import { ListIPSetsCommand, ListWebACLsCommand } from "@aws-sdk/client-wafv2";
import { Clients } from "./clients";
import type { Cloud } from "./cloud";

type Lister = (clients: Clients) => Promise<(string | undefined)[]>;

/** What stands in the cloud, by kind. A run has fewer resources of a kind than the first page of its list holds. */
const LISTS: Readonly<Record<string, Lister>> = {
  "REST API": async ({ apiGateway }) =>
    ((await apiGateway.send(new GetRestApisCommand({}))).items ?? []).map(({ name }) => name),
  "usage plan": async ({ apiGateway }) =>
    ((await apiGateway.send(new GetUsagePlansCommand({}))).items ?? []).map(({ name }) => name),
  "API key": async ({ apiGateway }) =>
    ((await apiGateway.send(new GetApiKeysCommand({}))).items ?? []).map(({ name }) => name),
  "domain name": async ({ apiGateway }) =>
    ((await apiGateway.send(new GetDomainNamesCommand({}))).items ?? []).map(({ domainName }) => domainName),
  "IP set": async ({ waf }) =>
    ((await waf.send(new ListIPSetsCommand({ Scope: "REGIONAL" }))).IPSets ?? []).map(({ Name }) => Name),
  "web ACL": async ({ waf }) =>
    ((await waf.send(new ListWebACLsCommand({ Scope: "REGIONAL" }))).WebACLs ?? []).map(({ Name }) => Name),
  secret: async ({ secrets }) =>
    ((await secrets.send(new ListSecretsCommand({}))).SecretList ?? []).map(({ Name }) => Name),
  table: async ({ dynamodb }) => (await dynamodb.send(new ListTablesCommand({}))).TableNames ?? [],
  stream: async ({ kinesis }) => (await kinesis.send(new ListStreamsCommand({}))).StreamNames ?? [],
  queue: async ({ sqs }) => (await sqs.send(new ListQueuesCommand({ MaxResults: 1000 }))).QueueUrls ?? [],
  topic: async ({ sns }) => ((await sns.send(new ListTopicsCommand({}))).Topics ?? []).map(({ TopicArn }) => TopicArn),
  subscription: async ({ sns }) =>
    ((await sns.send(new ListSubscriptionsCommand({}))).Subscriptions ?? []).map(
      ({ SubscriptionArn }) => SubscriptionArn,
    ),
  bucket: async ({ s3 }) => ((await s3.send(new ListBucketsCommand({}))).Buckets ?? []).map(({ Name }) => Name),
  "load balancer": async ({ loadBalancing }) =>
    ((await loadBalancing.send(new DescribeLoadBalancersCommand({}))).LoadBalancers ?? []).map(
      ({ LoadBalancerName }) => LoadBalancerName,
    ),
  "target group": async ({ loadBalancing }) =>
    ((await loadBalancing.send(new DescribeTargetGroupsCommand({}))).TargetGroups ?? []).map(
      ({ TargetGroupName }) => TargetGroupName,
    ),
  function: async ({ lambda }) =>
    ((await lambda.send(new ListFunctionsCommand({}))).Functions ?? []).map(({ FunctionName }) => FunctionName),
  mapping: async ({ lambda }) =>
    ((await lambda.send(new ListEventSourceMappingsCommand({}))).EventSourceMappings ?? []).map(({ UUID }) => UUID),
  role: async ({ iam }) => ((await iam.send(new ListRolesCommand({}))).Roles ?? []).map(({ RoleName }) => RoleName),
  policy: async ({ iam }) =>
    ((await iam.send(new ListPoliciesCommand({ Scope: "Local" }))).Policies ?? []).map(({ PolicyName }) => PolicyName),
  "event bus": async (clients) => (await busesOf(clients)).filter((name) => name !== "default"),
  rule: async (clients) => {
    const buses = await busesOf(clients);
    const lists = buses.map((EventBusName) => clients.events.send(new ListRulesCommand({ EventBusName })));
    return (await Promise.all(lists)).flatMap(({ Rules = [] }) => Rules.map(({ Name }) => Name));
  },
  archive: async ({ events }) =>
    ((await events.send(new ListArchivesCommand({}))).Archives ?? []).map(({ ArchiveName }) => ArchiveName),
  "log group": async ({ logs }) =>
    ((await logs.send(new DescribeLogGroupsCommand({}))).logGroups ?? []).map(({ logGroupName }) => logGroupName),
  parameter: async ({ ssm }) =>
    ((await ssm.send(new DescribeParametersCommand({}))).Parameters ?? []).map(({ Name }) => Name),
  key: livingKeys,
  "key alias": async ({ kms }) =>
    ((await kms.send(new ListAliasesCommand({}))).Aliases ?? [])
      .map(({ AliasName }) => AliasName)
      .filter((name) => !name?.startsWith("alias/aws/")),
  // A network goes only once its subnets, groups and internet gateway are gone; these can outlive it.
  network: async ({ ec2 }) =>
    ((await ec2.send(new DescribeVpcsCommand({}))).Vpcs ?? [])
      .filter(({ IsDefault }) => !IsDefault)
      .map(({ VpcId }) => VpcId),
  endpoint: async ({ ec2 }) =>
    ((await ec2.send(new DescribeVpcEndpointsCommand({}))).VpcEndpoints ?? []).map(
      ({ VpcEndpointId }) => VpcEndpointId,
    ),
  "NAT gateway": async ({ ec2 }) =>
    ((await ec2.send(new DescribeNatGatewaysCommand({}))).NatGateways ?? [])
      .filter(({ State }) => State !== "deleted")
      .map(({ NatGatewayId }) => NatGatewayId),
  address: async ({ ec2 }) =>
    ((await ec2.send(new DescribeAddressesCommand({}))).Addresses ?? []).map(({ AllocationId }) => AllocationId),
  "flow log": async ({ ec2 }) =>
    ((await ec2.send(new DescribeFlowLogsCommand({}))).FlowLogs ?? []).map(({ FlowLogId }) => FlowLogId),
  alarm: async ({ cloudwatch }) =>
    ((await cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms ?? []).map(({ AlarmName }) => AlarmName),
  dashboard: async ({ cloudwatch }) =>
    ((await cloudwatch.send(new ListDashboardsCommand({}))).DashboardEntries ?? []).map(
      ({ DashboardName }) => DashboardName,
    ),
};

/** Everything in the cloud but the administrator, as `kind name`. Keys that are pending deletion are gone. */
export async function leftovers(cloud: Pick<Cloud, "endpoint" | "region" | "admin">): Promise<string[]> {
  const clients = new Clients(cloud, cloud.admin);
  try {
    const found = Object.entries(LISTS).map(async ([kind, list]) =>
      (await list(clients)).map((name) => `${kind} ${name}`),
    );
    return (await Promise.all(found)).flat().sort();
  } finally {
    clients.close();
  }
}

async function busesOf({ events }: Clients): Promise<string[]> {
  const { EventBuses = [] } = await events.send(new ListEventBusesCommand({}));
  return EventBuses.flatMap(({ Name }) => (Name ? [Name] : []));
}

async function livingKeys({ kms }: Clients): Promise<string[]> {
  const { Keys = [] } = await kms.send(new ListKeysCommand({}));
  const described = await Promise.all(Keys.map(({ KeyId }) => kms.send(new DescribeKeyCommand({ KeyId }))));
  return described.flatMap(({ KeyMetadata }) =>
    KeyMetadata?.KeyManager === "CUSTOMER" && KeyMetadata.KeyState !== "PendingDeletion"
      ? [KeyMetadata.KeyId ?? ""]
      : [],
  );
}
