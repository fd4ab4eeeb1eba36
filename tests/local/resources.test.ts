import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTagsOfResourceCommand,
} from "@aws-sdk/client-dynamodb";
import { DescribeEventBusCommand, ListTargetsByRuleCommand, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { GetRolePolicyCommand, ListAttachedRolePoliciesCommand } from "@aws-sdk/client-iam";
import { DescribeKeyCommand, GetKeyRotationStatusCommand, ListResourceTagsCommand } from "@aws-sdk/client-kms";
import { GetFunctionCommand, GetPolicyCommand, InvokeCommand } from "@aws-sdk/client-lambda";
import { GetSubscriptionAttributesCommand, GetTopicAttributesCommand } from "@aws-sdk/client-sns";
import { GetQueueAttributesCommand, ListQueueTagsCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { GetParameterCommand, ListTagsForResourceCommand } from "@aws-sdk/client-ssm";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import type { Clients } from "../../local/clients";
import { Deploying } from "./deploying";
import { policy } from "./roles";

const tags = { Owner: "tests" };

describe("A resource on the embedded cloud", () => {
  const on = new Deploying("test-resources");
  const deployed = (program: () => unknown) => on.deploy(program);
  let admin: Clients;
  before(() => {
    admin = on.admin;
  });

  it("is a table with its keys, indexes, expiry, backups, encryption and tags", async () => {
    const attributes = ["id", "at", "by"].map((name) => ({ name, type: name === "at" ? "N" : "S" }));
    await deployed(() => {
      new aws.dynamodb.Table("t", {
        name: "table",
        billingMode: "PAY_PER_REQUEST",
        hashKey: "id",
        rangeKey: "at",
        attributes,
        globalSecondaryIndexes: [{ name: "global", hashKey: "by", rangeKey: "at", projectionType: "ALL" }],
        localSecondaryIndexes: [{ name: "local", rangeKey: "by", projectionType: "KEYS_ONLY" }],
        ttl: { attributeName: "expires", enabled: true },
        pointInTimeRecovery: { enabled: true },
        serverSideEncryption: { enabled: true },
        tags,
      });
    });
    const { Table } = await admin.dynamodb.send(new DescribeTableCommand({ TableName: "table" }));
    assert.deepEqual(
      Table?.KeySchema?.map(({ AttributeName }) => AttributeName),
      ["id", "at"],
    );
    assert.equal(Table?.GlobalSecondaryIndexes?.[0]?.IndexName, "global");
    assert.equal(Table?.LocalSecondaryIndexes?.[0]?.Projection?.ProjectionType, "KEYS_ONLY");
    assert.equal(Table?.SSEDescription?.SSEType, "KMS");
    const { TimeToLiveDescription } = await admin.dynamodb.send(new DescribeTimeToLiveCommand({ TableName: "table" }));
    assert.equal(TimeToLiveDescription?.AttributeName, "expires");
    const backups = await admin.dynamodb.send(new DescribeContinuousBackupsCommand({ TableName: "table" }));
    const recovery = backups.ContinuousBackupsDescription?.PointInTimeRecoveryDescription;
    assert.equal(recovery?.PointInTimeRecoveryStatus, "ENABLED");
    const list = await admin.dynamodb.send(new ListTagsOfResourceCommand({ ResourceArn: Table?.TableArn }));
    assert.deepEqual(list.Tags, [{ Key: "Owner", Value: "tests" }]);
  });

  it("is a queue with its policy, a topic with its key and a filtered subscription", async () => {
    const outputs = await deployed(() => {
      const key = new aws.kms.Key("k", { enableKeyRotation: true, deletionWindowInDays: 7, tags });
      new aws.kms.Alias("a", { name: "alias/k", targetKeyId: key.keyId });
      const queue = new aws.sqs.Queue("q", { visibilityTimeoutSeconds: 45, sqsManagedSseEnabled: true, tags });
      new aws.sqs.QueuePolicy("qp", { queueUrl: queue.url, policy: policy([]) });
      const topic = new aws.sns.Topic("t", { kmsMasterKeyId: key.arn, tags });
      new aws.sns.TopicPolicy("tp", { arn: topic.arn, policy: policy([]) });
      const filterPolicy = '{"severity":["critical"]}';
      const subscription = new aws.sns.TopicSubscription("s", {
        topic: topic.arn,
        protocol: "sqs",
        endpoint: queue.arn,
        filterPolicy,
      });
      return { key: key.keyId, queue: queue.url, name: queue.name, topic: topic.arn, subscription: subscription.arn };
    });
    assert.match(outputs.name!, /^q-[0-9a-f]{7}$/);
    const QueueUrl = outputs.queue;
    const { Attributes: queue } = await admin.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }),
    );
    assert.equal(queue?.VisibilityTimeout, "45");
    assert.equal(queue?.Policy, policy([]));
    assert.deepEqual((await admin.sqs.send(new ListQueueTagsCommand({ QueueUrl }))).Tags, tags);
    const topic = await admin.sns.send(new GetTopicAttributesCommand({ TopicArn: outputs.topic }));
    assert.match(topic.Attributes?.KmsMasterKeyId ?? "", new RegExp(`key/${outputs.key}$`));
    assert.equal(topic.Attributes?.Policy, policy([]));
    const SubscriptionArn = outputs.subscription;
    const subscription = await admin.sns.send(new GetSubscriptionAttributesCommand({ SubscriptionArn }));
    assert.equal(subscription.Attributes?.FilterPolicy, '{"severity":["critical"]}');
    const KeyId = outputs.key;
    assert.equal((await admin.kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled, true);
    const keyTags = await admin.kms.send(new ListResourceTagsCommand({ KeyId }));
    assert.deepEqual(keyTags.Tags, [{ TagKey: "Owner", TagValue: "tests" }]);
    await on.destroy();
    const { KeyMetadata } = await admin.kms.send(new DescribeKeyCommand({ KeyId }));
    assert.equal(KeyMetadata?.KeyState, "PendingDeletion");
  });

  it("is a parameter that holds a secret, which the outputs tell and Pulumi still knows as one", async () => {
    const isSecret: Promise<boolean>[] = [];
    const outputs = await deployed(() => {
      const password = new random.RandomPassword("p", { length: 24, special: false });
      const value = pulumi.secret(pulumi.interpolate`${password.result}!`);
      const parameter = new aws.ssm.Parameter("s", { name: "/s", type: "SecureString", value, tags });
      isSecret.push(pulumi.isSecret(parameter.value));
      return { value: parameter.value };
    });
    const { Parameter } = await admin.ssm.send(new GetParameterCommand({ Name: "/s", WithDecryption: true }));
    assert.match(Parameter?.Value ?? "", /^[A-Za-z0-9]{24}!$/);
    assert.equal(outputs.value, Parameter?.Value);
    assert.deepEqual(await Promise.all(isSecret), [true]);
    const list = await admin.ssm.send(new ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: "/s" }));
    assert.deepEqual(list.TagList, [{ Key: "Owner", Value: "tests" }]);
  });

  it("is a role with policies inside and attached, given by name or as the resource", async () => {
    const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    const nothing = { Effect: "Deny", Action: "*", Resource: "*" } as const;
    const outputs = await deployed(() => {
      const role = new aws.iam.Role("r", { name: "r", assumeRolePolicy: policy([trust]), tags });
      new aws.iam.RolePolicy("inside", { name: "inside", role, policy: policy([nothing]) });
      const attached = new aws.iam.Policy("attached", { policy: { Version: "2012-10-17", Statement: [nothing] } });
      new aws.iam.RolePolicyAttachment("attachment", { role: role.name, policyArn: attached.arn });
      return { policy: attached.arn };
    });
    const inside = await admin.iam.send(new GetRolePolicyCommand({ RoleName: "r", PolicyName: "inside" }));
    assert.equal(decodeURIComponent(inside.PolicyDocument!), policy([nothing]));
    const { AttachedPolicies } = await admin.iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "r" }));
    assert.deepEqual(
      AttachedPolicies?.map(({ PolicyArn }) => PolicyArn),
      [outputs.policy],
    );
  });

  it("is a function that runs its code with its role, environment and permission", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sluice-test-"));
    writeFileSync(join(folder, "greeting.js"), 'module.exports = (name) => "hello " + name;');
    const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    const index = 'exports.handler = async () => require("./lib/greeting")(process.env.WHO);';
    const outputs = await deployed(() => {
      const role = new aws.iam.Role("r", { assumeRolePolicy: policy([trust]) });
      const logs = new aws.cloudwatch.LogGroup("l", { name: "/own", retentionInDays: 1 });
      const fn = new aws.lambda.Function("f", {
        code: new pulumi.asset.AssetArchive({
          "index.js": new pulumi.asset.StringAsset(index),
          lib: new pulumi.asset.FileArchive(folder),
        }),
        role: role.arn,
        runtime: "nodejs22.x",
        handler: "index.handler",
        environment: { variables: { WHO: pulumi.secret("world") } },
        loggingConfig: { logFormat: "JSON", logGroup: logs.name },
        tags,
      });
      new aws.lambda.Permission("p", {
        action: "lambda:InvokeFunction",
        principal: "events.amazonaws.com",
        function: fn,
      });
      return { name: fn.name, arn: fn.arn };
    });
    rmSync(folder, { recursive: true });
    const FunctionName = outputs.name;
    const { Payload } = await admin.lambda.send(new InvokeCommand({ FunctionName }));
    assert.equal(Buffer.from(Payload!).toString(), '"hello world"');
    assert.deepEqual((await admin.lambda.send(new GetFunctionCommand({ FunctionName }))).Tags, tags);
    assert.match((await admin.lambda.send(new GetPolicyCommand({ FunctionName }))).Policy!, /events\.amazonaws\.com/);
    const { environment, timeoutSeconds, memoryMiB, logGroup } = on.deployment!.functions.get(outputs.arn!)!;
    assert.deepEqual(
      { environment, timeoutSeconds, memoryMiB },
      { environment: { WHO: "world" }, timeoutSeconds: 3, memoryMiB: 128 },
    );
    assert.equal(logGroup, "/own");
  });

  it("is a bus whose policy is the program's, and a rule that delivers to a queue", async () => {
    const outputs = await deployed(() => {
      const bus = new aws.cloudwatch.EventBus("b", { name: "b" });
      new aws.cloudwatch.EventBusPolicy("bp", { eventBusName: bus.name, policy: policy([]) });
      const rule = new aws.cloudwatch.EventRule("r", {
        name: "r",
        eventBusName: bus.name,
        eventPattern: '{"source":["s"]}',
      });
      const queue = new aws.sqs.Queue("q");
      new aws.cloudwatch.EventTarget("t", { rule: rule.name, eventBusName: bus.name, arn: queue.arn });
      return { queue: queue.url };
    });
    assert.equal(
      (await admin.events.send(new DescribeEventBusCommand({ Name: "b" }))).Policy?.replaceAll(" ", ""),
      policy([]),
    );
    const { Targets } = await admin.events.send(new ListTargetsByRuleCommand({ Rule: "r", EventBusName: "b" }));
    assert.deepEqual(
      Targets?.map(({ Id }) => Id),
      ["t"],
    );
    assert.deepEqual(on.deployment?.targets, []);
    const entry = { EventBusName: "b", Source: "s", DetailType: "d", Detail: '{"a":1}' };
    await admin.events.send(new PutEventsCommand({ Entries: [entry] }));
    const { Messages } = await admin.sqs.send(new ReceiveMessageCommand({ QueueUrl: outputs.queue }));
    assert.deepEqual(JSON.parse(Messages![0]!.Body!).detail, { a: 1 });
  });

  it("is an alarm with everything that defines it", async () => {
    await deployed(() => {
      new aws.cloudwatch.MetricAlarm("a", {
        name: "a",
        namespace: "AWS/Lambda",
        metricName: "Duration",
        dimensions: { FunctionName: "f" },
        extendedStatistic: "p99",
        period: 60,
        evaluationPeriods: 1,
        threshold: 3000,
        comparisonOperator: "GreaterThanThreshold",
        treatMissingData: "notBreaching",
      });
    });
    const { MetricAlarms } = await admin.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ["a"] }));
    const { Dimensions, ExtendedStatistic, Threshold } = MetricAlarms![0]!;
    assert.deepEqual(
      { Dimensions, ExtendedStatistic, Threshold },
      { Dimensions: [{ Name: "FunctionName", Value: "f" }], ExtendedStatistic: "p99", Threshold: 3000 },
    );
  });

  it("is a random value of the form that was asked for", async () => {
    const outputs = await deployed(() => ({
      id: new random.RandomId("i", { byteLength: 4, prefix: "x-" }).hex,
      uuid: new random.RandomUuid("u").result,
      text: new random.RandomString("s", { length: 8, upper: false, special: false, minNumeric: 3 }).result,
      bytes: new random.RandomBytes("b", { length: 16 }).hex,
    }));
    assert.match(outputs.id!, /^x-[0-9a-f]{8}$/);
    assert.match(outputs.uuid!, /^[0-9a-f-]{36}$/);
    assert.match(outputs.text!, /^(?=(.*\d){3})[a-z0-9]{8}$/);
    assert.match(outputs.bytes!, /^[0-9a-f]{32}$/);
  });
});
