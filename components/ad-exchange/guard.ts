import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { policy } from "../shared/access";
import type { GuardSettings } from "./edge-config";
import type { EdgeNames } from "./edge-names";
import { type GuardRule, guardRules, INSPECTED } from "./guard-rules";

export interface GuardArgs {
  readonly names: EdgeNames;
  readonly settings: GuardSettings;
  readonly stage: aws.apigateway.Stage;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  readonly logRetentionDays: number;
  /** Encrypts the log group; it has to let CloudWatch Logs (`edgeLogsEncrypt`). CloudWatch's own when left out. */
  readonly key?: aws.kms.Key;
}

export interface Guard {
  readonly webAcl: aws.wafv2.WebAcl;
  readonly association: aws.wafv2.WebAclAssociation;
  readonly logGroup: aws.cloudwatch.LogGroup;
}

/** Capacity units that come with a web ACL; more cost by the request, and 5,000 are the most (WAF Developer Guide, "WCUs"). */
const INCLUDED_UNITS = 1_500;

/**
 * The firewall in front of the gateway. It runs before the authorizer, so a caller's key is what the caller says it is: it keeps
 * floods out, and usage plans hold each tenant to its rate. With mode `count` it refuses nothing and logs what it would have
 * refused. Costs $5 a month, $1 a rule, and $0.60 a million requests (us-east-1).
 */
export function guard(name: string, args: GuardArgs, opts: pulumi.CustomResourceOptions): Guard {
  const { names, settings, stage } = args;
  const known = knownAddresses(name, args, opts);
  const rules = guardRules(
    settings,
    known.map(({ arn }) => arn),
  );
  refuseExpensive(name, rules, opts);
  const webAcl = new aws.wafv2.WebAcl(
    `${name}-web-acl`,
    {
      name: names.webAcl,
      description: "In front of the exchange",
      scope: "REGIONAL",
      defaultAction: { allow: {} },
      visibilityConfig: seen(names.webAcl),
      associationConfig: { requestBodies: [{ apiGateway: { defaultSizeInspectionLimit: `KB_${INSPECTED / 1_024}` } }] },
      dataProtectionConfig: { dataProtections: PROTECTED },
      rules: rules.map(({ name: rule, statement, answer }, priority) => ({
        name: rule,
        priority,
        statement,
        visibilityConfig: seen(`${names.webAcl}-${rule}`),
        ...actionOf(answer, settings.mode),
      })),
    },
    opts,
  );
  const association = new aws.wafv2.WebAclAssociation(
    `${name}-web-acl-association`,
    { resourceArn: stage.arn, webAclArn: webAcl.arn },
    opts,
  );
  return { webAcl, association, logGroup: firewallLogs(name, { ...args, webAcl }, opts) };
}

/** One set of each version of IP, where it has addresses. */
function knownAddresses(
  name: string,
  { names, settings }: GuardArgs,
  opts: pulumi.CustomResourceOptions,
): aws.wafv2.IpSet[] {
  const all = settings.strangers?.knownAddresses ?? [];
  const sets = [
    ["ipv4", all.filter((range) => !range.includes(":"))],
    ["ipv6", all.filter((range) => range.includes(":"))],
  ] as const;
  return sets.flatMap(([version, addresses]) =>
    addresses.length === 0
      ? []
      : new aws.wafv2.IpSet(
          `${name}-known-${version}`,
          {
            name: names.knownAddresses(version),
            description: "Addresses that callers are known to have",
            ...{ scope: "REGIONAL", ipAddressVersion: version.toUpperCase(), addresses },
          },
          opts,
        ),
  );
}

const seen = (metricName: string) => ({ cloudwatchMetricsEnabled: true, sampledRequestsEnabled: true, metricName });

function actionOf(answer: GuardRule["answer"], mode: GuardSettings["mode"]) {
  if (answer === undefined) return { overrideAction: mode === "count" ? { count: {} } : { none: {} } };
  if (mode === "count") return { action: { count: {} } };
  const responseHeaders = Object.entries(answer.headers ?? {}).map(([key, value]) => ({ name: key, value }));
  const headers = responseHeaders.length > 0 && { responseHeaders };
  return { action: { block: { customResponse: { responseCode: answer.status, ...headers } } } };
}

function refuseExpensive(name: string, rules: readonly GuardRule[], opts: pulumi.CustomResourceOptions): void {
  const units = rules.reduce((sum, rule) => sum + rule.units, 0);
  if (units > INCLUDED_UNITS)
    throw new pulumi.ResourceError(
      `${name}: its rules take ${units} capacity units; give rules of at most ${INCLUDED_UNITS}, which is what a web ACL includes.`,
      opts.parent,
    );
}

/**
 * Kept out of samples too, and out of the details of rate rules, where redaction of logs does not reach and the key would stand. A
 * token becomes a hash there, so that one caller can still be told from another; bodies, which hold what is known of people, go.
 */
const PROTECTED = [
  { field: { fieldType: "SINGLE_HEADER", fieldKeys: ["authorization"] }, action: "HASH" },
  { field: { fieldType: "SINGLE_HEADER", fieldKeys: ["cookie"] }, action: "SUBSTITUTION" },
  { field: { fieldType: "BODY" }, action: "SUBSTITUTION" },
];

/**
 * What was refused, a line each, and with mode `count` what would have been. In mode `block` counts are left out: rules that only
 * count match most of the traffic there is.
 */
function firewallLogs(
  name: string,
  args: GuardArgs & { readonly webAcl: aws.wafv2.WebAcl },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogGroup {
  const { names, settings, webAcl, key } = args;
  const logGroup = new aws.cloudwatch.LogGroup(
    `${name}-web-acl-logs`,
    { name: names.webAclLogGroup, retentionInDays: args.logRetentionDays, ...(key && { kmsKeyId: key.arn }) },
    opts,
  );
  const delivery = deliveryPolicy(name, { ...args, logGroup }, opts);
  const kept = settings.mode === "count" ? ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"] : ["BLOCK"];
  new aws.wafv2.WebAclLoggingConfiguration(
    `${name}-web-acl-logging`,
    {
      resourceArn: webAcl.arn,
      logDestinationConfigs: [logGroup.arn],
      redactedFields: ["authorization", "cookie"].map((header) => ({ singleHeader: { name: header } })),
      loggingFilter: {
        defaultBehavior: "DROP",
        filters: [
          {
            behavior: "KEEP",
            requirement: "MEETS_ANY",
            conditions: kept.map((action) => ({ actionCondition: { action } })),
          },
        ],
      },
    },
    { ...opts, dependsOn: [delivery] },
  );
  return logGroup;
}

/**
 * Without it WAF writes one of its own, which stays when the stack goes (CloudWatch Logs User Guide, "Logging that requires
 * additional permissions"). A region has room for ten.
 */
function deliveryPolicy(
  name: string,
  args: GuardArgs & { readonly logGroup: aws.cloudwatch.LogGroup },
  opts: pulumi.CustomResourceOptions,
): aws.cloudwatch.LogResourcePolicy {
  const { names, account, region, logGroup } = args;
  return new aws.cloudwatch.LogResourcePolicy(
    `${name}-web-acl-log-policy`,
    {
      policyName: names.webAclLogPolicy,
      policyDocument: policy([
        {
          Sid: "FirewallLogs",
          Effect: "Allow",
          Principal: { Service: "delivery.logs.amazonaws.com" },
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: pulumi.interpolate`${logGroup.arn}:*`,
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: { "aws:SourceArn": pulumi.interpolate`arn:aws:logs:${region}:${account}:*` },
          },
        },
      ]),
    },
    opts,
  );
}
