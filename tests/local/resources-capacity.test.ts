import assert from "node:assert/strict";
import { DescribeAlarmsCommand } from "@aws-sdk/client-cloudwatch";
import { DescribeTableCommand } from "@aws-sdk/client-dynamodb";
import {
  DescribeStreamSummaryCommand,
  EnableEnhancedMonitoringCommand,
  ListTagsForStreamCommand,
} from "@aws-sdk/client-kinesis";
import { GetKeyPolicyCommand } from "@aws-sdk/client-kms";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { Clients } from "../../local/clients";
import { alarmRequest } from "../../local/resources/cloudwatch";
import { Deploying } from "./deploying";
import { policy } from "./roles";

describe("Capacity and alarms on the embedded cloud", () => {
  const on = new Deploying("test-capacity");
  const deployed = (program: () => unknown) => on.deploy(program);
  let admin: Clients;
  before(() => {
    admin = on.admin;
  });

  const attributes = ["id", "at", "by"].map((name) => ({ name, type: "S" }));
  const index = { name: "by-by", hashKey: "by", projectionType: "ALL" };
  const keys = { name: "table", hashKey: "id", rangeKey: "at", attributes };

  it("are a table's and its index's units, and the stream of its changes", async () => {
    const units = (read: number, write: number) => ({ readCapacity: read, writeCapacity: write });
    const outputs = await deployed(() => {
      const table = new aws.dynamodb.Table("t", {
        ...{ ...keys, ...units(5, 6), billingMode: "PROVISIONED" },
        globalSecondaryIndexes: [{ ...index, ...units(7, 8) }],
        localSecondaryIndexes: [{ name: "local", rangeKey: "by", projectionType: "KEYS_ONLY" }],
        ...{ streamEnabled: true, streamViewType: "NEW_AND_OLD_IMAGES" },
      });
      const scaled = { serviceNamespace: "dynamodb", resourceId: "table/table" };
      const dimension = { scalableDimension: "dynamodb:table:ReadCapacityUnits" };
      new aws.appautoscaling.Target("r", { ...scaled, ...dimension, minCapacity: 5, maxCapacity: 50 });
      new aws.appautoscaling.Policy("r", { ...scaled, ...dimension, policyType: "TargetTrackingScaling" });
      return { stream: table.streamArn, label: table.streamLabel };
    });
    const { Table } = await admin.dynamodb.send(new DescribeTableCommand({ TableName: "table" }));
    const unitsOf = ({
      ReadCapacityUnits,
      WriteCapacityUnits,
    }: {
      ReadCapacityUnits?: number | undefined;
      WriteCapacityUnits?: number | undefined;
    } = {}) => [ReadCapacityUnits, WriteCapacityUnits];
    assert.deepEqual(unitsOf(Table?.ProvisionedThroughput), [5, 6]);
    assert.deepEqual(unitsOf(Table?.GlobalSecondaryIndexes?.[0]?.ProvisionedThroughput), [7, 8]);
    assert.equal(Table?.StreamSpecification?.StreamViewType, "NEW_AND_OLD_IMAGES");
    assert.deepEqual([Table?.LatestStreamArn, Table?.LatestStreamLabel], [outputs.stream, outputs.label]);
  });

  it("are refused where they do not fit how the table is paid for", async () => {
    const refused: readonly (readonly [Partial<aws.dynamodb.TableArgs>, RegExp])[] = [
      [{ readCapacity: 1 }, /t \(.*\): writeCapacity of the table is missing/],
      [
        { readCapacity: 1, writeCapacity: 1, globalSecondaryIndexes: [index] },
        /readCapacity of index by-by is missing/,
      ],
      [{ billingMode: "PAY_PER_REQUEST", readCapacity: 1 }, /the table has a capacity; give none/],
    ];
    for (const [over, says] of refused)
      await assert.rejects(
        deployed(() => new aws.dynamodb.Table("t", { ...keys, ...over })),
        says,
      );
  });

  it("are a stream's shards and metrics, or no shards of the program's own", async () => {
    const outputs = await deployed(() => {
      const shardLevelMetrics = ["IncomingBytes", "IteratorAgeMilliseconds"];
      new aws.kinesis.Stream("p", { name: "p", shardCount: 2, shardLevelMetrics, enforceConsumerDeletion: true });
      const streamModeDetails = { streamMode: "ON_DEMAND" };
      new aws.kinesis.Stream("d", { name: "d", streamModeDetails, retentionPeriod: 48, tags: { Owner: "tests" } });
      return {};
    });
    assert.deepEqual(outputs, {});
    const summary = async (StreamName: string) =>
      (await admin.kinesis.send(new DescribeStreamSummaryCommand({ StreamName }))).StreamDescriptionSummary;
    const [p, d] = [await summary("p"), await summary("d")];
    assert.deepEqual([p?.StreamModeDetails?.StreamMode, p?.OpenShardCount], ["PROVISIONED", 2]);
    assert.deepEqual([d?.StreamModeDetails?.StreamMode, d?.RetentionPeriodHours], ["ON_DEMAND", 48]);
    // MiniStack's summaries do not list them; the answer to asking for one more does.
    const more = { StreamName: "p", ShardLevelMetrics: ["OutgoingBytes" as const] };
    const { CurrentShardLevelMetrics } = await admin.kinesis.send(new EnableEnhancedMonitoringCommand(more));
    assert.deepEqual([...(CurrentShardLevelMetrics ?? [])].sort(), ["IncomingBytes", "IteratorAgeMilliseconds"]);
    const { Tags } = await admin.kinesis.send(new ListTagsForStreamCommand({ StreamName: "d" }));
    assert.deepEqual(Tags, [{ Key: "Owner", Value: "tests" }]);
  });

  it("are alarms over several points and over sums of metrics, and a dashboard", async () => {
    const common = { threshold: 1, comparisonOperator: "GreaterThanThreshold", evaluationPeriods: 5 };
    const metric = { namespace: "N", metricName: "M", dimensions: { Reason: "late" }, stat: "Sum", period: 300 };
    const total = { id: "total", expression: "SUM(METRICS())", label: "all", returnData: true };
    const summed = { name: "sum", ...common, metricQueries: [total, { id: "m0", returnData: false, metric }] };
    await deployed(() => {
      const bytes = { namespace: "AWS/Kinesis", metricName: "PutRecord.Bytes", period: 60, statistic: "Sum" };
      new aws.cloudwatch.MetricAlarm("a", { name: "a", ...bytes, ...common, datapointsToAlarm: 3 });
      new aws.cloudwatch.MetricAlarm("sum", summed);
      new aws.cloudwatch.Dashboard("d", { dashboardName: "d", dashboardBody: '{"widgets":[]}' });
    });
    const { MetricAlarms = [] } = await admin.cloudwatch.send(new DescribeAlarmsCommand({ AlarmNames: ["a", "sum"] }));
    assert.deepEqual(
      MetricAlarms.map(({ AlarmName, EvaluationPeriods, DatapointsToAlarm }) => [
        ...[AlarmName, EvaluationPeriods, DatapointsToAlarm],
      ]),
      [
        ["a", 5, 3],
        ["sum", 5, undefined],
      ],
    );
    assert.deepEqual(alarmRequest(summed as Parameters<typeof alarmRequest>[0], "sum").Metrics, [
      { Id: "total", Expression: "SUM(METRICS())", Label: "all", ReturnData: true },
      {
        ...{ Id: "m0", ReturnData: false },
        MetricStat: {
          Metric: { Namespace: "N", MetricName: "M", Dimensions: [{ Name: "Reason", Value: "late" }] },
          ...{ Period: 300, Stat: "Sum" },
        },
      },
    ]);
  });

  it("are a queue's time and where its letters go, and a key that services use on a condition", async () => {
    const document = policy([
      { Effect: "Allow", Principal: { AWS: "arn:aws:iam::000000000000:root" }, Action: "kms:*", Resource: "*" },
      {
        ...{
          Effect: "Allow",
          Principal: { Service: "s3.amazonaws.com" },
          Action: "kms:GenerateDataKey*",
          Resource: "*",
        },
        Condition: {
          StringEquals: { "aws:SourceAccount": "000000000000", "kms:ViaService": "s3.us-east-1.amazonaws.com" },
        },
      },
    ]);
    const outputs = await deployed(() => {
      const letters = new aws.sqs.Queue("l", { name: "l", redriveAllowPolicy: '{"redrivePermission":"allowAll"}' });
      const redrivePolicy = pulumi.jsonStringify({ deadLetterTargetArn: letters.arn, maxReceiveCount: 5 });
      const queue = new aws.sqs.Queue("q", { name: "q", visibilityTimeoutSeconds: 360, redrivePolicy });
      const key = new aws.kms.Key("k", { policy: document });
      return { queue: queue.url, letters: letters.url, arn: letters.arn, key: key.keyId };
    });
    const read = async (QueueUrl?: string) =>
      (await admin.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes ?? {};
    const [queue, letters] = [await read(outputs.queue), await read(outputs.letters)];
    assert.equal(queue.VisibilityTimeout, "360");
    assert.deepEqual(JSON.parse(queue.RedrivePolicy ?? ""), { deadLetterTargetArn: outputs.arn, maxReceiveCount: 5 });
    assert.deepEqual(JSON.parse(letters.RedriveAllowPolicy ?? ""), { redrivePermission: "allowAll" });
    const { Policy } = await admin.kms.send(new GetKeyPolicyCommand({ KeyId: outputs.key, PolicyName: "default" }));
    assert.deepEqual(JSON.parse(Policy ?? ""), JSON.parse(document));
  });
});
