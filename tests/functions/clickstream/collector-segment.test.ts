import assert from "node:assert/strict";
import { Analytics } from "@segment/analytics-node";
import { forLoadBalancer } from "../../../functions/clickstream/adapters/for-load-balancer";
import { collect } from "../../../functions/clickstream/collector/collector";
import { type Message, readMessage } from "../../../functions/clickstream/domain/message";
import { CONTEXT, Collecting, KEY } from "./support/collecting";
import { loadBalancer } from "./support/load-balancer";

/** Sends one message of every type with Segment's own client. */
async function sendAll(url: string, writeKey: string): Promise<string[]> {
  const errors: string[] = [];
  const analytics = new Analytics({ host: url, writeKey, flushAt: 3, maxRetries: 3 });
  analytics.on("error", ({ code, reason }) => errors.push(`${code} ${reason}`));
  analytics.identify({ userId: "u-1", traits: { plan: "free" } });
  analytics.track({ userId: "u-1", event: "Order Completed", properties: { total: 7 } });
  analytics.page({ anonymousId: "a-1", name: "Home" });
  analytics.screen({ anonymousId: "a-1", name: "Start" });
  analytics.group({ userId: "u-1", groupId: "g-1" });
  analytics.alias({ userId: "u-1", previousId: "a-1" });
  analytics.track({ userId: "u-1", event: "Grüße 🎉", timestamp: new Date("2026-01-05T14:00:00Z") });
  await analytics.closeAndFlush({ timeout: 20_000 });
  return errors;
}

describe("Segment's client for Node.js", () => {
  it("sends every type of message, and sends again what was not stored", async () => {
    const collecting = new Collecting();
    let requests = 0;
    collecting.intake.loses = () => requests === 1;
    const { world } = collecting;
    const balancer = await loadBalancer(async (event) => {
      requests += 1;
      return forLoadBalancer(await collect(event, CONTEXT, world));
    });
    try {
      assert.deepEqual(await sendAll(balancer.url, KEY), []);
    } finally {
      await balancer.close();
    }
    assert.equal(requests, 4); // three batches, and the first once more
    const messages = collecting.intake.envelopes.map(({ message }) => read(message));
    const types = ["alias", "group", "identify", "page", "screen", "track", "track"];
    assert.deepEqual(messages.map(({ type }) => type).sort(), types);
    assert.equal(new Set(messages.map(({ messageId }) => messageId)).size, 7);
    const greeting = messages.find(({ event }) => event === "Grüße 🎉");
    assert.equal(greeting?.originalTimestamp, "2026-01-05T14:00:00.000Z");
    assert.ok(messages.every(({ sentAt, context }) => sentAt !== undefined && "library" in context));
    assert.ok(collecting.intake.envelopes.every(({ address }) => address?.endsWith("127.0.0.1")));
  });

  it("is told that its key is unknown, and does not try again", async () => {
    const collecting = new Collecting();
    const { world } = collecting;
    const balancer = await loadBalancer(async (event) => forLoadBalancer(await collect(event, CONTEXT, world)));
    try {
      const errors = await sendAll(balancer.url, "no-such-key");
      assert.equal(errors.length, 7);
      for (const error of errors) assert.match(error, /403/);
    } finally {
      await balancer.close();
    }
    assert.deepEqual([collecting.log.lines.length, collecting.intake.stored.length], [3, 0]);
  });
});

function read(message: unknown): Message {
  const verdict = readMessage(message);
  assert.ok(verdict.accepted);
  return verdict.message;
}
