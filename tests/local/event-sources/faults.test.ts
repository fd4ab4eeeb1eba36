import assert from "node:assert/strict";
import { systemClock } from "../../../local/event-sources/clock";
import { type Fault, Faults } from "../../../local/event-sources/faults";
import { Samples } from "../../../local/event-sources/statistics";
import { deliverer, poison } from "../../../local/event-sources/streams/delivery";
import type { Invoker } from "../../../local/lambda/lambda-function";
import { failed, ok, throttled } from "./world";

const INGESTION = "arn:aws:lambda:us-east-1:000000000000:function:lambda-ingestion-dev";
const PROCESSING = "arn:aws:lambda:us-east-1:000000000000:function:lambda-processing-dev";
const event = (n: number) => JSON.stringify({ id: `id-${Math.random()}`, detail: { n } });

function countingInvoker(result = ok) {
  const ran: string[] = [];
  const invoker: Invoker = {
    invoke: async (_, payload) => {
      ran.push(payload);
      return result;
    },
  };
  return { ran, invoker };
}

describe("injected faults", () => {
  it("strike a stage, an event and a number of times", async () => {
    const where = (seen: unknown) => (seen as { detail: { n: number } }).detail.n % 2 === 0;
    const faults = new Faults([{ kind: "throttle", stage: "ingestion", where, times: 2 }]);
    const { ran, invoker } = countingInvoker();
    const wrapped = faults.wrap(invoker);
    const kindOf = async (arn: string, n: number) => (await wrapped.invoke(arn, event(n))).kind;
    assert.equal(await kindOf(PROCESSING, 2), "ok");
    assert.equal(await kindOf(INGESTION, 1), "ok");
    assert.equal(await kindOf(INGESTION, 2), "throttled");
    assert.equal(await kindOf(INGESTION, 4), "throttled");
    assert.equal(await kindOf(INGESTION, 6), "ok");
    assert.deepEqual([ran.length, faults.struck], [3, [2]]);
  });

  for (const [kind, errorType] of [
    ["timeout", "Sandbox.Timedout"],
    ["crash", "Runtime.ExitError"],
  ] as const) {
    it(`make a ${kind} before or after the function's work`, async () => {
      for (const when of ["before", "after"] as const) {
        const { ran, invoker } = countingInvoker();
        const result = await new Faults([{ kind, when }]).wrap(invoker).invoke(INGESTION, event(1));
        assert.ok(result.kind === "function-error" && result.errorType === errorType);
        assert.equal(JSON.parse(result.payload).errorType, errorType);
        assert.equal(ran.length, when === "after" ? 1 : 0);
      }
    });
  }

  it("kill the process at some moment within the time given", async () => {
    const moments: (number | undefined)[] = [];
    const invoker: Invoker = {
      invoke: async (_, __, options) => {
        moments.push(options?.killAfterMilliseconds);
        return ok;
      },
    };
    const faults = new Faults([{ kind: "kill", upToMilliseconds: 100, times: 20 }]);
    for (let n = 0; n < 21; n++) await faults.wrap(invoker).invoke(INGESTION, event(n));
    const killed = moments.filter((one) => one !== undefined);
    assert.ok(Math.min(...killed) >= 0 && Math.max(...killed) < 100 && new Set(killed).size > 10, `${killed}`);
    assert.deepEqual([killed.length, moments.at(-1), faults.struck], [20, undefined, [20]]);
  });

  it("bring a lane's batch once more after the next, before that one's answer is known", async () => {
    const { ran, invoker } = countingInvoker();
    const faults = new Faults([{ kind: "reorder", where: (seen) => (seen as { n: number }).n !== 4 }]);
    const deliver = deliverer(invoker, faults, systemClock);
    const batch = (n: number) => JSON.stringify({ n });
    for (const [n, lane] of [
      [1, "a"],
      [2, "b"],
      [3, "a"],
      [3, "a"],
      [4, "a"],
      [5, "a"],
    ] as const)
      await deliver(PROCESSING, batch(n), `r${n}`, lane);
    assert.deepEqual(ran, [1, 2, 3, 1, 3, 4, 5, 4].map(batch));
    assert.deepEqual(faults.struck, [2]);
  });

  it("double a stream's batch, and die of a poison record of either kind of stream", async () => {
    const { ran, invoker } = countingInvoker();
    await deliverer(invoker, new Faults([{ kind: "duplicate", times: 1 }]), systemClock)(PROCESSING, "{}", "r", "a");
    assert.deepEqual(ran, ["{}", "{}"]);
    const faults = new Faults([poison((text) => text.includes("bad"))]);
    const data = (text: string) => ({ kinesis: { data: Buffer.from(text).toString("base64") } });
    const change = (text: string) => ({ dynamodb: { NewImage: { text: { S: text } } } });
    const kinds = [data("bad"), data("good"), change("bad"), change("good")].map(async (record) => {
      const payload = JSON.stringify({ Records: [record] });
      return (await faults.wrap(invoker).invoke(PROCESSING, payload)).kind;
    });
    assert.deepEqual(await Promise.all(kinds), ["function-error", "ok", "function-error", "ok"]);
  });

  it("pass on a throttle of the function's own, and a service error", async () => {
    const { invoker } = countingInvoker(throttled);
    assert.equal(
      (await new Faults([{ kind: "crash", when: "after" }]).wrap(invoker).invoke(INGESTION, "{}")).kind,
      "throttled",
    );
    const broken = await new Faults([{ kind: "service-error" }]).wrap(invoker).invoke(INGESTION, "null");
    assert.equal(broken.kind, "service-error");
    assert.equal(
      (await new Faults([]).wrap(countingInvoker(failed).invoker).invoke(INGESTION, "{}")).kind,
      "function-error",
    );
  });

  it("compose: the first that strikes decides", async () => {
    const faults = new Faults([
      { kind: "throttle", times: 1 },
      { kind: "service-error", times: 1 },
    ]);
    const wrapped = faults.wrap(countingInvoker().invoker);
    const kinds = [1, 2, 3].map(async () => (await wrapped.invoke(INGESTION, event(1))).kind);
    assert.deepEqual(await Promise.all(kinds), ["throttled", "service-error", "ok"]);
  });

  it("double and delay deliveries, and refuse them", () => {
    const both: Fault[] = [
      { kind: "duplicate", stage: "ingestion" },
      { kind: "delay", upToMilliseconds: 100 },
    ];
    const faults = new Faults(both);
    const [delay, copy] = faults.copies(INGESTION, event(1));
    assert.ok(delay !== undefined && delay >= 0 && delay < 100 && copy === 0);
    assert.equal(faults.copies(PROCESSING, event(1)).length, 1);
    assert.deepEqual(new Faults([]).copies(INGESTION, event(1)), [0]);
    const refusing = new Faults([{ kind: "refuse-delivery", code: "THROTTLING", times: 1 }]);
    assert.equal(refusing.refusalOf(INGESTION, event(1)), "THROTTLING");
    assert.equal(refusing.refusalOf(INGESTION, event(1)), undefined);
  });

  it("fall by the seed and the event's content, not by the order of events", async () => {
    const struck = async (order: readonly number[], seed: number) => {
      const wrapped = new Faults([{ kind: "throttle", probability: 0.3 }], seed).wrap(countingInvoker().invoker);
      const hit: number[] = [];
      for (const n of order) if ((await wrapped.invoke(INGESTION, event(n))).kind === "throttled") hit.push(n);
      return hit.sort((a, b) => a - b);
    };
    const order = Array.from({ length: 400 }, (_, n) => n);
    const once = await struck(order, 7);
    assert.deepEqual(await struck([...order].reverse(), 7), once);
    assert.notDeepEqual(await struck(order, 8), once);
    assert.ok(once.length > 80 && once.length < 160, `${once.length}`);
  });
});

describe("samples", () => {
  it("give percentiles by nearest rank over the latest values, and the mean of all", () => {
    const samples = new Samples(100);
    assert.deepEqual(samples.summary(), { count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 });
    for (let n = 1; n <= 100; n++) samples.add(n);
    assert.deepEqual(samples.summary(), { count: 100, mean: 50.5, p50: 50, p95: 95, p99: 99, max: 100 });
    for (let n = 0; n < 50; n++) samples.add(1000);
    const { count, p50, max } = samples.summary();
    assert.deepEqual([count, p50, max], [150, 100, 1000]);
  });
});
