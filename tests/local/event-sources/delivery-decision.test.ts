import assert from "node:assert/strict";
import {
  DEFAULT_TARGET_RETRY_POLICY,
  type DeliveryAction,
  type DeliveryOutcome,
  decideDelivery,
  type TargetRetryPolicy,
} from "../../../local/event-sources/delivery-decision";

type Code = Extract<DeliveryOutcome, { kind: "refused" }>["code"];
const refused = (code: Code): DeliveryOutcome => ({ kind: "refused", code, message: "no" });
const exhausted = (by: "MaximumRetryAttempts" | "MaximumEventAgeInSeconds"): DeliveryAction => ({
  ...{ action: "give-up", exhausted: by },
});
const retry = (afterSeconds: number): DeliveryAction => ({ action: "retry", afterSeconds });

type Row = [
  what: string,
  retries: number,
  age: number,
  outcome: DeliveryOutcome,
  policy: Partial<TargetRetryPolicy>,
  expected: DeliveryAction,
];

const TABLE: readonly Row[] = [
  ["accepted", 0, 0, { kind: "accepted" }, {}, { action: "done" }],
  ["accepted, however late", 185, 1e6, { kind: "accepted" }, {}, { action: "done" }],
  ["no permission is not tried again", 0, 0, refused("NO_PERMISSIONS"), {}, { action: "give-up" }],
  ["neither is a missing target", 0, 0, refused("NO_RESOURCE"), {}, { action: "give-up" }],
  ["throttling is", 0, 0, refused("THROTTLING"), {}, retry(1)],
  ["a service error is", 3, 7, refused("ERROR_FROM_TARGET"), {}, retry(8)],
  ["waits do not grow for ever", 40, 10_000, refused("ERROR_FROM_TARGET"), {}, retry(512)],
  ["185 retries by default", 184, 80_000, refused("THROTTLING"), {}, retry(512)],
  ["and no more", 185, 80_000, refused("THROTTLING"), {}, exhausted("MaximumRetryAttempts")],
  [
    "fewer if the target says so",
    2,
    3,
    refused("THROTTLING"),
    { maximumRetryAttempts: 2 },
    exhausted("MaximumRetryAttempts"),
  ],
  ["none", 0, 0, refused("THROTTLING"), { maximumRetryAttempts: 0 }, exhausted("MaximumRetryAttempts")],
  ["a day by default", 20, 86_000, refused("THROTTLING"), {}, exhausted("MaximumEventAgeInSeconds")],
  [
    "less if the target says so",
    6,
    63,
    refused("THROTTLING"),
    { maximumEventAgeSeconds: 120 },
    exhausted("MaximumEventAgeInSeconds"),
  ],
];

describe("the decision on a delivery to a target", () => {
  for (const [what, retries, age, outcome, policy, expected] of TABLE) {
    it(`${what} (${retries} retries, ${age} s)`, () => {
      const all = { ...DEFAULT_TARGET_RETRY_POLICY, ...policy };
      assert.deepEqual(decideDelivery(retries, age, outcome, all, 0), expected);
    });
  }

  it("takes up to half of a wait away", () => {
    const next = decideDelivery(3, 0, refused("THROTTLING"), DEFAULT_TARGET_RETRY_POLICY, 0.999);
    assert.ok(next.action === "retry" && next.afterSeconds > 4 && next.afterSeconds < 4.1);
  });
});
