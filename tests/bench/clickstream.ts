import { createHash } from "node:crypto";
import { readRecord } from "../../functions/clickstream/domain/envelope";
import { readMessage } from "../../functions/clickstream/domain/message";
import { partitionKey } from "../../functions/clickstream/domain/partitioning";
import { processedEvent, sessionEventOf } from "../../functions/clickstream/domain/processed-event";
import { place, sessionOf } from "../../functions/clickstream/domain/sessions";
import { generateSendings } from "../../local/clickstream/sendings";
import { type AwsStub, startStub } from "./aws-stub";
import { type Cost, costsOf } from "./bundle-run";
import { cpuMicroseconds, distribution, median, printFigure, printPart } from "./figures";

const KEY = "a-write-key";
const POLICY = {
  ...{ futureSkewSeconds: 60, freshnessDays: 30, typeShards: 4, idDays: 30, parameterTtlSeconds: 60 },
  address: { kind: "truncate" as const },
};
const BATCH = 100;
const ROUNDS = 60;
const NOW = new Date();

/** The functions' own CPU for an event, with an AWS that answers at once: what a core of theirs takes at most. */
export async function showClickstream(): Promise<void> {
  showDomainOfClicks();
  const stub = await startStub(ANSWERS);
  try {
    await showProcessing(stub);
    await showCollecting(stub);
  } finally {
    await stub.stop();
  }
}

/** Nobody has a session yet, and all is written. */
const ANSWERS = {
  GetParameters: ({ Names }: { Names: string[] }) => ({
    Parameters: Names.map((Name) => ({ Name, Value: VALUES[Name] })),
  }),
  Query: () => ({ Items: [] }),
  PutRecords: ({ Records }: { Records: unknown[] }) => ({
    FailedRecordCount: 0,
    Records: Records.map((_, index) => ({ SequenceNumber: String(index + 1), ShardId: "shardId-000000000000" })),
  }),
};
const VALUES: Readonly<Record<string, string>> = {
  policy: JSON.stringify(POLICY),
  keys: JSON.stringify({ web: [createHash("sha256").update(KEY).digest("hex")] }),
  origins: "[]",
};

/** Messages of a shop's visits, as they go out. */
const messages = (count: number): object[] =>
  generateSendings({ seed: 1, events: count * 2, startTime: NOW, ...NOTHING_WRONG })
    .flatMap((one) => (one.by === "library" ? [{ ...one.call, timestamp: one.timestamp.toISOString() }] : []))
    .slice(0, count);
const NOTHING_WRONG = { duplicates: 0, conflicts: 0, malformed: 0, poison: 0 };

const enveloped = (message: object) =>
  JSON.stringify({ version: 1, receivedAt: NOW.toISOString(), source: "web", message, address: "192.0.2.1" });

function showDomainOfClicks(): void {
  printPart("Clickstream's domain: CPU microseconds a call, and the ratio of medians to JSON.parse of a record");
  const texts = messages(1_000).map(enveloped);
  const records = texts.map((text) => Buffer.from(text));
  const read = records.map((record) => readRecord(record)).filter((one) => one.readable);
  const events = read.map(({ envelope, message }) => processedEvent(envelope, message, POLICY));
  const sessions = events.map((event) => sessionOf(sessionEventOf(event)));
  const at = <T>(items: readonly T[], index: number) => items[index % items.length]!;
  const parsing = cpuMicroseconds(40, 5_000, (index) => JSON.parse(at(texts, index)));
  const show = (name: string, work: (index: number) => unknown) => {
    const figures = cpuMicroseconds(40, 1_000, work);
    printFigure(name, `${(median(figures) / median(parsing)).toFixed(1)} ×`, distribution(figures, "µs"));
  };
  show("JSON.parse of a record", (index) => JSON.parse(at(texts, index)));
  show("readMessage: checked", (index) => readMessage(at(read, index).envelope.message));
  show("readRecord: read from the stream", (index) => readRecord(at(records, index)));
  show("processedEvent: dated and enriched", (index) => {
    const { envelope, message } = at(read, index);
    return processedEvent(envelope, message, POLICY);
  });
  show("partitionKey", (index) => partitionKey(at(events, index).visitor, 1));
  show("place: among two sessions", (index) =>
    place(at(sessions, index), [at(sessions, index + 1), at(sessions, index + 2)]),
  );
}

async function showProcessing(stub: AwsStub): Promise<void> {
  printPart(`Processing: its bundle alone in a process, batches of ${BATCH} records, a DynamoDB that answers at once`);
  const all = messages(ROUNDS * BATCH).map(enveloped);
  const batches = Array.from({ length: ROUNDS }, (_, round) => [
    eventOf(all.slice(round * BATCH, (round + 1) * BATCH), round),
  ]);
  const names = ["EVENTS", "SESSIONS", "IDS", "LINKS", "QUARANTINE"].map((name) => [
    `${name}_TABLE`,
    name.toLowerCase(),
  ]);
  const variables = { ...Object.fromEntries(names), POLICY_PARAMETER: "policy" };
  const costs = await costsOf("functions/clickstream/processing/index.ts", variables, stub, batches);
  showCosts("records", BATCH, costs);
  printFigure("calls of DynamoDB a record", (callsOfDynamo(stub) / (ROUNDS * BATCH)).toFixed(2));
}

const callsOfDynamo = ({ calls }: AwsStub): number =>
  ["GetItem", "Query", "TransactWriteItems"].reduce((sum, name) => sum + (calls.get(name) ?? 0), 0);

const eventOf = (texts: readonly string[], round: number) => ({
  Records: texts.map((text, index) => ({
    eventID: `shardId-000000000000:${round}-${index}`,
    kinesis: {
      ...{
        sequenceNumber: `${round}-${index}`,
        partitionKey: `${index % 20}`,
        data: Buffer.from(text).toString("base64"),
      },
      approximateArrivalTimestamp: NOW.getTime() / 1_000,
    },
  })),
});

/** One request of many messages beside as many requests of one. */
async function showCollecting(stub: AwsStub): Promise<void> {
  printPart("Collector: its bundle alone in a process, a Kinesis that answers at once");
  const each = 50;
  const all = messages(ROUNDS * each);
  const rounds = Array.from({ length: ROUNDS }, (_, round) => all.slice(round * each, (round + 1) * each));
  const variables = { STREAM_ARN: "arn:aws:kinesis:us-east-1:000000000000:stream/bench", ...PARAMETERS };
  const entry = "functions/clickstream/collector/index.ts";
  const together = await costsOf(
    entry,
    variables,
    stub,
    rounds.map((batch) => [request(batch)]),
  );
  const alone = await costsOf(
    entry,
    variables,
    stub,
    rounds.map((batch) => batch.map((one) => request([one]))),
  );
  showCosts(`messages, ${each} a request`, each, together);
  showCosts("messages, one a request", each, alone);
  const ratio =
    median(alone.map(({ microseconds }) => microseconds)) / median(together.map(({ microseconds }) => microseconds));
  printFigure("CPU of one a request", `${ratio.toFixed(1)} ×`, `that of ${each} a request`);
}

const PARAMETERS = { WRITE_KEYS_PARAMETER: "keys", ORIGINS_PARAMETER: "origins" };

const request = (batch: readonly object[]) => ({
  ...{ httpMethod: "POST", path: "/v1/batch", isBase64Encoded: false },
  multiValueHeaders: {
    authorization: [`Basic ${Buffer.from(`${KEY}:`).toString("base64")}`],
    ...{ "content-type": ["application/json"], "x-forwarded-for": ["192.0.2.1"] },
  },
  body: JSON.stringify({ batch, sentAt: NOW.toISOString() }),
});

function showCosts(what: string, count: number, costs: readonly Cost[]): void {
  const each = costs.map(({ microseconds }) => microseconds / count);
  printFigure(what, `${Math.round(1e6 / median(each))} / core s`, `CPU each: ${distribution(each, "µs")}`);
}
