import type { Invoker } from "../lambda/lambda-function";
import { type Clock, systemClock } from "./clock";
import type { AsyncFunction, LetterSender } from "./destinations";
import { requireQueues } from "./destinations";
import { type Ending, FunctionQueue } from "./function-queue";
import { deadLetterAttributes, type EndedEvent, invocationRecord } from "./invocation-record";
import { FunctionCounters, type FunctionStatistics } from "./statistics";

export interface AsyncInvocationOptions {
  readonly invoker: Invoker;
  readonly sender: LetterSender;
  /** Real seconds per AWS second for waits *and* ages. Default 1/60: AWS's 60 s and 120 s are 1 s and 2 s here. */
  readonly timeScale?: number;
  /** Events of one function held at once; above it `accept` and `room` wait. Default 2000. */
  readonly maximumPending?: number;
  /** Told of every event or record that nobody holds any more. */
  readonly onProblem?: (message: string) => void;
  readonly clock?: Clock;
}

interface Line {
  readonly fn: AsyncFunction;
  readonly counters: FunctionCounters;
  readonly queue: FunctionQueue;
}

/**
 * Lambda's asynchronous invocation ("Invoking a Lambda function asynchronously", Lambda Developer Guide): a queue per
 * function, retries as `async-decision.ts` says, then the on-failure destination, the dead-letter queue, or both.
 * Each accepted event ends exactly once. Waits and ages shrink with `timeScale`; timeouts of functions do not.
 */
export class AsyncInvocation {
  readonly #lines = new Map<string, Line>();
  readonly #waiting: (() => void)[] = [];
  readonly #maximumPending: number;
  #stopped = false;

  /** Throws when a function has a destination that is not a standard SQS queue. */
  constructor(
    private readonly functions: ReadonlyMap<string, AsyncFunction>,
    private readonly options: AsyncInvocationOptions,
  ) {
    requireQueues(functions.values());
    this.#maximumPending = options.maximumPending ?? 2000;
  }

  /** Queues an event (JSON text) when there is room; resolves when it has ended. Rejects for an unknown function. */
  async accept(arn: string, payload: string): Promise<void> {
    const line = this.#lineOf(arn);
    if (line === undefined) throw new Error(`Function not found: ${arn}`);
    while (!this.#hasRoom(arn)) await this.#change();
    await line.queue.accept(payload);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the function's queue takes another event, and at `stop`: a source stops reading until then. */
  async room(arn: string): Promise<void> {
    while (!this.#stopped && !this.#hasRoom(arn)) await this.#change();
  }

  /** Events that have not ended. */
  get pending(): number {
    return [...this.#lines.values()].reduce((sum, { counters }) => sum + counters.pending, 0);
  }

  /** Resolves when no event is queued, waiting or in flight, and at `stop`. */
  async idle(): Promise<void> {
    while (!this.#stopped && this.pending > 0) await this.#change();
  }

  /** By function name. */
  statistics(): Record<string, FunctionStatistics> {
    return Object.fromEntries([...this.#lines.values()].map(({ fn, counters }) => [fn.name, counters.snapshot()]));
  }

  /** Begins no further attempt; what has not ended is left to whoever handed it over. */
  stop(): void {
    this.#stopped = true;
    for (const { queue } of this.#lines.values()) queue.stop();
    for (const wake of this.#waiting.splice(0)) wake();
  }

  #hasRoom(arn: string): boolean {
    return (this.#lines.get(arn)?.counters.pending ?? 0) < this.#maximumPending;
  }

  /** Resolves at the end of the next event. */
  #change(): Promise<void> {
    return new Promise((wake) => this.#waiting.push(wake));
  }

  #lineOf(arn: string): Line | undefined {
    const known = this.#lines.get(arn);
    const fn = this.functions.get(arn);
    if (known !== undefined || fn === undefined) return known;
    const counters = new FunctionCounters();
    const { invoker, timeScale = 1 / 60, clock = systemClock } = this.options;
    const conclude = (_: AsyncFunction, event: EndedEvent, ending: Ending) =>
      this.#conclude(fn, counters, event, ending);
    const line = { fn, counters, queue: new FunctionQueue(fn, counters, { invoker, timeScale, clock, conclude }) };
    this.#lines.set(arn, line);
    return line;
  }

  async #conclude(fn: AsyncFunction, counters: FunctionCounters, event: EndedEvent, ending: Ending): Promise<void> {
    const { onSuccessArn, onFailureArn } = fn.asyncConfig ?? {};
    if (ending === "Success") {
      if (onSuccessArn === undefined) return;
      if (await this.#send(fn, counters, onSuccessArn, invocationRecord(event, ending))) counters.successRecords += 1;
      return;
    }
    const sent = await Promise.all([
      onFailureArn !== undefined && this.#send(fn, counters, onFailureArn, invocationRecord(event, ending)),
      fn.deadLetterArn !== undefined &&
        this.#send(fn, counters, fn.deadLetterArn, event.payload, deadLetterAttributes(event, ending)),
    ]);
    const letters = sent.filter((one) => one === true).length;
    counters.letters += letters;
    if (letters > 0) return;
    counters.lost += 1;
    this.options.onProblem?.(`${fn.name}: event of request ${event.requestId} is lost (${ending}): no queue holds it.`);
  }

  async #send(fn: AsyncFunction, counters: FunctionCounters, ...letter: Letter): Promise<boolean> {
    try {
      await this.options.sender.send(fn, ...letter);
      return true;
    } catch (error) {
      counters.deliveryFailures += 1;
      this.options.onProblem?.(`${fn.name}: cannot send to ${letter[0]}: ${error}`);
      return false;
    }
  }
}

type Letter = Parameters<LetterSender["send"]> extends [AsyncFunction, ...infer Rest] ? Rest : never;
