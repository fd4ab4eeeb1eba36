import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { PolicyPackConfig } from "@pulumi/policy";
import { CONFIG } from "../../operations/policy/check";
import { stackOf } from "../../operations/policy/stacks";
import { RULES } from "../../policy/rules";
import { type Deployed, violationsIn } from "../../policy/verdict";
import { recordProgram, type StackName } from "../support/recorded-program";
import { TODAY } from "./asked";

const STACKS: readonly StackName[] = ["dev", "prod", "local"];
const config: PolicyPackConfig = JSON.parse(readFileSync(CONFIG, "utf8"));

type Mutation = (resources: readonly Deployed[]) => readonly Deployed[];
type Inputs = Record<string, unknown>;
type Change = { readonly inputs?: (inputs: Inputs) => Inputs; readonly opts?: object };

const brokenIn = (resources: readonly Deployed[], stack: StackName): string[] => {
  const found = violationsIn(resources, { stack, today: TODAY }, config);
  const unexcused = found.filter(({ fault }) => fault.excuse === undefined);
  return [...new Set(unexcused.map(({ rule }) => rule.name))].sort();
};

const isOf = (type: string, { inputs }: Deployed): boolean => inputs.type === `aws:${type}`;

/** Changes the first resource of a type. */
const changing =
  (type: string, { inputs: change = (same) => same, opts = {} }: Change): Mutation =>
  (resources) => {
    const index = resources.findIndex((each) => isOf(type, each));
    const { inputs, outputs } = resources[index]!;
    const changed = (one: typeof inputs) => ({
      ...one,
      props: change({ ...one.props }),
      opts: { ...one.opts, ...opts },
    });
    return resources.with(index, { inputs: changed(inputs), outputs: changed(outputs) });
  };

const setting = (type: string, props: Inputs): Mutation =>
  changing(type, { inputs: (inputs) => ({ ...inputs, ...props }) });

const rewriting = (type: string, property: string, from: string | RegExp, to: string): Mutation =>
  changing(type, {
    inputs: (inputs) => {
      const before = String(inputs[property]);
      assert.notEqual(before.replace(from, to), before, `${property} has no ${from}`);
      return { ...inputs, [property]: before.replace(from, to) };
    },
  });

const without =
  (type: string, which: (inputs: Inputs) => boolean = () => true): Mutation =>
  (resources) =>
    resources.filter((each) => !(isOf(type, each) && which(each.inputs.props)));

const TABLE = "dynamodb/table:Table";
const QUEUE = "sqs/queue:Queue";
const TOPIC = "sns/topic:Topic";
const LAMBDA = "lambda/function:Function";
const LOGS = "cloudwatch/logGroup:LogGroup";
const ALARM = "cloudwatch/metricAlarm:MetricAlarm";
const ROLE = "iam/role:Role";
const ROLE_POLICY = "iam/rolePolicy:RolePolicy";
const KEY = "kms/key:Key";
const INVOCATION = "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig";
const TARGET = "cloudwatch/eventTarget:EventTarget";
const QUEUE_POLICY = "sqs/queuePolicy:QueuePolicy";
const TOPIC_POLICY = "sns/topicPolicy:TopicPolicy";

const watches = (dimension: string) => (inputs: Inputs) => JSON.stringify(inputs).includes(`"${dimension}"`);

/** A change of our program, and the rules that are there to refuse it. */
const MUTANTS: readonly (readonly [what: string, rules: readonly string[], mutation: Mutation, stack?: StackName])[] = [
  ["a queue without tags", ["aws-resource-is-tagged"], setting(QUEUE, { tags: {} })],
  ["a table with one tag", ["aws-resource-is-tagged"], setting(TABLE, { tags: { Owner: "me" } })],
  [
    "a role with an empty tag",
    ["aws-resource-is-tagged"],
    changing(ROLE, { inputs: (inputs) => ({ ...inputs, tags: { ...(inputs.tags as object), Owner: "" } }) }),
  ],

  [
    "a table with the AWS owned key",
    ["dynamodb-table-is-encrypted"],
    setting(TABLE, { serverSideEncryption: undefined }),
  ],
  ["a queue in plain text", ["sqs-queue-is-encrypted"], setting(QUEUE, { sqsManagedSseEnabled: false })],
  ["a topic without a key", ["sns-topic-is-encrypted"], setting(TOPIC, { kmsMasterKeyId: undefined })],
  ["a key that stays the same", ["kms-key-is-rotated"], setting(KEY, { enableKeyRotation: false })],
  [
    "a secret as a String",
    ["ssm-parameter-that-holds-a-secret-is-secure"],
    setting("ssm/parameter:Parameter", { name: "/sluice/feed-password" }),
  ],

  ["no queue policies", ["sqs-queue-refuses-plain-http"], without(QUEUE_POLICY)],
  [
    "a queue policy that refuses TLS",
    ["sqs-queue-refuses-plain-http"],
    rewriting(QUEUE_POLICY, "policy", '"aws:SecureTransport":"false"', '"aws:SecureTransport":"true"'),
  ],
  [
    "a topic policy that refuses one service",
    ["sns-topic-refuses-plain-http"],
    rewriting(TOPIC_POLICY, "policy", '"Principal":"*"', '"Principal":{"Service":"sns.amazonaws.com"}'),
  ],
  [
    "a webhook over plain HTTP",
    ["sns-subscription-has-a-dead-letter-queue", "sns-subscription-uses-tls"],
    setting("sns/topicSubscription:TopicSubscription", { protocol: "http", endpoint: "http://example.com" }),
  ],

  ["a protected key", ["aws-resource-is-not-retained"], changing(KEY, { opts: { protect: true } })],
  ["a retained topic", ["aws-resource-is-not-retained"], changing(TOPIC, { opts: { retainOnDelete: true } })],
  [
    "a table that cannot be deleted",
    ["aws-resource-has-no-deletion-protection"],
    setting(TABLE, { deletionProtectionEnabled: true }),
  ],
  [
    "a log group that is left behind",
    ["aws-resource-has-no-deletion-protection"],
    setting(LOGS, { skipDestroy: true }),
  ],
  [
    "a key that does not say how long it stays",
    ["kms-key-says-how-long-it-stays"],
    setting(KEY, { deletionWindowInDays: undefined }),
  ],

  [
    "an invocation without a destination",
    ["lambda-async-function-has-a-failure-destination", "lambda-async-invocation-has-a-failure-destination"],
    setting(INVOCATION, { destinationConfig: undefined }),
  ],
  ["functions that lose what fails", ["lambda-async-function-has-a-failure-destination"], without(INVOCATION)],
  [
    "a target without a dead-letter queue",
    ["eventbridge-target-has-a-dead-letter-queue"],
    setting(TARGET, { deadLetterConfig: undefined }),
  ],
  [
    "a table without point-in-time recovery",
    ["dynamodb-table-has-point-in-time-recovery"],
    setting(TABLE, { pointInTimeRecovery: { enabled: false } }),
  ],

  [
    "a policy on all of SQS",
    ["iam-policy-names-its-actions"],
    rewriting(ROLE_POLICY, "policy", /"(sqs:SendMessage|ssm:GetParameters)"/, '"sqs:*"'),
  ],
  [
    "a policy on any resource",
    ["iam-policy-names-its-resources"],
    rewriting(ROLE_POLICY, "policy", /"Resource":\["arn[^\]]*\]/, '"Resource":["*"]'),
  ],
  [
    "a topic that everybody publishes to",
    ["resource-policy-names-its-principals"],
    rewriting(TOPIC_POLICY, "policy", /"Principal":\{"AWS":"[^"]*"\}/, '"Principal":"*"'),
  ],
  [
    "a role that everybody assumes",
    ["iam-role-trusts-the-named-only"],
    rewriting(ROLE, "assumeRolePolicy", '"Service":"lambda.amazonaws.com"', '"AWS":"*"'),
  ],
  [
    "a permission for every rule of everybody",
    ["lambda-permission-names-its-source"],
    setting("lambda/permission:Permission", { sourceArn: undefined, sourceAccount: undefined }),
  ],
  [
    "a password in a variable",
    ["aws-variable-holds-no-secret"],
    setting(LAMBDA, { environment: { variables: { FEED_PASSWORD: "hunter2" } } }),
  ],

  ["logs for ever", ["logs-group-has-a-retention"], setting(LOGS, { retentionInDays: undefined })],
  [
    "two weeks of logs under compliance",
    ["logs-group-has-a-retention"],
    setting(LOGS, { retentionInDays: 14 }),
    "prod",
  ],
  [
    "a function without a log group",
    ["lambda-function-has-a-log-group"],
    setting(LOGS, { name: "/aws/lambda/another" }),
  ],
  ["functions that nobody watches", ["lambda-function-has-an-alarm"], without(ALARM, watches("FunctionName"))],
  ["queues that nobody watches", ["sqs-queue-has-an-alarm"], without(ALARM, watches("QueueName"))],
  ["tables that nobody watches", ["dynamodb-table-has-an-alarm"], without(ALARM, watches("TableName"))],
  ["an alarm that tells nobody", ["cloudwatch-alarm-sees-and-speaks"], setting(ALARM, { alarmActions: [] })],
  [
    "a function without traces",
    ["xray-traces-what-answers"],
    setting(LAMBDA, { tracingConfig: { mode: "PassThrough" } }),
  ],

  [
    "a function on an old runtime",
    ["lambda-function-runtime-is-supported"],
    setting(LAMBDA, { runtime: "nodejs16.x" }),
  ],
  [
    "a function that may take all concurrency",
    ["lambda-function-reserves-concurrency"],
    setting(LAMBDA, { reservedConcurrentExecutions: undefined }),
  ],
  [
    "a rule with a name of 65 letters",
    ["aws-name-fits-its-service"],
    setting("cloudwatch/eventRule:EventRule", { name: "r".repeat(65) }),
  ],
  [
    "an archive with a name that Pulumi made up",
    ["aws-name-fits-its-service"],
    setting("cloudwatch/eventArchive:EventArchive", { name: "archive-1a2b3c4" }),
  ],

  [
    "a stream in plain text",
    ["kinesis-stream-is-encrypted"],
    setting("kinesis/stream:Stream", { encryptionType: "NONE", kmsKeyId: undefined }),
  ],
  [
    "a mapping that gives records up without a word",
    ["lambda-stream-mapping-has-a-failure-destination"],
    setting("lambda/eventSourceMapping:EventSourceMapping", { destinationConfig: undefined }),
  ],
  [
    "a mapping that tries for ever",
    ["lambda-stream-mapping-retries-within-bounds"],
    setting("lambda/eventSourceMapping:EventSourceMapping", {
      maximumRetryAttempts: undefined,
      maximumRecordAgeInSeconds: undefined,
    }),
  ],
  [
    "a bucket that is kept",
    ["aws-resource-can-be-destroyed"],
    setting("s3/bucket:Bucket", { forceDestroy: undefined }),
  ],
  ["buckets without policies", ["s3-bucket-refuses-plain-http"], without("s3/bucketPolicy:BucketPolicy")],
  [
    "a bucket that may be made public",
    ["s3-bucket-blocks-public-access"],
    setting("s3/bucketPublicAccessBlock:BucketPublicAccessBlock", { blockPublicPolicy: false }),
  ],
  [
    "a load balancer on the internet",
    ["aws-endpoint-is-not-public", "waf-stands-before-what-is-public"],
    setting("lb/loadBalancer:LoadBalancer", { internal: false }),
  ],
  [
    "a load balancer without access logs",
    ["aws-edge-writes-access-logs", "s3-bucket-is-encrypted"],
    setting("lb/loadBalancer:LoadBalancer", { accessLogs: undefined }),
  ],
  [
    "an old TLS policy",
    ["lb-listener-uses-tls-1-2"],
    setting("lb/listener:Listener", { protocol: "HTTPS", sslPolicy: "ELBSecurityPolicy-2016-08" }),
    "prod",
  ],
  [
    "callers from everywhere",
    ["ec2-security-group-lets-nobody-in"],
    setting("vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
      cidrIpv4: "0.0.0.0/0",
      fromPort: 22,
      toPort: 22,
    }),
  ],
  ["a network without flow logs", ["ec2-vpc-has-flow-logs"], without("ec2/flowLog:FlowLog")],
  ["streams that nobody watches", ["kinesis-stream-has-an-alarm"], without(ALARM, watches("StreamName"))],
];

describe("Our own program, under the policy pack", () => {
  for (const stack of STACKS) {
    it(`breaks no rule in stack ${stack}, and is exempt of one at most: from TLS, where it says so by name`, async () => {
      const { resources } = stackOf(await recordProgram(stack));
      assert.deepEqual(brokenIn(resources, stack), []);
      const found = violationsIn(resources, { stack, today: TODAY }, config);
      const exempt = stack === "prod" ? [] : ["lb-listener-redirects-http"];
      assert.deepEqual([...new Set(found.map(({ rule }) => rule.name))], exempt);
    });
  }

  it("is checked with settings that the rules have", () => {
    for (const [name, given] of Object.entries(config)) {
      const rule = RULES.find((each) => each.name === name);
      const { enforcementLevel: _, ...settings } = given as Record<string, unknown>;
      assert.deepEqual(
        Object.keys(settings).filter((key) => !(key in (rule?.settings ?? {}))),
        [],
        name,
      );
    }
  });

  for (const [what, rules, mutation, stack = "dev"] of MUTANTS) {
    it(`would not get away with ${what}`, async () => {
      const { resources } = stackOf(await recordProgram(stack));
      assert.deepEqual(brokenIn(mutation(resources), stack), rules);
    });
  }

  it("has at least three such mutants for each group of rules", () => {
    const groupOf = new Map(RULES.map(({ name, group }) => [name, group]));
    for (const group of new Set(groupOf.values())) {
      const mutants = MUTANTS.filter(([, rules]) => rules.some((rule) => groupOf.get(rule) === group));
      assert.ok(mutants.length >= 3, `${group}: ${mutants.length}`);
    }
  });
});
