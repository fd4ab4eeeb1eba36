import { Numbers } from "./numbers";
import type { Segment } from "./segment";

/** Values of a dimension beyond which its bitsets are not asked but each entry's rules: an OR of many costs more. */
export const MOST_VALUES = 16;

/**
 * The entries that have any of several values, or take all: an OR that is only made for the words that are looked at. Lists
 * of entries are written out block by block as the search gets there, which is seldom far.
 */
export class Group {
  readonly #words: Uint32Array;
  readonly #touched = new Numbers();
  readonly #bits = new Int32Array(MOST_VALUES);
  #bitsCount = 0;
  #lists: ArrayLike<number>[] = [];
  readonly #listAt = new Int32Array(MOST_VALUES);
  readonly #listEnd = new Int32Array(MOST_VALUES);
  #listCount = 0;
  /** The lists' first entry that is not written out. */
  #next = 0;
  #base: number;

  /** @param scratch an empty bitset of the segment's arena, of its own */
  constructor(
    private readonly segment: Segment,
    private readonly scratch: number,
  ) {
    this.#words = segment.arena;
    this.#base = scratch;
  }

  /** Empties it, but for the entries of a bitset. */
  reset(base: number): void {
    this.rewind();
    this.#bitsCount = 0;
    this.#listCount = 0;
    this.#next = Number.POSITIVE_INFINITY;
    this.#base = base < 0 ? this.scratch : base;
  }

  /** Takes back what was written out of lists. */
  rewind(): void {
    const { segment, scratch } = this;
    for (let at = 0; at < this.#touched.count; at++) {
      const word = this.#touched.at(at);
      this.#words[scratch + word] = 0;
      this.#words[scratch + segment.words + (word >>> 5)] = 0;
    }
    this.#touched.clear();
  }

  /** It says nothing: every entry is in. */
  passAll(): void {
    this.#base = this.segment.all;
  }

  addBits(at: number): void {
    this.#bits[this.#bitsCount++] = at;
  }

  get hasLists(): boolean {
    return this.#listCount > 0;
  }

  /** Writes the places, in bytes, of the bitsets of which an entry is in one. @returns where they end */
  writePlaces(places: Int32Array, from: number): number {
    let at = from;
    if (this.#base !== this.scratch) places[at++] = this.#base << 2;
    if (this.#listCount > 0) places[at++] = this.scratch << 2;
    for (let index = 0; index < this.#bitsCount; index++) places[at++] = this.#bits[index]! << 2;
    return at;
  }

  /** The one bitset that it is; -1 where it is not one. */
  get set(): number {
    if (this.#listCount > 0 || this.#bitsCount > 1) return -1;
    if (this.#bitsCount === 0) return this.#base;
    return this.#base === this.scratch ? this.#bits[0]! : -1;
  }

  /** @param list entries, rising, from one place to before another */
  addList(list: ArrayLike<number>, from: number, end: number): void {
    const at = this.#listCount++;
    this.#lists[at] = list;
    this.#listAt[at] = from;
    this.#listEnd[at] = end;
    this.#next = Math.min(this.#next, list[from]!);
  }

  /** Writes out the lists' entries below a number; numbers rise from one slot's beginning to its end. */
  advance(limit: number): void {
    if (this.#next >= limit) return;
    this.#next = Number.POSITIVE_INFINITY;
    for (let index = 0; index < this.#listCount; index++) {
      const list = this.#lists[index]!;
      const end = this.#listEnd[index]!;
      let at = this.#listAt[index]!;
      for (; at < end && list[at]! < limit; at++) this.#write(list[at]!);
      this.#listAt[index] = at;
      if (at < end) this.#next = Math.min(this.#next, list[at]!);
    }
  }

  /** A word of the OR, or of its summary. */
  word(at: number): number {
    const words = this.#words;
    let word = words[this.#base + at]! | words[this.scratch + at]!;
    for (let index = 0; index < this.#bitsCount; index++) word |= words[this.#bits[index]! + at]!;
    return word;
  }

  #write(entry: number): void {
    const { segment, scratch } = this;
    const word = entry >>> 5;
    this.#words[scratch + word]! |= 1 << (entry & 31);
    this.#words[scratch + segment.words + (word >>> 5)]! |= 1 << (word & 31);
    this.#touched.add(word);
  }
}
