import type { Micros } from "../money";
import { BitArena } from "./bit-arena";
import { type Bits, flipBits, wordsFor } from "./bits";
import type { Dayparts } from "./dayparts";
import type { Group } from "./group";
import { DENSE, dimensionOfBase, NOTHING, type Postings } from "./postings";
import { doublesAt, ENTRY_DOUBLE, type Records } from "./records";
import { SCRATCHES, type Segment } from "./segment";
import { DIMENSIONS } from "./spaces";
import type { BitMemory } from "./words-together";

/** Bytes of bitsets that are kept once they have been made; more, and all are made anew. */
const ARENA_BYTES = 64 * 1024 * 1024;
const MOST_SETS = 4_096;
/** However large they are: among a million campaigns it is this that says how many are kept. */
const LEAST_SETS = 1_024;
/**
 * A list that is longer is made a bitset once, instead of being written out for each request. The more entries there are,
 * the less of a list is in front, where the search ends: of a million it may be longer, lest bitsets have no room.
 */
const LONGEST_LIST = 128;
const WORDS_FOR_ONE_LONGER = 32;

export interface BaseParts {
  readonly size: number;
  readonly entries: Records;
  readonly creatives: Records;
  readonly rules: Uint32Array;
  readonly dayparts: Dayparts;
  readonly postings: Postings;
}

/** The entries of a snapshot, best bid first. */
export class BaseSegment implements Segment {
  readonly words: number;
  readonly entries: Records;
  readonly creatives: Records;
  readonly rules: Uint32Array;
  readonly dayparts: Dayparts;
  readonly arena: Uint32Array;
  readonly memory: BitMemory;
  readonly live: number;
  readonly all: number;
  readonly #arena: BitArena;
  readonly #postings: Postings;
  /** Words of a bitset with its summary. */
  readonly #length: number;
  readonly #unrestricted: readonly number[];
  readonly #scratches: readonly number[];
  readonly #made = new Map<number, number>();
  readonly #fixed: number;
  readonly #longestList: number;
  /** By word of the summary, its best bid: falling. */
  readonly #bids: Float64Array;

  constructor(parts: BaseParts) {
    this.words = wordsFor(parts.size);
    this.entries = parts.entries;
    this.creatives = parts.creatives;
    this.rules = parts.rules;
    this.dayparts = parts.dayparts;
    this.#postings = parts.postings;
    this.#length = parts.postings.live.length;
    this.#longestList = Math.max(LONGEST_LIST, Math.floor(this.words / WORDS_FOR_ONE_LONGER));
    const sets = Math.floor(ARENA_BYTES / (4 * this.#length + 4));
    this.#arena = new BitArena(this.#length, Math.min(MOST_SETS, Math.max(LEAST_SETS, sets)));
    this.arena = this.#arena.words;
    this.memory = this.#arena.memory;
    this.live = this.#arena.add(parts.postings.live);
    this.#unrestricted = Array.from({ length: DIMENSIONS }, (_, dimension) =>
      this.#arena.add(this.#slice(parts.postings.unrestricted, dimension * this.#length)),
    );
    this.#scratches = Array.from({ length: SCRATCHES }, () => this.#arena.add());
    this.all = this.#arena.add();
    this.#arena.view(this.all).fill(0xffffffff);
    this.#fixed = this.#arena.used;
    const { doubles } = parts.entries;
    this.#bids = Float64Array.from(
      { length: (this.words + 31) >>> 5 },
      (_, summary) => doubles[doublesAt(summary << 10) + ENTRY_DOUBLE.bidMicros]!,
    );
  }

  /** The same entries as `live`, to be changed. */
  get liveBits(): Bits {
    return this.#arena.view(this.live);
  }

  summariesFrom(leastMicros: Micros): number {
    let [low, high] = [0, this.#bids.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#bids[middle]! >= leastMicros) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  scratch(number: number): number {
    return this.#scratches[number]!;
  }

  unrestricted(dimension: number): number {
    return this.#unrestricted[dimension]!;
  }

  bits(name: number): number {
    if (name < 0) return -1;
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    if (name >= this.#postings.postingAt.length) return -1;
    const made = this.#make(name);
    this.#made.set(name, made);
    return made;
  }

  gather(name: number, group: Group): void {
    const { postingLength, postingAt, lists } = this.#postings;
    if (name >= postingAt.length) return;
    const length = postingLength[name]!;
    if (length > this.#longestList) group.addBits(this.bits(name));
    else if (length > 0) group.addList(lists, postingAt[name]!, postingAt[name]! + length);
  }

  makeRoom(names: number): boolean {
    if (this.#arena.room >= names) return false;
    this.#arena.cut(this.#fixed);
    this.#made.clear();
    return true;
  }

  #make(name: number): number {
    const { postingBase, postingLength, postingAt, lists, dense } = this.#postings;
    const at = postingAt[name]!;
    const length = postingLength[name]!;
    if (length === DENSE) return this.#arena.add(this.#slice(dense, at));
    const base = postingBase[name]!;
    const from = base >= 0 ? this.bits(base) : base === NOTHING ? -1 : this.unrestricted(dimensionOfBase(base));
    const made = this.#arena.add(from < 0 ? undefined : this.#arena.view(from));
    flipBits(this.#arena.view(made), this.words, lists.subarray(at, at + length));
    return made;
  }

  #slice = (words: Uint32Array, at: number): Bits => words.subarray(at, at + this.#length);
}
