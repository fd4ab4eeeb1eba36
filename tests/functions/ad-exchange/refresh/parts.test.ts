import assert from "node:assert/strict";
import { whileAwake } from "../../../../functions/ad-exchange/refresh/awake";
import type { FromWorker, ToWorker } from "../../../../functions/ad-exchange/refresh/messages";
import { Outbox } from "../../../../functions/ad-exchange/refresh/outbox";
import { repeat } from "../../../../functions/ad-exchange/refresh/repeat";
import { slicesOf } from "../../../../functions/ad-exchange/refresh/slices";
import { keysFeed, settingsFeed } from "../../../../functions/ad-exchange/refresh/text-feeds";
import { FakeParameterSource, ManualClock } from "../../handlers/support/fakes";

describe("A job that is repeated", () => {
  it("runs once at a time and waits after its end, longer after failures, at most a minute", async () => {
    const clock = new ManualClock();
    const results = [true, false, false, false, false, false, false, false, true, true];
    const failures: string[] = [];
    const job = async () => {
      if (!results.shift()) throw new Error("down");
    };
    await repeat({
      ...{ job, every: 500, clock, isStopped: () => results.length === 0 },
      failed: async (error) => {
        failures.push(String(error));
      },
    });
    assert.deepEqual(clock.pauses, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 500, 500]);
    assert.equal(failures.length, 7);
  });

  it("that hangs is told of after the time that the process was awake, not after that in which it was frozen", async () => {
    const told: string[] = [];
    const block = (milliseconds: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
    await whileAwake(
      50,
      () => told.push("frozen"),
      new Promise<void>((resolve) => {
        setTimeout(() => block(120), 1);
        setTimeout(resolve, 2);
      }),
    );
    assert.equal(told.length, 0);
    let end: () => void = () => undefined;
    const work = new Promise<void>((resolve) => {
      end = resolve;
    });
    await whileAwake(
      50,
      () => {
        told.push("hung");
        end();
      },
      work,
    );
    assert.deepEqual(told, ["hung"]);
  });
});

describe("The worker's outbox", () => {
  it("sends the next message when the one before was dealt with, and says whether it could be used", async () => {
    const posted: FromWorker[] = [];
    let answer: (answer: ToWorker) => void = () => undefined;
    const outbox = new Outbox({
      postMessage: (message) => posted.push(message),
      on: (_, listener) => {
        answer = listener;
      },
    });
    const sent = [1, 2, 3].map((upTo) => outbox.send({ kind: "current", upTo }));
    await Promise.resolve();
    const results: boolean[] = [];
    for (const [index, one] of sent.entries()) {
      await new Promise((resolve) => setImmediate(resolve));
      assert.equal(posted.length, index + 1);
      answer({ kind: index === 1 ? "refused" : "taken" });
      results.push(await one);
    }
    assert.deepEqual(results, [true, false, true]);
  });
});

describe("Feeds of texts", () => {
  const sending = () => {
    const sent: FromWorker[] = [];
    return { sent, send: async (message: FromWorker) => sent.push(message) > 0 };
  };

  it("hand the settings on when they are other than before", async () => {
    const source = new FakeParameterSource(new Map([["/settings", "one"]]));
    const { sent, send } = sending();
    const feed = settingsFeed(source, "/settings", send);
    await feed();
    await feed();
    source.values.set("/settings", "two");
    await feed();
    assert.deepEqual(sent, [
      { kind: "settings", text: "one" },
      { kind: "settings", text: "two" },
    ]);
    source.values.clear();
    await assert.rejects(feed(), /\/settings does not exist/);
  });

  it("hand the keys on with those that they came after, where there are any", async () => {
    const versions = new Map([["AWSCURRENT", "k1"]]);
    const missing = Object.assign(new Error("none"), { name: "ResourceNotFoundException" });
    const client = {
      send: async ({ input }: { readonly input: { readonly VersionStage: string; readonly SecretId: string } }) => {
        assert.equal(input.SecretId, "secret");
        const SecretString = versions.get(input.VersionStage);
        if (SecretString === undefined) throw missing;
        return { SecretString };
      },
    };
    const { sent, send } = sending();
    const feed = keysFeed(client as never, "secret", send);
    await feed();
    await feed();
    versions.set("AWSPREVIOUS", "k1").set("AWSCURRENT", "k2");
    await feed();
    assert.deepEqual(sent, [
      { kind: "keys", current: "k1" },
      { kind: "keys", current: "k2", previous: "k1" },
    ]);
    versions.delete("AWSCURRENT");
    await assert.rejects(feed(), missing);
  });
});

describe("Slices of changes", () => {
  it("are small by count and by what they hold, and lose nothing", () => {
    const change = (id: number, letters?: number) => ({
      ...{ advertiser: "a", id: String(id), version: 1 },
      ...(letters === undefined ? {} : { campaign: { creatives: [{ markup: "x".repeat(letters) }] } as never }),
    });
    const small = Array.from({ length: 70 }, (_, id) => change(id));
    assert.deepEqual(
      slicesOf(small).map(({ length }) => length),
      [32, 32, 6],
    );
    const large = Array.from({ length: 5 }, (_, id) => change(id, 50_000));
    assert.deepEqual(
      slicesOf(large).map(({ length }) => length),
      [1, 1, 1, 1, 1],
    );
    assert.deepEqual(slicesOf(large).flat(), large);
    assert.deepEqual(slicesOf([]), []);
  });
});
