import { type EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from "@aws-sdk/client-eventbridge";

/** One raw market event on its way to the bus: `source` and `detail` as EventBridge takes them. */
export interface OutgoingEvent {
  readonly source: string;
  readonly detail: unknown;
  /** The envelope's time; EventBridge sets its own when left out. Producers of historic data give the event's time. */
  readonly time?: Date;
  /** When it is due, in milliseconds from the start of the sending; by the rate when left out. */
  readonly at?: number;
}

/** What became of one event: the envelope id that EventBridge gave it, and when it was handed over (epoch ms). */
export interface SentEvent {
  readonly event: OutgoingEvent;
  readonly envelopeId: string;
  readonly sentAt: number;
}

export interface SendOptions {
  readonly busName: string;
  /** Events a minute; as fast as the bus takes them when left out. */
  readonly ratePerMinute?: number;
  /** PutEvents calls under way at once; 4 when left out. */
  readonly concurrency?: number;
  /** The wait before refused entries are sent again, doubled each time; 50 ms when left out. */
  readonly backOffMilliseconds?: number;
  readonly onSent?: (sent: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** PutEvents takes at most 10 entries and 256 KB a call (EventBridge user guide, PutEvents). */
const ENTRIES_PER_CALL = 10;
const BYTES_PER_CALL = 256 * 1024;
const ATTEMPTS_PER_ENTRY = 8;

/**
 * Sends raw market events at a steady rate, in order, ten to a call. Entries that EventBridge refuses for the moment
 * (throttled, internal failure) are sent again, one by one of them, up to eight times; then it throws.
 */
export async function sendEvents(
  client: EventBridgeClient,
  events: readonly OutgoingEvent[],
  options: SendOptions,
): Promise<SentEvent[]> {
  const batches = inBatches(events);
  const sent: SentEvent[] = [];
  const started = performance.now();
  const dueAfter = ({ firstIndex, events }: Batch) =>
    events.at(-1)?.at ?? (options.ratePerMinute ? (firstIndex / options.ratePerMinute) * 60_000 : 0);
  let next = 0;
  const worker = async () => {
    while (next < batches.length && !options.signal?.aborted) {
      const batch = batches[next++]!;
      await pause(started + dueAfter(batch) - performance.now());
      sent.push(...(await putAll(client, options, batch.events)));
      options.onSent?.(sent.length, events.length);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency ?? 4 }, worker));
  return sent;
}

interface Batch {
  readonly firstIndex: number;
  readonly events: OutgoingEvent[];
}

function inBatches(events: readonly OutgoingEvent[]): Batch[] {
  const batches: Batch[] = [];
  let bytes = 0;
  events.forEach((event, index) => {
    const size = Buffer.byteLength(JSON.stringify(event.detail) ?? "") + 200;
    const last = batches.at(-1);
    if (!last || last.events.length === ENTRIES_PER_CALL || bytes + size > BYTES_PER_CALL) {
      batches.push({ firstIndex: index, events: [event] });
      bytes = size;
    } else {
      last.events.push(event);
      bytes += size;
    }
  });
  return batches;
}

async function putAll(client: EventBridgeClient, options: SendOptions, events: OutgoingEvent[]): Promise<SentEvent[]> {
  const { busName, backOffMilliseconds = 50 } = options;
  const sent: SentEvent[] = [];
  let waiting = events;
  for (let attempt = 1; waiting.length > 0; attempt++) {
    const sentAt = Date.now();
    const { Entries = [] } = await client.send(
      new PutEventsCommand({ Entries: waiting.map((event) => entryOf(event, busName)) }),
    );
    const refused: OutgoingEvent[] = [];
    waiting.forEach((event, index) => {
      const envelopeId = Entries[index]?.EventId;
      if (envelopeId) sent.push({ event, envelopeId, sentAt });
      else refused.push(event);
    });
    if (refused.length > 0 && attempt === ATTEMPTS_PER_ENTRY) {
      const why = Entries.find((entry) => entry.ErrorCode);
      throw new Error(
        `${busName}: ${refused.length} events refused ${attempt} times, last with ${why?.ErrorCode}: ${why?.ErrorMessage}`,
      );
    }
    waiting = refused;
    if (waiting.length > 0) await pause(backOffMilliseconds * 2 ** (attempt - 1));
  }
  return sent;
}

function entryOf(event: OutgoingEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: event.source,
    DetailType: "MarketData.Raw",
    Detail: JSON.stringify(event.detail),
    ...(event.time ? { Time: event.time } : {}),
  };
}

const pause = (milliseconds: number) =>
  milliseconds > 0 ? new Promise<void>((resolve) => setTimeout(resolve, milliseconds)) : Promise.resolve();
