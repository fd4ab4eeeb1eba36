import { AsyncInvocation, type AsyncInvocationOptions } from "../../../local/event-sources/async-invocation";
import type { Clock } from "../../../local/event-sources/clock";
import type { AsyncFunction, LetterAttributes, LetterSender } from "../../../local/event-sources/destinations";
import type { InvokeResult, Invoker } from "../../../local/lambda/lambda-function";

/** Time that passes only when nothing else can happen. */
export class VirtualClock implements Clock {
  #now = Date.parse("2026-11-21T10:00:00Z");
  #timers: { readonly at: number; readonly act: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, act: () => void): () => void {
    const timer = { at: this.#now + milliseconds, act };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get waiting(): number {
    return this.#timers.length;
  }

  /** Moves to the next timer and runs it; false when there is none. */
  async step(): Promise<boolean> {
    await settle();
    const next = this.#timers.reduce<{ readonly at: number; readonly act: () => void } | undefined>(
      (first, timer) => (first === undefined || timer.at < first.at ? timer : first),
      undefined,
    );
    if (next === undefined) return false;
    this.#timers = this.#timers.filter((timer) => timer !== next);
    this.#now = Math.max(this.#now, next.at);
    next.act();
    await settle();
    return true;
  }

  async runOut(limit = 1_000_000): Promise<void> {
    for (let steps = 0; await this.step(); steps++) if (steps > limit) throw new Error("time does not end");
  }
}

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

export interface Letter {
  readonly function: string;
  readonly queueArn: string;
  readonly body: string;
  readonly attributes?: LetterAttributes | undefined;
}

export class FakeSender implements LetterSender {
  readonly letters: Letter[] = [];
  refuse: (queueArn: string) => boolean = () => false;

  async send(fn: AsyncFunction, queueArn: string, body: string, attributes?: LetterAttributes): Promise<void> {
    if (this.refuse(queueArn)) throw new Error("AccessDenied: sqs:SendMessage");
    this.letters.push({ function: fn.name, queueArn, body, attributes });
  }
}

/** Answers as the test says, and remembers when it was asked, in seconds since the clock's start. */
export class FakeInvoker implements Invoker {
  readonly calls: { readonly at: number; readonly payload: string; readonly requestId: string | undefined }[] = [];
  readonly #start: number;

  constructor(
    private readonly clock: Clock,
    private readonly answer: (payload: string, attempt: number) => InvokeResult | Promise<InvokeResult>,
  ) {
    this.#start = clock.now();
  }

  async invoke(_arn: string, payload: string, options?: { readonly requestId?: string }): Promise<InvokeResult> {
    this.calls.push({ at: (this.clock.now() - this.#start) / 1000, payload, requestId: options?.requestId });
    return this.answer(payload, this.calls.filter((call) => call.payload === payload).length);
  }

  timesOf(payload: string): number[] {
    return this.calls.filter((call) => call.payload === payload).map(({ at }) => at);
  }
}

export const ok: InvokeResult = { kind: "ok", payload: '{"done":true}', durationMs: 1 };
export const failed: InvokeResult = {
  ...{ kind: "function-error", errorType: "PriceError", durationMs: 1 },
  payload: '{"errorType":"PriceError","errorMessage":"bad price","trace":["PriceError: bad price"]}',
};
export const throttled: InvokeResult = { kind: "throttled" };
export const unavailable: InvokeResult = { kind: "service-error", message: "the role cannot be assumed" };

export const FAILURES = "arn:aws:sqs:us-east-1:000000000000:failures";
export const SUCCESSES = "arn:aws:sqs:us-east-1:000000000000:successes";
export const DEAD = "arn:aws:sqs:us-east-1:000000000000:dead";

export function functionNamed(name: string, extra: Partial<AsyncFunction> = {}): AsyncFunction {
  return {
    ...{ name, arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`, handler: "index.handler" },
    ...{ codeFile: "/nowhere", environment: {}, roleArn: "arn:aws:iam::000000000000:role/r" },
    ...{ timeoutSeconds: 3, memoryMiB: 128, logGroup: `/aws/lambda/${name}` },
    asyncConfig: { onFailureArn: FAILURES },
    ...extra,
  };
}

export type Answer = ConstructorParameters<typeof FakeInvoker>[1];

/** One function in a world where time is virtual, its scale is AWS's and answers are given. */
export function worldOf(
  answer: Answer,
  extra: Partial<AsyncFunction> = {},
  options: Partial<AsyncInvocationOptions> = {},
) {
  const clock = new VirtualClock();
  const [fn, sender, invoker] = [functionNamed("fn", extra), new FakeSender(), new FakeInvoker(clock, answer)];
  const problems: string[] = [];
  const onProblem = (message: string) => void problems.push(message);
  const world = { sender, invoker, clock, onProblem, timeScale: 1, ...options };
  const invocation = new AsyncInvocation(new Map([[fn.arn, fn]]), world);
  const statistics = () => invocation.statistics().fn!;
  return { clock, fn, sender, invoker, invocation, problems, statistics };
}
