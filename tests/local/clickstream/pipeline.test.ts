import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { Analytics } from "@segment/analytics-node";
import { bundleOf } from "../../../components/shared/bundle";
import type { CollectorEnv } from "../../../functions/clickstream/collector/env";
import type { ForLoadBalancer } from "../../../functions/clickstream/collector/for-load-balancer";
import type { ProcessingEnv } from "../../../functions/clickstream/processing/env";
import { fromItem } from "../../../functions/shared/attribute-values";
import { type Estate, openEstate } from "../../../local/estate";
import { Faults } from "../../../local/event-sources/faults";
import { loadBalancer } from "../../functions/clickstream/support/load-balancer";
import { policy } from "../roles";

const KEY = "a-write-key";
const EVENTS = 400;
const TABLES = {
  events: ["visitor", "at"],
  sessions: ["visitor", "startedAt"],
  ids: ["messageId"],
  links: ["anonymousId"],
  quarantine: ["eventId"],
} as const;
const WRITES = ["GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"].map((one) => `dynamodb:${one}`);
const READS = ["DescribeStreamSummary", "ListShards", "GetShardIterator", "GetRecords"].map((one) => `kinesis:${one}`);

type Grant = readonly [actions: readonly string[], resource: pulumi.Input<string>];

/** A function from its bundle, with a role that may do what is granted and write its log. */
async function worker(
  name: string,
  folder: string,
  variables: pulumi.Input<Record<string, pulumi.Input<string>>>,
  grants: readonly Grant[],
): Promise<aws.lambda.Function> {
  const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  const role = new aws.iam.Role(name, { name, assumeRolePolicy: policy([trust]) });
  const log = new aws.cloudwatch.LogGroup(name, { name: `/aws/lambda/${name}` });
  const logs: Grant = [["logs:CreateLogStream", "logs:PutLogEvents"], pulumi.interpolate`${log.arn}:*`];
  const statements = pulumi
    .all([...grants, logs].map(([Action, Resource]) => pulumi.output({ Effect: "Allow", Action, Resource })))
    .apply(policy);
  const rights = new aws.iam.RolePolicy(name, { name, role: role.name, policy: statements });
  const { archive: code } = await bundleOf(`functions/clickstream/${folder}/index.ts`);
  const settings = { name, code, role: role.arn, runtime: "nodejs22.x", handler: "index.handler", timeout: 10 };
  return new aws.lambda.Function(name, { ...settings, environment: { variables } }, { dependsOn: [rights, log] });
}

const parameter = (name: string, value: unknown) =>
  new aws.ssm.Parameter(name, { name: `/test/${name}`, type: "String", value: JSON.stringify(value) });

/** A collector, its stream, the processing of it and its tables. */
async function program() {
  const stream = new aws.kinesis.Stream("clicks", { name: "clicks", shardCount: 2 });
  const letters = new aws.sqs.Queue("letters", { name: "letters" });
  const tables = Object.entries(TABLES).map(([name, [hashKey, rangeKey]]) => {
    const attributes = [hashKey, rangeKey].flatMap((key) => (key === undefined ? [] : [{ name: key, type: "S" }]));
    const keys = rangeKey === undefined ? { hashKey } : { hashKey, rangeKey };
    return new aws.dynamodb.Table(name, { name, ...keys, attributes, billingMode: "PAY_PER_REQUEST" });
  });
  const settings = {
    ...{ futureSkewSeconds: 60, freshnessDays: 30, typeShards: 4, idDays: 30, parameterTtlSeconds: 60 },
    address: { kind: "truncate" },
  };
  const tuning = parameter("policy", settings);
  const keys = parameter("keys", { web: [createHash("sha256").update(KEY).digest("hex")] });
  const origins = parameter("origins", []);
  const reading = (one: aws.ssm.Parameter): Grant => [["ssm:GetParameters"], one.arn];
  const atCollector = {
    ...{ STREAM_ARN: stream.arn, WRITE_KEYS_PARAMETER: keys.name, ORIGINS_PARAMETER: origins.name },
  } satisfies Record<keyof CollectorEnv, unknown>;
  const collector = await worker("collector", "collector", atCollector, [
    [["kinesis:PutRecords"], stream.arn],
    ...[keys, origins].map(reading),
  ]);
  const atProcessing = {
    ...{ EVENTS_TABLE: "events", SESSIONS_TABLE: "sessions", IDS_TABLE: "ids", LINKS_TABLE: "links" },
    ...{ QUARANTINE_TABLE: "quarantine", POLICY_PARAMETER: tuning.name },
  } satisfies Record<keyof ProcessingEnv, unknown>;
  const processing = await worker("processing", "processing", atProcessing, [
    [READS, stream.arn],
    [["sqs:SendMessage"], letters.arn],
    reading(tuning),
    ...tables.map(({ arn }): Grant => [WRITES, arn]),
  ]);
  const mapping = new aws.lambda.EventSourceMapping("mapping", {
    ...{ eventSourceArn: stream.arn, functionName: processing.arn, startingPosition: "TRIM_HORIZON", batchSize: 100 },
    ...{ maximumBatchingWindowInSeconds: 5, parallelizationFactor: 10, bisectBatchOnFunctionError: true },
    ...{ maximumRetryAttempts: 3, maximumRecordAgeInSeconds: 3600 },
    functionResponseTypes: ["ReportBatchItemFailures"],
    destinationConfig: { onFailure: { destinationArn: letters.arn } },
  });
  return { stream: stream.arn, collector: collector.arn, letters: letters.url, mapping: mapping.uuid };
}

describe("Clickstream, from Segment's client to the tables", function () {
  this.timeout(120_000);
  let estate: Estate;
  const faults = new Faults(
    [
      { kind: "crash", when: "after", stage: "processing", times: 2 },
      { kind: "timeout", when: "before", stage: "processing", times: 1 },
      { kind: "throttle", stage: "processing", times: 2 },
    ],
    3,
  );

  before(async () => {
    // An hour, the age limit, is three minutes: a slow machine must not reach it.
    const sources = { timeScale: 1 / 20, faults };
    estate = await openEstate({ name: "test-pipeline", program, sources });
  });
  after(() => estate.stop());

  const rows = async (TableName: string) => {
    const { Items = [] } = await estate.clients.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.map(({ payload: _binary, ...item }) => fromItem(item));
  };

  it("loses no event and stores none twice, through crashes, timeouts, throttles and repetition", async () => {
    const errors: string[] = [];
    const balancer = await loadBalancer(async (event) => {
      const result = await estate.sources.executor.invoke(estate.output("collector"), JSON.stringify(event));
      if (result.kind !== "ok") throw new Error(result.kind);
      return JSON.parse(result.payload) as ForLoadBalancer;
    });
    const timestamp = new Date(Date.now() - 60_000);
    const sent = Array.from({ length: EVENTS }, (_, n) => `message-${n}`);
    try {
      // Twice: a client whose answer was lost sends all of it again.
      for (let time = 0; time < 2; time++) {
        const analytics = new Analytics({ host: balancer.url, writeKey: KEY, flushAt: 50, maxRetries: 3 });
        analytics.on("error", ({ code, reason }) => errors.push(`${code} ${reason}`));
        for (const [n, messageId] of sent.entries())
          analytics.track({ userId: `u-${n % 20}`, event: `Clicked ${n % 3}`, messageId, timestamp });
        await analytics.closeAndFlush({ timeout: 30_000 });
      }
    } finally {
      await balancer.close();
    }
    assert.deepEqual(errors, []);
    await estate.sources.idle();

    const { read, succeeded, lost, pending, letters, discarded } =
      estate.sources.stats.streams[estate.output("mapping")]!;
    assert.deepEqual(
      { read, succeeded, lost, pending, letters, discarded },
      {
        ...{ read: 2 * EVENTS, succeeded: 2 * EVENTS, lost: 0, pending: 0, letters: 0, discarded: {} },
      },
    );
    assert.deepEqual(faults.struck, [2, 1, 2]);
    const stored = (await rows("events")).map(({ messageId }) => String(messageId));
    assert.deepEqual(stored.sort(), [...sent].sort());
    const quarantined = await rows("quarantine");
    const sessions = (await rows("sessions")).flatMap(({ session }) =>
      session ? [session as { events: number }] : [],
    );
    assert.deepEqual([quarantined.length, sessions.length], [0, 20]);
  });

  it("puts aside what is no event, whole, and goes on with what comes after", async () => {
    const { kinesis, sqs } = estate.clients;
    const StreamARN = estate.output("stream");
    for (const text of ["no JSON", '{"version":1}'])
      await kinesis.send(new PutRecordCommand({ StreamARN, PartitionKey: "any", Data: Buffer.from(text) }));
    await estate.sources.idle();
    const aside = await rows("quarantine");
    assert.deepEqual(aside.map(({ reason }) => reason).sort(), ["not_an_envelope", "not_json"]);
    const QueueUrl = estate.output("letters");
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    assert.deepEqual(Messages, []);
    assert.deepEqual(estate.sources.stats.problems, []);
  });
});
