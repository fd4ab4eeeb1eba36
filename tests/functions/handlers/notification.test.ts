import assert from "node:assert/strict";
import fc from "fast-check";
import { DynamoAlertBook, type Episode } from "../../../functions/market-data/adapters/alert-book";
import type { OutgoingEvent } from "../../../functions/market-data/adapters/event-bus";
import type { AlertDetail } from "../../../functions/market-data/stage/details";
import type { Envelope } from "../../../functions/market-data/stage/envelope";
import { Estate, type EstateOptions } from "./support/estate";
import { quote, trade } from "./support/events";

const HIGH = { id: "high", type: "price", severity: "critical", above: "110", clear: "105" };
const LOW = { id: "low", type: "price", severity: "info", below: "90" };

/** An estate in which `prices` were traded and processed, and the alert events that came of them. */
async function traded(prices: readonly string[], options: EstateOptions = { rules: [HIGH, LOW] }) {
  const estate = new Estate(options);
  for (const [index, price] of prices.entries()) {
    await estate.ingest(trade(index + 1, { price }), { time: "2026-01-05T14:30:00Z" });
    for (const event of estate.validated.take()) await estate.invoke("processing", estate.derived(event));
  }
  return { estate, alerts: estate.alerts.take() };
}

/** As alert events of these trades whatever the thresholds say of them. */
async function alerted(prices: readonly string[], options?: EstateOptions) {
  const { estate } = await traded(prices, options);
  const events = estate.dynamo.rows("events").sort((a, b) => a.sequence - b.sequence);
  const envelopes = events.map((row): Envelope => {
    const { eventId, receivedAt, payload: event, measurements } = row;
    const detail = { schemaVersion: 1, eventId, receivedAt, event, measurements, candidates: ["price"] };
    return estate.derived({ detailType: "MarketData.Alert", detail } as OutgoingEvent);
  });
  return { estate, envelopes };
}

/** An attempt that is stuck in the middle of publishing, until the function given back ends it. */
async function hangWhilePublishing(estate: Estate, envelope: unknown, requestId: string) {
  let end: (error: Error) => void = () => undefined;
  const stuck = new Promise<void>((resolve) => {
    estate.topic.gate = () => {
      resolve();
      return new Promise((_, reject) => (end = reject));
    };
  });
  const attempt = estate.invoke("notification", envelope, requestId).catch(() => undefined);
  await stuck;
  return async () => {
    end(new Error("the process ended"));
    await attempt;
  };
}

/** Which episodes were notified of, by rule and position. */
const notified = (estate: Estate): string[] =>
  estate.topic.notifications.map(({ body }) => {
    const { rule, episode } = body as { rule: string; episode: string };
    return `${rule}@${episode}`;
  });

const outcomes = (estate: Estate) => estate.episodes().map(({ ruleId, status }) => [ruleId, status]);

/** Prices traded with ten quotes between each two, more than the history that is read; the statuses of those that alerted. */
async function tradedApart(prices: readonly string[]) {
  const estate = new Estate({ rules: [HIGH], tunables: { windowEvents: 2, recentEvents: 4 } });
  const statuses: unknown[] = [];
  for (const [index, price] of prices.entries()) {
    const quotes = Array.from({ length: 10 }, (_, at) => quote(index * 11 + at + 2));
    for (const event of [trade(index * 11 + 1, { price }), ...quotes]) {
      await estate.ingest(event, { time: "2026-01-05T14:30:00Z" });
      for (const validated of estate.validated.take()) await estate.invoke("processing", estate.derived(validated));
    }
    for (const alert of estate.alerts.take()) {
      if (!(alert.detail as AlertDetail).candidates.includes("price")) continue;
      statuses.push((await estate.invoke("notification", estate.derived(alert))).status);
    }
  }
  return { estate, statuses };
}

describe("notification", () => {
  it("opens a new episode though what closed the last one is no candidate and long ago", async () => {
    const { estate, statuses } = await tradedApart(["111", "100", "112"]);
    assert.deepEqual(statuses, ["NOTIFIED", "NOTIFIED"]);
    assert.equal(estate.episodes().filter(({ closedAt }) => closedAt !== undefined).length, 1);
  });

  it("follows an episode that stays open, and does not read again what it has seen", async () => {
    const { estate, statuses } = await tradedApart(["111", "112", "113"]);
    assert.deepEqual(statuses, ["NOTIFIED", "ALREADY_OPEN", "ALREADY_OPEN"]);
    const [episode, ...more] = estate.episodes();
    assert.equal(more.length, 0);
    assert.match(episode!.lastPosition, /#0*23$/);
  });

  it("notifies once of an episode, however many events meet the rule", async () => {
    const { estate, envelopes } = await alerted(["100", "111", "112", "113"]);
    const statuses = [];
    for (const envelope of envelopes) statuses.push((await estate.invoke("notification", envelope)).status);
    assert.deepEqual(statuses, ["NOT_MET", "NOTIFIED", "ALREADY_OPEN", "ALREADY_OPEN"]);
    const [notification, ...more] = estate.topic.notifications;
    assert.equal(more.length, 0);
    assert.deepEqual([notification?.rule, notification?.symbol, notification?.severity], ["high", "AAPL", "critical"]);
    assert.equal(notification?.subject, "[critical] high: AAPL on XNAS");
    assert.match(
      notification?.text ?? "",
      /Rule high \(critical\) holds for AAPL on XNAS since 2026-01-05T14:30:00.002000000Z/,
    );
    const [episode] = estate.episodes();
    assert.deepEqual(
      [episode?.status, episode?.messageId, episode?.openedBy],
      ["NOTIFIED", "message-1", "XNAS:ITCH:AAPL:2"],
    );
    assert.equal(episode?.claimedBy, undefined);
    assert.equal(estate.metrics.total("AlertsRaised"), 1);
  });

  it("opens again only after the clear level, and records the closing", async () => {
    const { estate, envelopes } = await alerted(["111", "107", "112", "104", "113"]);
    for (const envelope of envelopes) await estate.invoke("notification", envelope);
    const closed = estate.episodes().map(({ episode, closedAt }) => [episode.slice(20, 23), closedAt?.slice(20, 23)]);
    assert.deepEqual(closed, [
      ["001", "004"],
      ["005", undefined],
    ]);
    assert.equal(estate.topic.notifications.length, 2);
  });

  it("decides every rule by itself, and reports the most that any came to", async () => {
    const { estate, envelopes } = await alerted(["111", "89"]);
    for (const envelope of envelopes) await estate.invoke("notification", envelope);
    const rows = estate.dynamo.rows("audit").filter((row) => row.stage === "notification");
    assert.deepEqual(
      rows.map(({ status, rules }) => [status, rules]),
      [
        ["NOTIFIED", { high: "NOTIFIED", low: "NOT_MET" }],
        ["NOTIFIED", { high: "NOT_MET", low: "NOTIFIED" }],
      ],
    );
  });

  it("asks no rule that does not cover the symbol", async () => {
    const { estate, envelopes } = await alerted(["111"], { rules: [{ ...HIGH, symbols: ["MSFT"] }] });
    estate.dynamo.calls.length = 0;
    assert.equal((await estate.invoke("notification", envelopes[0])).status, "NOT_MET");
    assert.deepEqual(estate.dynamo.calls, ["PutItemCommand"]);
  });

  for (const [how, replayed] of [
    ["its detail says so", (e: Envelope) => ({ ...e, detail: { ...(e.detail as object), replayId: "replay-1" } })],
    ["the bus says so", (e: Envelope) => ({ ...e, "replay-name": "replay-1" })],
  ] as const) {
    it(`never alerts for a replayed event, when ${how}`, async () => {
      const { estate, envelopes } = await alerted(["111"]);
      assert.equal((await estate.invoke("notification", replayed(envelopes[0]!))).status, "SUPPRESSED_REPLAY");
      assert.deepEqual([estate.topic.notifications.length, estate.episodes().length], [0, 0]);
      assert.equal(estate.dynamo.rows("audit").find((row) => row.stage === "notification")?.replayId, "replay-1");
      assert.deepEqual(
        estate.metrics.records.at(-1)?.milliseconds,
        { StageLatency: 0 },
        "a replay has no end-to-end latency",
      );
    });
  }

  it("publishes a pending episode again, when publishing failed and the event comes again", async () => {
    const { estate, envelopes } = await alerted(["111"]);
    estate.topic.fail(Object.assign(new Error("Topic does not exist"), { name: "NotFoundException" }));
    await assert.rejects(estate.invoke("notification", envelopes[0], "a"), { name: "FinalFailure" });
    assert.deepEqual(outcomes(estate), [["high", "PENDING"]]);
    assert.equal((await estate.invoke("notification", envelopes[0], "b")).status, "NOTIFIED");
    assert.deepEqual(outcomes(estate), [["high", "NOTIFIED"]]);
    assert.equal(estate.topic.notifications.length, 1);
    assert.equal(estate.dynamo.rows("alerts").find((row) => row.alert.startsWith("storm#"))?.episodes.length, 1);
  });

  it("publishes a pending episode again after a crash: its retry at once, a stranger once it has surely ended", async () => {
    for (const [requestId, waitMs] of [
      ["a", 0],
      ["stranger", 30_001],
    ] as const) {
      const { estate, envelopes } = await alerted(["111"]);
      const crash = await hangWhilePublishing(estate, envelopes[0], "a");
      assert.deepEqual(outcomes(estate), [["high", "PENDING"]]);
      estate.topic.gate = async () => undefined;
      estate.clock.pass(waitMs);
      assert.equal((await estate.invoke("notification", envelopes[0], requestId)).status, "NOTIFIED");
      assert.equal(estate.topic.notifications.length, 1);
      await crash();
    }
  });

  it("waits for another attempt at the same event that may be publishing, and is retried if that does not end", async () => {
    const { estate, envelopes } = await alerted(["111", "112"]);
    const crash = await hangWhilePublishing(estate, envelopes[0], "a");
    await assert.rejects(estate.invoke("notification", envelopes[0], "b"), {
      name: "RetryableFailure",
      message: /other attempts/,
    });
    assert.equal(
      (await estate.invoke("notification", envelopes[1], "c")).status,
      "ALREADY_OPEN",
      "it is not its episode",
    );
    assert.equal(estate.topic.notifications.length, 0);
    await crash();
  });

  it("limits the notifications of a series in one window, and not those of the next", async () => {
    const rules = [1, 2, 3, 4].map((n) => ({ ...HIGH, id: `high-${n}` }));
    const { estate, envelopes } = await alerted(["111"], {
      rules,
      tunables: { storm: { limit: 2, windowSeconds: 60 } },
    });
    assert.equal((await estate.invoke("notification", envelopes[0])).status, "NOTIFIED");
    assert.deepEqual(
      outcomes(estate)
        .map(([, status]) => status)
        .sort(),
      ["NOTIFIED", "NOTIFIED", "SUPPRESSED", "SUPPRESSED"],
    );
    assert.equal(estate.metrics.total("AlertsSuppressed"), 2);
    assert.equal((await estate.invoke("notification", envelopes[0])).status, "ALREADY_OPEN");
    assert.equal(estate.topic.notifications.length, 2);
    const later = { ...(envelopes[0]?.detail as object), receivedAt: "2026-01-05T14:31:00Z" };
    estate.dynamo.remove("alerts", (row) => !String(row.alert).startsWith("storm#"));
    assert.equal((await estate.invoke("notification", { ...envelopes[0], detail: later })).status, "NOTIFIED");
  });

  it("counts an episode once towards the limit, however often it is tried", async () => {
    const tunables = { storm: { limit: 1, windowSeconds: 60 } };
    const { estate, envelopes } = await alerted(["111"], { rules: [HIGH], tunables });
    estate.topic.fail(new Error("unreachable"), new Error("unreachable"));
    for (const _attempt of [1, 2]) await assert.rejects(estate.invoke("notification", envelopes[0], "a"));
    assert.equal((await estate.invoke("notification", envelopes[0], "a")).status, "NOTIFIED");
  });

  it("lets only one of two attempts change what both have read", async () => {
    const book = new DynamoAlertBook(new Estate().dynamo.client, "alerts");
    const episode = (position: string) => ({ alert: "high#X", episode: position, status: "PENDING" }) as Episode;
    for (const round of [1, 2, 3]) {
      const [page, same] = [await book.read("high#X"), await book.read("high#X")];
      assert.equal(page.revision, round - 1);
      assert.equal(await book.change(page, { openings: [episode(`${round}a`)], closings: [] }), "written");
      assert.equal(await book.change(same, { openings: [episode(`${round}b`)], closings: [] }), "refused");
    }
    const { episodes } = await book.read("high#X");
    assert.deepEqual(
      episodes.map((each) => each.episode),
      ["3a", "2a", "1a"],
    );
  });

  it("does not take for a spike what only stands at the edge of the history it reads", async () => {
    const spike = { id: "spike", type: "volume", severity: "info", multiple: "5" };
    const estate = new Estate({ rules: [spike], tunables: { recentEvents: 5, windowEvents: 4 } });
    const sizes = [100, 100, 100, 10, 100, 100, 100, 100, 100, 100, 100];
    for (const [index, size] of sizes.entries()) {
      await estate.ingest(trade(index + 1, { size: String(size) }), { time: "2026-01-05T14:30:00Z" });
    }
    for (const event of estate.validated.take()) await estate.invoke("processing", estate.derived(event));
    const last = estate.dynamo.rows("events").find((row) => row.sequence === sizes.length)!;
    const { eventId, receivedAt, payload: event, measurements } = last;
    const detail = { schemaVersion: 1, eventId, receivedAt, event, measurements, candidates: ["volume"] };
    const alert = { detailType: "MarketData.Alert", detail } as unknown as OutgoingEvent;
    assert.equal((await estate.invoke("notification", estate.derived(alert))).status, "NOT_MET");
  });

  it("has every rule decide before one that failed has the event retried", async () => {
    const { estate, envelopes } = await alerted(["111"], { rules: [HIGH, { ...HIGH, id: "high-too" }] });
    estate.topic.fail(new Error("unreachable"));
    await assert.rejects(estate.invoke("notification", envelopes[0], "a"), { name: "RetryableFailure" });
    assert.deepEqual(
      outcomes(estate)
        .map(([, status]) => status)
        .sort(),
      ["NOTIFIED", "PENDING"],
    );
    assert.equal((await estate.invoke("notification", envelopes[0], "a")).status, "NOTIFIED");
    assert.equal(estate.topic.notifications.length, 2);
  });

  it("does not open what began before the history it reads, as if it began there", async () => {
    const prices = ["111", ...Array(40).fill("112")] as string[];
    const tunables = { recentEvents: 5, windowEvents: 4 };
    const { estate, envelopes } = await alerted(prices, { rules: [HIGH], tunables });
    for (const envelope of [envelopes[20], envelopes[40], envelopes[30]]) await estate.invoke("notification", envelope);
    assert.equal(estate.topic.notifications.length, 1);
  });

  it("notifies once of each episode under any interleaving, duplicates and reordering of its events", async () => {
    const walk = fc.array(fc.constantFrom("100", "107", "111", "89"), { minLength: 1, maxLength: 5 });
    const options = { rules: [HIGH, LOW], tunables: { storm: { limit: 99, windowSeconds: 60 } } };
    const run = async (prices: string[], scheduler: fc.Scheduler, seed: number) => {
      const inOrder = await alerted(prices, options);
      for (const envelope of inOrder.envelopes) await inOrder.estate.invoke("notification", envelope);
      const { estate, envelopes } = await alerted(prices, options);
      const twice = [...envelopes, ...envelopes].map((envelope, i) => ({ envelope, rank: ((i + 1) * seed) % 11 }));
      const shuffled = twice.sort((a, b) => a.rank - b.rank);
      estate.dynamo.gate = estate.topic.gate = () => scheduler.schedule(Promise.resolve());
      const all = shuffled.map(({ envelope }) => estate.invoke("notification", envelope).catch(() => undefined));
      await scheduler.waitFor(Promise.all(all));
      estate.dynamo.gate = estate.topic.gate = async () => undefined;
      for (const envelope of envelopes) await estate.invoke("notification", envelope); // what failed comes again
      assert.deepEqual(notified(estate).sort(), notified(inOrder.estate).sort());
    };
    await fc.assert(fc.asyncProperty(walk, fc.scheduler(), fc.nat(), run), { numRuns: 40 });
  }).timeout(30_000);

  it("goes all the way from a raw event", async () => {
    const move = { id: "move", type: "move", severity: "warning", percent: "5", windowSeconds: 60 };
    const estate = new Estate({ rules: [move] });
    await estate.ingest(trade(1, { price: "100" }));
    await estate.ingest(trade(2, { price: "106" }));
    await estate.settle();
    assert.deepEqual(estate.statuses("notification"), ["NOTIFIED"]);
    assert.equal(estate.log.lines.filter(({ level }) => level === "error").length, 0);
  });
});
