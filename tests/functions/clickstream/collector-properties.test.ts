import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { forLoadBalancer } from "../../../functions/clickstream/adapters/for-load-balancer";
import { KinesisIntake } from "../../../functions/clickstream/adapters/kinesis-intake";
import { collect } from "../../../functions/clickstream/collector/collector";
import { LARGEST_BATCH, MOST_MESSAGES } from "../../../functions/clickstream/domain/body";
import { readRecord } from "../../../functions/clickstream/domain/envelope";
import { MESSAGE_TYPES } from "../../../functions/clickstream/domain/message";
import { STATUS_OF } from "../../../functions/clickstream/domain/refusal";
import { MOST_STORED } from "../../../functions/clickstream/domain/sorting";
import { CONTEXT, Collecting, envelopeOf, incoming, TRACK } from "./support/collecting";
import { FakeKinesis, THROTTLED } from "./support/fake-kinesis";

const STATUSES: ReadonlySet<number> = new Set([200, 204, ...Object.values(STATUS_OF)]);

/** Messages, good and bad, and things that are none; each good one known by its place. */
const MESSAGE = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...MESSAGE_TYPES)
      .map((type) => ({ type, userId: "u", previousId: "p", groupId: "g", event: "e" })),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constantFrom("track", "other"), userId: fc.jsonValue(), context: fc.jsonValue() }),
  },
  { weight: 1, arbitrary: fc.jsonValue() },
);
const BATCH = fc
  .array(MESSAGE, { minLength: 1, maxLength: 40 })
  .map((messages) =>
    messages.map((each, index) =>
      typeof each === "object" && each !== null && !Array.isArray(each) ? { ...each, messageId: `m-${index}` } : each,
    ),
  );

const TEXT = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("gzip", "text/plain", "Basic Og==", "*", "null"));
const HEADERS = fc.dictionary(
  fc.oneof(
    fc.string(),
    fc.constantFrom("authorization", "Content-Type", "content-encoding", "origin", "x-forwarded-for", "user-agent"),
  ),
  fc.oneof(TEXT, fc.array(TEXT, { maxLength: 3 })),
);

/** Letters of JSON that are written while something is done. */
async function lettersWritten(work: () => Promise<unknown>): Promise<number> {
  const { stringify } = JSON;
  let letters = 0;
  JSON.stringify = (...given: unknown[]) => {
    const json = Reflect.apply(stringify, JSON, given);
    letters += json?.length ?? 0;
    return json;
  };
  try {
    await work();
  } finally {
    JSON.stringify = stringify;
  }
  return letters;
}

describe("The collector, whatever comes,", () => {
  it("answers any body with a status of its table, and throws for none", async () => {
    const body = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.uint8Array(),
      fc.json(),
      fc.uint8Array().map((bytes) => gzipSync(bytes)),
      fc.jsonValue().map((batch) => JSON.stringify({ batch })),
    );
    const encoding = fc.constantFrom(undefined, "gzip", "br");
    const path = fc.constantFrom("/v1/batch", "/v1/track", "/v1/alias");
    await fc.assert(
      fc.asyncProperty(body, encoding, path, async (given, encodedAs, to) => {
        const { status } = await new Collecting().answer({
          path: to,
          body: given,
          headers: { "content-encoding": encodedAs },
        });
        assert.ok(STATUSES.has(status) && status !== 503, String(status));
      }),
      { numRuns: 1000 },
    );
  });

  it("answers any method, path and headers, and splits no header of its own", async () => {
    const methods = fc.oneof(fc.string(), fc.constantFrom("POST", "OPTIONS", "GET"));
    const paths = fc.oneof(fc.string(), fc.constantFrom("/v1/batch", "/health", "/v1/constructor"));
    await fc.assert(
      fc.asyncProperty(methods, paths, HEADERS, async (method, path, headers) => {
        const { status, headers: own } = await new Collecting().answer({ method, path, headers, body: "{}" });
        assert.ok(STATUSES.has(status) && status !== 503, String(status));
        for (const value of Object.values(own)) assert.ok(!/[\r\n]/.test(value), JSON.stringify(own));
      }),
      { numRuns: 1000 },
    );
  });

  it("accepts or refuses each message that was sent, and puts what it accepts once, readable for the processor", async () => {
    await fc.assert(
      fc.asyncProperty(BATCH, async (batch) => {
        const collecting = new Collecting();
        const { status, body } = await collecting.answer({ body: { batch, context: { app: "a" } } });
        const refused: { index: number }[] = body.refused ?? [];
        assert.equal(body.accepted + refused.length, batch.length);
        assert.equal(status === 200, body.accepted > 0);
        const put = collecting.intake.envelopes.map(({ message }) => (message as { messageId: string }).messageId);
        const wrong = new Set(refused.map(({ index }) => index));
        assert.deepEqual(
          put,
          [...batch.keys()].filter((index) => !wrong.has(index)).map((index) => `m-${index}`),
        );
        for (const { data } of collecting.intake.stored) assert.ok(readRecord(data).readable);
      }),
      { numRuns: 500 },
    );
  });

  it("stores each message that it accepts exactly once, or says that it is not stored", async () => {
    await fc.assert(
      fc.asyncProperty(BATCH, fc.func(fc.boolean()), async (batch, isThrottled) => {
        const collecting = new Collecting();
        const kinesis = new FakeKinesis((record, request) =>
          isThrottled(record, request > 3) ? THROTTLED : undefined,
        );
        const intake = new KinesisIntake(kinesis as never, "arn:stream", collecting.clock);
        const answer = await collect(incoming({ body: { batch } }), CONTEXT, { ...collecting.world, intake });
        const { accepted, refused = [], notStored = [] } = JSON.parse(answer.body);
        assert.equal(accepted + refused.length + notStored.length, batch.length);
        assert.equal(answer.status === 503, notStored.length > 0);
        const stored = kinesis.stored.map(
          (text) => envelopeOf({ data: Buffer.from(text) }).message as { messageId: string },
        );
        const told = [...refused, ...notStored].map(({ index }: { index: number }) => `m-${index}`);
        const all = [...stored.map(({ messageId }) => messageId), ...told].sort();
        assert.deepEqual(all, [...batch.keys()].map((index) => `m-${index}`).sort());
      }),
      { numRuns: 300 },
    );
  });

  it("writes no more JSON than a few times what a request may become", async () => {
    const contexts = [
      { text: "x".repeat(480_000) },
      { text: "x".repeat(32_000) },
      { numbers: Array(15_000).fill(1e20) },
      { numbers: Array(1_400).fill(1e20) },
      { nested: JSON.parse(`${"[".repeat(2_000)}${"]".repeat(2_000)}`) },
      {},
    ];
    const messages = [{}, 7, { ...TRACK, messageId: undefined }, TRACK, { ...TRACK, userId: {} }];
    for (const context of contexts)
      for (const message of messages) {
        const body = incoming({ body: { context, batch: Array(MOST_MESSAGES).fill(message) } });
        const written = await lettersWritten(() => collect(body, CONTEXT, new Collecting().world));
        assert.equal(written < 4 * MOST_STORED, true, `${written} letters for ${JSON.stringify(message)}`);
      }
  });

  it("stays below the load balancer's 1 MB with the longest answer", async () => {
    const room = Math.floor(LARGEST_BATCH / MOST_MESSAGES) - 20;
    for (const messageId of ["m".repeat(100), '"'.repeat(room / 2), "\u0000".repeat(room / 6)]) {
      const body = { batch: Array(MOST_MESSAGES).fill({ messageId }) };
      const answer = await collect(incoming({ body }), CONTEXT, new Collecting().world);
      assert.equal(answer.error, "all_refused");
      const bytes = Buffer.byteLength(JSON.stringify(forLoadBalancer(answer)));
      assert.ok(bytes < 1_000_000, `${bytes} bytes`);
    }
  });
});
