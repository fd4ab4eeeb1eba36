import assert from "node:assert/strict";
import fc from "fast-check";
import { Estate } from "./support/estate";
import { at, trade } from "./support/events";

const ID = "XNAS:ITCH:AAPL:1";

describe("ingestion", () => {
  it("stores the claim, the event and the audit row, and publishes only then", async () => {
    const estate = new Estate();
    assert.deepEqual(await estate.ingest(trade(1)), { status: "VALIDATED", eventId: ID });
    assert.deepEqual(estate.dynamo.calls, ["TransactWriteItemsCommand"]);
    const [row] = estate.dynamo.rows("events");
    assert.deepEqual(
      [row?.eventId, row?.timestamp, row?.status, row?.late, row?.receivedAt, row?.payload.price],
      [ID, "2026-01-05T14:30:00.001000000Z", "VALIDATED", false, "2026-01-05T14:30:00Z", "100.00"],
    );
    const [claim] = estate.dynamo.rows("series");
    assert.equal(claim?.position, `${row?.timestamp}#${"1".padStart(16, "0")}`);
    assert.equal(claim?.expiresAt, Date.parse("2026-01-12T14:30:00Z") / 1_000);
    const [audit] = estate.dynamo.rows("audit");
    assert.deepEqual(audit, {
      auditId: `${ID}#ingestion`,
      timestamp: "2026-01-05T14:30:00.000Z#request-1",
      eventId: ID,
      envelopeId: "envelope-1",
      stage: "ingestion",
      function: "lambda-ingestion",
      status: "VALIDATED",
      durationMs: 0,
    });
    const [published] = estate.validated.published;
    assert.equal(published?.detailType, "MarketData.Validated");
    const { event: _event, ...detail } = published!.detail as { event: object };
    assert.deepEqual(detail, { schemaVersion: 1, eventId: ID, receivedAt: "2026-01-05T14:30:00Z", late: false });
  });

  it("leaves no wall-clock time in the event's row", async () => {
    const [first, second] = [new Estate(), new Estate()];
    await first.ingest(trade(1), { time: "2026-01-05T14:30:00Z" });
    second.clock.pass(86_400_000);
    await second.ingest(trade(1), { time: "2026-01-05T14:30:00Z", replayName: "replay-1" });
    assert.deepEqual(second.dynamo.rows("events"), first.dynamo.rows("events"));
  });

  it("publishes again what comes again before it was processed, as it was first received", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    const [first] = estate.validated.take();
    estate.clock.pass(3_600_000);
    assert.equal((await estate.ingest(trade(1))).status, "REPUBLISHED");
    assert.deepEqual(estate.validated.published, [first]);
    assert.deepEqual(estate.statuses("ingestion"), ["VALIDATED", "REPUBLISHED"]);
    assert.equal(estate.dynamo.rows("events").length, 1);
  });

  it("knows a duplicate after it was processed, and publishes nothing", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    await estate.settle();
    assert.equal((await estate.ingest(trade(1))).status, "DUPLICATE");
    assert.equal(estate.validated.published.length, 0);
    assert.equal(estate.metrics.total("Duplicates"), 1);
  });

  it("knows a duplicate by its own row when the claim has expired", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    await estate.settle();
    estate.dynamo.remove("series");
    assert.equal((await estate.ingest(trade(1))).status, "DUPLICATE");
    assert.equal(estate.dynamo.rows("events").length, 1);
  });

  for (const [what, changed] of [
    ["another price", { price: "100.01" }],
    ["another time", { eventTime: at(500) }],
  ] as const) {
    it(`rejects a taken sequence with ${what}, and keeps the input`, async () => {
      const estate = new Estate();
      await estate.ingest(trade(1));
      assert.deepEqual(await estate.ingest(trade(1, changed)), { status: "REJECTED", eventId: ID });
      const rejected = estate.dynamo.rows("audit").find((row) => row.status === "REJECTED");
      assert.equal(rejected?.reason, "sequence_conflict");
      assert.deepEqual(JSON.parse(rejected?.payload), trade(1, changed));
      assert.equal(estate.dynamo.rows("events").length, 1);
      assert.equal(estate.validated.published.length, 1);
    });
  }

  it("fails when publishing fails, and the retry publishes", async () => {
    const estate = new Estate();
    const envelope = estate.raw(trade(1));
    estate.validated.fail(new Error("bus unreachable"));
    await assert.rejects(estate.invoke("ingestion", envelope, "request-a"), {
      name: "RetryableFailure",
      message: "publishing the validated event: Error: bus unreachable",
    });
    estate.clock.pass(60_000);
    assert.equal((await estate.invoke("ingestion", envelope, "request-a")).status, "REPUBLISHED");
    assert.equal(estate.validated.published.length, 1);
    const rows = estate.dynamo.rows("audit").map(({ timestamp, status, error }) => [timestamp, status, error]);
    assert.deepEqual(rows, [
      ["2026-01-05T14:30:00.000Z#request-a", "VALIDATED", undefined],
      [
        "2026-01-05T14:30:00.000Z#request-a#failed",
        "FAILED",
        "RetryableFailure: publishing the validated event: Error: bus unreachable",
      ],
      ["2026-01-05T14:31:00.000Z#request-a", "REPUBLISHED", undefined],
    ]);
  });

  it("recognises its own write when only the answer was lost", async () => {
    const estate = new Estate();
    const lost = new Error("socket hang up");
    estate.dynamo.faults.push({ command: "TransactWriteItemsCommand", error: lost, when: "after" });
    const envelope = estate.raw(trade(1));
    await assert.rejects(estate.invoke("ingestion", envelope), /storing the event: Error: socket hang up/);
    estate.clock.pass(60_000);
    assert.equal((await estate.invoke("ingestion", envelope)).status, "REPUBLISHED");
    assert.equal(estate.validated.published.length, 1);
  });

  it("tries a conflicting transaction again, waiting longer each time, and gives up after five", async () => {
    const estate = new Estate();
    const conflict = { command: "TransactWriteItemsCommand", error: "conflict" } as const;
    estate.dynamo.faults.push(conflict, conflict);
    assert.equal((await estate.ingest(trade(1))).status, "VALIDATED");
    assert.deepEqual(estate.clock.pauses, [15, 30]);
    estate.dynamo.faults.push(...Array(5).fill(conflict));
    await assert.rejects(estate.ingest(trade(2)), { name: "RetryableFailure", message: /met another delivery/ });
    assert.equal(estate.dynamo.rows("events").length, 1);
  });

  it("fails for good when a table denies it, and says so in the audit row", async () => {
    const estate = new Estate();
    const denied = Object.assign(new Error("no grant"), { name: "AccessDeniedException" });
    estate.dynamo.faults.push({ command: "TransactWriteItemsCommand", error: denied });
    await assert.rejects(estate.ingest(trade(1)), { name: "FinalFailure" });
    const [row] = estate.dynamo.rows("audit");
    assert.deepEqual([row?.status, row?.retryable, row?.eventId], ["FAILED", false, ID]);
  });

  it("throws the failure itself when its audit row cannot be written either, and logs both", async () => {
    const estate = new Estate();
    const denied = Object.assign(new Error("no grant"), { name: "AccessDeniedException" });
    estate.dynamo.faults.push({ command: "PutItemCommand", error: new Error("audit unreachable"), table: "audit" });
    estate.dynamo.faults.push({ command: "TransactWriteItemsCommand", error: denied });
    await assert.rejects(estate.ingest(trade(1)), (error: Error) => error.cause === denied);
    const [line] = estate.log.lines;
    assert.equal(line?.unaudited, "Error: audit unreachable");
    assert.match(String(line?.reason), /no grant/);
    assert.equal(estate.dynamo.rows("audit").length, 0);
  });

  it("stores a late event without a position, and says that it is late", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1), { time: "2026-01-05T14:30:06Z" });
    const [claim] = estate.dynamo.rows("series");
    assert.equal(claim?.position, undefined);
    assert.equal(estate.dynamo.rows("events")[0]?.late, true);
    assert.equal((estate.validated.published[0]!.detail as { late: boolean }).late, true);
  });

  it("carries a replay's name on, and only the bus can say that there is one", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1), { replayName: "replay-1" });
    await estate.ingest(trade(2, { replayId: "forged" }));
    const ids = estate.validated.published.map(({ detail }) => (detail as { replayId?: string }).replayId);
    assert.deepEqual(ids, ["replay-1", undefined]);
    assert.equal(estate.log.lines[0]?.replayId, "replay-1");
  });

  for (const [what, input] of [
    ["null", null],
    ["an array", [1, 2]],
    ["text", "buy"],
    ["an empty object", {}],
    ["no venue", { ...trade(1), venue: undefined }],
  ] as const) {
    it(`rejects ${what}, which cannot be identified, under its envelope`, async () => {
      const estate = new Estate();
      assert.deepEqual(await estate.ingest(input), { status: "REJECTED", eventId: "envelope:envelope-1" });
      const [row] = estate.dynamo.rows("audit");
      assert.deepEqual([row?.status, JSON.parse(row?.payload)], ["REJECTED", JSON.parse(JSON.stringify(input))]);
    });
  }

  it("keeps rejected input that nests deeper than a table or JSON can", async () => {
    const estate = new Estate();
    let deep: unknown = "bottom";
    for (let depth = 0; depth < 500; depth++) deep = [deep];
    await estate.ingest({ ...trade(1), type: deep });
    const [row] = estate.dynamo.rows("audit");
    assert.match(row?.payload, /\[{500}"bottom"\]{500}/);
    const bottomless = JSON.parse(`${"[".repeat(60_000)}${"]".repeat(60_000)}`);
    const envelope = { ...estate.raw(null), detail: bottomless };
    assert.equal((await estate.invoke("ingestion", envelope)).status, "REJECTED");
  });

  it("answers any detail at all with a decision and one audit row", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything(), async (anything) => {
        const estate = new Estate();
        const envelope = { ...estate.raw(null), detail: anything };
        assert.equal((await estate.invoke("ingestion", envelope)).status, "REJECTED");
        assert.equal(estate.dynamo.rows("audit").length, 1);
      }),
      { numRuns: 200 },
    );
  });

  it("fails for good when it is not handed an event of the bus", async () => {
    const estate = new Estate();
    for (const input of [undefined, null, 7, {}, { id: "1", source: "s", time: "yesterday" }]) {
      await assert.rejects(estate.invoke("ingestion", input), { name: "FinalFailure" });
    }
    assert.equal(estate.dynamo.calls.length, 0);
  });

  it("settles any deliveries of one event, however they interleave, as one row and at least one publication", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.integer({ min: 2, max: 5 }), async (scheduler, deliveries) => {
        const estate = new Estate();
        estate.dynamo.gate = () => scheduler.schedule(Promise.resolve());
        const all = Promise.all(Array.from({ length: deliveries }, () => estate.ingest(trade(1))));
        await scheduler.waitFor(all);
        assert.equal(estate.dynamo.rows("events").length, 1);
        assert.deepEqual(estate.statuses("ingestion").filter((status) => status === "VALIDATED").length, 1);
        assert.equal(estate.validated.published.length, deliveries);
      }),
      { numRuns: 50 },
    );
  });

  it("writes one line of log and of metrics for each invocation, never the payload", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1, { price: "31415.92" }));
    await estate.ingest(trade(2, { price: 31415.92 }));
    assert.equal(estate.log.lines.length, 2);
    assert.equal(estate.metrics.records.length, 2);
    assert.ok(!JSON.stringify(estate.log.lines).includes("31415.92"));
    assert.deepEqual(estate.metrics.records[0], { counts: { EventsValidated: 1 }, milliseconds: { StageLatency: 0 } });
    assert.equal(estate.metrics.records[1]?.reason, estate.log.lines[1]?.reason);
    const { stage, awsRequestId, eventId, envelopeId, coldStart } = estate.log.lines[0]!;
    assert.deepEqual(
      [stage, awsRequestId, eventId, envelopeId, coldStart],
      ["ingestion", "request-1", ID, "envelope-1", true],
    );
    assert.equal(estate.log.lines[1]?.coldStart, undefined);
  });

  it("leaves a FAILED row and a clear error when a call takes longer than the time that is left", async () => {
    const estate = new Estate();
    estate.remainingMs = 520;
    estate.dynamo.gate = () => new Promise((resolve) => setTimeout(resolve, 60));
    await assert.rejects(estate.ingest(trade(1)), {
      name: "RetryableFailure",
      message: "timeout: ingestion was not done within 20 ms",
    });
    const failed = estate.dynamo.rows("audit").find((row) => row.status === "FAILED");
    assert.match(failed?.error, /timeout/);
    assert.equal(failed?.retryable, true);
  });
});
