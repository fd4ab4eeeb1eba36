import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Statement } from "../shared/access";
import { logsEncrypt } from "../shared/keys";
import type { ApiSettings } from "./edge-config";
import type { EdgeNames } from "./edge-names";

export interface AccessLogsArgs {
  readonly names: EdgeNames;
  readonly api: aws.apigateway.RestApi;
  readonly stageName: string;
  readonly loggingRole: ApiSettings["loggingRole"];
  readonly logRetentionDays: number;
  /** Encrypts the log groups; it has to let CloudWatch Logs (`edgeLogsEncrypt`). CloudWatch's own when left out. */
  readonly key?: aws.kms.Key;
}

/** What the access log tells and no metric does: why the gateway refused, by its own names ("Gateway response types"). */
const COUNTED = {
  throttled: ["THROTTLED", "QUOTA_EXCEEDED"],
  authorizerFailed: ["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"],
} as const;
type Counted = keyof typeof COUNTED;

/** A metric of the lines that say something. */
export interface Counter {
  readonly filter: aws.cloudwatch.LogMetricFilter;
  readonly metric: string;
  readonly namespace: string;
}

export interface AccessLogs {
  /** One line of JSON a request. */
  readonly group: aws.cloudwatch.LogGroup;
  readonly counters: Readonly<Record<Counted, Counter>>;
  /** What has to stand before the stage that logs. */
  readonly needs: readonly pulumi.Resource[];
}

/**
 * A line of JSON. Who called is told by the principal of the verified token; no header of the request is in it, and no address:
 * the firewall's log has those of what it refused. Messages of errors are left out, since they may quote the request.
 */
export const ACCESS_LOG_FORMAT = JSON.stringify({
  requestId: "$context.requestId",
  trace: "$context.xrayTraceId",
  at: "$context.requestTimeEpoch",
  method: "$context.httpMethod",
  route: "$context.resourcePath",
  status: "$context.status",
  error: "$context.error.responseType",
  principal: "$context.authorizer.principalId",
  usageKeyId: "$context.identity.apiKeyId",
  latency: "$context.responseLatency",
  integrationLatency: "$context.integration.latency",
  integrationStatus: "$context.integration.status",
  authorizerLatency: "$context.authorizer.latency",
  authorizerStatus: "$context.authorizer.status",
  wafStatus: "$context.waf.status",
  wafLatency: "$context.waf.latency",
  wafAnswer: "$context.wafResponseCode",
  length: "$context.responseLength",
  tls: "$context.tlsVersion",
});

/** Name of the log group that API Gateway writes its own errors to; it makes it, for ever, where there is none. */
const executionLogs = (apiId: pulumi.Input<string>, stageName: string) =>
  pulumi.interpolate`API-Gateway-Execution-Logs_${apiId}/${stageName}`;

/**
 * Where the gateway logs, when it may: it does so by one role of the account and region, which is there (`present`), or made here
 * (`ours`), and without which a stage with logs is refused. Undefined with `none`. Costs $0.50 per GB taken in (us-east-1): half
 * a KB a request.
 */
export function accessLogs(
  name: string,
  args: AccessLogsArgs,
  opts: pulumi.CustomResourceOptions,
): AccessLogs | undefined {
  const { names, api, stageName, loggingRole, logRetentionDays: retentionInDays, key } = args;
  if (loggingRole === "none") return undefined;
  const group = (noun: string, of: pulumi.Input<string>) =>
    new aws.cloudwatch.LogGroup(
      `${name}-${noun}`,
      { name: of, retentionInDays, ...(key && { kmsKeyId: key.arn }) },
      opts,
    );
  const access = group("access-logs", names.accessLogGroup);
  const execution = group("execution-logs", executionLogs(api.id, stageName));
  const account = loggingRole === "ours" ? [accountRole(name, names.loggingRole, opts)] : [];
  const counters = {
    throttled: counter(name, "throttled", access, names, opts),
    authorizerFailed: counter(name, "authorizerFailed", access, names, opts),
  };
  return { group: access, counters, needs: [execution, ...account] };
}

/** Its metric has no dimensions, so the namespace says whose it is. */
function counter(
  name: string,
  metric: Counted,
  group: aws.cloudwatch.LogGroup,
  { logMetrics: namespace }: EdgeNames,
  opts: pulumi.CustomResourceOptions,
): Counter {
  const filter = new aws.cloudwatch.LogMetricFilter(
    `${name}-${metric}-counter`,
    {
      name: metric,
      logGroupName: group.name,
      pattern: `{ ${COUNTED[metric].map((error) => `$.error = "${error}"`).join(" || ")} }`,
      metricTransformation: { name: metric, namespace, value: "1", unit: "Count" },
    },
    opts,
  );
  return { filter, metric, namespace };
}

/**
 * The role of the whole account and region. Two stacks that set it undo each other, and a stack that goes takes it away from all:
 * hence by opt-in only. AWS's own policy, since API Gateway refuses a role that may do less.
 */
function accountRole(name: string, roleName: string, opts: pulumi.CustomResourceOptions): aws.apigateway.Account {
  const role = new aws.iam.Role(
    `${name}-logging-role`,
    {
      name: roleName,
      description: "Lets API Gateway write logs of every API of the account in this region",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "apigateway.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
    },
    opts,
  );
  const attached = new aws.iam.RolePolicyAttachment(
    `${name}-logging-policy`,
    { role: role.name, policyArn: "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs" },
    opts,
  );
  return new aws.apigateway.Account(
    `${name}-logging`,
    { cloudwatchRoleArn: role.arn },
    { ...opts, dependsOn: [attached] },
  );
}

/** What a key that encrypts the edge's log groups has to let CloudWatch Logs do, for these groups and no others. */
export const edgeLogsEncrypt = (
  names: EdgeNames,
  stageName: string,
  account: pulumi.Input<string>,
  region: string,
): Statement => {
  const group = (of: string) => pulumi.interpolate`arn:aws:logs:${region}:${account}:log-group:${of}`;
  const groups = [names.accessLogGroup, names.webAclLogGroup, `API-Gateway-Execution-Logs_*/${stageName}`].map(group);
  return logsEncrypt("EdgeLogsEncrypt", region, {
    ArnLike: { "kms:EncryptionContext:aws:logs:arn": pulumi.all(groups) },
  });
};
