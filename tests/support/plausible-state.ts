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

/** What API Gateway is told to invoke. */
const invokeArn = (place: Place, of: string) =>
  `arn:aws:apigateway:${place.region}:lambda:path/2015-03-31/functions/${arn("lambda", place, `function:${of}`)}/invocations`;

/** What AWS answers, by type token: as in AWS's documents, so that policies read as they would there. */
const MADE: Readonly<Record<string, Make>> = {
  "aws:apigateway/apiKey:ApiKey": (name, place) => ({
    id: idOf("key", name),
    arn: `arn:aws:apigateway:${place.region}::/apikeys/${idOf("key", name)}`,
  }),
  "aws:apigateway/authorizer:Authorizer": (name) => ({ id: idOf("auth", name) }),
  "aws:apigateway/deployment:Deployment": (name, _, inputs) => ({
    id: idOf("deployment", `${name} ${JSON.stringify(inputs)}`),
  }),
  "aws:apigateway/domainName:DomainName": (_, place, inputs) => ({
    id: String(inputs.domainName),
    regionalDomainName: `d-0123456789.execute-api.${place.region}.amazonaws.com`,
    regionalZoneId: "Z1UJRXOUMOOFQ8",
  }),
  "aws:apigateway/method:Method": (_, __, inputs) => ({ id: idOf("agm", `${inputs.resourceId} ${inputs.httpMethod}`) }),
  "aws:apigateway/model:Model": (name) => ({ id: idOf("model", name) }),
  "aws:apigateway/resource:Resource": (_, __, inputs) => ({
    id: idOf("resource", `${inputs.parentId}/${inputs.pathPart}`),
  }),
  "aws:apigateway/restApi:RestApi": (name, place) => {
    const id = idOf("api", name);
    return {
      id,
      rootResourceId: idOf("root", name),
      arn: `arn:aws:apigateway:${place.region}::/restapis/${id}`,
      executionArn: arn("execute-api", place, id),
    };
  },
  "aws:apigateway/stage:Stage": (_, place, inputs) => ({
    id: `ags-${inputs.restApi}-${inputs.stageName}`,
    arn: `arn:aws:apigateway:${place.region}::/restapis/${inputs.restApi}/stages/${inputs.stageName}`,
    executionArn: arn("execute-api", place, `${inputs.restApi}/${inputs.stageName}`),
    invokeUrl: `https://${inputs.restApi}.execute-api.${place.region}.amazonaws.com/${inputs.stageName}`,
  }),
  "aws:apigateway/usagePlan:UsagePlan": (name, place) => ({
    id: idOf("plan", name),
    arn: `arn:aws:apigateway:${place.region}::/usageplans/${idOf("plan", name)}`,
  }),
  "aws:cloudwatch/eventBus:EventBus": (name, place) => ({ arn: arn("events", place, `event-bus/${name}`) }),
  "aws:cloudwatch/eventArchive:EventArchive": (name, place) => ({ arn: arn("events", place, `archive/${name}`) }),
  "aws:cloudwatch/eventRule:EventRule": (name, place, inputs) => ({
    // A rule of the default bus leaves the bus out.
    arn: arn(
      "events",
      place,
      inputs.eventBusName === undefined ? `rule/${name}` : `rule/${inputs.eventBusName}/${name}`,
    ),
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
  "aws:dax/cluster:Cluster": (_, place, { clusterName }) => ({
    arn: arn("dax", place, `cache/${clusterName}`),
    clusterAddress: `${clusterName}.abc123.dax-clusters.${place.region}.amazonaws.com`,
    port: 9111,
  }),
  "aws:lambda/alias:Alias": (name, place, inputs) => ({
    arn: arn("lambda", place, `function:${inputs.functionName}:${name}`),
    invokeArn: invokeArn(place, `${inputs.functionName}:${name}`),
  }),
  "aws:lambda/function:Function": (name, place, inputs) => ({
    arn: arn("lambda", place, `function:${name}`),
    invokeArn: invokeArn(place, name),
    version: inputs.publish === true ? "1" : "$LATEST",
  }),
  "aws:secretsmanager/secret:Secret": (name, place) => {
    const of = arn("secretsmanager", place, `secret:${name}-AbCdEf`);
    return { id: of, arn: of };
  },
  "aws:secretsmanager/secretVersion:SecretVersion": () => ({ versionId: "terraform-20261121000000000000000001" }),
  "random:index/randomBytes:RandomBytes": (name, _place, { length }) => {
    const bytes = Buffer.from(name.repeat(Number(length))).subarray(0, Number(length));
    return { base64: bytes.toString("base64"), hex: bytes.toString("hex") };
  },
  "random:index/randomId:RandomId": (name, _place, { byteLength }) => {
    const hex = Buffer.from(name.repeat(Number(byteLength)))
      .subarray(0, Number(byteLength))
      .toString("hex");
    return { hex, id: hex };
  },
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
  "aws:wafv2/webAcl:WebAcl": (name, place) => ({
    id: idOf("acl", name),
    arn: arn("wafv2", place, `regional/webacl/${name}/${idOf("acl", name)}`),
  }),
  "aws:wafv2/ipSet:IpSet": (name, place) => ({
    id: idOf("set", name),
    arn: arn("wafv2", place, `regional/ipset/${name}/${idOf("set", name)}`),
  }),
  "aws:sns/topic:Topic": (name, place) => ({ id: arn("sns", place, name), arn: arn("sns", place, name) }),
  "aws:sqs/queue:Queue": (name, place) => {
    const url = `https://sqs.${place.region}.amazonaws.com/${place.account}/${name}`;
    return { id: url, url, arn: arn("sqs", place, name) };
  },
  "random:index/randomPassword:RandomPassword": (name, _, { length }) => ({
    result: createHash("sha512").update(name).digest("hex").slice(0, Number(length)),
  }),
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
