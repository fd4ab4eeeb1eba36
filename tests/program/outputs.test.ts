import assert from "node:assert/strict";
import { AD_EXCHANGE_OUTPUTS } from "../../components/ad-exchange/outputs";
import { CLICKSTREAM_OUTPUTS } from "../../components/clickstream/outputs";
import { MARKET_DATA_OUTPUTS } from "../../components/market-data/outputs";
import { ESTATE_OUTPUTS, NETWORK_OUTPUTS } from "../../components/outputs";
import { type RecordedProgram, recordProgram } from "../support/recorded-program";

const DESCRIBED = [
  ...ESTATE_OUTPUTS,
  ...MARKET_DATA_OUTPUTS,
  ...NETWORK_OUTPUTS,
  ...CLICKSTREAM_OUTPUTS,
  ...AD_EXCHANGE_OUTPUTS,
];

describe("Outputs of the recorded program", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("dev");
  });
  const value = (name: string) => program.outputs.find((output) => output.name === name)?.value;

  it("are at least forty of market data and 22 of clickstream, each described once and in a group", () => {
    assert.equal(MARKET_DATA_OUTPUTS.length >= 40 && CLICKSTREAM_OUTPUTS.length >= 22, true);
    assert.deepEqual(
      program.outputs.map(({ name }) => name),
      DESCRIBED.map(({ name }) => name),
    );
    assert.equal(new Set(DESCRIBED.map(({ name }) => name)).size, DESCRIBED.length);
    for (const { group, describes } of DESCRIBED) assert.ok(group.length > 0 && describes.length > 0);
  });

  it("have a value, flat: a text or a list of texts", () => {
    for (const { name, value } of program.outputs) {
      const texts = Array.isArray(value) ? value : [value];
      assert.ok(
        texts.length > 0 && texts.every((text) => typeof text === "string" && text.length > 0),
        `${name}: ${JSON.stringify(value)}`,
      );
    }
  });

  it("are secret where they are addresses to write to, topic ARNs and queue URLs, and where they are tokens or what those count under", () => {
    const secret = program.outputs.filter((output) => output.secret).map(({ name }) => name);
    const expected = DESCRIBED.map(({ name }) => name).filter((name) =>
      /(TopicArn|QueueUrl|TenantTokens|UsageKeys)$/.test(name),
    );
    assert.equal(expected.length, 15);
    assert.deepEqual(secret, expected);
  });

  it("say what they are called after", () => {
    assert.equal(value("marketDataBusName"), "bus-market-data-dev");
    assert.equal(value("marketDataIngestionFunctionName"), "lambda-ingestion-market-data-dev");
    assert.equal(value("marketDataNotificationLogGroupName"), "/aws/lambda/lambda-notification-market-data-dev");
    assert.equal(value("marketDataAlertRuleArn"), undefined);
    assert.match(String(value("marketDataIngestionFailuresQueueUrl")), /queue-ingestion-dlq-market-data-dev$/);
    assert.match(String(value("marketDataIngestionUndeliveredQueueUrl")), /queue-raw-undelivered-market-data-dev$/);
    assert.equal(value("marketDataTunablesParameter"), "/sluice/dev/market-data/tunables");
    assert.equal((value("marketDataAlarmNames") as string[]).length, 38);
    assert.equal(value("clickstreamStreamName"), "stream-clickstream-dev");
    assert.match(String(value("clickstreamLoadBalancerDnsName")), /^internal-alb-clickstream-dev-/);
    assert.equal(value("clickstreamFailureBucketName"), "bucket-failed-clickstream-123456789012-us-east-1-dev");
    assert.match(String(value("clickstreamProcessingSecurityGroupId")), /^sg-/);
    assert.match(String(value("clickstreamEventsTableStreamArn")), /table-events-clickstream-dev\/stream\//);
    assert.equal((value("clickstreamAlarmNames") as string[]).length, 41);
    assert.equal(value("networkCidr"), "10.20.0.0/16");
    assert.equal((value("networkPrivateSubnetIds") as string[]).length, 3);
    assert.equal((value("networkInterfaceEndpointIds") as string[]).length, 2);
    for (const name of [
      ...["networkVpcId", "networkDynamodbEndpointId", "networkEndpointsSecurityGroupIds", "networkFlowLogKeyArn"],
      ...["clickstreamLoadBalancerArn", "clickstreamCollectorTargetGroupArn", "clickstreamLoadBalancerSecurityGroupId"],
      ...["clickstreamStreamArn", "clickstreamDataKeyArn", "clickstreamEventsTableArn", "clickstreamLettersQueueUrl"],
      ...["clickstreamAccessLogBucketName", "clickstreamProcessingFunctionArn", "clickstreamProcessingLogGroupName"],
    ])
      assert.notEqual(value(name), undefined, name);
    assert.deepEqual(["environment", "region", "account"].map(value), ["dev", "us-east-1", "123456789012"]);
  });

  it("start with their system's prefix", () => {
    for (const { name } of MARKET_DATA_OUTPUTS) assert.match(name, /^marketData[A-Z]/);
    for (const { name } of CLICKSTREAM_OUTPUTS) assert.match(name, /^clickstream[A-Z]/);
    for (const { name } of AD_EXCHANGE_OUTPUTS) assert.match(name, /^adExchange[A-Z]/);
    for (const { name } of NETWORK_OUTPUTS) assert.match(name, /^network[A-Z]/);
  });
});
