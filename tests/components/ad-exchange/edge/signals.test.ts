import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { cacheChart, edgeSignals } from "../../../../components/ad-exchange/edge-signals";
import { guard } from "../../../../components/ad-exchange/guard";
import { watch } from "../../../../components/shared/watch";
import { type RecordedProgram, recordResources } from "../../../support/recorded-program";
import { ACCOUNT, NAMES, REGION, type Sample, SETTINGS, sampleEdge } from "./sample";

const record = (sample: Sample = {}) =>
  recordResources(() => {
    const edge = sampleEdge(sample);
    const names = { names: NAMES, account: ACCOUNT, region: REGION, logRetentionDays: 7 };
    const signals = edgeSignals({
      edge,
      guard: guard("x", { ...names, settings: SETTINGS.guard, stage: edge.stage }, {}),
      alarms: SETTINGS.alarms,
      region: REGION,
    });
    const topic = new aws.sns.Topic("t", {});
    const dashboardName = "d";
    watch(
      "x",
      { signals, charts: [cacheChart(edge)], topic, alarmName: ({ name }) => name, dashboardName, region: REGION },
      {},
    );
  });

const alarmOf = (program: RecordedProgram, name: string) => {
  const { namespace, metricName, dimensions, statistic, extendedStatistic, threshold, period, evaluationPeriods } =
    program.named(`x-${name}-alarm`).inputs;
  return [namespace, metricName, dimensions, statistic ?? extendedStatistic, threshold, period, evaluationPeriods];
};

describe("The edge's alarms", () => {
  let program: RecordedProgram;
  const stage = { ApiName: "api-ad-exchange-dev", Stage: "live" };
  before(async () => {
    program = await record();
  });

  it("are these", () => {
    const names = program.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs.name);
    assert.deepEqual(names.sort(), [
      "authorizer-failed-edge",
      "blocked-edge",
      "client-errors-edge",
      "server-errors-edge",
      "slow-auctions-edge",
      "slow-integration-edge",
      "throttled-edge",
    ]);
  });

  it("watch the share of failures, which is the average of what counts them", () => {
    const of = (metric: string, share: number) => ["AWS/ApiGateway", metric, stage, "Average", share, 300, 2];
    assert.deepEqual(alarmOf(program, "server-errors-edge"), of("5XXError", 0.01));
    assert.deepEqual(alarmOf(program, "client-errors-edge"), of("4XXError", 0.2));
  });

  it("watch how long auctions take, and no other method", () => {
    const auction = { ...stage, Method: "POST", Resource: "/openrtb2/auction" };
    assert.deepEqual(alarmOf(program, "slow-auctions-edge"), ["AWS/ApiGateway", "Latency", auction, "p99", 100, 60, 1]);
    const integration = ["AWS/ApiGateway", "IntegrationLatency", auction, "p99", 80, 60, 1];
    assert.deepEqual(alarmOf(program, "slow-integration-edge"), integration);
  });

  it("watch what is counted in the access log, by what the gateway calls it", () => {
    for (const [alarm, metric, above, errors] of [
      ["throttled-edge", "throttled", 1_000, ["THROTTLED", "QUOTA_EXCEEDED"]],
      ["authorizer-failed-edge", "authorizerFailed", 0, ["AUTHORIZER_FAILURE", "AUTHORIZER_CONFIGURATION_ERROR"]],
    ] as const) {
      const { inputs } = program.named(`x-${metric}-counter`);
      assert.equal(inputs.pattern, `{ ${errors.map((error) => `$.error = "${error}"`).join(" || ")} }`);
      assert.equal(inputs.logGroupName, program.named("x-access-logs").inputs.name);
      const { name, namespace, value } = inputs.metricTransformation as Record<string, string>;
      assert.equal(value, "1");
      assert.equal(namespace, "Sluice/AdExchange/api-ad-exchange-dev");
      assert.deepEqual(alarmOf(program, alarm), [namespace, name, {}, "Sum", above, 60, 1]);
    }
  });

  it("watch what the firewall refuses, under the name that its metrics have", () => {
    const { metricName } = program.named("x-web-acl").inputs.visibilityConfig as Record<string, string>;
    const dimensions = { WebACL: metricName, Region: REGION, Rule: "ALL" };
    assert.deepEqual(alarmOf(program, "blocked-edge"), ["AWS/WAFV2", "BlockedRequests", dimensions, "Sum", 500, 60, 1]);
  });

  it("are without those that read the access log where there is none", async () => {
    const without = await record({ api: { loggingRole: "none" } });
    const names = without.ofType("aws:cloudwatch/metricAlarm:MetricAlarm").map(({ inputs }) => inputs.name);
    assert.equal(names.length, 5);
    assert.deepEqual(
      names.filter((name) => /throttled|authorizer/.test(String(name))),
      [],
    );
    assert.deepEqual(without.ofType("aws:cloudwatch/logMetricFilter:LogMetricFilter"), []);
  });

  it("stand on a dashboard, with the cache's share behind them", () => {
    const { widgets } = JSON.parse(String(program.named("x-dashboard").inputs.dashboardBody)) as {
      widgets: { x: number; y: number; properties: { title: string; metrics: unknown[][] } }[];
    };
    assert.deepEqual(
      widgets.map(({ properties }) => properties.title),
      [
        "Share of failed requests",
        "Auctions, p99 (ms)",
        "Refused by rate",
        "Authorizer failures",
        "Refused by the firewall",
        "Campaigns answered by the cache (%)",
      ],
    );
    const places = widgets.map(({ x, y }) => `${x},${y}`);
    assert.equal(new Set(places).size, widgets.length);
    assert.deepEqual(widgets.at(-1)?.properties.metrics, [
      [{ expression: "100*hits/(hits+misses)", label: "answered by the cache", id: "ratio" }],
      [
        "AWS/ApiGateway",
        "CacheHitCount",
        "ApiName",
        stage.ApiName,
        "Stage",
        "live",
        { id: "hits", stat: "Sum", visible: false },
      ],
      [
        "AWS/ApiGateway",
        "CacheMissCount",
        "ApiName",
        stage.ApiName,
        "Stage",
        "live",
        { id: "misses", stat: "Sum", visible: false },
      ],
    ]);
  });
});
