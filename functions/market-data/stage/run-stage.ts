import type { Clock } from "../../shared/clock";
import { within } from "../../shared/deadline";
import type { Log } from "../../shared/log";
import type { Metrics } from "../../shared/metrics";
import { type Failure, failureFrom } from "../../shared/outcome";
import type { Current } from "../../shared/parameters";
import type { AuditTrail } from "../adapters/audit-trail";
import { type Attempt, beginAttempt, type InvocationContext, type StageName } from "./attempt";
import { type AuditStatus, auditRow } from "./audit-row";
import { envelopeFrom } from "./envelope";

/** What a stage came to. Plain values: metrics and the log line are made of it in one place. */
export interface Outcome {
  readonly status: AuditStatus;
  readonly counts: Readonly<Record<string, number>>;
  readonly reason?: string;
  /** From the arrival of the raw event at the bus (whole seconds) to now; absent for replays, where it says nothing. */
  readonly endToEndMs?: number;
}

/** What every stage's world holds. */
export interface StageWorld {
  readonly audit: AuditTrail;
}

export interface Stage<World extends StageWorld> {
  readonly name: StageName;
  readonly decide: (attempt: Attempt, world: World) => Promise<Outcome>;
  /** The world as the parameters of the moment describe it. */
  readonly world: () => Promise<Current<World>>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly clock: Clock;
}

/** Nobody waits for it in an asynchronous invocation; it is what an invocation by hand shows. */
export interface Answer {
  readonly status: AuditStatus;
  readonly eventId: string | undefined;
}

export type Handler = (input: unknown, context: InvocationContext) => Promise<Answer>;

/** Kept back from the time limit to write down that it was reached, and of that the part no write may take. */
const RESERVE_MS = 500;
const LAST_WORDS_MS = 100;

/**
 * A stage as a Lambda handler: decides within the time that is left, leaves an audit row for a failure, one log line and
 * one metric line, and throws failures on, so that Lambda retries and in the end hands the event to the failure queue.
 */
export function runStage<World extends StageWorld>(stage: Stage<World>): Handler {
  let coldStart = true;
  return async (input, context) => {
    const run = new Run(stage, input, context, coldStart);
    coldStart = false;
    return run.toAnswer();
  };
}

class Run<World extends StageWorld> {
  private readonly startedAt: number;
  private attempt: Attempt | undefined;
  private world: Current<World> | undefined;

  constructor(
    private readonly stage: Stage<World>,
    private readonly input: unknown,
    private readonly context: InvocationContext,
    private readonly coldStart: boolean,
  ) {
    this.startedAt = stage.clock.now();
  }

  async toAnswer(): Promise<Answer> {
    const { name } = this.stage;
    try {
      const limit = Math.max(1, this.context.getRemainingTimeInMillis() - RESERVE_MS);
      const outcome = await within(limit, name, this.decide());
      this.report(outcome);
      return { status: outcome.status, eventId: this.attempt?.eventId };
    } catch (error) {
      const failure = failureFrom(error, name);
      const unwritten = await this.auditFailure(failure);
      this.reportFailure(failure, unwritten);
      throw failure;
    }
  }

  private async decide(): Promise<Outcome> {
    const { name, clock } = this.stage;
    const attempt = beginAttempt(name, envelopeFrom(this.input), this.context, clock);
    this.attempt = attempt;
    this.world = await this.stage.world();
    return this.stage.decide(attempt, this.world.value);
  }

  /** Best effort: the failure itself matters more than its row. Answers why there is none. */
  private async auditFailure(failure: Failure): Promise<Error | undefined> {
    if (!this.attempt || !this.world) return new Error("there was no audit table to write to yet");
    const row = auditRow(this.attempt, "FAILED", { error: describe(failure), retryable: failure.retryable });
    try {
      const limit = Math.max(1, this.context.getRemainingTimeInMillis() - LAST_WORDS_MS);
      await within(limit, "the audit row", this.world.value.audit.append(row));
      return undefined;
    } catch (error) {
      return error as Error;
    }
  }

  private report(outcome: Outcome): void {
    const { name, log } = this.stage;
    const { status, counts, reason, endToEndMs } = outcome;
    this.record(counts, endToEndMs, reason);
    log.info(`${name} ${status}`, this.fields({ status, reason }));
  }

  private reportFailure(failure: Failure, unwritten: Error | undefined): void {
    const { name, log } = this.stage;
    this.record({}, undefined);
    const unaudited = unwritten && describe(unwritten);
    const { name: kind, message, retryable } = failure;
    const fields = { status: "FAILED", error: kind, reason: message, retryable, unaudited };
    log.error(`${name} FAILED`, this.fields(fields));
  }

  private record(counts: Readonly<Record<string, number>>, endToEndMs?: number, reason?: string): void {
    const { metrics, clock } = this.stage;
    metrics.record({
      counts: this.world?.stale ? { ...counts, ParametersStale: 1 } : counts,
      milliseconds: {
        StageLatency: clock.now() - this.startedAt,
        ...(endToEndMs === undefined ? {} : { EndToEndLatency: endToEndMs }),
      },
      ...(reason === undefined ? {} : { reason }),
    });
  }

  private fields(more: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const { name, clock } = this.stage;
    return {
      stage: name,
      awsRequestId: this.context.awsRequestId,
      eventId: this.attempt?.eventId,
      envelopeId: this.attempt?.envelope.id,
      replayId: this.attempt?.replayId,
      durationMs: clock.now() - this.startedAt,
      coldStart: this.coldStart || undefined,
      parametersStale: this.world?.stale && describe(this.world.stale),
      ...more,
    };
  }
}

const describe = (error: Error): string => `${error.name}: ${error.message}`;
