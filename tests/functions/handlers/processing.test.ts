import assert from "node:assert/strict";
import fc from "fast-check";
import type { AlertDetail } from "../../../functions/market-data/stage/details";
import { Estate } from "./support/estate";
import { quote, trade } from "./support/events";

const NEVER = {
  movePercent: "1000",
  volatility: "1000",
  volumeMultiple: "1000",
  spreadBps: "100000",
  missing: 1000,
};

/** What the events table says of each event, without the order in which things happened. */
const enriched = (estate: Estate) =>
  estate.dynamo
    .rows("events")
    .map(({ eventId, status, measurements, basis }) => ({ eventId, status, measurements, basis }));

const ingestAll = async (estate: Estate, details: readonly object[]) => {
  for (const detail of details) await estate.ingest(detail, { time: "2026-01-05T14:30:00Z" });
  return estate.validated.take().map((event) => estate.derived(event));
};

describe("processing", () => {
  it("enriches the newest event of a series with one read, one write, and one look at what came meanwhile", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    await estate.settle();
    await estate.ingest(trade(2, { price: "102.00" }));
    estate.dynamo.calls.length = 0;
    const [event] = estate.validated.take();
    assert.deepEqual(await estate.invoke("processing", estate.derived(event!)), {
      status: "PROCESSED",
      eventId: "XNAS:ITCH:AAPL:2",
    });
    assert.deepEqual(estate.dynamo.calls, ["QueryCommand", "TransactWriteItemsCommand", "QueryCommand"]);
    const row = estate.dynamo.rows("events")[1];
    assert.deepEqual([row?.status, row?.measurements.price, row?.measurements.sma], ["PROCESSED", "102", "101"]);
    assert.equal(estate.metrics.total("EventsProcessed"), 2);
  });

  it("revises the events after one that comes late but within the allowance", async () => {
    const [inOrder, outOfOrder] = [new Estate(), new Estate()];
    for (const sequence of [1, 2, 3, 4]) {
      await inOrder.ingest(trade(sequence, { price: `10${sequence}` }));
      await inOrder.settle();
    }
    for (const sequence of [1, 4, 3, 2]) {
      await outOfOrder.ingest(trade(sequence, { price: `10${sequence}` }));
      await outOfOrder.settle();
    }
    assert.deepEqual(enriched(outOfOrder), enriched(inOrder));
    const revised = outOfOrder.dynamo.rows("audit").map((row) => row.revised?.length ?? 0);
    assert.deepEqual(
      revised.filter((count) => count > 0),
      [2, 1],
    );
  });

  /** Sessions of trades and quotes, an order in which they arrive, and an interleaving of their stages. */
  const price = fc.integer({ min: 1, max: 400 }).map((cents) => (cents / 4).toFixed(2));
  const element = fc.oneof(
    { weight: 4, arbitrary: price.map((p) => (sequence: number) => trade(sequence, { price: p })) },
    { weight: 1, arbitrary: price.map((p) => (sequence: number) => quote(sequence, { bid: p, ask: "200.00" })) },
  );
  const session = fc.array(element, { minLength: 2, maxLength: 8 }).map((all) => all.map((of, i) => of(i + 1)));
  const arrivals = session.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }), fc.scheduler()),
  );
  const windows = fc.integer({ min: 2, max: 4 });

  /** Each event alone, in order: what every other order has to come to. */
  async function inOrder(all: readonly object[], tunables: object) {
    const estate = new Estate({ tunables });
    for (const event of all) {
      const [envelope] = await ingestAll(estate, [event]);
      await estate.invoke("processing", envelope);
    }
    return estate;
  }

  async function interleaved(arriving: readonly { sequence: number }[], scheduler: fc.Scheduler, tunables: object) {
    const estate = new Estate({ tunables });
    estate.dynamo.gate = () => scheduler.schedule(Promise.resolve());
    const deliver = async (event: { sequence: number }) => {
      await estate.ingest(event, { time: "2026-01-05T14:30:00Z" });
      const isOwn = ({ detail }: { detail: object }) =>
        (detail as { event: { sequence: number } }).event.sequence === event.sequence;
      await estate.invoke("processing", estate.derived(estate.validated.published.find(isOwn)!));
    };
    await scheduler.waitFor(Promise.all(arriving.map(deliver)));
    return estate;
  }

  it("comes to the same measurements in any order of arrival and any interleaving", async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, windows, async ([all, arriving, scheduler], windowEvents) => {
        const tunables = { windowEvents, candidates: NEVER };
        const estate = await interleaved(arriving, scheduler, tunables);
        assert.deepEqual(enriched(estate), enriched(await inOrder(all, tunables)));
      }),
      { numRuns: 60 },
    );
  }).timeout(30_000);

  it("publishes the alert of every candidate as it finally is, in any order and any interleaving", async () => {
    const key = ({ detail }: { detail: object }) => {
      const { eventId, measurements, candidates } = detail as AlertDetail;
      return JSON.stringify({ eventId, measurements, candidates });
    };
    await fc.assert(
      fc.asyncProperty(arrivals, windows, async ([all, arriving, scheduler], windowEvents) => {
        const tunables = { windowEvents, candidates: { ...NEVER, movePercent: "20" } };
        const published = new Set((await interleaved(arriving, scheduler, tunables)).alerts.published.map(key));
        for (const alert of (await inOrder(all, tunables)).alerts.published)
          assert.ok(published.has(key(alert)), key(alert));
      }),
      { numRuns: 60 },
    );
  }).timeout(30_000);

  it("leaves the alert of a follower that has not been processed to its own turn", async () => {
    const estate = new Estate();
    const [first, second] = await ingestAll(estate, [trade(1, { price: "100" }), trade(2, { price: "150" })]);
    await estate.invoke("processing", first);
    assert.equal(estate.alerts.published.length, 0);
    await estate.invoke("processing", second);
    assert.equal(estate.alerts.published.length, 1);
  });

  it("leaves events that have not been processed to their own turn, however many wait", async () => {
    const estate = new Estate();
    const [first, second] = await ingestAll(estate, [trade(1), trade(2)]);
    estate.dynamo.calls.length = 0;
    await estate.invoke("processing", first);
    const commands = ["QueryCommand", "BatchGetItemCommand", "TransactWriteItemsCommand", "QueryCommand"];
    assert.deepEqual(estate.dynamo.calls, commands);
    const [own, follower] = estate.dynamo.rows("events");
    assert.deepEqual([own?.status, follower?.status, follower?.basis], ["PROCESSED", "VALIDATED", undefined]);
    await estate.invoke("processing", second);
    assert.equal(estate.dynamo.rows("events")[1]?.measurements.elements, "2");
  });

  /** Event 1 is claimed and processed after event 2 has read the series and before it is marked: 1 sees 2 VALIDATED. */
  async function overtaken(estate: Estate) {
    const [second] = await ingestAll(estate, [trade(2, { price: "150" })]);
    let calls = 0;
    estate.dynamo.gate = async () => {
      if (++calls !== 2) return;
      const [first] = await ingestAll(estate, [trade(1, { price: "100" })]);
      await estate.invoke("processing", first);
    };
    return second;
  }

  it("catches up with what was claimed between its reading and its mark", async () => {
    const estate = new Estate();
    await estate.invoke("processing", await overtaken(estate));
    assert.equal(estate.dynamo.rows("events")[1]?.measurements.sma, "125");
    const [alert] = estate.alerts.published;
    assert.equal((alert!.detail as AlertDetail).measurements.sma, "125");
  });

  it("publishes what its audit row calls a candidate, though catching up finds that it is none", async () => {
    const estate = new Estate({ tunables: { windowEvents: 2, candidates: { ...NEVER, movePercent: "20" } } });
    await estate.ingest(trade(0, { price: "120" }));
    await estate.settle();
    const [second] = await ingestAll(estate, [trade(2, { price: "150" })]);
    let calls = 0;
    estate.dynamo.gate = async () => {
      if (++calls === 2) await ingestAll(estate, [trade(1, { price: "145" })]);
    };
    await estate.invoke("processing", second);
    const audited = estate.dynamo.rows("audit").find(({ auditId }) => auditId === "XNAS:ITCH:AAPL:2#processing");
    assert.deepEqual(audited?.candidates, ["move"]);
    const [alert] = estate.alerts.published;
    assert.deepEqual((alert!.detail as AlertDetail).candidates, []);
  });

  it("catches up when it comes again, if it could not at first", async () => {
    const estate = new Estate();
    const second = await overtaken(estate);
    estate.dynamo.faults.push({ command: "TransactWriteItemsCommand", error: new Error("gone"), skip: 3 });
    await assert.rejects(estate.invoke("processing", second), { name: "RetryableFailure" });
    assert.equal(estate.dynamo.rows("events")[1]?.measurements.sma, "150");
    assert.equal((await estate.invoke("processing", second)).status, "DUPLICATE");
    assert.equal(estate.dynamo.rows("events")[1]?.measurements.sma, "125");
    assert.equal(estate.alerts.published.length, 1);
  });

  it("waits after a conflict in catching up, and gives up in the end", async () => {
    const estate = new Estate();
    const second = await overtaken(estate);
    const conflict = { command: "TransactWriteItemsCommand", error: "conflict" } as const;
    estate.dynamo.faults.push({ ...conflict, skip: 3 }, ...Array(7).fill(conflict));
    await assert.rejects(estate.invoke("processing", second), /concurrent writers of its measurements 8 times/);
    estate.dynamo.faults.push(conflict);
    assert.equal((await estate.invoke("processing", second)).status, "DUPLICATE");
    assert.equal(estate.dynamo.rows("events")[1]?.measurements.sma, "125");
  });

  it("asks for both sides of an event that is far from the newest", async () => {
    const estate = new Estate({ tunables: { windowEvents: 4, candidates: NEVER } });
    const envelopes = await ingestAll(
      estate,
      Array.from({ length: 12 }, (_, i) => trade(i + 1, { price: `${i + 1}` })),
    );
    for (const envelope of [...envelopes].reverse()) await estate.invoke("processing", envelope);
    const bySequence = [...estate.dynamo.rows("events")].sort((a, b) => a.sequence - b.sequence);
    assert.deepEqual(
      bySequence.map(({ measurements }) => measurements.low),
      [1, 1, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(String),
    );
  });

  it("marks a late event and measures nothing", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1), { time: "2026-01-05T14:31:00Z" });
    estate.dynamo.calls.length = 0;
    await estate.settle();
    assert.deepEqual(estate.dynamo.calls, ["TransactWriteItemsCommand"]);
    const [row] = estate.dynamo.rows("events");
    assert.deepEqual([row?.status, row?.measurements], ["PROCESSED", undefined]);
    assert.deepEqual(estate.statuses("processing"), ["LATE"]);
    assert.equal(estate.metrics.total("LateEvents"), 1);
  });

  it("keeps late events out of the windows of others", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1, { price: "1" }), { time: "2026-01-05T14:31:00Z" });
    await estate.ingest(trade(2, { price: "100" }));
    await estate.settle();
    assert.equal(estate.dynamo.rows("events")[1]?.measurements.sma, "100");
  });

  it("publishes an alert with the measured values for a candidate", async () => {
    const estate = new Estate();
    for (const [sequence, price] of [
      [1, "100"],
      [2, "150"],
    ] as const) {
      await estate.ingest(trade(sequence, { price }));
      for (const event of estate.validated.take()) await estate.invoke("processing", estate.derived(event));
    }
    const [alert, ...more] = estate.alerts.published;
    assert.equal(more.length, 0);
    const detail = alert?.detail as AlertDetail;
    assert.deepEqual(
      [alert?.detailType, detail.eventId, detail.event.sequence],
      ["MarketData.Alert", "XNAS:ITCH:AAPL:2", 2],
    );
    assert.equal(detail.measurements.price, "150");
    assert.ok(detail.candidates.length > 0);
    const audited = estate.dynamo.rows("audit").find((row) => row.candidates !== undefined);
    assert.deepEqual([audited?.eventId, audited?.candidates], [detail.eventId, detail.candidates]);
    assert.equal(estate.metrics.total("Candidates"), 1);
  });

  it("publishes the alert of a follower that a late arrival makes a candidate, with the follower's own event", async () => {
    const estate = new Estate();
    await estate.ingest(trade(2, { price: "150" }));
    await estate.settle();
    await estate.ingest(trade(1, { price: "100" }));
    for (const event of estate.validated.take()) await estate.invoke("processing", estate.derived(event));
    const ids = estate.alerts.published.map(({ detail }) => (detail as AlertDetail).eventId);
    assert.deepEqual(ids, ["XNAS:ITCH:AAPL:2"]);
    assert.equal((estate.alerts.published[0]!.detail as AlertDetail).event.sequence, 2);
  });

  it("publishes again what failed to be published, when the event comes again", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1, { price: "100" }));
    await estate.settle();
    await estate.ingest(trade(2, { price: "150" }));
    const [event] = estate.validated.take();
    const envelope = estate.derived(event!);
    estate.alerts.fail(new Error("bus unreachable"));
    await assert.rejects(estate.invoke("processing", envelope), { name: "RetryableFailure" });
    assert.equal(estate.dynamo.rows("events")[1]?.status, "PROCESSED");
    estate.clock.pass(60_000);
    assert.equal((await estate.invoke("processing", envelope)).status, "DUPLICATE");
    assert.equal(estate.alerts.published.length, 1);
    assert.deepEqual(estate.statuses("processing"), ["PROCESSED", "PROCESSED", "FAILED", "DUPLICATE"]);
  });

  it("is done once with a late event, too", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1), { time: "2026-01-05T14:31:00Z" });
    const [event] = estate.validated.take();
    await estate.invoke("processing", estate.derived(event!));
    assert.equal((await estate.invoke("processing", estate.derived(event!))).status, "DUPLICATE");
  });

  it("waits and reads again after a conflict, and gives up in the end", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    const [event] = estate.validated.take();
    const conflict = { command: "TransactWriteItemsCommand", error: "conflict" } as const;
    estate.dynamo.faults.push(conflict);
    assert.equal((await estate.invoke("processing", estate.derived(event!))).status, "PROCESSED");
    await estate.ingest(trade(2));
    const [second] = estate.validated.take();
    estate.dynamo.faults.push(...Array(8).fill(conflict));
    await assert.rejects(estate.invoke("processing", estate.derived(second!)), {
      name: "RetryableFailure",
      message: /concurrent writers of its neighbours 8 times/,
    });
  });

  it("fails for good when the event's row is gone", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    estate.dynamo.remove("events");
    const [event] = estate.validated.take();
    await assert.rejects(estate.invoke("processing", estate.derived(event!)), {
      name: "FinalFailure",
      message: /has no row/,
    });
    const failed = estate.dynamo.rows("audit").find((row) => row.status === "FAILED");
    assert.equal(failed?.auditId, "XNAS:ITCH:AAPL:1#processing");
  });

  it("measures with what there is when the claims have expired before a redrive", async () => {
    const estate = new Estate();
    await estate.ingest(trade(1));
    estate.dynamo.remove("series");
    await estate.settle();
    assert.equal(estate.dynamo.rows("events")[0]?.measurements.price, "100");
  });

  it("refuses a detail of another version", async () => {
    const estate = new Estate();
    for (const detail of [
      null,
      {},
      { schemaVersion: 2, eventId: "x", event: {} },
      { schemaVersion: 1, eventId: 7, event: {} },
    ]) {
      const envelope = { ...estate.raw(detail), source: "sluice.market-data.ingestion" };
      await assert.rejects(estate.invoke("processing", envelope), { name: "FinalFailure", message: /reads version 1/ });
    }
  });
});
