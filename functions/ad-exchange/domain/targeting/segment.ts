import type { Micros } from "../money";
import type { Dayparts } from "./dayparts";
import type { Group } from "./group";
import type { Records } from "./records";
import type { BitMemory } from "./words-together";

/** How many empty bitsets a segment has for its query to write to. */
export const SCRATCHES = 7;

/** A part of an index that is searched by itself: what came with the snapshot, or what has changed since. */
export interface Segment {
  /** Of a bitset, its summary not counted. */
  readonly words: number;
  readonly entries: Records;
  readonly creatives: Records;
  readonly rules: Uint32Array;
  readonly dayparts: Dayparts;
  /** Where all bitsets are; each is known by where it begins. */
  readonly arena: Uint32Array;
  /** What it lies in. */
  readonly memory: BitMemory;
  /** Entries that bid. */
  readonly live: number;
  /** Every entry there could be. */
  readonly all: number;
  /** Words of the summary behind which every bid is lower. */
  summariesFrom(leastMicros: Micros): number;
  scratch(number: number): number;
  /** Entries without a condition in a dimension. */
  unrestricted(dimension: number): number;
  /** Entries that a request with this value may get, those without a condition too; -1 where no entry names it. */
  bits(name: number): number;
  /** Adds the entries that name it. */
  gather(name: number, group: Group): void;
  /** Makes room for bitsets of some more names. @returns whether those that were made before are gone */
  makeRoom(names: number): boolean;
}
