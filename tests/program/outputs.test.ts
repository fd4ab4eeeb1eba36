import assert from "node:assert/strict";
import { MARKET_DATA_OUTPUTS } from "../../components/market-data/outputs";
import { ESTATE_OUTPUTS } from "../../components/outputs";
import { type RecordedProgram, recordProgram } from "../support/recorded-program";

const DESCRIBED = [...ESTATE_OUTPUTS, ...MARKET_DATA_OUTPUTS];

describe("Outputs of the recorded program", () => {
  let program: RecordedProgram;
  before(async () => {
    program = await recordProgram("dev");
  });
  const value = (name: string) => program.outputs.find((output) => output.name === name)?.value;

  it("are at least forty, each described once and in a group", () => {
    assert.ok(program.outputs.length >= 40, `${program.outputs.length}`);
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

  it("are secret where they are addresses to write to: topic ARNs and queue URLs", () => {
    const secret = program.outputs.filter((output) => output.secret).map(({ name }) => name);
    const expected = DESCRIBED.map(({ name }) => name).filter((name) => /(TopicArn|QueueUrl)$/.test(name));
    assert.equal(expected.length, 8);
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
    assert.deepEqual(["environment", "region", "account"].map(value), ["dev", "us-east-1", "123456789012"]);
  });

  it("start with their system's prefix", () => {
    for (const { name } of MARKET_DATA_OUTPUTS) assert.match(name, /^marketData[A-Z]/);
  });
});
