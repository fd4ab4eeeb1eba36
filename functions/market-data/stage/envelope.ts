import { FinalFailure } from "../../shared/outcome";
import { isTime } from "../domain/market-event";

/**
 * What EventBridge hands a function (user guide, "Event structure"). `time` is the producer's or the arrival's, whole
 * seconds, and stays on replay; `replay-name` stands on replayed events only.
 */
export interface Envelope {
  readonly id: string;
  readonly source: string;
  readonly "detail-type": string;
  readonly time: string;
  readonly detail: unknown;
  readonly "replay-name"?: string;
}

/** @throws FinalFailure when `input` is not an EventBridge event, e.g. after an invocation by hand */
export function envelopeFrom(input: unknown): Envelope {
  const envelope = input as Partial<Envelope> | null | undefined;
  for (const field of ["id", "source", "time"] as const) {
    const value = envelope?.[field];
    if (typeof value !== "string") {
      throw new FinalFailure(
        `The input is not an EventBridge event: its ${field} is ${JSON.stringify(value)}; send the event to the bus instead.`,
      );
    }
  }
  if (!isTime((envelope as Envelope).time)) {
    throw new FinalFailure(`The event's time is ${JSON.stringify(envelope?.time)}; it must be an RFC 3339 time.`);
  }
  return envelope as Envelope;
}
