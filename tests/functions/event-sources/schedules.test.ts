import assert from "node:assert/strict";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Clock } from "../../../local/event-sources/clock";
import { periodOf, Schedules } from "../../../local/event-sources/schedules";

const target = (ruleName: string, schedule?: string) => ({
  ...{ ruleName, ruleArn: `arn:aws:events:us-east-1:000000000000:rule/${ruleName}` },
  ...{ deliveryQueueUrl: `queue-of-${ruleName}`, ...(schedule === undefined ? {} : { schedule }) },
});

class World {
  readonly sent: { readonly QueueUrl: string; readonly MessageBody: string }[] = [];
  readonly problems: string[] = [];
  readonly timers: { readonly at: number; readonly act: () => void }[] = [];
  now = Date.parse("2026-11-21T12:00:00.500Z");
  fails = false;
  readonly sqs = {
    send: async ({ input }: { input: World["sent"][number] }) => {
      if (this.fails) throw new Error("gone");
      this.sent.push(input);
    },
  } as unknown as SQSClient;
  readonly clock: Clock = {
    now: () => this.now,
    after: (milliseconds, act) => {
      const timer = { at: this.now + milliseconds, act };
      this.timers.push(timer);
      return () => void this.timers.splice(this.timers.indexOf(timer), 1);
    },
  };

  schedules(...targets: ReturnType<typeof target>[]) {
    const onProblem = (message: string) => this.problems.push(message);
    return new Schedules(targets, { sqs: this.sqs, clock: this.clock, timeScale: 1 / 60, onProblem });
  }

  async pass(milliseconds: number) {
    this.now += milliseconds;
    for (const timer of this.timers.filter(({ at }) => at <= this.now)) {
      this.timers.splice(this.timers.indexOf(timer), 1);
      timer.act();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe("Scheduled rules", () => {
  it("run at once, and then by their rates in the time of the run", async () => {
    const world = new World();
    world
      .schedules(target("often", "rate(5 minutes)"), target("pattern"), target("nightly", "cron(0 3 * * ? *)"))
      .start();
    await world.pass(0);
    assert.deepEqual(
      world.sent.map(({ QueueUrl }) => QueueUrl),
      ["queue-of-often"],
    );
    await world.pass(4_999);
    assert.equal(world.sent.length, 1);
    await world.pass(1);
    assert.equal(world.sent.length, 2);
    const { id, ...event } = JSON.parse(world.sent[0]!.MessageBody) as Record<string, unknown>;
    assert.match(String(id), /^[0-9a-f-]{36}$/);
    assert.deepEqual(event, {
      ...{ version: "0", "detail-type": "Scheduled Event", source: "aws.events", account: "000000000000" },
      ...{ time: "2026-11-21T12:00:00Z", region: "us-east-1", detail: {} },
      resources: ["arn:aws:events:us-east-1:000000000000:rule/often"],
    });
  });

  it("run when they are told, also by the calendar's, and not those that wait for events", async () => {
    const world = new World();
    const schedules = world.schedules(target("nightly", "cron(0 3 * * ? *)"), target("pattern"));
    schedules.start();
    await schedules.fire("nightly");
    assert.equal(world.sent.length, 1);
    await assert.rejects(schedules.fire("pattern"), /pattern is no scheduled rule; there are: nightly/);
  });

  it("go on after a failure, and end when they are stopped", async () => {
    const world = new World();
    const schedules = world.schedules(target("often", "rate(1 minute)"));
    world.fails = true;
    schedules.start();
    await world.pass(0);
    assert.deepEqual(world.problems, ["often: not run: gone"]);
    world.fails = false;
    await world.pass(1_000);
    assert.equal(world.sent.length, 1);
    schedules.stop();
    await world.pass(10_000);
    assert.equal(world.sent.length, 1);
  });

  it("know minutes, hours and days", () => {
    const periods = ["rate(1 minute)", "rate(2 hours)", "rate(1 day)", "cron(0 3 * * ? *)"].map(periodOf);
    assert.deepEqual(periods, [60, 7200, 86_400, undefined]);
  });
});
