import assert from "node:assert/strict";
import type { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { type OutgoingEvent, sendEvents } from "../../operations/market-data/sender";

/** A bus that refuses each entry as often as it is told, and remembers what it took. */
class FlakyBus {
  readonly taken: string[] = [];
  readonly calls: number[] = [];
  constructor(private readonly refusals: (detail: string) => number) {}
  private readonly seen = new Map<string, number>();

  async send(command: PutEventsCommand) {
    const entries = command.input.Entries ?? [];
    this.calls.push(entries.length);
    return {
      Entries: entries.map(({ Detail = "" }) => {
        const times = (this.seen.get(Detail) ?? 0) + 1;
        this.seen.set(Detail, times);
        if (times <= this.refusals(Detail)) return { ErrorCode: "ThrottlingException", ErrorMessage: "slow down" };
        this.taken.push(Detail);
        return { EventId: `id-${Detail}` };
      }),
    };
  }
}

const events = (count: number): OutgoingEvent[] =>
  Array.from({ length: count }, (_, index) => ({ source: "exchange.xnas", detail: index }));
const send = (bus: FlakyBus, outgoing: OutgoingEvent[]) =>
  sendEvents(bus as unknown as EventBridgeClient, outgoing, { busName: "bus", concurrency: 1, backOffMilliseconds: 1 });

describe("sending events to the bus", () => {
  it("puts ten entries into a call, in order", async () => {
    const bus = new FlakyBus(() => 0);
    await send(bus, events(25));
    assert.deepEqual(bus.calls, [10, 10, 5]);
    assert.deepEqual(
      bus.taken,
      events(25).map(({ detail }) => String(detail)),
    );
  });

  it("sends only the refused entries again and loses none", async () => {
    const bus = new FlakyBus((detail) => (detail === "3" ? 2 : 0));
    const sent = await send(bus, events(10));
    assert.deepEqual(bus.calls, [10, 1, 1]);
    assert.equal(new Set(sent.map(({ envelopeId }) => envelopeId)).size, 10);
  });

  it("gives up on an entry that is always refused, and says why", async () => {
    const bus = new FlakyBus((detail) => (detail === "0" ? 99 : 0));
    await assert.rejects(send(bus, events(1)), /1 events refused 8 times, last with ThrottlingException: slow down/);
  });

  it("keeps a call under 256 KB", async () => {
    const bus = new FlakyBus(() => 0);
    const large = Array.from({ length: 4 }, (_, index) => ({ source: "s", detail: `${index}`.repeat(100_000) }));
    await send(bus, large);
    assert.deepEqual(bus.calls, [2, 2]);
  });
});
