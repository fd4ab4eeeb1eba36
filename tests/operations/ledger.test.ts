import assert from "node:assert/strict";
import { metricsIn } from "../../local/emf";
import { percentile } from "../../local/figures";
import { type AuditRow, settle } from "../../local/market/ledger";

const row = (stage: AuditRow["stage"], status: string, event: string, more: Partial<AuditRow> = {}): AuditRow => ({
  eventId: event,
  stage,
  status,
  timestamp: "2026-01-05T14:30:00.100Z#request",
  durationMs: 5,
  ...(stage === "ingestion" ? { envelopeId: `envelope-${event}` } : {}),
  ...more,
});
const sent = (...events: string[]) => events.map((event) => ({ envelopeId: `envelope-${event}`, sentAt: 0 }));
const through = (event: string) => [row("ingestion", "VALIDATED", event), row("processing", "PROCESSED", event)];

describe("a session's ledger", () => {
  it("loses nothing when every event is processed", () => {
    const ledger = settle(sent("a", "b"), [...through("a"), ...through("b")], []);
    assert.deepEqual([ledger.validated, ledger.processed, ledger.lost], [2, 2, []]);
  });

  it("misses an event that ingestion never saw", () => {
    assert.deepEqual(settle(sent("a", "b"), through("a"), []).lost, ["envelope-b before ingestion"]);
  });

  it("misses an accepted event that was not processed, and one whose only attempt failed", () => {
    const audit = [
      row("ingestion", "VALIDATED", "a"),
      row("ingestion", "VALIDATED", "b"),
      row("processing", "FAILED", "b"),
    ];
    assert.deepEqual(settle(sent("a", "b"), audit, []).lost, ["a before processing", "b before processing"]);
  });

  it("misses a candidate that notification did not decide", () => {
    const audit = [row("ingestion", "VALIDATED", "a"), row("processing", "PROCESSED", "a", { candidates: ["move"] })];
    assert.deepEqual(settle(sent("a"), audit, []).lost, ["a before notification"]);
  });

  it("counts what waits in a queue as waiting, not as lost", () => {
    const audit = [row("ingestion", "VALIDATED", "b")];
    const letters = [
      { queue: "ingestion-dlq", envelopeId: "envelope-a" },
      { queue: "processing-dlq", envelopeId: "other", eventId: "b" },
    ];
    const ledger = settle(sent("a", "b"), audit, letters);
    assert.deepEqual(ledger.lost, []);
    assert.deepEqual(
      [...ledger.letters],
      [
        ["ingestion-dlq", 1],
        ["processing-dlq", 1],
      ],
    );
  });

  it("counts rejections by reason, duplicates, late events and retries", () => {
    const audit = [
      ...through("a"),
      row("ingestion", "DUPLICATE", "a", { envelopeId: "envelope-a2" }),
      row("ingestion", "REJECTED", "x", { reason: "wrong_type" }),
      row("ingestion", "FAILED", "y"),
      row("ingestion", "VALIDATED", "y"),
      row("processing", "LATE", "y"),
    ];
    const ledger = settle([...sent("a", "x", "y"), { envelopeId: "envelope-a2", sentAt: 0 }], audit, []);
    assert.deepEqual([...ledger.rejected], [["wrong_type", 1]]);
    assert.deepEqual([ledger.duplicates, ledger.late, ledger.retries, ledger.lost], [1, 1, 1, []]);
  });

  it("measures end to end from the call that sent the event to the end of its processing", () => {
    const started = Date.parse("2026-01-05T14:30:00.000Z");
    assert.deepEqual(settle([{ envelopeId: "envelope-a", sentAt: started }], through("a"), []).endToEnd, [105]);
  });
});

describe("percentiles", () => {
  it("are nearest-rank", () => {
    const figures = [5, 1, 4, 2, 3];
    assert.deepEqual([percentile(figures, 0.5), percentile(figures, 0.95), percentile(figures, 0.2)], [3, 5, 1]);
  });

  it("of nothing are not a number", () => assert.ok(Number.isNaN(percentile([], 0.5))));
});

describe("metrics in log lines", () => {
  it("are collected by name from numbers and arrays, other lines passed over", () => {
    const line = JSON.stringify({
      _aws: { CloudWatchMetrics: [{ Namespace: "N", Dimensions: [], Metrics: [{ Name: "A" }, { Name: "B" }] }] },
      A: 1,
      B: [2, 3],
    });
    const figures = metricsIn([line, "START RequestId", '{"message":"_aws"}', line]);
    assert.deepEqual(
      [...figures],
      [
        ["A", [1, 1]],
        ["B", [2, 3, 2, 3]],
      ],
    );
  });
});
