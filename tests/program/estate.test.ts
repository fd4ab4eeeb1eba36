import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import {
  type RecordedProgram,
  type RecordedResource,
  recordProgram,
  type StackName,
} from "../support/recorded-program";

const STACKS: readonly StackName[] = ["dev", "prod", "local"];

/** Resource types with a physical name, and its first part. */
const PREFIXES: Readonly<Record<string, string>> = {
  "aws:apigateway/apiKey:ApiKey": "api-key-",
  "aws:apigateway/authorizer:Authorizer": "authorizer-",
  "aws:apigateway/restApi:RestApi": "api-",
  "aws:apigateway/usagePlan:UsagePlan": "usage-plan-",
  "aws:cloudwatch/dashboard:Dashboard": "dashboard-",
  "aws:cloudwatch/eventArchive:EventArchive": "archive-",
  "aws:cloudwatch/eventBus:EventBus": "bus-",
  "aws:cloudwatch/eventRule:EventRule": "rule-",
  "aws:cloudwatch/logGroup:LogGroup": "/aws/",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "log-policy-",
  "aws:cloudwatch/metricAlarm:MetricAlarm": "alarm-",
  "aws:dax/cluster:Cluster": "dax-",
  "aws:dax/parameterGroup:ParameterGroup": "dax-parameters-",
  "aws:dax/subnetGroup:SubnetGroup": "dax-subnets-",
  "aws:dynamodb/table:Table": "table-",
  "aws:ec2/securityGroup:SecurityGroup": "security-group-",
  "aws:iam/role:Role": "role-",
  "aws:kinesis/stream:Stream": "stream-",
  "aws:kms/alias:Alias": "alias/key-",
  "aws:lambda/function:Function": "lambda-",
  "aws:lb/loadBalancer:LoadBalancer": "alb-",
  "aws:lb/targetGroup:TargetGroup": "tg-",
  "aws:s3/bucket:Bucket": "bucket-",
  "aws:secretsmanager/secret:Secret": "secret-",
  "aws:sns/topic:Topic": "topic-",
  "aws:sqs/queue:Queue": "queue-",
  "aws:ssm/parameter:Parameter": "/sluice/",
  "aws:wafv2/webAcl:WebAcl": "waf-",
  "aws:xray/samplingRule:SamplingRule": "sampling-",
};
/** WAF writes to no log group that is called otherwise. */
const WAF_LOGS = "aws-waf-logs-waf-";
/** API Gateway names the log group of its own errors by the API's id. */
const isNamedByAws = ({ type, inputs }: RecordedResource) =>
  type.endsWith(":LogGroup") && String(inputs.name).startsWith("API-Gateway-Execution-Logs_");
/** Its name has 20 characters at most, so that the system's is short. */
const DAX = "aws:dax/cluster:Cluster";
/** Types without one: they stand on another resource, or AWS names them. */
const NAMELESS = new Set([
  "aws:apigateway/deployment:Deployment",
  "aws:apigateway/integration:Integration",
  "aws:apigateway/integrationResponse:IntegrationResponse",
  "aws:apigateway/method:Method",
  "aws:apigateway/methodResponse:MethodResponse",
  "aws:apigateway/methodSettings:MethodSettings",
  "aws:apigateway/model:Model",
  "aws:apigateway/requestValidator:RequestValidator",
  "aws:apigateway/resource:Resource",
  "aws:apigateway/response:Response",
  "aws:apigateway/stage:Stage",
  "aws:apigateway/usagePlanKey:UsagePlanKey",
  "aws:appautoscaling/policy:Policy",
  "aws:appautoscaling/target:Target",
  "aws:cloudwatch/eventBusPolicy:EventBusPolicy",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:cloudwatch/logMetricFilter:LogMetricFilter",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/route:Route",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:kms/key:Key",
  "aws:lambda/alias:Alias",
  "aws:lambda/eventSourceMapping:EventSourceMapping",
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
  "aws:lambda/permission:Permission",
  "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
  "aws:lb/listener:Listener",
  "aws:lb/listenerRule:ListenerRule",
  "aws:lb/targetGroupAttachment:TargetGroupAttachment",
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  "aws:s3/bucketNotification:BucketNotification",
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
  "aws:s3/bucketPolicy:BucketPolicy",
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  "aws:secretsmanager/secretRotation:SecretRotation",
  "aws:secretsmanager/secretVersion:SecretVersion",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
  "aws:sqs/queuePolicy:QueuePolicy",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:wafv2/webAclAssociation:WebAclAssociation",
  "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
  "random:index/randomBytes:RandomBytes",
  "random:index/randomId:RandomId",
]);
const TAGGABLE = [
  "aws:apigateway/restApi:RestApi",
  "aws:apigateway/stage:Stage",
  "aws:apigateway/usagePlan:UsagePlan",
  "aws:appautoscaling/target:Target",
  "aws:cloudwatch/eventBus:EventBus",
  "aws:cloudwatch/eventRule:EventRule",
  "aws:cloudwatch/logGroup:LogGroup",
  "aws:cloudwatch/metricAlarm:MetricAlarm",
  "aws:dax/cluster:Cluster",
  "aws:dynamodb/table:Table",
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "aws:ec2/eip:Eip",
  "aws:ec2/flowLog:FlowLog",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/vpc:Vpc",
  "aws:ec2/vpcEndpoint:VpcEndpoint",
  "aws:iam/role:Role",
  "aws:kinesis/stream:Stream",
  "aws:kms/key:Key",
  "aws:lambda/eventSourceMapping:EventSourceMapping",
  "aws:lambda/function:Function",
  "aws:lb/listener:Listener",
  "aws:lb/listenerRule:ListenerRule",
  "aws:lb/loadBalancer:LoadBalancer",
  "aws:lb/targetGroup:TargetGroup",
  "aws:s3/bucket:Bucket",
  "aws:secretsmanager/secret:Secret",
  "aws:sns/topic:Topic",
  "aws:sqs/queue:Queue",
  "aws:ssm/parameter:Parameter",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:wafv2/webAcl:WebAcl",
  "aws:xray/samplingRule:SamplingRule",
];

const nameOf = ({ inputs }: RecordedResource) =>
  String(
    inputs.name ?? inputs.dashboardName ?? inputs.bucket ?? inputs.clusterName ?? inputs.ruleName ?? inputs.policyName,
  );
/** Logical names begin with the instance: a system, or the network that systems share. */
const SYSTEMS = {
  "market-data": "MarketData",
  clickstream: "Clickstream",
  "ad-exchange": "AdExchange",
  network: "Network",
} as const;
const systemOf = ({ name }: RecordedResource) =>
  (Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[]).find((system) => name.startsWith(`${system}-`));
const named = (program: RecordedProgram) =>
  program.resources.filter((each) => each.custom && !NAMELESS.has(each.type) && !isNamedByAws(each));

for (const stack of STACKS) {
  describe(`Stack ${stack}`, () => {
    let program: RecordedProgram;
    let custom: RecordedResource[];
    before(async () => {
      program = await recordProgram(stack);
      custom = program.resources.filter((resource) => resource.custom);
    });

    it("registers everything that it declares", () => {
      const declared = program.declared.map(({ type, name }) => `${type} ${name}`).sort();
      assert.deepEqual(program.resources.map(({ type, name }) => `${type} ${name}`).sort(), declared);
      assert.ok(custom.length > 200, `${custom.length}`);
    });

    it("names everything by type, purpose and environment", () => {
      for (const resource of named(program)) {
        const prefix = PREFIXES[resource.type];
        assert.ok(prefix, `${resource.type} is not known here: does it have a physical name?`);
        const isOfWaf = resource.type.endsWith(":LogGroup") && nameOf(resource).startsWith(WAF_LOGS);
        assert.ok(isOfWaf || nameOf(resource).startsWith(prefix), nameOf(resource));
        const system = systemOf(resource);
        const place = resource.type.startsWith("aws:s3") ? "-\\d{12}-us-east-1" : "";
        const tail = resource.type.startsWith("aws:ssm")
          ? new RegExp(`^/sluice/${stack}/${system}/[a-z-]+$`)
          : new RegExp(`-${resource.type === DAX ? "adx" : system}${place}-${stack}$`);
        assert.match(nameOf(resource), tail);
      }
    });

    it("tags everything that takes tags, in its own inputs", () => {
      for (const resource of custom) {
        const { type, name, inputs } = resource;
        const system = systemOf(resource)!;
        assert.equal("tags" in inputs, TAGGABLE.includes(type), `${type} ${name}`);
        if (!("tags" in inputs)) continue;
        const { Environment, Project, Service, Owner, CostCenter, ManagedBy, System } = inputs.tags as Record<
          string,
          string
        >;
        const standard = { Environment, Project, Service, Owner, CostCenter, ManagedBy, System };
        assert.deepEqual(standard, {
          Environment: stack,
          Project: "sluice",
          Service: SYSTEMS[system],
          Owner: "market-systems",
          CostCenter: "market-systems",
          ManagedBy: "Pulumi",
          System: system,
        });
      }
    });

    it("keeps nothing from being destroyed", () => {
      for (const { type, name, protect, retainOnDelete, inputs } of program.resources) {
        assert.equal(protect, false, name);
        assert.equal(retainOnDelete, false, name);
        for (const key of [
          "deletionProtection",
          "deletionProtectionEnabled",
          "enableDeletionProtection",
          "skipDestroy",
        ]) {
          assert.ok(inputs[key] === undefined || inputs[key] === false, `${name}: ${key} is ${String(inputs[key])}`);
        }
        assert.notEqual(inputs.forceDestroy, false, name);
        if (type === "aws:s3/bucket:Bucket") assert.equal(inputs.forceDestroy, true, name);
      }
    });

    it("puts no Output, object or undefined into a text", () => {
      for (const { name, inputs } of program.resources) {
        const text = JSON.stringify(inputs, (_, value) => (pulumi.asset.Archive.isInstance(value) ? "archive" : value));
        assert.doesNotMatch(text, /Calling \[to(String|JSON)\] on an \[?Output/, name);
        assert.doesNotMatch(text, /\[object |[^a-z]undefined[^a-z]/, name);
      }
    });
  });
}

describe("The estate", () => {
  it("tells tables and functions apart by tag, and has no time in any tag", async () => {
    const program = await recordProgram("dev");
    const tag = (name: string, key: string) => (program.named(name).inputs.tags as Record<string, string>)[key];
    assert.equal(tag("market-data-audit-table", "TableType"), "Audit");
    assert.equal(tag("market-data-ingestion-function", "FunctionType"), "Ingestion");
    assert.equal(tag("market-data-topics-key", "Name"), "key-topics-market-data-dev");
    for (const { inputs } of program.resources) {
      for (const value of Object.values((inputs.tags ?? {}) as Record<string, string>)) {
        assert.doesNotMatch(value, /\d{4}-\d\d-\d\d|\d{10,}/);
      }
    }
  });

  it("puts the suffix at the end of every name, so that nothing collides with the stack without one", async () => {
    const [plain, suffixed] = [await recordProgram("dev"), await recordProgram("dev", { environmentSuffix: "pr-7" })];
    assert.equal(named(suffixed).length, named(plain).length);
    for (const resource of named(suffixed)) {
      const name = nameOf(resource);
      assert.match(name, resource.type.startsWith("aws:ssm") ? /^\/sluice\/dev-pr-7\// : /-dev-pr-7$/);
    }
    const names = new Set(named(plain).map(nameOf));
    assert.deepEqual(
      named(suffixed)
        .map(nameOf)
        .filter((name) => names.has(name)),
      [],
    );
  });

  it("takes extra tags from the configuration", async () => {
    const program = await recordProgram("dev", { tags: '{"Team":"Feeds"}' });
    const teams = program.resources.flatMap(({ inputs }) =>
      inputs.tags ? [(inputs.tags as Record<string, string>).Team] : [],
    );
    assert.ok(teams.length > 60);
    assert.deepEqual([...new Set(teams)], ["Feeds"]);
  });

  it("keeps logs as long as the stack says", async () => {
    for (const [stack, days] of [
      ["dev", 7],
      ["prod", 90],
    ] as const) {
      const groups = (await recordProgram(stack)).ofType("aws:cloudwatch/logGroup:LogGroup");
      assert.equal(groups.length, 16);
      assert.deepEqual([...new Set(groups.map(({ inputs }) => inputs.retentionInDays))], [days]);
    }
  });

  it("is empty, but says where it stands, with every system off", async () => {
    const program = await recordProgram("dev", {
      systems: '{"marketData":false,"clickstream":false,"adExchange":false}',
    });
    assert.deepEqual(program.resources, []);
    assert.deepEqual(
      program.outputs.map(({ name }) => name),
      ["environment", "region", "account"],
    );
  });

  it("makes dev, prod and local of the same resources, but for what prod keeps ready and spreads over zones", async () => {
    const of = async (stack: StackName) =>
      (await recordProgram(stack, { systems: '{"marketData":true,"clickstream":true,"adExchange":true}' })).resources
        .map(({ type, name }) => `${type} ${name}`)
        .sort();
    const [dev, prod, local] = await Promise.all([of("dev"), of("prod"), of("local")]);
    const without = (one: readonly string[], other: readonly string[]) => one.filter((line) => !other.includes(line));
    // Prod has an endpoint for what dev reaches through NAT, and a cache before what dev reads itself.
    assert.deepEqual(without(dev, prod), [
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ad-exchange-bid-handler-to-dynamodb-443",
      "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ad-exchange-bid-handler-to-internet-443",
    ]);
    const more = without(prod, dev);
    const isOfExchange = (line: string) => line.includes(" ad-exchange-");
    assert.deepEqual(
      more.filter((line) => isOfExchange(line) && !/-(dax|ready|spillover)-|-dax$|-ready$/.test(line)),
      [
        "aws:ec2/securityGroup:SecurityGroup ad-exchange-campaigns-group",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule ad-exchange-campaigns-to-dynamodb-443",
      ],
    );
    assert.deepEqual(
      more.filter((line) => !isOfExchange(line)),
      [
        "aws:ec2/eip:Eip network-vpc-2",
        "aws:ec2/eip:Eip network-vpc-3",
        "aws:ec2/natGateway:NatGateway network-vpc-2",
        "aws:ec2/natGateway:NatGateway network-vpc-3",
        "aws:ec2/vpcEndpoint:VpcEndpoint network-logs-endpoint",
        "aws:ec2/vpcEndpoint:VpcEndpoint network-secretsmanager-endpoint",
        "aws:lb/listener:Listener clickstream-https-listener",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule clickstream-alb-callers-10-20-0-0-16-443",
      ],
    );
    assert.deepEqual(without(dev, local), []);
  });
});
