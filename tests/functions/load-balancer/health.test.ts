import assert from "node:assert/strict";
import type { Clock } from "../../../local/event-sources/clock";
import { HealthChecks } from "../../../local/load-balancer/health-checks";
import type { TargetAnswer } from "../../../local/load-balancer/lambda-target";
import { afterCheck, isSuccess, NOT_CHECKED } from "../../../local/load-balancer/target-health";
import { FUNCTION_ARN, group } from "./model";

const THRESHOLDS = { healthyThreshold: 3, unhealthyThreshold: 2 };

describe("A target's health", () => {
  /** Passed and failed checks, in order, and the status after each: i(nitial), h(ealthy), u(nhealthy). */
  const table: readonly (readonly [says: string, checks: string, statuses: string])[] = [
    ["is good after one success of a new target", "+", "h"],
    ["is bad after as many failures as the threshold", "+--", "hhu"],
    ["is not bad for failures apart", "+-+-+", "hhhhh"],
    ["is good again after as many successes as the threshold", "+--+++", "hhuuuh"],
    ["is not good again for successes apart", "+--++-+++", "hhuuuuuuh"],
    ["is open until a new target has failed as often", "--", "iu"],
    ["needs the threshold after a bad start", "--+++", "iuuuh"],
    ["is good after a first failure and a success", "-+", "ih"],
  ];
  for (const [says, checks, statuses] of table)
    it(`${says} (${checks})`, () => {
      let health = NOT_CHECKED;
      const seen = [...checks].map((check) => {
        health = afterCheck(health, check === "+", THRESHOLDS);
        return health.status[0];
      });
      assert.equal(seen.join(""), statuses);
    });

  it("is told by status codes, lists and ranges", () => {
    const codes = [199, 200, 202, 299, 300];
    const those = (matcher: string) => codes.filter((code) => isSuccess(code, { matcher }));
    assert.deepEqual([those("200"), those("200,202"), those("200-299")], [[200], [200, 202], [200, 202, 299]]);
  });
});

/** Time by hand. */
class HandClock implements Clock {
  #now = 0;
  #due: { at: number; act: () => void }[] = [];
  now = () => this.#now;
  after(milliseconds: number, act: () => void) {
    const one = { at: this.#now + milliseconds, act };
    this.#due.push(one);
    return () => {
      this.#due = this.#due.filter((other) => other !== one);
    };
  }
  async advance(milliseconds: number): Promise<void> {
    this.#now += milliseconds;
    const due = this.#due.filter(({ at }) => at <= this.#now);
    this.#due = this.#due.filter(({ at }) => at > this.#now);
    for (const { act } of due) act();
    await settled();
  }
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("Health checks", () => {
  const healthCheck = { path: "/health", intervalSeconds: 60, timeoutSeconds: 5, matcher: "200", ...THRESHOLDS };
  const world = (answers: () => Promise<TargetAnswer>) => {
    const clock = new HandClock();
    const paths: string[] = [];
    const ask = (_group: unknown, event: { readonly path: string }) => {
      paths.push(event.path);
      return answers();
    };
    const checks = new HealthChecks(
      { ...group(), functionArn: FUNCTION_ARN, healthCheck },
      { clock, timeScale: 1 / 60, ask },
    );
    return { clock, paths, checks };
  };
  const answered = async (status: number): Promise<TargetAnswer> => ({ answer: { status, headers: [], body: "" } });

  it("ask once an interval, in the cloud's time, until they are stopped", async () => {
    const { clock, paths, checks } = world(() => answered(200));
    checks.start();
    await settled();
    assert.deepEqual([checks.health.status, paths], ["healthy", ["/health"]]);
    await clock.advance(999);
    assert.equal(paths.length, 1);
    await clock.advance(1);
    assert.equal(paths.length, 2);
    checks.stop();
    await clock.advance(10_000);
    assert.equal(paths.length, 2);
  });

  it("do not go on when they are stopped while a function is asked", async () => {
    let answer: (made: TargetAnswer) => void = () => {};
    const { clock, paths, checks } = world(() => new Promise((resolve) => (answer = resolve)));
    checks.start();
    checks.stop();
    answer(await answered(200));
    await settled();
    await clock.advance(10_000);
    assert.deepEqual([paths.length, checks.health.status], [1, "initial"]);
  });

  it("fail for another status, for a failed invocation and for no answer within the real timeout", async () => {
    const outcomes: (() => Promise<TargetAnswer>)[] = [
      () => answered(204),
      async () => ({ reason: "LambdaUnhandled", detail: "" }),
      () => new Promise(() => {}),
    ];
    for (const outcome of outcomes) {
      const { clock, checks } = world(outcome);
      checks.start();
      for (let check = 0; check < 2; check++) {
        await settled();
        await clock.advance(5000); // the timeout, which is longer than an interval here
        await clock.advance(1000);
      }
      assert.equal(checks.health.status, "unhealthy");
      checks.stop();
    }
  });
});
