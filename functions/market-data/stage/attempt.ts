import type { Clock } from "../../shared/clock";
import type { Envelope } from "./envelope";

export type StageName = "ingestion" | "processing" | "notification";

/** The part of the Lambda context that is used. */
export interface InvocationContext {
  readonly awsRequestId: string;
  readonly functionName: string;
  getRemainingTimeInMillis(): number;
}

/** One try of one stage at one event. A retry by Lambda has the same request id and a later start. */
export interface Attempt {
  readonly stage: StageName;
  readonly envelope: Envelope;
  readonly requestId: string;
  readonly functionName: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Milliseconds since the epoch after which this attempt can no longer act, because Lambda has ended it. */
  readonly endsAt: number;
  elapsedMs(): number;
  /** Whose attempt it is: `envelope:{id}` until the stage has read the event's own id and put it here. */
  eventId: string;
  /** The replay the event comes from, if it does. */
  readonly replayId?: string;
}

export function beginAttempt(stage: StageName, envelope: Envelope, context: InvocationContext, clock: Clock): Attempt {
  const startedAt = clock.now();
  const replayId = replayIdOf(stage, envelope);
  return {
    stage,
    envelope,
    requestId: context.awsRequestId,
    functionName: context.functionName,
    startedAt,
    endsAt: startedAt + context.getRemainingTimeInMillis(),
    elapsedMs: () => clock.now() - startedAt,
    eventId: `envelope:${envelope.id}`,
    ...(replayId === undefined ? {} : { replayId }),
  };
}

/** EventBridge names the replay on the events it replays; our own details carry it on. A producer's detail cannot. */
function replayIdOf(stage: StageName, envelope: Envelope): string | undefined {
  const carried = stage === "ingestion" ? undefined : (envelope.detail as { replayId?: string } | null)?.replayId;
  return envelope["replay-name"] ?? carried;
}
