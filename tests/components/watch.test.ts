import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { keyedTable } from "../../components/shared/stateful";
import { lagOfStream, refusedWritesOf } from "../../components/shared/stream-signals";
import { systemErrorsOn, throttledOn } from "../../components/shared/table-signals";
import { watch } from "../../components/shared/watch";
import { type RecordedProgram, recordResources } from "../support/recorded-program";

const id = (name: string) => ({ name, type: "S" }) as const;

describe("What is watched", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordResources(() => {
      const table = keyedTable("t", { name: "table-t-dev", partitionKey: id("id"), type: "Sample" }, {});
      const stream = new aws.kinesis.Stream("s", { name: "stream-s-dev" });
      const signals = [
        lagOfStream("s", stream, 60_000),
        refusedWritesOf("s", stream),
        throttledOn("Write", "t", table, "byType"),
        systemErrorsOn("t", table, ["PutItem", "Query"], 10),
      ];
      const topic = new aws.sns.Topic("topic", { name: "topic-x-dev" });
      const alarmName = ({ name }: { name: string }) => `alarm-${name}`;
      watch("w", { signals, topic, alarmName, dashboardName: "dashboard-x", region: "us-east-1" }, {});
    });
  });
  const alarm = (signal: string) => program.named(`w-${signal}-alarm`).inputs;

  it("fires within a minute unless the signal is of something that must last", () => {
    const { period, evaluationPeriods, statistic } = alarm("throttled-writes-s");
    assert.deepEqual([period, evaluationPeriods, statistic], [60, 1, "Sum"]);
    const lasting = alarm("lag-s");
    assert.deepEqual([lasting.period, lasting.evaluationPeriods, lasting.statistic], [300, 2, "Maximum"]);
    assert.equal(lasting.threshold, 60_000);
  });

  it("reads an index's own count where the signal is of an index", () => {
    assert.deepEqual(alarm("throttled-writes-t-byType").dimensions, {
      TableName: "table-t-dev",
      GlobalSecondaryIndexName: "byType",
    });
  });

  it("adds up a metric that the service only counts by operation, and reads no metric that there is not", () => {
    const { metricName, dimensions, period, metricQueries, evaluationPeriods, threshold } = alarm("system-errors-t");
    assert.deepEqual(
      [metricName, dimensions, period, evaluationPeriods, threshold],
      [undefined, undefined, undefined, 2, 10],
    );
    const [total, ...parts] = metricQueries as Record<string, unknown>[];
    assert.deepEqual([total?.expression, total?.returnData], ["SUM(METRICS())", true]);
    assert.deepEqual(
      parts.map(({ metric, returnData }) => [metric, returnData]),
      ["PutItem", "Query"].map((Operation) => [
        {
          ...{ namespace: "AWS/DynamoDB", metricName: "SystemErrors", stat: "Sum", period: 300 },
          dimensions: { TableName: "table-t-dev", Operation },
        },
        false,
      ]),
    );
  });

  it("stands on the dashboard, a line for each metric that is read", () => {
    const { widgets } = JSON.parse(String(program.named("w-dashboard").inputs.dashboardBody)) as {
      widgets: { properties: { title: string; metrics: unknown[][] } }[];
    };
    const lines = widgets.flatMap(({ properties }) => properties.metrics.map((line) => line.slice(0, -1).join(" ")));
    assert.deepEqual(lines.sort(), [
      "AWS/DynamoDB SystemErrors TableName table-t-dev Operation PutItem",
      "AWS/DynamoDB SystemErrors TableName table-t-dev Operation Query",
      "AWS/DynamoDB WriteThrottleEvents TableName table-t-dev GlobalSecondaryIndexName byType",
      "AWS/Kinesis GetRecords.IteratorAgeMilliseconds StreamName stream-s-dev",
      "AWS/Kinesis WriteProvisionedThroughputExceeded StreamName stream-s-dev",
    ]);
  });
});
