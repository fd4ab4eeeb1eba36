import { createHash } from "node:crypto";
import { type InvokeOptions, type InvokeResult, type Invoker, runtimeError } from "../lambda/lambda-function";

/**
 * A fault to inject. `before` the function ran, nothing of its work happened; `after` it, all of it did and only the
 * answer is lost, which is what idempotence must survive.
 */
export type FaultKind =
  | { readonly kind: "throttle" | "service-error" }
  | { readonly kind: "timeout" | "crash"; readonly when: "before" | "after" }
  /** The function's process is killed at some moment up to so many real milliseconds into its work, or as it answers. */
  | { readonly kind: "kill"; readonly upToMilliseconds: number }
  /** The bus delivers the event twice. */
  | { readonly kind: "duplicate" }
  /** After a stream's batch comes the one before it in its lane once more, as of a poller that knows no answer to that. */
  | { readonly kind: "reorder" }
  /** The event waits up to so many real milliseconds before it is queued: events overtake each other. */
  | { readonly kind: "delay"; readonly upToMilliseconds: number }
  /** Lambda's Invoke API refuses the bus: the target's retry policy takes over. */
  | { readonly kind: "refuse-delivery"; readonly code: "THROTTLING" | "ERROR_FROM_TARGET" };

export type Fault = FaultKind & {
  /** Part of the function's name, for example `ingestion`. Left out: every function. */
  readonly stage?: string;
  /** Sees the parsed event. Left out: every event. */
  readonly where?: (event: unknown) => boolean;
  /** Strikes at most so often in all. Left out: without end. */
  readonly times?: number;
  /** 0 to 1, decided by the seed, the event's content and the attempt, whatever the order of events. Default 1. */
  readonly probability?: number;
};

interface EventLike {
  readonly detail?: unknown;
}

/** A set of faults, applied in the order given; the first that strikes an invocation decides it. */
export class Faults {
  readonly #left: number[];
  readonly #attempts = new Map<string, number>();
  /** How often each fault struck, in the order given. */
  readonly struck: number[];

  constructor(
    private readonly faults: readonly Fault[],
    private readonly seed = 1,
  ) {
    this.#left = faults.map(({ times }) => times ?? Number.POSITIVE_INFINITY);
    this.struck = faults.map(() => 0);
  }

  /** Puts throttle, service-error, timeout, crash and kill in front of an invoker. */
  wrap(invoker: Invoker): Invoker {
    if (this.faults.length === 0) return invoker;
    return { invoke: (arn, payload, options) => this.#invoke(invoker, arn, payload, options) };
  }

  /** Milliseconds to wait before each copy of an event is queued: `[0]` without a fault, two entries for a duplicate. */
  copies(arn: string, payload: string): number[] {
    const delays = [0];
    this.#each(["duplicate", "delay"], arn, payload, (fault, share) => {
      if (fault.kind === "duplicate") delays.push(0);
      else if (fault.kind === "delay") delays[0] = share * fault.upToMilliseconds;
    });
    return delays;
  }

  /** The code with which the Invoke API refuses this delivery, or undefined. */
  refusalOf(arn: string, payload: string): "THROTTLING" | "ERROR_FROM_TARGET" | undefined {
    const [fault] = this.#first(["refuse-delivery"], arn, payload);
    return fault?.kind === "refuse-delivery" ? fault.code : undefined;
  }

  /** Whether any batch may have to come once more: only then are they kept. */
  get reorder(): boolean {
    return this.faults.some(({ kind }) => kind === "reorder");
  }

  /** Whether the batch before this one comes once more after it. */
  reorders(arn: string, payload: string): boolean {
    return this.#first(["reorder"], arn, payload)[0] !== undefined;
  }

  async #invoke(invoker: Invoker, arn: string, payload: string, options?: InvokeOptions): Promise<InvokeResult> {
    const [fault, share] = this.#first(["throttle", "service-error", "timeout", "crash", "kill"], arn, payload);
    if (fault?.kind === "throttle") return { kind: "throttled" };
    if (fault?.kind === "service-error") return { kind: "service-error", message: "injected service error" };
    if (fault?.kind === "kill") {
      const killAfterMilliseconds = share * fault.upToMilliseconds;
      return invoker.invoke(arn, payload, { ...options, killAfterMilliseconds });
    }
    if (fault?.kind !== "timeout" && fault?.kind !== "crash") return invoker.invoke(arn, payload, options);
    let durationMs = 0;
    if (fault.when === "after") {
      const ran = await invoker.invoke(arn, payload, options);
      if (ran.kind === "throttled" || ran.kind === "service-error") return ran;
      durationMs = ran.durationMs;
    }
    const request = `RequestId: ${options?.requestId ?? "injected"} Error:`;
    return fault.kind === "timeout"
      ? runtimeError("Sandbox.Timedout", `${request} Task timed out after 0.00 seconds`, durationMs)
      : runtimeError("Runtime.ExitError", `${request} Runtime exited with error: signal: killed`, durationMs);
  }

  #first(kinds: readonly Fault["kind"][], arn: string, payload: string): [fault: Fault | undefined, share: number] {
    let found: [Fault | undefined, number] = [undefined, 0];
    this.#each(kinds, arn, payload, (fault, share) => {
      found = [fault, share];
      return true;
    });
    return found;
  }

  /** Visits the faults that strike, with a share in [0, 1) drawn for each; stops when the visitor answers true. */
  #each(
    kinds: readonly Fault["kind"][],
    arn: string,
    payload: string,
    visit: (f: Fault, share: number) => unknown,
  ): void {
    if (!this.faults.some(({ kind }) => kinds.includes(kind))) return;
    const event = JSON.parse(payload) as EventLike | null;
    const text = `${arn} ${kinds[0]} ${JSON.stringify(event?.detail ?? event)}`;
    const key = createHash("sha256").update(text).digest("base64");
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    for (const [index, fault] of this.faults.entries()) {
      if (!kinds.includes(fault.kind) || !arn.slice(arn.lastIndexOf(":")).includes(fault.stage ?? "")) continue;
      if (this.#left[index] === 0 || fault.where?.(event) === false) continue;
      const draw = createHash("sha256").update(`${this.seed} ${index} ${attempt} ${key}`).digest();
      if (draw.readUInt32BE(0) / 2 ** 32 >= (fault.probability ?? 1)) continue;
      this.#left[index] = this.#left[index]! - 1;
      this.struck[index] = this.struck[index]! + 1;
      if (visit(fault, draw.readUInt32BE(4) / 2 ** 32) === true) return;
    }
  }
}
