import assert from "node:assert/strict";
import { ConditionalCheckFailedException, TransactionCanceledException } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { SnsAlertTopic } from "../../../functions/market-data/adapters/alert-topic";
import { DynamoEnrichmentStore } from "../../../functions/market-data/adapters/enrichment-store";
import { EventBridgeBus } from "../../../functions/market-data/adapters/event-bus";
import { fromItem, type Plain, toItem } from "../../../functions/shared/attribute-values";
import { defaultProvider } from "../../../functions/shared/lambda-credentials";
import { conditional, writeResult } from "../../../functions/shared/write-result";

/** Answers commands with what it was given, in turn, and keeps their inputs. */
class ScriptedClient {
  // biome-ignore lint/suspicious/noExplicitAny: inputs of any command, for assertions
  readonly inputs: any[] = [];
  constructor(private readonly answers: ((input: never) => unknown)[]) {}

  async send({ input }: { input: never }): Promise<never> {
    this.inputs.push(input);
    const answer = this.answers.shift() ?? (() => ({}));
    return answer(input) as never;
  }
}

const PLAIN = { noNullPrototype: true };

const cancelled = (...codes: string[]) =>
  Promise.reject(
    new TransactionCanceledException({
      message: "",
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    }),
  );

describe("adapters", () => {
  for (const [codes, result] of [
    [["ConditionalCheckFailed", "None", "None"], "refused"],
    [["TransactionConflict", "ConditionalCheckFailed"], "refused"],
    [["None", "TransactionConflict"], "conflict"],
    [["ThrottlingError", "ProvisionedThroughputExceeded"], "conflict"],
  ] as const) {
    it(`a transaction cancelled for ${codes} is ${result}`, async () => {
      assert.equal(await writeResult(cancelled(...codes) as never), result);
    });
  }

  it("a transaction cancelled for anything else fails as it is", async () => {
    for (const codes of [["ValidationError"], ["TransactionConflict", "ItemCollectionSizeLimitExceeded"], []]) {
      await assert.rejects(writeResult(cancelled(...codes) as never), { name: "TransactionCanceledException" });
    }
    await assert.rejects(writeResult(Promise.reject(new Error("denied"))), /denied/);
    assert.equal(await writeResult(Promise.resolve({}) as never), "written");
  });

  it("a condition that does not hold is an answer, every other error is not", async () => {
    const failed = new ConditionalCheckFailedException({ message: "", $metadata: {} });
    assert.equal(await conditional(Promise.reject(failed)), false);
    assert.equal(await conditional(Promise.resolve()), true);
    await assert.rejects(conditional(Promise.reject(new Error("denied"))), /denied/);
  });

  it("any plain values come back from an item as they were", () => {
    const { value } = fc.letrec<{ value: Plain }>((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.string(),
        fc.maxSafeInteger(),
        fc.bigInt({ min: 2n ** 60n, max: 10n ** 37n }),
        fc.boolean(),
        fc.array(tie("value")),
        fc.dictionary(fc.string(), tie("value"), PLAIN),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value, PLAIN), (values) => {
        assert.deepEqual(fromItem(toItem(values)), values);
      }),
    );
    assert.deepEqual(toItem({ a: undefined, b: 1 }), { b: { N: "1" } });
    assert.throws(() => fromItem({ a: { B: new Uint8Array() } }), /type B was read/);
  });

  it("the bus takes ten events and 240 KB at a time", async () => {
    const accepting = ({ Entries }: { Entries: unknown[] }) => ({ Entries: Entries.map(() => ({ EventId: "1" })) });
    const client = new ScriptedClient(Array(9).fill(accepting));
    const bus = new EventBridgeBus(client as never, "bus", "sluice.test");
    const event = (size: number) => ({ detailType: "MarketData.Alert" as const, detail: { filler: "x".repeat(size) } });
    await bus.publish(Array.from({ length: 23 }, () => event(10)));
    await bus.publish(Array.from({ length: 5 }, () => event(100_000)));
    assert.deepEqual(
      client.inputs.map(({ Entries }) => Entries.length),
      [10, 10, 3, 2, 2, 1],
    );
    const { Detail, ...entry } = client.inputs[0].Entries[0];
    assert.deepEqual(entry, { EventBusName: "bus", Source: "sluice.test", DetailType: "MarketData.Alert" });
    assert.deepEqual(JSON.parse(Detail), { filler: "x".repeat(10) });
  });

  it("an entry that the bus refuses fails the publication", async () => {
    const refusing = () => ({
      FailedEntryCount: 1,
      Entries: [{ EventId: "1" }, { ErrorCode: "InternalFailure", ErrorMessage: "later" }],
    });
    const bus = new EventBridgeBus(new ScriptedClient([refusing, () => ({})]) as never, "bus", "sluice.test");
    const event = { detailType: "MarketData.Validated" as const, detail: {} };
    await assert.rejects(bus.publish([event, event]), {
      name: "RetryableFailure",
      message: "1 of 2 events were not put on bus (InternalFailure: later)",
    });
    await assert.rejects(bus.publish([event]), /no result/);
  });

  it("the topic gets the attributes to filter by, JSON for programs and text for e-mail", async () => {
    const client = new ScriptedClient([() => ({ MessageId: "m-1" })]);
    const topic = new SnsAlertTopic(client as never, "arn:topic");
    const subject = `[critical] über-\n${"x".repeat(200)}`;
    const notification = {
      symbol: "AAPL",
      rule: "r",
      severity: "critical",
      subject,
      text: "Rule r",
      body: { rule: "r" },
    };
    assert.equal(await topic.publish(notification), "m-1");
    const [{ Message, MessageAttributes, Subject, ...rest }] = client.inputs;
    assert.deepEqual(rest, { TopicArn: "arn:topic", MessageStructure: "json" });
    assert.deepEqual(JSON.parse(Message), { default: '{"rule":"r"}', email: "Rule r" });
    assert.deepEqual(MessageAttributes.symbol, { DataType: "String", StringValue: "AAPL" });
    assert.match(Subject, /^\[critical\] \?ber-\?x{80}/);
    assert.equal(Subject.length, 100);
  });

  it("a batch read asks again for what was left, and counts what stays left as throttled", async () => {
    const keys = ["a", "b"].map((eventId) => ({ eventId, timestamp: "t" }));
    const row = (eventId: string) => toItem({ eventId, timestamp: "t", status: "VALIDATED", basis: 10n ** 30n });
    const half = ({ RequestItems }: { RequestItems: { events: { Keys: { eventId: { S: string } }[] } } }) => {
      const [first, ...rest] = RequestItems.events.Keys;
      const left = rest.length > 0 ? { events: { Keys: rest } } : {};
      return { Responses: { events: [row(first!.eventId.S)] }, UnprocessedKeys: left };
    };
    const client = new ScriptedClient([half, half]);
    const store = new DynamoEnrichmentStore(client as never, { events: "events", audit: "audit" });
    const known = await store.known(keys);
    assert.deepEqual([...known.keys()], ["a", "b"]);
    assert.equal(known.get("a")?.basis, 10n ** 30n);
    const nothing = ({ RequestItems }: { RequestItems: unknown }) => ({ UnprocessedKeys: RequestItems });
    const throttled = new DynamoEnrichmentStore(new ScriptedClient(Array(9).fill(nothing)) as never, {
      events: "events",
      audit: "audit",
    });
    await assert.rejects(throttled.known(keys), { name: "RetryableFailure", message: /2 rows of events/ });
  });

  it("credentials are those of the environment at the moment of the call", async () => {
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
    const provide = defaultProvider();
    try {
      Object.assign(process.env, {
        AWS_ACCESS_KEY_ID: "key",
        AWS_SECRET_ACCESS_KEY: "secret",
        AWS_SESSION_TOKEN: "token",
      });
      assert.deepEqual(await provide(), { accessKeyId: "key", secretAccessKey: "secret", sessionToken: "token" });
      delete process.env.AWS_ACCESS_KEY_ID;
      await assert.rejects(provide(), /has no credentials/);
    } finally {
      delete process.env.AWS_SESSION_TOKEN;
      delete process.env.AWS_SECRET_ACCESS_KEY;
      for (const [name, value] of Object.entries({ AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN })) {
        if (value !== undefined) process.env[name] = value;
      }
    }
  });
});
