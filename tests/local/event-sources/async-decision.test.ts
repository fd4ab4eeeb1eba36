import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type AsyncPolicy,
  backOffSeconds,
  decide,
  type EventProgress,
  NEW_EVENT,
  type NextAction,
  refusal,
} from "../../../local/event-sources/async-decision";
import type { InvokeResult } from "../../../local/lambda/lambda-function";

const retry = (afterSeconds: number, functionErrors: number, deferrals: number): NextAction => ({
  ...{ action: "retry", afterSeconds },
  progress: { functionErrors, deferrals },
});
const discard = (condition: "RetriesExhausted" | "EventAgeExceeded"): NextAction => ({ action: "discard", condition });
const OUTCOMES: readonly InvokeResult["kind"][] = ["ok", "function-error", "throttled", "service-error"];

type Row = [
  what: string,
  progress: Partial<EventProgress>,
  age: number,
  outcome: InvokeResult["kind"],
  policy: Partial<AsyncPolicy>,
  expected: NextAction,
];

/** Every rule of "How Lambda handles errors and retries with asynchronous invocation". */
const TABLE: readonly Row[] = [
  ["success ends", {}, 0, "ok", {}, { action: "succeed" }],
  ["success ends, however old", { functionErrors: 2 }, 1e6, "ok", {}, { action: "succeed" }],
  ["one minute after the first error", {}, 0, "function-error", {}, retry(60, 1, 0)],
  ["two minutes after the second", { functionErrors: 1 }, 60, "function-error", {}, retry(120, 2, 0)],
  ["the third error is the last", { functionErrors: 2 }, 180, "function-error", {}, discard("RetriesExhausted")],
  ["no retries", {}, 0, "function-error", { maximumRetryAttempts: 0 }, discard("RetriesExhausted")],
  ["one retry", {}, 0, "function-error", { maximumRetryAttempts: 1 }, retry(60, 1, 0)],
  [
    "one retry, used",
    { functionErrors: 1 },
    60,
    "function-error",
    { maximumRetryAttempts: 1 },
    discard("RetriesExhausted"),
  ],
  ["too old for its retry", {}, 1, "function-error", { maximumEventAgeSeconds: 60 }, discard("EventAgeExceeded")],
  ["just young enough", {}, 0, "function-error", { maximumEventAgeSeconds: 60 }, retry(60, 1, 0)],
  [
    "exhausted comes before too old",
    { functionErrors: 2 },
    1e6,
    "function-error",
    { maximumEventAgeSeconds: 60 },
    discard("RetriesExhausted"),
  ],
  ["one second after a throttle", {}, 0, "throttled", {}, retry(1, 0, 1)],
  ["doubling", { deferrals: 3 }, 7, "throttled", {}, retry(8, 0, 4)],
  ["up to five minutes", { deferrals: 9 }, 511, "throttled", {}, retry(300, 0, 10)],
  ["a service error waits alike", { deferrals: 3 }, 7, "service-error", {}, retry(8, 0, 4)],
  ["throttles use up no retry", { functionErrors: 2 }, 180, "throttled", {}, retry(1, 2, 1)],
  ["throttles until the maximum age", {}, 21_600, "throttled", {}, discard("EventAgeExceeded")],
  ["so do service errors", {}, 21_600, "service-error", {}, discard("EventAgeExceeded")],
  ["an error starts the back-off anew", { deferrals: 5 }, 60, "function-error", {}, retry(60, 1, 0)],
];

describe("the decision on an asynchronous event", () => {
  const policyOf = (policy: Partial<AsyncPolicy>) => ({
    ...{ maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 },
    ...policy,
  });

  for (const [what, progress, age, outcome, policy, expected] of TABLE) {
    it(`${what}: ${outcome} at ${age} s`, () => {
      assert.deepEqual(decide({ ...NEW_EVENT, ...progress }, age, outcome, policyOf(policy)), expected);
    });
  }

  it("refuses what is too old or may not run at all", () => {
    assert.equal(refusal(21_600, policyOf({})), undefined);
    assert.equal(refusal(21_600.1, policyOf({})), "EventAgeExceeded");
    assert.equal(refusal(0, policyOf({ reservedConcurrency: 0 })), "ZeroReservedConcurrency");
    assert.equal(refusal(0, policyOf({ reservedConcurrency: 1 })), undefined);
  });

  it("backs off from one second to five minutes", () => {
    const waits = Array.from({ length: 11 }, (_, deferrals) => backOffSeconds(deferrals));
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    assert.equal(backOffSeconds(2000), 300);
  });

  it("ends every event within its maximum age, whatever happens to it", () => {
    const outcomes = fc.array(fc.constantFrom(...OUTCOMES), { minLength: 0, maxLength: 40 });
    const [retries, ages] = [fc.integer({ min: 0, max: 2 }), fc.integer({ min: 60, max: 21_600 })];
    fc.assert(
      fc.property(outcomes, retries, ages, (sequence, maximumRetryAttempts, maximumEventAgeSeconds) => {
        const policy = { maximumRetryAttempts, maximumEventAgeSeconds };
        let [progress, age, errors] = [NEW_EVENT, 0, 0];
        for (let step = 0; ; step++) {
          const outcome = sequence[step] ?? "throttled";
          if (outcome === "function-error") errors += 1;
          const next = decide(progress, age, outcome, policy);
          if (next.action !== "retry") break;
          age += next.afterSeconds;
          progress = next.progress;
          assert.ok(age <= maximumEventAgeSeconds && next.afterSeconds >= 1);
        }
        assert.ok(errors <= maximumRetryAttempts + 1);
      }),
    );
  });
});
