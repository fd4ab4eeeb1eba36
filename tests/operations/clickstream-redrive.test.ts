import assert from "node:assert/strict";
import { S3Client } from "@aws-sdk/client-s3";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { Intake, IntakeRecord } from "../../functions/clickstream/adapters/kinesis-intake";
import { objectsIn, recordsIn } from "../../operations/clickstream/letters";
import { type RedriveRequest, redrive } from "../../operations/clickstream/redrive";

const BUCKET = "bucket-failed";
const notification = (...keys: string[]) =>
  JSON.stringify({ Records: keys.map((key) => ({ s3: { bucket: { name: BUCKET }, object: { key } } })) });
const batch = (...texts: string[]) => {
  const Records = texts.map((text) => ({
    eventID: `shardId-000000000000:${text}`,
    kinesis: { partitionKey: `key-${text}`, data: Buffer.from(text).toString("base64"), sequenceNumber: text },
  }));
  return JSON.stringify({
    requestContext: { condition: "RetryAttemptsExhausted" },
    payload: JSON.stringify({ Records }),
  });
};

/** A queue, a bucket and a stream in memory. */
class World {
  readonly taken: string[] = [];
  readonly said: string[] = [];
  readonly hidden = new Set<number>();
  refuses: string[] = [];

  constructor(
    readonly letters: (string | undefined)[],
    readonly objects: Map<string, string>,
  ) {}

  readonly sqs = {
    send: async ({
      constructor: { name },
      input,
    }: {
      constructor: { name: string };
      input: Record<string, unknown>;
    }) => {
      const at = Number(input.ReceiptHandle);
      if (name === "DeleteMessageCommand") this.letters[at] = undefined;
      if (name === "ChangeMessageVisibilityCommand") this.hidden.delete(at);
      if (name !== "ReceiveMessageCommand") return {};
      const next = this.letters.findIndex((body, index) => body !== undefined && !this.hidden.has(index));
      this.hidden.add(next);
      return next === -1 ? {} : { Messages: [{ Body: this.letters[next], ReceiptHandle: String(next) }] };
    },
  } as unknown as SQSClient;

  readonly s3: S3Client = Object.assign(new S3Client({ region: "us-east-1" }), {
    send: async ({ constructor: { name }, input }: { constructor: { name: string }; input: { Key: string } }) => {
      if (name === "ListObjectsV2Command") return { Contents: [...this.objects.keys()].map((Key) => ({ Key })) };
      const object = this.objects.get(input.Key);
      if (object === undefined) throw Object.assign(new Error("gone"), { name: "NoSuchKey" });
      if (name === "DeleteObjectCommand") this.objects.delete(input.Key);
      return { Body: { transformToString: async () => object } };
    },
  } as object);

  readonly intake: Intake = {
    put: async <R extends IntakeRecord>(records: readonly R[]) => {
      const texts = records.map(({ data }) => Buffer.from(data).toString());
      this.taken.push(...texts.filter((text) => !this.refuses.includes(text)));
      return records.flatMap((record, index) =>
        this.refuses.includes(texts[index]!) ? [{ record, code: "Throttled" }] : [],
      );
    },
  };

  redrive(more: Partial<RedriveRequest> = {}) {
    const { sqs, s3, intake } = this;
    const request = { queueUrl: "queue", bucket: BUCKET, maximum: 100, withoutLetter: false, ...more };
    return redrive({ sqs, s3, intake, report: (what) => this.said.push(what) }, request);
  }
}

describe("Redriving clickstream", () => {
  it("puts every record of an object into the stream again, and takes object and letter away", async () => {
    const world = new World([notification("aws/lambda/a")], new Map([["aws/lambda/a", batch("one", "two")]]));
    assert.deepEqual(await world.redrive(), { records: 2, failed: 0, unreadable: 0 });
    assert.deepEqual(world.taken, ["one", "two"]);
    assert.deepEqual([...world.objects.keys(), ...world.letters], [undefined]);
  });

  it("leaves object and letter where they are, for the next time, when a record is not taken", async () => {
    const world = new World(
      [notification("a"), notification("b")],
      new Map([
        ["a", batch("one", "two")],
        ["b", batch("three")],
      ]),
    );
    world.refuses = ["two"];
    assert.deepEqual(await world.redrive(), { records: 1, failed: 1, unreadable: 0 });
    assert.deepEqual([...world.objects.keys()], ["a"]);
    assert.deepEqual([world.letters[0] !== undefined, world.letters[1]], [true, undefined]);
    assert.equal(world.hidden.has(0), false);
    world.refuses = [];
    assert.deepEqual(await world.redrive(), { records: 2, failed: 0, unreadable: 0 });
  });

  it("takes the letter of what was redriven before for done, and S3's own test message, too", async () => {
    const test = JSON.stringify({ Service: "Amazon S3", Event: "s3:TestEvent", Bucket: BUCKET });
    const world = new World([notification("gone"), test], new Map());
    assert.deepEqual(await world.redrive(), { records: 0, failed: 0, unreadable: 0 });
    assert.deepEqual(world.letters, [undefined, undefined]);
  });

  it("leaves alone what is no letter, and says so", async () => {
    const world = new World(["hello", '{"Records":1}', "null"], new Map());
    assert.deepEqual(await world.redrive(), { records: 0, failed: 0, unreadable: 3 });
    assert.deepEqual(world.letters, ["hello", '{"Records":1}', "null"]);
    assert.equal(world.said.length, 3);
  });

  it("redrives objects without a letter only when asked", async () => {
    const world = new World([], new Map([["a", batch("one")]]));
    assert.deepEqual(await world.redrive(), { records: 0, failed: 0, unreadable: 0 });
    assert.deepEqual(await world.redrive({ withoutLetter: true }), { records: 1, failed: 0, unreadable: 0 });
  });

  it("takes no more letters than it is told to", async () => {
    const objects = new Map(["a", "b", "c"].map((key) => [key, batch(key)]));
    const world = new World(
      [...objects.keys()].map((key) => notification(key)),
      objects,
    );
    assert.equal((await world.redrive({ maximum: 2 })).records, 2);
    assert.deepEqual([...world.objects.keys()], ["c"]);
  });

  it("reads keys as S3 writes them, percent-encoded with + for a space", () => {
    assert.deepEqual(objectsIn(notification("aws/lambda/a+b%2Bc%3D")), [{ bucket: BUCKET, key: "aws/lambda/a b+c=" }]);
  });

  it("refuses an object without records", () => {
    for (const text of ["{}", '{"payload":"{}"}', '{"payload":{"Records":1}}'])
      assert.throws(() => recordsIn(text), /holds no records/);
    assert.throws(() => recordsIn("no JSON"));
  });
});
