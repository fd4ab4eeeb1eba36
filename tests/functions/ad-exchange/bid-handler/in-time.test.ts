import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { inTime, type Missed } from "../../../../functions/ad-exchange/bid-handler/in-time";

describe("An answer in time", () => {
  const ask = (answer: () => number | Promise<number>, deadline = 20) => {
    const missed: Missed[] = [];
    const started = performance.now();
    const value = inTime(
      answer,
      deadline,
      () => performance.now() - started,
      -1,
      (how) => missed.push(how),
    );
    return { value, missed };
  };

  it("that is there at once is handed over as it is, and nothing waits", () => {
    assert.deepEqual(
      ask(() => 7),
      { value: 7, missed: [] },
    );
  });

  it("that comes before the deadline is used", async () => {
    const { value, missed } = ask(() => Promise.resolve(7));
    assert.equal(await value, 7);
    assert.deepEqual(missed, []);
  });

  it("that comes after the deadline is counted once and not used, nor is its failure", async () => {
    const late = ask(() => sleep(40, 7));
    assert.equal(await late.value, -1);
    const failing = ask(async () => {
      await sleep(40);
      throw new Error("too late to matter");
    });
    assert.equal(await failing.value, -1);
    await sleep(50);
    assert.deepEqual([late.missed, failing.missed], [["late"], ["late"]]);
  });

  it("that is never given ends with the deadline", async () => {
    const { value, missed } = ask(() => new Promise(() => {}));
    assert.equal(await value, -1);
    assert.deepEqual(missed, ["late"]);
  });

  it("that fails, at once or later, is replaced", async () => {
    const atOnce = ask(() => {
      throw new Error("no");
    });
    const later = ask(() => Promise.reject(new Error("no")));
    assert.equal(await atOnce.value, -1);
    assert.equal(await later.value, -1);
    assert.deepEqual([atOnce.missed, later.missed], [["failed"], ["failed"]]);
  });

  it("past its deadline already is late even so, unless it is there at once", async () => {
    assert.equal(ask(() => 7, -5).value, 7);
    const { value, missed } = ask(() => sleep(1, 7), -5);
    assert.equal(await value, -1);
    assert.deepEqual(missed, ["late"]);
  });
});
