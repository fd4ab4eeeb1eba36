import type { Clock } from "../shared/clock";
import type { Log } from "../shared/log";
import type { Metrics } from "../shared/metrics";
import { told } from "../shared/outcome";
import { type Answer, refused } from "./domain/answers";
import type { Condition } from "./domain/health";
import { Refusal } from "./domain/refusal";
import type { InvocationContext } from "./domain/request";

export interface AnsweringWorld {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** What one request came to. */
export interface Outcome {
  readonly answer: Answer;
  readonly condition?: Condition;
  /** Why the parameters are older than they should be. */
  readonly stale?: Error;
}

export const plain = (answer: Answer | Refusal): Outcome => ({
  answer: answer instanceof Refusal ? refused(answer) : answer,
});

/** The answer that `work` comes to. What cannot be read at all is `unavailable`, and its reason stands in the log alone. */
export async function answering(
  who: string,
  { awsRequestId }: InvocationContext,
  { log, metrics }: AnsweringWorld,
  unavailable: Refusal,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    log.error(`${who} failed`, { awsRequestId, failure: told(error) });
    metrics.record({ counts: { RequestsFailed: 1 }, milliseconds: {}, reason: "unavailable" });
    return refused(unavailable);
  }
}

/** What is measured and written of one request. */
export interface Report {
  readonly message: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Measures a request and writes its line: an error's where it was 503. */
export function reported(
  { answer: { status, error }, stale }: Outcome,
  { message, counts, fields }: Report,
  { awsRequestId }: InvocationContext,
  { clock, log, metrics }: AnsweringWorld,
  startedAt: number,
): void {
  const durationMs = clock.now() - startedAt;
  const all = { ...counts, ...(stale ? { ParametersStale: 1 } : {}) };
  metrics.record({ counts: all, milliseconds: { RequestLatency: durationMs }, ...(error ? { reason: error } : {}) });
  const line = {
    ...{ awsRequestId, status, error, durationMs, ...fields },
    ...(stale ? { parametersStale: stale.message } : {}),
  };
  if (status === 503) log.error(message, line);
  else log.info(message, line);
}
