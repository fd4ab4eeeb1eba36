import type { _Record as StreamsRecord } from "@aws-sdk/client-dynamodb-streams";
import type { ShardSettings } from "../../../local/event-sources/streams/mapping";
import { type StreamMapping, settingsOf } from "../../../local/event-sources/streams/mapping";
import type { Discard } from "../../../local/event-sources/streams/retry";
import {
  checkpointOf,
  isDrained,
  type LaneInvocation,
  openShard,
  pending,
  type ShardState,
  settle,
  start,
  take,
} from "../../../local/event-sources/streams/shard";
import { kinesisRecord, type StreamRecord } from "../../../local/event-sources/streams/stream-record";
import { tableRecord } from "../../../local/event-sources/streams/table-record";
import type { InvokeResult } from "../../../local/lambda/lambda-function";

export const STREAM = "arn:aws:kinesis:us-east-1:000000000000:stream/clicks";
export const CONSUMER = `${STREAM}/consumer/reader:1763719200`;
export const TABLE_STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/users/stream/2026-11-21T10:00:00.000";
export const FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:processor";
export const EPOCH = Date.parse("2026-11-21T10:00:00Z");

export const mapping = (extra: Partial<StreamMapping> = {}): StreamMapping => ({
  ...{ uuid: "2b733gdc", eventSourceArn: STREAM, functionArn: FUNCTION, startingPosition: "TRIM_HORIZON" },
  ...extra,
});
export const settings = (extra: Partial<StreamMapping> = {}): ShardSettings => settingsOf(mapping(extra), 1);

const SOURCE = {
  shardId: "shardId-000000000000",
  eventSourceArn: STREAM,
  region: "us-east-1",
  roleArn: "arn:aws:iam::0:role/r",
};

/** The nth record of the shard; `n` is its sequence number too, and it arrives `at` seconds after the epoch. */
export function record(n: number, key = "k", at = 0, data: string | Uint8Array = JSON.stringify({ n })): StreamRecord {
  const sequenceNumber = String(n).padStart(20, "0");
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  return kinesisRecord({ sequenceNumber, partitionKey: key, data: bytes, arrivedAt: EPOCH + at * 1000 }, SOURCE);
}

/** The nth change of a table's stream, of the item `id`; made `at` seconds after the epoch. */
export function change(n: number, id: string, at = 0, extra: Readonly<Record<string, Uint8Array>> = {}): StreamRecord {
  const key = { id: { S: id }, sort: { N: "1" } };
  const more = Object.fromEntries(Object.entries(extra).map(([name, B]) => [name, { B }]));
  const record: StreamsRecord = {
    ...{
      eventID: `e${n}`,
      eventName: "MODIFY",
      eventVersion: "1.1",
      eventSource: "aws:dynamodb",
      awsRegion: "us-east-1",
    },
    dynamodb: {
      ...{ ApproximateCreationDateTime: new Date(EPOCH + at * 1000), SequenceNumber: String(n).padStart(20, "0") },
      ...{ Keys: key, SizeBytes: 26, StreamViewType: "NEW_AND_OLD_IMAGES" },
      ...{ OldImage: { ...key, n: { N: `${n - 1}` } }, NewImage: { ...key, n: { N: `${n}` }, ...more } },
    },
  };
  return tableRecord(record, TABLE_STREAM);
}

export const records = (count: number, key = "k") =>
  Array.from({ length: count }, (_, index) => record(index + 1, key));
export const numberOf = ({ sequenceNumber }: StreamRecord): number => Number(sequenceNumber);
export const numbers = (some: readonly StreamRecord[]): number[] => some.map(numberOf);

export const ok = (response: unknown = null): InvokeResult => ({
  kind: "ok",
  payload: JSON.stringify(response),
  durationMs: 1,
});
export const failsAt = (...numbers: number[]): InvokeResult =>
  ok({ batchItemFailures: numbers.map((n) => ({ itemIdentifier: String(n).padStart(20, "0") })) });
export const thrown: InvokeResult = { kind: "function-error", errorType: "Error", payload: "{}", durationMs: 1 };
export const throttled: InvokeResult = { kind: "throttled" };

export type Handler = (invocation: LaneInvocation, attempt: number) => InvokeResult;

/** Drives one shard through virtual time; every step is the test's. Seconds count from the epoch. */
export class ShardWorld {
  state: ShardState;
  seconds = 0;
  readonly calls: { readonly at: number; readonly numbers: number[]; readonly invocation: LaneInvocation }[] = [];
  readonly succeeded: StreamRecord[] = [];
  readonly filtered: StreamRecord[] = [];
  readonly discards: Discard[] = [];
  readonly inFlight: LaneInvocation[] = [];
  wakeAt = Number.POSITIVE_INFINITY;
  settings: ShardSettings;

  constructor(extra: Partial<StreamMapping> = {}) {
    this.settings = settings(extra);
    this.state = openShard(this.settings);
  }

  /** The mapping is another from now on. */
  change(extra: Partial<StreamMapping>): this {
    this.settings = settings(extra);
    return this;
  }

  get now(): number {
    return EPOCH + this.seconds * 1000;
  }

  read(some: readonly StreamRecord[], closed = false): this {
    const { state, filtered } = take(
      this.state,
      { records: some, readAt: this.now, upTo: this.now, closed },
      this.settings,
    );
    this.state = state;
    this.filtered.push(...filtered);
    return this;
  }

  /** Begins what is due now. */
  begin(): LaneInvocation[] {
    const { state, invocations, discards, wakeAt } = start(this.state, this.now, this.settings);
    this.state = state;
    this.wakeAt = wakeAt;
    this.discards.push(...discards);
    this.inFlight.push(...invocations);
    for (const invocation of invocations)
      this.calls.push({ at: this.seconds, numbers: numbers(invocation.batch.records), invocation });
    return [...invocations];
  }

  answer(lane: number, result: InvokeResult): void {
    const requestId = `request-${this.calls.length}`;
    const { state, succeeded, discarded } = settle(
      this.state,
      { lane, result, requestId, at: this.now },
      this.settings,
    );
    this.state = state;
    this.inFlight.splice(
      this.inFlight.findIndex((one) => one.lane === lane),
      1,
    );
    this.succeeded.push(...succeeded);
    if (discarded) this.discards.push(discarded);
  }

  /** Answers everything as the handler says, and lets time pass, until nothing is due any more or `until` seconds. */
  run(handler: Handler, until = 100_000): this {
    for (let steps = 0; steps < 20_000; steps++) {
      for (const invocation of this.begin()) this.answer(invocation.lane, handler(invocation, this.calls.length));
      if (this.state.lanes.some(({ flight }) => flight)) continue;
      const due = start(this.state, this.now, this.settings);
      if (due.invocations.length > 0 || due.discards.length > 0) continue;
      const next = (due.wakeAt - EPOCH) / 1000;
      if (!Number.isFinite(next) || next > until) return this;
      this.seconds = Math.max(next, this.seconds);
    }
    throw new Error("the shard does not come to rest");
  }

  /** Where every record went, by number. */
  get ends() {
    return {
      succeeded: numbers(this.succeeded),
      filtered: numbers(this.filtered),
      discarded: this.discards.flatMap((discard) => numbers(discard.records)),
      pending: numbers(pending(this.state)),
    };
  }

  get drained(): boolean {
    return isDrained(this.state);
  }

  get checkpoint() {
    return checkpointOf(this.state);
  }
}
