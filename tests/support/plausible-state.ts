import { createHash } from "node:crypto";

/** Where the recorded resources stand. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

interface State {
  readonly id: string;
  readonly state: Record<string, unknown>;
}

type Make = (
  name: string,
  place: Place,
  inputs: Readonly<Record<string, unknown>>,
) => Record<string, unknown> & { id?: string };

const arn = (service: string, { account, region }: Place, rest: string) =>
  `arn:aws:${service}:${region}:${account}:${rest}`;

/** An id of EC2's form, another for each name. */
const idOf = (prefix: string, name: string) =>
  `${prefix}-0${createHash("sha256").update(name).digest("hex").slice(0, 16)}`;

const ofEc2 =
  (prefix: string, kind: string): Make =>
  (name, place) => {
    const id = idOf(prefix, `${kind} ${name}`);
    return { id, arn: arn("ec2", place, `${kind}/${id}`) };
  };

/** What AWS answers, by type token: as in AWS's documents, so that policies read as they would there. */
const MADE: Readonly<Record<string, Make>> = {
  "aws:cloudwatch/eventBus:EventBus": (name, place) => ({ arn: arn("events", place, `event-bus/${name}`) }),
  "aws:cloudwatch/eventArchive:EventArchive": (name, place) => ({ arn: arn("events", place, `archive/${name}`) }),
  "aws:cloudwatch/eventRule:EventRule": (name, place, inputs) => ({
    arn: arn("events", place, `rule/${inputs.eventBusName}/${name}`),
  }),
  "aws:cloudwatch/logGroup:LogGroup": (name, place) => ({ arn: arn("logs", place, `log-group:${name}`) }),
  "aws:cloudwatch/metricAlarm:MetricAlarm": (name, place) => ({ arn: arn("cloudwatch", place, `alarm:${name}`) }),
  "aws:cloudwatch/dashboard:Dashboard": (name, { account }) => ({
    dashboardArn: `arn:aws:cloudwatch::${account}:dashboard/${name}`,
  }),
  "aws:dynamodb/table:Table": (name, place) => ({
    arn: arn("dynamodb", place, `table/${name}`),
    streamArn: arn("dynamodb", place, `table/${name}/stream/2026-01-05T00:00:00.000`),
  }),
  "aws:ec2/eip:Eip": (name) => ({ id: idOf("eipalloc", name), allocationId: idOf("eipalloc", name) }),
  "aws:ec2/flowLog:FlowLog": ofEc2("fl", "vpc-flow-log"),
  "aws:ec2/internetGateway:InternetGateway": ofEc2("igw", "internet-gateway"),
  "aws:ec2/natGateway:NatGateway": ofEc2("nat", "natgateway"),
  "aws:ec2/routeTable:RouteTable": ofEc2("rtb", "route-table"),
  "aws:ec2/securityGroup:SecurityGroup": ofEc2("sg", "security-group"),
  "aws:ec2/subnet:Subnet": ofEc2("subnet", "subnet"),
  "aws:ec2/vpc:Vpc": ofEc2("vpc", "vpc"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": (name, place, inputs) => ({
    ...ofEc2("vpce", "vpc-endpoint")(name, place, inputs),
    ...(inputs.vpcEndpointType === "Gateway" ? { prefixListId: idOf("pl", String(inputs.serviceName)) } : {}),
  }),
  "aws:iam/role:Role": (name, { account }) => ({ arn: `arn:aws:iam::${account}:role/${name}` }),
  "aws:kinesis/stream:Stream": (name, place) => ({ id: name, arn: arn("kinesis", place, `stream/${name}`) }),
  "aws:kms/key:Key": (name, place) => ({
    id: `key-${name}`,
    keyId: `key-${name}`,
    arn: arn("kms", place, `key/key-${name}`),
  }),
  "aws:kms/alias:Alias": (name, place) => ({ arn: arn("kms", place, name) }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": (name) => ({ id: `uuid-${name}`, uuid: `uuid-${name}` }),
  "aws:lambda/function:Function": (name, place) => ({ arn: arn("lambda", place, `function:${name}`) }),
  "aws:s3/bucket:Bucket": (name) => ({ bucket: name, arn: `arn:aws:s3:::${name}` }),
  "aws:lb/loadBalancer:LoadBalancer": (name, place) => ({
    arn: arn("elasticloadbalancing", place, `loadbalancer/app/${name}/50dc6c495c0c9188`),
    arnSuffix: `app/${name}/50dc6c495c0c9188`,
    dnsName: `internal-${name}-1234567890.${place.region}.elb.amazonaws.com`,
  }),
  "aws:lb/targetGroup:TargetGroup": (name, place) => ({
    arn: arn("elasticloadbalancing", place, `targetgroup/${name}/943f017f100becff`),
  }),
  "aws:lb/listener:Listener": (name, place) => ({
    arn: arn("elasticloadbalancing", place, `listener/app/${name}/50dc6c495c0c9188/f2f7dc8efc522ab2`),
  }),
  "aws:sns/topic:Topic": (name, place) => ({ id: arn("sns", place, name), arn: arn("sns", place, name) }),
  "aws:sqs/queue:Queue": (name, place) => {
    const url = `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`;
    return { id: url, url, arn: arn("sqs", place, name) };
  },
  "aws:ssm/parameter:Parameter": (name, place) => ({ arn: arn("ssm", place, `parameter${name}`) }),
};

/** The state of a resource after its creation: its inputs, and what AWS adds. */
export function stateOf(
  type: string,
  logicalName: string,
  inputs: Readonly<Record<string, unknown>>,
  place: Place,
): State {
  const name = String(inputs.name ?? inputs.dashboardName ?? inputs.bucket ?? logicalName);
  const { id = name, ...added } = MADE[type]?.(name, place, inputs) ?? {};
  return { id, state: { name, ...inputs, ...added } };
}
