import type { LambdaClient } from "@aws-sdk/client-lambda";
import type { SQSClient } from "@aws-sdk/client-sqs";
import type { AsyncInvocation } from "./async-invocation";
import { type Clock, systemClock } from "./clock";
import {
  DEFAULT_TARGET_RETRY_POLICY,
  type DeliveryOutcome,
  decideDelivery,
  type TargetRetryPolicy,
} from "./delivery-decision";
import { DeliveryQueue, type HeldEvent } from "./delivery-queue";
import type { AsyncFunction, QueueUrls } from "./destinations";
import type { Faults } from "./faults";
import { FunctionPolicies } from "./function-policies";
import { allowsService } from "./resource-policy";
import { type DeliveryFailure, EVENTBRIDGE, sourceOf, TargetLetters } from "./target-letters";

/** A Lambda target of a rule, and the queue that takes its place on the bus; a deployed target satisfies it. */
export interface BusTarget {
  readonly ruleArn: string;
  readonly ruleName: string;
  readonly targetArn: string;
  readonly deliveryQueueUrl: string;
  readonly retryPolicy?: Partial<TargetRetryPolicy> | undefined;
  readonly deadLetterArn?: string | undefined;
}

/** What became of the events of one rule's target. `received = delivered + deadLettered + dropped + waiting`. */
export interface DeliveryStatistics {
  received: number;
  /** Taken by Lambda's asynchronous queue; the function's statistics say what followed. */
  delivered: number;
  retries: number;
  deadLettered: number;
  /** Lost: no dead-letter queue, or it did not take the event. Each is reported as a problem. */
  dropped: number;
}

export interface BusDeliveryOptions {
  /** Clients with the identity of AWS's services. */
  readonly sqs: SQSClient;
  readonly lambda: LambdaClient;
  readonly functions: ReadonlyMap<string, AsyncFunction>;
  readonly invocation: AsyncInvocation;
  readonly urls: QueueUrls;
  readonly faults: Faults;
  readonly onProblem: (message: string) => void;
  /** Real seconds per AWS second, for waits and ages. */
  readonly timeScale: number;
  /** Concurrent reads of each delivery queue. */
  readonly receiversPerQueue: number;
  /** Events that a crash of ours left behind come back after so long. */
  readonly visibilitySeconds: number;
  /** A function's policy is read again after so many milliseconds. */
  readonly policyMilliseconds: number;
  readonly clock?: Clock;
}

interface Target extends BusTarget {
  readonly queue: DeliveryQueue;
  readonly statistics: DeliveryStatistics;
}

/**
 * EventBridge's side of a Lambda target: reads what the rule matched, asks whether the function's policy lets the rule
 * in, hands the event over as it stands, and otherwise does what the target's retry policy and dead-letter queue say.
 */
export class BusDelivery {
  readonly #targets: Target[];
  readonly #policies: FunctionPolicies;
  readonly #letters: TargetLetters;
  readonly #timers = new Set<() => void>();
  readonly #clock: Clock;
  #stopped = false;

  constructor(
    targets: readonly BusTarget[],
    private readonly options: BusDeliveryOptions,
  ) {
    this.#clock = options.clock ?? systemClock;
    this.#policies = new FunctionPolicies(options.lambda, options.policyMilliseconds, this.#clock);
    this.#letters = new TargetLetters(options.sqs, options.urls);
    this.#targets = targets.map((target) => this.#open(target));
  }

  /** By rule name; two targets of one rule are told apart by the function's name. */
  statistics(): Record<string, DeliveryStatistics> {
    return Object.fromEntries(
      this.#targets.map(({ ruleName, targetArn, statistics }) => [
        `${ruleName} > ${targetArn.split(":").at(-1)}`,
        { ...statistics },
      ]),
    );
  }

  /** Whether no event is held and the delivery queues are empty. */
  async isIdle(): Promise<boolean> {
    if (this.#targets.some(({ queue }) => queue.held > 0)) return false;
    const depths = await Promise.all(this.#targets.map(({ queue }) => queue.depth()));
    return depths.every((depth) => depth === 0);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    await Promise.all(this.#targets.map(({ queue }) => queue.stop()));
  }

  #open(target: BusTarget): Target {
    const { sqs, receiversPerQueue: readers, visibilitySeconds, invocation, onProblem } = this.options;
    const room = () => invocation.room(target.targetArn);
    const statistics = { received: 0, delivered: 0, retries: 0, deadLettered: 0, dropped: 0 };
    const onEvent = (event: HeldEvent) => {
      statistics.received += 1;
      this.#begin(opened, event, 0);
    };
    const url = target.deliveryQueueUrl;
    const queue = new DeliveryQueue(sqs, url, readers, visibilitySeconds, room, onEvent, onProblem);
    const opened: Target = { ...target, queue, statistics };
    return opened;
  }

  /** An event whose delivery breaks (a fault's predicate threw) stays in its queue and comes back. */
  #begin(target: Target, event: HeldEvent, retries: number): void {
    this.#deliver(target, event, retries).catch((error) => {
      target.queue.abandon(event.id);
      this.options.onProblem(`${target.ruleName}: delivery broke, to be tried again: ${error}`);
    });
  }

  async #deliver(target: Target, event: HeldEvent, retries: number): Promise<void> {
    const outcome = await this.#offer(target, event);
    if (this.#stopped) return;
    const policy = { ...DEFAULT_TARGET_RETRY_POLICY, ...target.retryPolicy };
    const age = (this.#clock.now() - event.sentAt) / 1000 / this.options.timeScale;
    const next = decideDelivery(retries, age, outcome, policy, Math.random());
    if (next.action === "done") {
      target.statistics.delivered += 1;
      await this.#handOver(target, event);
    } else if (next.action === "retry") {
      target.statistics.retries += 1;
      this.#after(next.afterSeconds * 1000 * this.options.timeScale, () => this.#begin(target, event, retries + 1));
      return;
    } else if (outcome.kind === "refused") {
      await this.#bury(target, event, { ...outcome, retries, exhausted: next.exhausted });
    }
    if (!this.#stopped) target.queue.release(event.id);
  }

  /** What the asynchronous Invoke API would answer. */
  async #offer({ targetArn, ruleArn }: Target, event: HeldEvent): Promise<DeliveryOutcome> {
    const code = this.options.faults.refusalOf(targetArn, event.body);
    if (code !== undefined) return { kind: "refused", code, message: "injected refusal" };
    const fn = this.options.functions.get(targetArn);
    if (fn === undefined) return { kind: "refused", code: "NO_RESOURCE", message: `Function not found: ${targetArn}` };
    try {
      const request = { service: EVENTBRIDGE, action: "lambda:InvokeFunction", resource: targetArn };
      const admitted = allowsService(await this.#policies.of(targetArn), { ...request, ...sourceOf(ruleArn) });
      if (admitted) return { kind: "accepted" };
      const message = `The policy of ${fn.name} does not let ${EVENTBRIDGE} invoke it for ${ruleArn}.`;
      return { kind: "refused", code: "NO_PERMISSIONS", message };
    } catch (error) {
      return { kind: "refused", code: "ERROR_FROM_TARGET", message: String(error) };
    }
  }

  async #handOver({ targetArn }: Target, { body }: HeldEvent): Promise<void> {
    const copies = this.options.faults.copies(targetArn, body).map(async (milliseconds) => {
      if (milliseconds > 0) await new Promise<void>((resolve) => this.#after(milliseconds, resolve));
      await this.options.invocation.accept(targetArn, body);
    });
    await Promise.all(copies);
  }

  async #bury(target: Target, event: HeldEvent, failure: DeliveryFailure): Promise<void> {
    const { statistics, deadLetterArn, ruleName } = target;
    try {
      if (deadLetterArn === undefined) throw new Error("the target has no dead-letter queue");
      await this.#letters.send(target, deadLetterArn, event.body, failure);
      statistics.deadLettered += 1;
    } catch (error) {
      statistics.dropped += 1;
      this.options.onProblem(`${ruleName}: event dropped (${failure.code}: ${failure.message}): ${error}`);
    }
  }

  #after(milliseconds: number, act: () => void): void {
    const cancel = this.#clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      act();
    });
    this.#timers.add(cancel);
  }
}
