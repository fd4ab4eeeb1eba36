import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Lambda } from "../shared/lambda";
import type { Network } from "../shared/network";
import { PrivateBucket } from "../shared/private-bucket";
import { BALANCER_WAITS, type ClickstreamSettings } from "./config";
import type { ClickstreamNames } from "./names";

export interface EntranceArgs {
  readonly names: ClickstreamNames;
  readonly settings: ClickstreamSettings;
  readonly network: Network;
  readonly account: pulumi.Input<string>;
  readonly region: string;
  readonly collector: Lambda;
  readonly reader: Lambda;
}

export interface Entrance {
  readonly loadBalancer: aws.lb.LoadBalancer;
  readonly securityGroup: aws.ec2.SecurityGroup;
  readonly accessLogs: PrivateBucket;
  readonly targetGroups: Readonly<Record<"collector" | "reader", aws.lb.TargetGroup>>;
}

/** Paths of what is read and erased; the collector has all others. */
const READER_PATHS = ["/v1/users/*", "/v1/anonymous/*", "/v1/event-types/*"];
const LOG_PREFIX = "alb";
const [HTTP, HTTPS] = [80, 443];
/** Each check invokes the function, from every zone: 86,400 times a month. */
const HEALTH_CHECK = {
  enabled: true,
  path: "/health",
  matcher: "200",
  interval: 30,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 2,
};
/** TLS 1.3 and 1.2 with forward secrecy (Application Load Balancer guide, "Security policies"). */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/**
 * The internal load balancer: two functions behind one name, in private subnets of every zone. What calls must come from the given address
 * ranges, and speaks TLS where there is a certificate. A body or an answer of more than 1 MB does not get through to or from a function.
 * Costs $16.43 a month and $5.84 a capacity unit (us-east-1).
 */
export function clickstreamEntrance(name: string, args: EntranceArgs, opts: pulumi.CustomResourceOptions): Entrance {
  const accessLogs = logBucket(`${name}-access-logs`, args, opts);
  const securityGroup = callersGroup(`${name}-alb`, args, opts);
  const loadBalancer = new aws.lb.LoadBalancer(
    `${name}-alb`,
    {
      name: args.names.loadBalancer,
      loadBalancerType: "application",
      internal: true,
      ipAddressType: "ipv4",
      subnets: args.network.privateSubnetIds,
      securityGroups: [securityGroup.id],
      enableHttp2: true,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "strictest", // every caller is a library or a browser, and neither sends what it refuses
      idleTimeout: BALANCER_WAITS,
      enableDeletionProtection: false,
      accessLogs: { bucket: accessLogs.bucket.bucket, prefix: LOG_PREFIX, enabled: true },
    },
    { ...opts, dependsOn: [accessLogs] },
  );
  const targetGroups = {
    collector: target(`${name}-collector`, args.names.targetGroup("collector"), args.collector, opts),
    reader: target(`${name}-reader`, args.names.targetGroup("reader"), args.reader, opts),
  };
  listeners(name, loadBalancer, targetGroups, args.settings, opts);
  return { loadBalancer, securityGroup, accessLogs, targetGroups };
}

/** Takes the access logs: S3's own keys are the only ones that load balancers write under (Application Load Balancer guide). */
function logBucket(name: string, args: EntranceArgs, opts: pulumi.CustomResourceOptions): PrivateBucket {
  const { names, account, region, settings } = args;
  return new PrivateBucket(
    name,
    {
      name: pulumi.output(account).apply((id) => names.bucket("access", id, region)),
      expireDays: settings.accessLogDays,
      statements: ({ arn }) => [
        {
          Sid: "LoadBalancerLogs",
          Effect: "Allow",
          Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
          Action: "s3:PutObject",
          Resource: pulumi.interpolate`${arn}/${LOG_PREFIX}/AWSLogs/${account}/*`,
          Condition: {
            StringEquals: { "aws:SourceAccount": account },
            ArnLike: {
              "aws:SourceArn": pulumi.interpolate`arn:aws:elasticloadbalancing:${region}:${account}:loadbalancer/app/${names.loadBalancer}/*`,
            },
          },
        },
      ],
    },
    opts,
  );
}

/** Who may call. No way out: the load balancer hands requests to functions through Lambda's own API, not over the network. */
function callersGroup(name: string, args: EntranceArgs, opts: pulumi.CustomResourceOptions): aws.ec2.SecurityGroup {
  const { names, network, settings } = args;
  const group = new aws.ec2.SecurityGroup(
    `${name}-security-group`,
    {
      name: names.loadBalancerSecurityGroup,
      description: "Callers of the load balancer",
      vpcId: network.vpcId,
    },
    opts,
  );
  const ranges = settings.clients.length > 0 ? settings.clients : [network.cidr];
  const ports = settings.certificateArn === undefined ? [HTTP] : [HTTPS, HTTP];
  for (const cidrIpv4 of ranges)
    for (const port of ports)
      new aws.vpc.SecurityGroupIngressRule(
        // By the range and not by its place in the list: else a range that moves up is made before its old rule goes, and AWS refuses twins.
        `${name}-callers-${cidrIpv4.replace(/[./]/g, "-")}-${port}`,
        {
          securityGroupId: group.id,
          description: port === HTTP && ports.length > 1 ? "Callers that are sent to TLS" : "Callers",
          cidrIpv4,
          ipProtocol: "tcp",
          fromPort: port,
          toPort: port,
        },
        opts,
      );
  return group;
}

/** A function as a target. It must be allowed to be invoked before it can be attached. */
function target(
  name: string,
  physicalName: string,
  to: Lambda,
  opts: pulumi.CustomResourceOptions,
): aws.lb.TargetGroup {
  const group = new aws.lb.TargetGroup(
    `${name}-target-group`,
    {
      name: physicalName,
      targetType: "lambda",
      lambdaMultiValueHeadersEnabled: true,
      healthCheck: HEALTH_CHECK,
    },
    opts,
  );
  const permission = new aws.lambda.Permission(
    `${name}-permission`,
    {
      action: "lambda:InvokeFunction",
      principal: "elasticloadbalancing.amazonaws.com",
      function: to.function.name,
      sourceArn: group.arn,
    },
    opts,
  );
  new aws.lb.TargetGroupAttachment(
    `${name}-target`,
    { targetGroupArn: group.arn, targetId: to.function.arn },
    { ...opts, dependsOn: [permission] },
  );
  return group;
}

/** TLS with a redirect to it, or plain HTTP where the configuration says so by name. */
function listeners(
  name: string,
  loadBalancer: aws.lb.LoadBalancer,
  targets: Entrance["targetGroups"],
  { certificateArn }: ClickstreamSettings,
  opts: pulumi.CustomResourceOptions,
): void {
  const to = (group: aws.lb.TargetGroup) => [{ type: "forward", targetGroupArn: group.arn }];
  const listener = (noun: string, more: Omit<aws.lb.ListenerArgs, "loadBalancerArn">) =>
    new aws.lb.Listener(`${name}-${noun}-listener`, { loadBalancerArn: loadBalancer.arn, ...more }, opts);
  const redirect = { type: "redirect", redirect: { protocol: "HTTPS", port: String(HTTPS), statusCode: "HTTP_301" } };
  const defaultActions = to(targets.collector);
  const main =
    certificateArn === undefined
      ? listener("http", { port: HTTP, protocol: "HTTP", defaultActions })
      : listener("https", { port: HTTPS, protocol: "HTTPS", sslPolicy: TLS_POLICY, certificateArn, defaultActions });
  if (certificateArn !== undefined) listener("http", { port: HTTP, protocol: "HTTP", defaultActions: [redirect] });
  new aws.lb.ListenerRule(
    `${name}-reader-rule`,
    {
      listenerArn: main.arn,
      priority: 10,
      conditions: [{ pathPattern: { values: READER_PATHS } }],
      actions: to(targets.reader),
    },
    opts,
  );
}
