import assert from "node:assert/strict";
import { streamCheck } from "../../../functions/clickstream/adapters/stream-check";
import { ManualClock } from "../handlers/support/fakes";
import { Collecting } from "./support/collecting";
import { named, THROTTLED } from "./support/fake-kinesis";

const ARN = "arn:aws:kinesis:eu-west-1:123456789012:stream/clicks";

/** A stream that tells its status, or throws. */
function checked(tell: () => string | Error | Promise<string>) {
  const asked: unknown[] = [];
  const client = {
    send: async ({ input }: { input: unknown }) => {
      asked.push(input);
      const told = await tell();
      if (told instanceof Error) throw told;
      return { StreamDescriptionSummary: { StreamStatus: told } };
    },
  };
  const clock = new ManualClock();
  return { asked, clock, check: streamCheck(client as never, ARN, clock) };
}

describe("The check of a stream", () => {
  const TABLE: readonly (readonly [told: string | Error, state: string, why?: RegExp])[] = [
    ["ACTIVE", "ok"],
    ["UPDATING", "ok"],
    ["DELETING", "broken", /the stream is DELETING/],
    ["CREATING", "broken", /CREATING/],
    [named("ResourceNotFoundException"), "broken", /ResourceNotFoundException/],
    [named("AccessDeniedException"), "broken", /AccessDenied/],
    [named("LimitExceededException"), "unknown", /LimitExceeded/],
    [named(THROTTLED), "unknown", /Throughput/],
    [named("TimeoutError"), "unknown", /TimeoutError/],
  ];
  for (const [told, state, why] of TABLE)
    it(`says ${state} of ${told instanceof Error ? told.name : told}`, async () => {
      const { check, asked } = checked(() => told);
      const condition = await check();
      assert.equal(condition.state, state);
      if (why !== undefined) assert.match("why" in condition ? condition.why : "", why);
      assert.deepEqual(asked, [{ StreamARN: ARN }]);
    });

  it("asks at most every ten seconds, however often and by however many it is asked", async () => {
    let status = "ACTIVE";
    const { check, asked, clock } = checked(() => status);
    await Promise.all([check(), check()]);
    status = "DELETING";
    clock.pass(9_999);
    assert.equal((await check()).state, "ok");
    assert.equal(asked.length, 1);
    clock.pass(1);
    assert.equal((await check()).state, "broken");
    assert.equal(asked.length, 2);
  });

  it("does not wait for an answer longer than a health check does", async () => {
    const { check } = checked(() => new Promise(() => undefined));
    const condition = await check();
    assert.equal(condition.state, "unknown");
  });
});

describe("The collector's health", () => {
  const HEALTH = { method: "GET", path: "/health", headers: { authorization: undefined } };

  it("is well while it cannot be told whether the stream takes records", async () => {
    const collecting = new Collecting();
    collecting.stream = { state: "unknown", why: "throttled" };
    const { status, body } = await collecting.answer(HEALTH);
    assert.deepEqual([status, body], [200, { status: "ok", stream: "unknown" }]);
    assert.equal(collecting.log.lines[0]?.stream, "throttled");
  });

  it("is 503 when the stream takes none, with the reason in the log alone", async () => {
    const collecting = new Collecting();
    collecting.stream = { state: "broken", why: `no stream ${ARN}` };
    const { status, body } = await collecting.answer(HEALTH);
    assert.deepEqual([status, body.error], [503, "unavailable"]);
    assert.match(body.detail, /stream/);
    assert.equal(JSON.stringify(body).includes(ARN), false);
    assert.equal(collecting.log.lines[0]?.stream, `no stream ${ARN}`);
  });
});
