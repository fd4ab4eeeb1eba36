import { randomUUID } from "node:crypto";
import type { InvokeResult, Invoker } from "../lambda/lambda-function";
import {
  type AsyncPolicy,
  backOffSeconds,
  DEFAULT_ASYNC_POLICY,
  type DiscardCondition,
  decide,
  type EventProgress,
  NEW_EVENT,
  refusal,
} from "./async-decision";
import type { Clock } from "./clock";
import type { AsyncFunction } from "./destinations";
import type { EndedEvent } from "./invocation-record";
import { type FunctionCounters, increment } from "./statistics";

/** How an event ended: `Success`, or why it was discarded. */
export type Ending = "Success" | DiscardCondition;

interface QueuedEvent {
  readonly requestId: string;
  readonly payload: string;
  readonly acceptedAt: number;
  readonly resolve: () => void;
  progress: EventProgress;
  invokeCount: number;
  attempts: number;
  last?: InvokeResult;
}

/** What a queue needs around it. */
export interface QueueSurroundings {
  readonly invoker: Invoker;
  readonly clock: Clock;
  /** Real seconds per AWS second; shrinks waits and stretches ages alike. */
  readonly timeScale: number;
  /** Sends records and letters; never rejects. */
  readonly conclude: (fn: AsyncFunction, event: EndedEvent, ending: Ending) => Promise<void>;
}

/** Concurrent attempts begin with the account's default limit and shrink to what the function takes. */
const WIDEST_WINDOW = 1000;

/**
 * The asynchronous event queue of one function: takes events in order, tries them, and does what `decide` says.
 *
 * "If the queue contains many entries, Lambda increases the retry interval and reduces the rate at which it reads events
 * from the queue": a throttle narrows the window of concurrent attempts to what ran then and pauses reading for the
 * shortest back-off or until an invocation ends; each answered attempt widens the window a little again.
 */
export class FunctionQueue {
  readonly #ready: QueuedEvent[] = [];
  readonly #timers = new Set<() => void>();
  #inFlight = 0;
  #window = WIDEST_WINDOW;
  #paused = false;
  #stopped = false;

  constructor(
    private readonly fn: AsyncFunction,
    private readonly counters: FunctionCounters,
    private readonly world: QueueSurroundings,
  ) {}

  /** Takes an event; the promise resolves when it has ended and its record or letter, if any, was dealt with. */
  accept(payload: string): Promise<void> {
    return new Promise((resolve) => {
      this.counters.accepted += 1;
      this.counters.pending += 1;
      const acceptedAt = this.world.clock.now();
      const [requestId, progress] = [randomUUID(), NEW_EVENT];
      this.#ready.push({ requestId, payload, acceptedAt, resolve, progress, invokeCount: 0, attempts: 0 });
      this.#pump();
    });
  }

  /** Begins no further attempt. Events that have not ended stay unresolved. */
  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
  }

  get #policy(): AsyncPolicy {
    const { asyncConfig, reservedConcurrency } = this.fn;
    const { maximumRetryAttempts, maximumEventAgeSeconds } = DEFAULT_ASYNC_POLICY;
    return {
      maximumRetryAttempts: asyncConfig?.maximumRetryAttempts ?? maximumRetryAttempts,
      maximumEventAgeSeconds: asyncConfig?.maximumEventAgeSeconds ?? maximumEventAgeSeconds,
      reservedConcurrency,
    };
  }

  #ageSeconds(event: QueuedEvent): number {
    return (this.world.clock.now() - event.acceptedAt) / 1000 / this.world.timeScale;
  }

  #pump(): void {
    while (!this.#stopped && !this.#paused && this.#inFlight < Math.floor(this.#window)) {
      const event = this.#ready.shift();
      if (event === undefined) return;
      const refused = refusal(this.#ageSeconds(event), this.#policy);
      if (refused !== undefined) void this.#end(event, refused);
      else void this.#attempt(event);
    }
  }

  async #attempt(event: QueuedEvent): Promise<void> {
    this.#inFlight += 1;
    this.counters.eventAge.add(this.world.clock.now() - event.acceptedAt);
    if (event.attempts > 0) this.counters.retries += 1;
    event.attempts += 1;
    const result = await this.world.invoker
      .invoke(this.fn.arn, event.payload, { requestId: event.requestId })
      .catch((error: Error): InvokeResult => ({ kind: "service-error", message: error.message }));
    this.#inFlight -= 1;
    if (this.#stopped) return;
    this.#count(event, result);
    this.#follow(event, result);
    this.#pump();
  }

  #follow(event: QueuedEvent, result: InvokeResult): void {
    const next = decide(event.progress, this.#ageSeconds(event), result.kind, this.#policy);
    if (result.kind === "throttled") {
      this.#window = Math.max(1, this.#inFlight);
      this.#paused = true;
      this.#after(backOffSeconds(0), () => {
        this.#paused = false;
      });
    } else {
      this.#window = Math.min(WIDEST_WINDOW, this.#window + 1 / this.#window);
      this.#paused = false;
    }
    if (next.action === "retry") {
      event.progress = next.progress;
      this.#after(next.afterSeconds, () => this.#ready.unshift(event));
    } else {
      void this.#end(event, next.action === "succeed" ? "Success" : next.condition);
    }
  }

  #after(seconds: number, act: () => void): void {
    const cancel = this.world.clock.after(seconds * 1000 * this.world.timeScale, () => {
      this.#timers.delete(cancel);
      act();
      this.#pump();
    });
    this.#timers.add(cancel);
  }

  #count(event: QueuedEvent, result: InvokeResult): void {
    event.last = result;
    const { counters } = this;
    if (result.kind === "throttled") counters.throttles += 1;
    else if (result.kind === "service-error") counters.serviceErrors += 1;
    else {
      event.invokeCount += 1;
      counters.invocations += 1;
      counters.duration.add(result.durationMs);
      if (result.initMs !== undefined) counters.init.add(result.initMs);
      if (result.kind === "function-error") increment(counters.errors, result.errorType);
    }
  }

  async #end(event: QueuedEvent, ending: Ending): Promise<void> {
    const { requestId, payload, invokeCount, last } = event;
    const ended = { requestId, functionArn: this.fn.arn, payload, invokeCount, last, endedAt: this.world.clock.now() };
    await this.world.conclude(this.fn, ended, ending);
    if (ending === "Success") this.counters.succeeded += 1;
    else increment(this.counters.discarded, ending);
    this.counters.pending -= 1;
    event.resolve();
  }
}
