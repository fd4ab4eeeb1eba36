import type { Enrichment, KnownRow, RowKey } from "../adapters/enrichment-store";
import { type CandidateName, candidatesOf } from "../domain/candidates";
import type { Conditioned } from "../domain/conditions";
import { basisOf, type Measurements, measure, windowsFrom } from "../domain/measurements";
import type { Tick } from "../domain/tick";

/** One event with the window that ends at it: what its measurements are made of. Measured when asked for. */
export class Revision implements RowKey {
  readonly eventId: string;
  readonly timestamp: string;
  readonly basis: string;
  private readonly symbol: string;
  private measured: Measurements | undefined;
  private met: readonly CandidateName[] | undefined;

  constructor(
    series: string,
    tick: Tick,
    readonly window: readonly Tick[],
    private readonly tunables: Conditioned,
  ) {
    this.eventId = `${series}:${tick.sequence}`;
    this.symbol = series.split(":")[2]!;
    this.timestamp = tick.eventTime;
    this.basis = basisOf(window);
  }

  get measurements(): Measurements {
    this.measured ??= measure(this.window, this.tunables);
    return this.measured;
  }

  get candidates(): readonly CandidateName[] {
    const { window, measurements, tunables, symbol } = this;
    this.met ??= candidatesOf(window, measurements, tunables.candidates, { ...tunables, symbol });
    return this.met;
  }

  toEnrichment(): Enrichment {
    const { eventId, timestamp, measurements, basis } = this;
    return { eventId, timestamp, measurements, basis };
  }

  /** Whether this knows more of the window than whoever wrote `row`. */
  improves(row: KnownRow): boolean {
    return row.basis === undefined || row.basis < BigInt(this.basis);
  }
}

/** The subject and every event after it whose window it is part of. */
export interface Revisions {
  readonly series: string;
  readonly subject: Revision;
  readonly followers: readonly Revision[];
}

export function revisionsOf(series: string, around: readonly Tick[], subject: Tick, tunables: Conditioned): Revisions {
  const windows = windowsFrom(including(around, subject), subject, tunables.windowEvents);
  return {
    series,
    subject: new Revision(series, subject, windows.subject, tunables),
    followers: windows.followers.map(({ tick, window }) => new Revision(series, tick, window, tunables)),
  };
}

/** A tick that has expired between its ingestion and a redrive weeks later is measured with what there still is. */
function including(around: readonly Tick[], subject: Tick): readonly Tick[] {
  if (around.some((tick) => tick.position === subject.position)) return around;
  return [...around, subject].sort((a, b) => (a.position < b.position ? -1 : 1));
}
