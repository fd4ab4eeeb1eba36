import assert from "node:assert/strict";
import fc from "fast-check";
import { AsyncInvocation } from "../../../local/event-sources/async-invocation";
import type { InvokeResult } from "../../../local/lambda/lambda-function";
import { DEAD, FAILURES, failed, functionNamed, ok, SUCCESSES, throttled, unavailable, worldOf } from "./world";

const EVENT = '{"n":1}';

describe("asynchronous invocation", () => {
  it("runs an event once when the function succeeds", async () => {
    const { clock, fn, invocation, invoker, sender, statistics } = worldOf(() => ok);
    const ended = invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    await ended;
    assert.deepEqual(invoker.timesOf(EVENT), [0]);
    assert.deepEqual(sender.letters, []);
    const { accepted, succeeded, pending, invocations, retries, lost } = statistics();
    const counts = { accepted: 1, succeeded: 1, pending: 0, invocations: 1, retries: 0, lost: 0 };
    assert.deepEqual({ accepted, succeeded, pending, invocations, retries, lost }, counts);
  });

  it("tries a failing function after one and two minutes more, under one request id, then sends the record", async () => {
    const { clock, fn, invocation, invoker, sender, statistics, problems } = worldOf(() => failed);
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual(invoker.timesOf(EVENT), [0, 60, 180]);
    const ids = new Set(invoker.calls.map(({ requestId }) => requestId));
    assert.equal(ids.size, 1);
    assert.deepEqual(
      sender.letters.map(({ queueArn, attributes }) => [queueArn, attributes]),
      [[FAILURES, undefined]],
    );
    assert.deepEqual(JSON.parse(sender.letters[0]!.body), {
      version: "1.0",
      timestamp: "2026-11-21T10:03:00.000Z",
      requestContext: {
        requestId: [...ids][0],
        functionArn: `${fn.arn}:$LATEST`,
        condition: "RetriesExhausted",
        approximateInvokeCount: 3,
      },
      requestPayload: { n: 1 },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      responsePayload: { errorType: "PriceError", errorMessage: "bad price", trace: ["PriceError: bad price"] },
    });
    const { discarded, errors, retries, letters, lost } = statistics();
    assert.deepEqual(
      [discarded, errors, retries, letters, lost],
      [{ RetriesExhausted: 1 }, { PriceError: 3 }, 2, 1, 0],
    );
    assert.deepEqual(problems, []);
  });

  it("stops trying at the first success", async () => {
    const { clock, fn, invocation, invoker, sender } = worldOf((_, attempt) => (attempt < 3 ? failed : ok));
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual(invoker.timesOf(EVENT), [0, 60, 180]);
    assert.deepEqual(sender.letters, []);
  });

  it("waits exponentially from one second to five minutes while it is throttled, and never counts that as a retry", async () => {
    const answers = [...Array<InvokeResult>(11).fill(throttled), failed, throttled, unavailable, failed, failed];
    const { clock, fn, invocation, invoker, sender, statistics } = worldOf((_, attempt) => answers[attempt - 1] ?? ok);
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    const times = invoker.timesOf(EVENT);
    const waits = times.slice(1).map((at, index) => at - times[index]!);
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 60, 1, 2, 120]);
    assert.equal(JSON.parse(sender.letters[0]!.body).requestContext.approximateInvokeCount, 3);
    assert.equal(statistics().throttles, 12);
    assert.equal(statistics().serviceErrors, 1);
  });

  it("gives up a throttled event at its maximum age, without an answer in the record", async () => {
    const asyncConfig = { maximumEventAgeSeconds: 60, onFailureArn: FAILURES };
    const { clock, fn, invocation, invoker, sender } = worldOf(() => throttled, { asyncConfig });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual(invoker.timesOf(EVENT), [0, 1, 3, 7, 15, 31]);
    const record = JSON.parse(sender.letters[0]!.body);
    assert.equal(record.requestContext.condition, "EventAgeExceeded");
    assert.equal(record.requestContext.approximateInvokeCount, 0);
    assert.deepEqual(record.requestPayload, { n: 1 });
    assert.equal("responseContext" in record || "responsePayload" in record, false);
  });

  it("gives up an event that grew too old while it queued, without running it", async () => {
    let release: (result: InvokeResult) => void = () => undefined;
    const slow = new Promise<InvokeResult>((resolve) => {
      release = resolve;
    });
    const asyncConfig = { maximumEventAgeSeconds: 60, onFailureArn: FAILURES };
    const answer = (payload: string, attempt: number) =>
      payload === '"first"' ? slow : attempt === 1 ? throttled : (assert.fail("ran") as never);
    const { clock, fn, invocation, invoker, sender } = worldOf(answer, { asyncConfig });
    void invocation.accept(fn.arn, '"first"');
    void invocation.accept(fn.arn, '"second"'); // throttled: from now on one at a time, and the first takes long
    void invocation.accept(fn.arn, '"third"');
    await clock.step();
    clock.after(100_000, () => release(ok));
    await clock.runOut();
    assert.equal(invoker.calls.filter(({ payload }) => payload === '"first"').length, 1);
    assert.deepEqual(
      sender.letters.map(({ body }) => JSON.parse(body).requestContext.condition),
      ["EventAgeExceeded", "EventAgeExceeded"],
    );
  });

  it("sends an event straight to failure handling when reserved concurrency is zero", async () => {
    const { clock, fn, invocation, invoker, sender } = worldOf(() => ok, {
      reservedConcurrency: 0,
      deadLetterArn: DEAD,
    });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.equal(invoker.calls.length, 0);
    const [record, letter] = sender.letters;
    assert.equal(JSON.parse(record!.body).requestContext.condition, "ZeroReservedConcurrency");
    assert.equal(letter!.attributes?.ErrorCode?.StringValue, "429");
  });

  it("puts the event itself into a dead-letter queue, with the documented attributes", async () => {
    const long = { ...failed, payload: JSON.stringify({ errorType: "E", errorMessage: "é".repeat(1000) }) };
    const { clock, fn, invocation, sender, invoker } = worldOf(() => long as InvokeResult, {
      ...{ asyncConfig: undefined, deadLetterArn: DEAD },
    });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual(sender.letters, [
      {
        ...{ function: "fn", queueArn: DEAD, body: EVENT },
        attributes: {
          RequestID: { DataType: "String", StringValue: invoker.calls[0]!.requestId },
          ErrorCode: { DataType: "Number", StringValue: "200" },
          ErrorMessage: { DataType: "String", StringValue: "é".repeat(512) },
        },
      },
    ]);
  });

  it("sends to the destination and to the dead-letter queue when both are set", async () => {
    const { clock, fn, invocation, sender, statistics } = worldOf(() => failed, { deadLetterArn: DEAD });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual(sender.letters.map(({ queueArn }) => queueArn).sort(), [DEAD, FAILURES]);
    assert.equal(statistics().letters, 2);
  });

  it("records a success for the on-success destination", async () => {
    const { clock, fn, invocation, sender, statistics } = worldOf(() => ok, {
      asyncConfig: { onSuccessArn: SUCCESSES },
    });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    const record = JSON.parse(sender.letters[0]!.body);
    assert.equal(sender.letters[0]!.queueArn, SUCCESSES);
    assert.equal(record.requestContext.condition, "Success");
    assert.deepEqual(record.responseContext, { statusCode: 200, executedVersion: "$LATEST" });
    assert.deepEqual(record.responsePayload, { done: true });
    assert.equal(statistics().successRecords, 1);
  });

  it("reports an event that nobody holds: no destination, or one that refuses", async () => {
    const bare = worldOf(() => failed, { asyncConfig: undefined });
    void bare.invocation.accept(bare.fn.arn, EVENT);
    await bare.clock.runOut();
    assert.equal(bare.statistics().lost, 1);
    assert.match(
      bare.problems.join(),
      /^fn: event of request \S{36} is lost \(RetriesExhausted\): no queue holds it\.$/,
    );

    const denied = worldOf(() => failed);
    denied.sender.refuse = () => true;
    const ended = denied.invocation.accept(denied.fn.arn, EVENT);
    await denied.clock.runOut();
    await ended;
    const { lost, deliveryFailures, letters } = denied.statistics();
    assert.deepEqual([lost, deliveryFailures, letters], [1, 1, 0]);
    assert.match(
      denied.problems.join("\n"),
      /^fn: cannot send to arn:aws:sqs:\S+:failures: Error: AccessDenied: sqs:Send/,
    );
  });

  it("takes an invoker that breaks for a service error", async () => {
    const { clock, fn, invocation, statistics } = worldOf((_, attempt) => {
      if (attempt === 1) throw new Error("broken");
      return ok;
    });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual([statistics().serviceErrors, statistics().succeeded], [1, 1]);
  });

  it("shrinks waits and ages by the time scale", async () => {
    const { clock, fn, invocation, invoker } = worldOf(() => failed, {}, { timeScale: 1 / 60 });
    void invocation.accept(fn.arn, EVENT);
    await clock.runOut();
    assert.deepEqual(invoker.timesOf(EVENT), [0, 1, 3]);

    const asyncConfig = { maximumEventAgeSeconds: 60, onFailureArn: FAILURES };
    const scaled = worldOf(() => throttled, { asyncConfig }, { timeScale: 0.1 });
    void scaled.invocation.accept(scaled.fn.arn, EVENT);
    await scaled.clock.runOut();
    assert.deepEqual(scaled.invoker.timesOf(EVENT), [0, 0.1, 0.3, 0.7, 1.5, 3.1]);
  });

  it("narrows its reading to what the function takes, and widens it again", async () => {
    const [running, clockOf] = [new Set<string>(), { most: 0 }];
    const answer = async (payload: string): Promise<InvokeResult> => {
      if (running.size >= 3) return throttled;
      running.add(payload);
      clockOf.most = Math.max(clockOf.most, running.size);
      await new Promise<void>((resolve) => void world.clock.after(1000, resolve));
      running.delete(payload);
      return ok;
    };
    const world = worldOf(answer);
    for (let n = 0; n < 60; n++) void world.invocation.accept(world.fn.arn, String(n));
    await world.clock.runOut();
    const { succeeded, throttles, invocations } = world.statistics();
    assert.deepEqual([succeeded, invocations, clockOf.most], [60, 60, 3]);
    assert.ok(throttles >= 57 && throttles < 57 + 60, `${throttles}`); // the first burst, then now and then one too many
  });

  it("holds no more events than it may: a source waits", async () => {
    const { clock, fn, invocation, statistics } = worldOf(() => failed, {}, { maximumPending: 5 });
    for (let n = 0; n < 12; n++) void invocation.accept(fn.arn, String(n));
    let room = false;
    void invocation.room(fn.arn).then(() => {
      room = true;
    });
    await clock.step();
    assert.equal(statistics().pending, 5);
    assert.equal(room, false);
    await clock.runOut();
    assert.deepEqual([statistics().discarded.RetriesExhausted, room, invocation.pending], [12, true, 0]);
  });

  it("is idle when every event has ended, and lets go at stop", async () => {
    const { clock, fn, invocation, invoker } = worldOf(() => failed);
    void invocation.accept(fn.arn, EVENT);
    let idle = 0;
    void invocation.idle().then(() => idle++);
    await clock.step();
    assert.equal(idle, 0);
    invocation.stop();
    await clock.runOut();
    assert.deepEqual([idle, clock.waiting, invoker.calls.length], [1, 0, 2]);
  });

  it("refuses destinations it cannot deliver to, naming every one", () => {
    const topic = "arn:aws:sns:us-east-1:000000000000:alerts";
    const fifo = "arn:aws:sqs:us-east-1:000000000000:queue.fifo";
    const wrong = [
      functionNamed("a", { deadLetterArn: topic }),
      functionNamed("b", { asyncConfig: { onFailureArn: fifo } }),
    ];
    const functions = new Map(wrong.map((fn) => [fn.arn, fn]));
    const start = () => new AsyncInvocation(functions, { invoker: {} as never, sender: {} as never });
    assert.throws(start, /^Error: a: dead-letter queue is \S+:alerts; give a standard SQS queue.*\nb: on-failure dest/);
  });

  it("rejects an event for a function that is not there", async () => {
    await assert.rejects(worldOf(() => ok).invocation.accept("arn:none", EVENT), /Function not found: arn:none/);
  });

  it("ends each event exactly once, succeeded or lettered, whatever happens", async () => {
    const outcome = fc.constantFrom(ok, failed, throttled, unavailable);
    const life = fc.record({
      outcomes: fc.array(outcome, { maxLength: 12 }),
      takes: fc.integer({ min: 0, max: 5000 }),
    });
    const settings = fc.record({
      retries: fc.integer({ min: 0, max: 2 }),
      age: fc.constantFrom(60, 300, 21_600),
      both: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(life, { minLength: 1, maxLength: 25 }),
        settings,
        async (lives, { retries, age, both }) => {
          const answer = async (payload: string, attempt: number) => {
            const { outcomes, takes } = lives[Number(payload)]!;
            await new Promise<void>((resolve) => void world.clock.after(takes, resolve));
            return outcomes[attempt - 1] ?? throttled;
          };
          const asyncConfig = { maximumRetryAttempts: retries, maximumEventAgeSeconds: age, onFailureArn: FAILURES };
          const world = worldOf(answer, { asyncConfig, ...(both ? { deadLetterArn: DEAD } : {}) });
          const ended: number[] = [];
          for (const n of lives.keys()) void world.invocation.accept(world.fn.arn, String(n)).then(() => ended.push(n));
          await world.clock.runOut();
          assert.deepEqual(
            ended.sort((a, b) => a - b),
            [...lives.keys()],
          );
          const lettered = world.sender.letters.filter(({ queueArn }) => queueArn === FAILURES);
          const names = lettered.map(({ body }) => Number(JSON.parse(body).requestPayload));
          assert.equal(new Set(names).size, names.length, "a second letter for one event");
          const { succeeded, letters, accepted, lost, pending } = world.statistics();
          assert.deepEqual([succeeded + names.length, accepted, lost, pending], [lives.length, lives.length, 0, 0]);
          assert.equal(letters, names.length * (both ? 2 : 1));
        },
      ),
      { numRuns: 60 },
    );
  });
});
