import type { BaseParts } from "./base-segment";
import type { Dictionary } from "./dictionary";
import type { Zone } from "./zones";

/** What a snapshot's header says beside where its sections are. */
export interface SnapshotFacts {
  readonly generation: number;
  readonly builtAt: number;
  /** Entries that may bid; those behind them are only known by version. */
  readonly size: number;
  readonly zones: readonly Zone[];
}

/** A snapshot, read: views of its bytes. */
export interface SnapshotParts extends BaseParts {
  readonly generation: number;
  readonly builtAt: number;
  readonly dictionary: Dictionary;
  /** Hash table of entries by their tie, plus one; 0 is free. */
  readonly keySlots: Uint32Array;
  /** By entry: its campaign's id among the texts. */
  readonly entryIds: Uint32Array;
  /** By creative, four each: id, markup, the rest as JSON, and the click's target plus one, 0 for none. */
  readonly creativeTexts: Uint32Array;
  readonly textEnds: Uint32Array;
  readonly texts: Uint8Array;
}
