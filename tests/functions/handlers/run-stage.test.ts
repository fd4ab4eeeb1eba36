import assert from "node:assert/strict";
import type { AuditRow } from "../../../functions/market-data/stage/audit-row";
import { runStage, type Stage, type StageWorld } from "../../../functions/market-data/stage/run-stage";
import { FakeLog, FakeMetrics, ManualClock } from "./support/fakes";

/** A stage that does what a test says, with everything it leaves behind. */
class TestStage {
  readonly log = new FakeLog();
  readonly metrics = new FakeMetrics();
  readonly clock = new ManualClock();
  readonly rows: AuditRow[] = [];
  append = async (row: AuditRow): Promise<void> => void this.rows.push(row);

  run(stage: Partial<Stage<StageWorld>>, remainingMs = 30_000) {
    const { log, metrics, clock } = this;
    const handler = runStage<StageWorld>({
      name: "ingestion",
      decide: async () => ({ status: "VALIDATED", counts: { EventsValidated: 1 } }),
      world: async () => ({ value: { audit: { append: (row) => this.append(row) } } }),
      ...{ log, metrics, clock },
      ...stage,
    });
    const context = { awsRequestId: "r", functionName: "f", getRemainingTimeInMillis: () => remainingMs };
    return handler({ id: "e", source: "s", time: "2026-01-05T14:30:00Z", detail: {} }, context);
  }
}

const never = () => new Promise<never>(() => undefined);

describe("a stage", () => {
  it("counts and logs that it ran on stale parameters", async () => {
    const stage = new TestStage();
    const audit = { append: stage.append };
    await stage.run({ world: async () => ({ value: { audit }, stale: new Error("Rate exceeded") }) });
    assert.deepEqual(stage.metrics.records[0]?.counts, { EventsValidated: 1, ParametersStale: 1 });
    assert.equal(stage.log.lines[0]?.parametersStale, "Error: Rate exceeded");
  });

  it("says that nothing could be audited when it has no parameters yet", async () => {
    const stage = new TestStage();
    await assert.rejects(stage.run({ world: () => Promise.reject(new Error("Rate exceeded")) }), {
      name: "RetryableFailure",
      message: "ingestion: Error: Rate exceeded",
    });
    assert.deepEqual([stage.rows.length, stage.log.lines.length, stage.metrics.records.length], [0, 1, 1]);
    assert.match(String(stage.log.lines[0]?.unaudited), /no audit table/);
  });

  it("records a failure under its own key, with its kind", async () => {
    const stage = new TestStage();
    stage.clock.pass(7);
    await assert.rejects(stage.run({ decide: () => Promise.reject(new Error("broken")) }));
    const [row] = stage.rows;
    assert.deepEqual(
      [row?.auditId, row?.timestamp, row?.status, row?.error, row?.retryable],
      [
        "envelope:e#ingestion",
        "2026-01-05T14:30:00.007Z#r#failed",
        "FAILED",
        "RetryableFailure: ingestion: Error: broken",
        true,
      ],
    );
  });

  it("gives up 500 ms before its time is over, and 100 ms before on the audit row", async () => {
    const stage = new TestStage();
    stage.append = never;
    const started = performance.now();
    await assert.rejects(stage.run({ decide: never }, 540), {
      message: "timeout: ingestion was not done within 40 ms",
    });
    const took = performance.now() - started;
    assert.ok(took > 450 && took < 540 + 400, `${took} ms`);
    assert.match(String(stage.log.lines[0]?.unaudited), /the audit row was not done within 440 ms/);
  });
});
