import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import { UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { Analytics } from "@segment/analytics-node";
import { KinesisIntake } from "../../../functions/clickstream/adapters/kinesis-intake";
import { fromItem } from "../../../functions/shared/attribute-values";
import { systemClock } from "../../../functions/shared/clock";
import { type Estate, openEstate } from "../../../local/estate";
import { Faults } from "../../../local/event-sources/faults";
import { redrive } from "../../../operations/clickstream/redrive";
import { ONLY } from "../../support/recorded-program";

const [WRITE_KEY, ACCESS_KEY] = ["a-write-key", "an-access-key"];
const hash = (key: string) => createHash("sha256").update(key).digest("hex");
const basic = (key: string) => ({ authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` });
const EVENTS = 400;
const USERS = 20;
/** Records of one event name that processing crashes on until somebody has mended it. */
let broken = false;

describe("Clickstream as deployed, from Segment's client to the tables", function () {
  this.timeout(180_000);
  let estate: Estate;
  let url: string;
  const faults = new Faults(
    [
      { kind: "crash", when: "after", stage: "processing", times: 2 },
      { kind: "timeout", when: "before", stage: "processing", times: 1 },
      { kind: "throttle", stage: "processing", times: 2 },
      { kind: "crash", when: "before", stage: "processing", where: () => broken },
    ],
    3,
  );

  before(async () => {
    const overrides = {
      ...ONLY.clickstream,
      clickstreamWriteKeys: JSON.stringify({ web: [hash(WRITE_KEY)] }),
      clickstreamAccessKeys: JSON.stringify({ desk: { hashes: [hash(ACCESS_KEY)], may: ["read", "erase"] } }),
    };
    // An hour, the age limit, is three minutes: a slow machine must not reach it.
    estate = await openEstate({ name: "test-pipeline", overrides, sources: { timeScale: 1 / 20, faults } });
    url = estate.loadBalancers.urlOf(estate.output("clickstreamLoadBalancerDnsName"));
  });
  after(() => estate.stop());

  const rows = async (table: string) => {
    const TableName = estate.output(`clickstream${table}TableName`);
    const { Items = [] } = await estate.clients.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true }));
    return Items.map(({ payload: _binary, ...item }) => fromItem(item));
  };
  const ask = async (path: string, init: RequestInit = { headers: basic(ACCESS_KEY) }) => {
    const answer = await fetch(`${url}${path}`, init);
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const streamOf = () => estate.sources.stats.streams[estate.output("clickstreamMappingId")]!;
  const redriven = () => {
    const { kinesis, sqs, s3 } = estate.clients;
    const intake = new KinesisIntake(kinesis, estate.output("clickstreamStreamArn"), systemClock);
    const queueUrl = estate.output("clickstreamLettersQueueUrl");
    const bucket = estate.output("clickstreamFailureBucketName");
    const request = { queueUrl, bucket, maximum: 100, withoutLetter: false };
    return redrive({ sqs, s3, intake, report: () => {} }, request);
  };
  const letters = async () => {
    const QueueUrl = estate.output("clickstreamLettersQueueUrl");
    const AttributeNames = ["ApproximateNumberOfMessages" as const];
    const { Attributes } = await estate.clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return Number(Attributes?.ApproximateNumberOfMessages);
  };

  it("has the message with which S3 tries its queue, and the redrive takes that away", async () => {
    assert.equal(await letters(), 1);
    assert.deepEqual(await redriven(), { records: 0, failed: 0, unreadable: 0 });
    assert.equal(await letters(), 0);
  });

  it("is well, its stream too", async () => {
    assert.deepEqual(await ask("/health"), { status: 200, body: { status: "ok", stream: "ok" } });
  });

  it("loses no event and stores none twice, through crashes, timeouts, throttles and repetition", async () => {
    const errors: string[] = [];
    const timestamp = new Date(Date.now() - 60_000);
    const sent = Array.from({ length: EVENTS }, (_, n) => `message-${n}`);
    // Twice: a client whose answer was lost sends all of it again.
    for (let time = 0; time < 2; time++) {
      const analytics = new Analytics({ host: url, writeKey: WRITE_KEY, flushAt: 50, maxRetries: 3 });
      analytics.on("error", ({ code, reason }) => errors.push(`${code} ${reason}`));
      for (const [n, messageId] of sent.entries())
        analytics.track({ userId: `u-${n % USERS}`, event: `Clicked ${n % 3}`, messageId, timestamp });
      await analytics.closeAndFlush({ timeout: 30_000 });
    }
    assert.deepEqual(errors, []);
    await estate.sources.idle();
    const { read, succeeded, lost, pending, discarded } = streamOf();
    assert.deepEqual([read, succeeded, lost, pending, discarded], [2 * EVENTS, 2 * EVENTS, 0, 0, {}]);
    assert.deepEqual(faults.struck.slice(0, 3), [2, 1, 2]);
    const stored = (await rows("Events")).map(({ messageId }) => String(messageId));
    assert.deepEqual(stored.sort(), [...sent].sort());
    const sessions = (await rows("Sessions")).filter(({ session }) => session);
    assert.deepEqual([(await rows("Quarantine")).length, sessions.length], [0, USERS]);
    assert.equal(await letters(), 0);
  });

  it("answers what is known of a user, by type as well, and nobody without an access key", async () => {
    const { body } = await ask("/v1/users/u-3/events?limit=15&order=asc");
    assert.equal((body.events as unknown[]).length, 15);
    const rest = await ask(`/v1/users/u-3/events?limit=15&order=asc&cursor=${encodeURIComponent(String(body.cursor))}`);
    assert.equal((rest.body.events as unknown[]).length, EVENTS / USERS - 15);
    const { body: listed } = await ask("/v1/users/u-3/sessions");
    assert.equal((listed.sessions as unknown[]).length, 1);
    const byType = await ask(`/v1/event-types/${encodeURIComponent("Clicked 1")}/events?limit=1000`);
    assert.equal((byType.body.events as unknown[]).length, Math.floor(EVENTS / 3));
    assert.equal((await ask("/v1/users/u-3/events", {})).status, 401);
    assert.equal((await ask("/v1/users/u-3/events", { headers: basic(WRITE_KEY) })).status, 403);
  });

  it("puts aside what is no event, whole, and goes on with what comes after", async () => {
    const StreamARN = estate.output("clickstreamStreamArn");
    for (const text of ["no JSON", '{"version":1}'])
      await estate.clients.kinesis.send(
        new PutRecordCommand({ StreamARN, PartitionKey: "any", Data: Buffer.from(text) }),
      );
    await estate.sources.idle();
    const aside = await rows("Quarantine");
    assert.deepEqual(aside.map(({ reason }) => reason).sort(), ["not_an_envelope", "not_json"]);
    assert.equal(await letters(), 0);
  });

  it("keeps what it gives up on, with a letter, and stores it once it is redriven", async () => {
    broken = true;
    const track = { userId: "u-late", event: "Kept", messageId: "kept-1" };
    const headers = { ...basic(WRITE_KEY), "content-type": "application/json" };
    assert.equal((await ask("/v1/track", { method: "POST", headers, body: JSON.stringify(track) })).status, 200);
    await estate.sources.idle();
    assert.equal(
      (await rows("Events")).some(({ messageId }) => messageId === "kept-1"),
      false,
    );
    const Bucket = estate.output("clickstreamFailureBucketName");
    const kept = async () => (await estate.clients.s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? [];
    assert.equal((await kept()).length >= 1 && (await letters()) >= 1, true);
    broken = false;
    const result = await redriven();
    assert.deepEqual([result.failed, result.unreadable, result.records >= 1], [0, 0, true]);
    await estate.sources.idle();
    assert.equal((await rows("Events")).filter(({ messageId }) => messageId === "kept-1").length, 1);
    assert.deepEqual([(await kept()).length, await letters()], [0, 0]);
  });

  it("can be paused without loss", async () => {
    const UUID = estate.output("clickstreamMappingId");
    const set = (Enabled: boolean) =>
      estate.clients.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    const before = (await rows("Events")).length;
    await set(false);
    await new Promise((resolve) => setTimeout(resolve, 1_500)); // the mapping is followed within a second
    const headers = { ...basic(WRITE_KEY), "content-type": "application/json" };
    const batch = Array.from({ length: 5 }, (_, n) => ({
      type: "track",
      userId: "u-p",
      event: "P",
      messageId: `p-${n}`,
    }));
    assert.equal((await ask("/v1/batch", { method: "POST", headers, body: JSON.stringify({ batch }) })).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    assert.equal((await rows("Events")).length, before);
    await set(true);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await estate.sources.idle();
    assert.equal((await rows("Events")).length, before + 5);
  });

  it("erases a user, and what of theirs comes again afterwards", async () => {
    const erasing = { method: "DELETE", headers: basic(ACCESS_KEY) };
    assert.equal((await ask("/v1/users/u-3", erasing)).body.done, true);
    assert.deepEqual((await ask("/v1/users/u-3/events")).body.events, []);
    assert.equal(
      (await rows("Events")).some(({ visitor }) => visitor === "user#u-3"),
      false,
    );
    const track = { userId: "u-3", event: "Clicked 0", messageId: "message-3" };
    const headers = { ...basic(WRITE_KEY), "content-type": "application/json" };
    await ask("/v1/track", { method: "POST", headers, body: JSON.stringify(track) });
    await estate.sources.idle();
    assert.equal(
      (await rows("Events")).some(({ messageId }) => messageId === "message-3"),
      false,
    );
    assert.deepEqual(estate.sources.stats.problems, []);
  });
});
