import {
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DeleteLoadBalancerCommand,
  DeleteTargetGroupCommand,
  DeregisterTargetsCommand,
  type IpAddressType,
  type LoadBalancer,
  ModifyLoadBalancerAttributesCommand,
  ModifyTargetGroupAttributesCommand,
  RegisterTargetsCommand,
} from "@aws-sdk/client-elastic-load-balancing-v2";
import type * as aws from "@pulumi/aws";
import { systemClock } from "../event-sources/clock";
import { FunctionPolicies } from "../event-sources/function-policies";
import { healthCheckOf } from "../load-balancer/inputs";
import { mayInvoke } from "../load-balancer/permission";
import { listener, listenerRule } from "./load-balancing-listener";
import {
  functionOf,
  given,
  type Materialisers,
  materialiser,
  nameFor,
  needed,
  nothingElse,
  type Plain,
  tagList,
  type World,
} from "./materialiser";

type BalancerInputs = Plain<aws.lb.LoadBalancerArgs>;

/** CreateLoadBalancer and CreateTargetGroup, API reference. */
const LONGEST_NAME = 32;

function shortName(given: string | undefined, logicalName: string): string {
  const name = nameFor(given, logicalName);
  if (name.length > LONGEST_NAME) throw new Error(`name is ${name}; give one of ${LONGEST_NAME} characters or fewer.`);
  return name;
}

/** Attributes as the API takes them: a list, all text, none that is left out. */
export const attributeList = (attributes: Readonly<Record<string, string | number | boolean | undefined>>) =>
  Object.entries(attributes).flatMap(([Key, value]) => (value === undefined ? [] : [{ Key, Value: String(value) }]));

/** Logs are configured, and nobody writes them. */
const logAttributes = (kind: string, logs: BalancerInputs["accessLogs"]) => ({
  [`${kind}.s3.enabled`]: logs?.enabled,
  [`${kind}.s3.bucket`]: logs?.bucket,
  [`${kind}.s3.prefix`]: logs?.prefix,
});

/** The attributes, and what remains of the inputs. */
function balancerAttributes(inputs: BalancerInputs) {
  const { accessLogs, connectionLogs, clientKeepAlive, desyncMitigationMode, dropInvalidHeaderFields, ...more } =
    inputs;
  const { enableHttp2, enableWafFailOpen, enableXffClientPort, enableDeletionProtection, ...others } = more;
  const { idleTimeout, preserveHostHeader, xffHeaderProcessingMode, ...rest } = others;
  if (enableDeletionProtection) throw new Error("enableDeletionProtection is true; a stack must be destroyable.");
  const attributes = {
    ...logAttributes("access_logs", accessLogs),
    ...logAttributes("connection_logs", connectionLogs),
    "client_keep_alive.seconds": clientKeepAlive,
    "idle_timeout.timeout_seconds": idleTimeout,
    "routing.http.desync_mitigation_mode": desyncMitigationMode,
    "routing.http.drop_invalid_header_fields.enabled": dropInvalidHeaderFields,
    "routing.http.preserve_host_header.enabled": preserveHostHeader,
    "routing.http.xff_client_port.enabled": enableXffClientPort,
    "routing.http.xff_header_processing.mode": xffHeaderProcessingMode,
    "routing.http2.enabled": enableHttp2,
    "waf.fail_open.enabled": enableWafFailOpen,
  };
  return { attributes: attributeList(attributes), rest };
}

async function createBalancer({ clients: { loadBalancing } }: World, inputs: BalancerInputs, logicalName: string) {
  const { attributes: Attributes, rest: more } = balancerAttributes(inputs);
  const { name, internal = false, loadBalancerType: Type = "application", ipAddressType, ...others } = more;
  const { subnets, securityGroups, tags, ...rest } = others;
  nothingElse(rest);
  if (Type !== "application") throw new Error(`loadBalancerType is ${Type}; only application is imitated.`);
  const request = given({
    Name: shortName(name, logicalName),
    Scheme: internal ? ("internal" as const) : ("internet-facing" as const),
    Type: "application" as const,
    IpAddressType: ipAddressType as IpAddressType | undefined,
    Subnets: subnets,
    SecurityGroups: securityGroups,
    Tags: tags ? tagList(tags) : undefined,
  });
  const { LoadBalancers } = await loadBalancing.send(new CreateLoadBalancerCommand(request));
  const made = needed(LoadBalancers?.[0], "the load balancer");
  const LoadBalancerArn = needed(made.LoadBalancerArn, "the load balancer's ARN");
  if (Attributes.length > 0)
    await loadBalancing.send(new ModifyLoadBalancerAttributesCommand({ LoadBalancerArn, Attributes }));
  return { id: LoadBalancerArn, outputs: balancerOutputs(LoadBalancerArn, made) };
}

function balancerOutputs(arn: string, made: LoadBalancer) {
  const arnSuffix = arn.slice(arn.indexOf("/") + 1);
  return { arn, arnSuffix, name: made.LoadBalancerName, dnsName: made.DNSName, vpcId: made.VpcId };
}

const loadBalancer = materialiser<aws.lb.LoadBalancerArgs>({
  create: createBalancer,
  async delete({ clients }, { id }) {
    await clients.loadBalancing.send(new DeleteLoadBalancerCommand({ LoadBalancerArn: id }));
  },
});

type GroupInputs = Plain<aws.lb.TargetGroupArgs>;

async function createGroup({ clients: { loadBalancing } }: World, inputs: GroupInputs, logicalName: string) {
  const { name, targetType = "instance", lambdaMultiValueHeadersEnabled: multiValue, healthCheck, ...more } = inputs;
  const { tags, ...rest } = more;
  nothingElse(rest);
  if (targetType !== "lambda") throw new Error(`targetType is ${targetType}; only lambda is imitated.`);
  const check = healthCheckOf(healthCheck);
  const request = given({
    Name: shortName(name, logicalName),
    TargetType: "lambda" as const,
    HealthCheckEnabled: check !== undefined,
    HealthCheckPath: check?.path,
    HealthCheckIntervalSeconds: check?.intervalSeconds,
    HealthCheckTimeoutSeconds: check?.timeoutSeconds,
    HealthyThresholdCount: check?.healthyThreshold,
    UnhealthyThresholdCount: check?.unhealthyThreshold,
    Matcher: check && { HttpCode: check.matcher },
    Tags: tags ? tagList(tags) : undefined,
  });
  const { TargetGroups } = await loadBalancing.send(new CreateTargetGroupCommand(request));
  const arn = needed(TargetGroups?.[0]?.TargetGroupArn, "the target group's ARN");
  const Attributes = attributeList({ "lambda.multi_value_headers.enabled": multiValue ?? false });
  await loadBalancing.send(new ModifyTargetGroupAttributesCommand({ TargetGroupArn: arn, Attributes }));
  return { id: arn, outputs: { arn, arnSuffix: arn.slice(arn.lastIndexOf(":") + 1), name: request.Name } };
}

const targetGroup = materialiser<aws.lb.TargetGroupArgs>({
  create: createGroup,
  async delete({ clients }, { id }) {
    await clients.loadBalancing.send(new DeleteTargetGroupCommand({ TargetGroupArn: id }));
  },
});

const registration = (arn: string | undefined, id: string | undefined) => ({
  TargetGroupArn: needed(arn, "targetGroupArn"),
  Targets: [{ Id: needed(id, "targetId") }],
});

/** Refused, as on AWS, while the function does not let the load balancer invoke it: the permission has to come first. */
const attachment = materialiser<aws.lb.TargetGroupAttachmentArgs>({
  async create(world, { targetGroupArn, targetId, ...rest }) {
    nothingElse(rest);
    const request = registration(targetGroupArn, targetId);
    const { arn } = functionOf(world, targetId);
    const policies = new FunctionPolicies(world.clients.lambda, 0, systemClock);
    if (!(await mayInvoke(policies, arn, request.TargetGroupArn)))
      throw new Error(`${arn} does not let elasticloadbalancing.amazonaws.com invoke it; make its Permission first.`);
    await world.clients.loadBalancing.send(new RegisterTargetsCommand(request));
    return { id: `${request.TargetGroupArn}-${targetId}`, outputs: {} };
  },
  async delete({ clients }, _made, { targetGroupArn, targetId }) {
    await clients.loadBalancing.send(new DeregisterTargetsCommand(registration(targetGroupArn, targetId)));
  },
});

export const loadBalancing: Materialisers = {
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:lb/targetGroup:TargetGroup": targetGroup,
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": attachment,
  "aws:lb/listener:Listener": listener,
  "aws:lb/listenerRule:ListenerRule": listenerRule,
};
