import type { Invocation } from "./lane";

/** Whose records an event holds. */
export interface EventOrigin {
  readonly shardId: string;
  readonly eventSourceArn: string;
}

/** Without milliseconds, as in the guide's "Example KinesisTimeWindowEvent". */
const instant = (milliseconds: number) => new Date(milliseconds).toISOString().replace(/\.000Z$/, "Z");

/** The function's event as JSON text ("Example Kinesis record event", "Example KinesisTimeWindowEvent"). */
export function eventOf({ batch, window, final }: Invocation, { shardId, eventSourceArn }: EventOrigin): string {
  const Records = batch.records.map(({ event }) => event);
  if (window === undefined) return JSON.stringify({ Records });
  return JSON.stringify({
    Records,
    window: { start: instant(window.start), end: instant(window.end) },
    ...{ state: window.state, shardId, eventSourceARN: eventSourceArn },
    ...{ isFinalInvokeForWindow: final, isWindowTerminatedEarly: window.terminatedEarly },
  });
}
