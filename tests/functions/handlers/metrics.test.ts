import assert from "node:assert/strict";
import { EmbeddedMetrics } from "../../../functions/shared/metrics";

/** What `record` writes, line by line. */
function linesOf(record: (metrics: EmbeddedMetrics) => void): Record<string, unknown>[] {
  const written: string[] = [];
  const write = process.stdout.write;
  process.stdout.write = ((text: string) => Boolean(written.push(text))) as typeof process.stdout.write;
  try {
    record(new EmbeddedMetrics("Sluice/Test", "test", "lambda-test"));
  } finally {
    process.stdout.write = write;
  }
  return written
    .join("")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("metrics", () => {
  it("of one invocation are one line, under the function's name", () => {
    const [line, ...more] = linesOf((metrics) =>
      metrics.record({ counts: { EventsValidated: 1 }, milliseconds: { StageLatency: 12 } }),
    );
    assert.equal(more.length, 0);
    const { _aws, ...fields } = line as { _aws: { CloudWatchMetrics: unknown } };
    assert.deepEqual(_aws.CloudWatchMetrics, [
      {
        Namespace: "Sluice/Test",
        Dimensions: [["service", "FunctionName"]],
        Metrics: [
          { Name: "EventsValidated", Unit: "Count" },
          { Name: "StageLatency", Unit: "Milliseconds" },
        ],
      },
    ]);
    assert.deepEqual(fields, { service: "test", FunctionName: "lambda-test", EventsValidated: 1, StageLatency: 12 });
  });

  it("with a reason are counted with and without it, and the reason does not stick", () => {
    const [rejected, validated, ...more] = linesOf((metrics) => {
      metrics.record({ counts: { EventsRejected: 1 }, milliseconds: { StageLatency: 3 }, reason: "too_large" });
      metrics.record({ counts: { EventsValidated: 1 }, milliseconds: { StageLatency: 4 } });
    });
    assert.equal(more.length, 0);
    const dimensions = (line: unknown) =>
      (line as { _aws: { CloudWatchMetrics: { Dimensions: unknown }[] } })._aws.CloudWatchMetrics[0]?.Dimensions;
    assert.deepEqual(dimensions(rejected), [
      ["service", "FunctionName"],
      ["service", "FunctionName", "reason"],
    ]);
    assert.equal((rejected as { reason: string }).reason, "too_large");
    assert.deepEqual(dimensions(validated), [["service", "FunctionName"]]);
  });
});
