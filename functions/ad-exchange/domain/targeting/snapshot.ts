import type { BaseParts } from "./base-segment";
import type { Dictionary } from "./dictionary";
import type { TextSections } from "./text-pool";
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
export interface SnapshotParts extends BaseParts, TextSections {
  readonly generation: number;
  readonly builtAt: number;
  readonly dictionary: Dictionary;
  /** Hash table of entries by their tie, plus one; 0 is free. */
  readonly keySlots: Uint32Array;
  /** By entry: where its campaign's id begins among the texts. */
  readonly entryIds: Uint32Array;
  /** By creative, two each: where its markup begins, and the rest as JSON. */
  readonly creativeTexts: Uint32Array;
}
