import { setTimeout as pause } from "node:timers/promises";
import { PutRecordCommand } from "@aws-sdk/client-kinesis";
import type { Clients } from "../clients";
import type { Account } from "./account";
import { DeviceClients, LibraryClients, MOST_IN_BATCH, type Target } from "./clients";
import { Recorder } from "./recorder";
import type { Sending } from "./sendings";

export interface SendOptions {
  readonly target: Target;
  readonly clients: Clients;
  readonly streamArn: string;
  /** Segment clients side by side, each with one full request under way. Default 2, which the local stack's collectors keep up with. */
  readonly libraries?: number;
  readonly onSent?: (done: number, total: number) => void;
  /** Aborted: nothing more is sent. What has been is seen to its end. */
  readonly signal?: AbortSignal;
}

/** What was sent, as its senders saw it. */
export interface Sent extends Pick<Account, "exchanges" | "direct"> {
  /** Those that were sent before the signal, where it came. */
  readonly sendings: number;
  /** Messages that a client gave up, with why. */
  readonly givenUp: readonly string[];
}

/**
 * Sends each at its time: through Segment's own library, as an app, or into the stream. Resolves when every client knows what became of
 * all it sent.
 */
export async function sendAll(sendings: readonly Sending[], options: SendOptions): Promise<Sent> {
  const { target, libraries = 2, onSent, signal } = options;
  const recorder = new Recorder();
  const library = new LibraryClients(target, recorder, libraries);
  const devices = new DeviceClients(target, recorder);
  const direct: Uint8Array[] = [];
  const flow = new Flow();
  const started = performance.now();
  let sent = 0;
  for (const [index, sending] of sendings.entries()) {
    if (signal?.aborted) break;
    const early = sending.at - (performance.now() - started);
    if (early > 0) await pause(early, undefined, { ...(signal ? { signal } : {}) }).catch(() => undefined);
    await flow.below(libraries * MOST_IN_BATCH);
    if (sending.by === "library") flow.add(library.send(sending));
    else if (sending.by === "device") flow.add(devices.add(sending));
    else flow.add(putDirectly(sending, options, direct));
    sent = index + 1;
    onSent?.(sent, sendings.length);
  }
  flow.add(devices.flush());
  await library.close();
  await flow.below(1);
  return { sendings: sent, exchanges: recorder.exchanges, direct, givenUp: flow.problems };
}

async function putDirectly(
  { data, partitionKey }: Extract<Sending, { by: "stream" }>,
  { clients, streamArn }: SendOptions,
  direct: Uint8Array[],
): Promise<undefined> {
  await clients.kinesis.send(new PutRecordCommand({ StreamARN: streamArn, PartitionKey: partitionKey, Data: data }));
  direct.push(data);
}

/** What is under way, and what went wrong with it. */
class Flow {
  readonly problems: string[] = [];
  readonly #underWay = new Set<Promise<void>>();

  add(work: Promise<string | undefined> | undefined): void {
    if (work === undefined) return;
    const done = work
      .then(
        (problem) => void (problem === undefined || this.problems.push(problem)),
        (error: unknown) => void this.problems.push(String(error)),
      )
      .finally(() => this.#underWay.delete(done));
    this.#underWay.add(done);
  }

  /** Resolves once less than so many are under way. */
  async below(most: number): Promise<void> {
    while (this.#underWay.size >= most) await Promise.race(this.#underWay);
  }
}
