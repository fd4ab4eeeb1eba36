import { setTimeout as pause } from "node:timers/promises";
import { Analytics } from "@segment/analytics-node";
import { chunksOf } from "../../functions/shared/chunks";
import type { Recorder } from "./recorder";
import type { Sending } from "./sendings";

/** Where clients send, and as which source. */
export interface Target {
  /** Of the load balancer, without a slash at its end. */
  readonly url: string;
  readonly writeKey: string;
}

type Of<By extends Sending["by"]> = Extract<Sending, { by: By }>;

/** Messages in one request. */
export const MOST_IN_BATCH = 50;

/** Several of Segment's own clients side by side; a message and its repetition go by different ones. */
export class LibraryClients {
  readonly #clients: Analytics[];
  #next = 0;

  constructor({ url: host, writeKey }: Target, recorder: Recorder, count: number) {
    const settings = { host, writeKey, flushAt: MOST_IN_BATCH, flushInterval: 300, maxRetries: 20 };
    this.#clients = Array.from({ length: count }, () => new Analytics({ ...settings, httpClient: recorder.fetch }));
  }

  /** Resolves when the client has given the message away, or given it up: then with why. */
  send({ call, timestamp }: Of<"library">): Promise<string | undefined> {
    const client = this.#clients[this.#next++ % this.#clients.length]!;
    const { type, ...said } = call;
    return new Promise((resolve) =>
      client[type]({ ...said, timestamp } as never, (error) =>
        resolve(error === undefined ? undefined : String(error)),
      ),
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.closeAndFlush({ timeout: 120_000 })));
  }
}

/** Longest time and number of tries of an app that means to get rid of its messages. */
const TRIES = 12;

/**
 * An app that sends its messages itself: all that wait and were written by one clock, in one request, with `sentAt` by that clock. It tries
 * again as long as it is not told what became of them.
 */
export class DeviceClients {
  readonly #waiting = new Map<number, unknown[]>();
  /** One request after the other. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly target: Target,
    private readonly recorder: Recorder,
  ) {}

  /** Keeps the message; answers the sending of all that wait with it when they are enough for a request. */
  add({ message, skew }: Of<"device">): Promise<string | undefined> | undefined {
    const waiting = [...(this.#waiting.get(skew) ?? []), message];
    this.#waiting.set(skew, waiting);
    return waiting.length < MOST_IN_BATCH / 5 ? undefined : this.#inTurn(() => this.#flush(skew));
  }

  /** Sends all that wait. */
  async flush(): Promise<string | undefined> {
    const problems = [...this.#waiting.keys()].map((skew) => this.#inTurn(() => this.#flush(skew)));
    return (await Promise.all(problems)).find((problem) => problem !== undefined);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves with why the messages were given up, where they were. Malformed ones may be large: requests have a limit. */
  async #flush(skew: number): Promise<string | undefined> {
    const waiting = this.#waiting.get(skew) ?? [];
    this.#waiting.delete(skew);
    const sizeOf = (message: unknown) => JSON.stringify(message).length;
    const results: (string | undefined)[] = [];
    for (const batch of chunksOf(waiting, sizeOf, { items: MOST_IN_BATCH, bytes: 300_000 }))
      results.push(await this.#post(batch, skew));
    return results.find((problem) => problem !== undefined);
  }

  async #post(batch: readonly unknown[], skew: number): Promise<string | undefined> {
    const { url, writeKey } = this.target;
    const authorization = `Basic ${Buffer.from(`${writeKey}:`).toString("base64")}`;
    const headers = { authorization, "content-type": "application/json" };
    let problem: string | undefined;
    for (let tries = 0; tries < TRIES; tries++) {
      if (tries > 0) await pause(Math.min(2_000, 50 * 2 ** tries));
      const body = JSON.stringify({ batch, sentAt: new Date(Date.now() + skew).toISOString() });
      const asked = { method: "POST" as const, headers, body, signal: AbortSignal.timeout(10_000) };
      const status = await this.recorder.fetch(`${url}/v1/batch`, asked).then(
        (answer) => answer.status,
        (error: unknown) => String(error),
      );
      if (typeof status === "number" && status < 500) return undefined;
      problem = `${status}`;
    }
    return problem;
  }
}
