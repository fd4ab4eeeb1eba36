import { FinalFailure } from "../../shared/outcome";
import type { MarketEvent } from "../domain/market-event";
import type { Measurements } from "../domain/measurements";

/** Source of each derived event, as rules match it and roles may put it. */
export const INGESTION_SOURCE = "sluice.market-data.ingestion";
export const PROCESSING_SOURCE = "sluice.market-data.processing";

/** The version of the details that the stages hand each other. */
export const SCHEMA_VERSION = 1;

/** What ingestion publishes as `MarketData.Validated`. */
export interface ValidatedDetail {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly eventId: string;
  /** The `time` of the raw event's envelope: kept on replay, so that what depends on it comes out the same. */
  readonly receivedAt: string;
  readonly late: boolean;
  readonly replayId?: string;
  readonly event: MarketEvent;
}

/** What processing publishes as `MarketData.Alert` for an event that meets a candidate condition. */
export interface AlertDetail {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly eventId: string;
  readonly receivedAt: string;
  readonly replayId?: string;
  readonly event: MarketEvent;
  readonly measurements: Measurements;
  readonly candidates: readonly string[];
}

/**
 * `detail` as one of ours. Only our own roles may put these on the bus, so what is checked is whether this code can read
 * it, not whether it is true.
 * @throws FinalFailure for another version, or for none
 */
export function ourDetail<Detail extends ValidatedDetail | AlertDetail>(detail: unknown): Detail {
  const { schemaVersion, eventId, event } = (detail ?? {}) as Partial<Detail>;
  if (schemaVersion === SCHEMA_VERSION && typeof eventId === "string" && typeof event === "object") {
    return detail as Detail;
  }
  throw new FinalFailure(
    `The detail has schemaVersion ${JSON.stringify(schemaVersion)} and eventId ${JSON.stringify(eventId)}; ` +
      `this function reads version ${SCHEMA_VERSION}: replay the raw event instead.`,
  );
}
