import { lowestBit } from "./bits";
import type { Group } from "./group";
import type { Segment } from "./segment";
import { BLOCK_AT, GROUPS_AT, SETS_AT, type WordsTogether, wordsTogether } from "./words-together";

const WORD_BYTES = 4;
const GROUPS = GROUPS_AT / WORD_BYTES;
const SETS = SETS_AT / WORD_BYTES;
const BLOCK = BLOCK_AT / WORD_BYTES;

/**
 * The entries that meet all conditions of a request and a slot, told in their order, those of one word of the summary at a
 * time. Bitsets are only put together where they are looked at. Few requests have all of that in common with others, so
 * keeping what they make of it would not be worth it.
 */
export class Sieve {
  /** What the last `next` has found. */
  readonly entries = new Int32Array(32 * 32);
  readonly #words: Int32Array;
  readonly #together: WordsTogether;
  /** Of a bitset, its summary not counted. */
  readonly #length: number;
  #setsEnd = SETS;
  #groupsEnd = GROUPS;
  /** Groups that write out lists as the search gets on. */
  readonly #listed: Group[] = [];
  #listedCount = 0;
  #keptSets = 0;
  #keptGroups = 0;
  #keptListed = 0;
  /** Words of the summary: those that are looked at, those of which it is known what they have, and what that is. */
  #end = 0;
  #known = 0;
  #some = 0;

  constructor({ words, memory }: Segment) {
    this.#words = new Int32Array(memory.buffer);
    this.#together = wordsTogether(memory);
    this.#length = words;
  }

  /** Asks nothing. */
  clear(): void {
    this.#setsEnd = SETS;
    this.#groupsEnd = GROUPS;
    this.#listedCount = 0;
  }

  /** Keeps what is asked so far, for `again`. */
  keep(): void {
    this.#keptSets = this.#setsEnd;
    this.#keptGroups = this.#groupsEnd;
    this.#keptListed = this.#listedCount;
  }

  /** Asks only what was kept. */
  again(): void {
    this.#setsEnd = this.#keptSets;
    this.#groupsEnd = this.#keptGroups;
    this.#listedCount = this.#keptListed;
  }

  /** An entry has to be in a bitset. */
  require(set: number): void {
    this.#words[this.#setsEnd++] = set * WORD_BYTES;
  }

  /** An entry has to be in one of a group's. */
  requireAny(group: Group): void {
    const from = this.#groupsEnd;
    this.#groupsEnd = group.writePlaces(this.#words, from + 1);
    this.#words[from] = this.#groupsEnd * WORD_BYTES;
    if (group.hasLists) this.#listed[this.#listedCount++] = group;
  }

  /** Begins with the first entry. @param summaries how many words of the summary are looked at */
  begin(summaries: number): void {
    this.#end = summaries;
    this.#known = 0;
    this.#some = 0;
  }

  /** Puts the next ones into `entries`. @returns how many; 0 when there are none left */
  next(): number {
    for (;;) {
      if (this.#some === 0) {
        if (this.#known >= this.#end) return 0;
        this.#lookAhead();
        continue;
      }
      const summary = this.#known - 32 + lowestBit(this.#some);
      this.#some &= this.#some - 1;
      const count = this.#spell(summary << 5);
      if (count > 0) return count;
    }
  }

  /** Asks the next 32 words of the summary. */
  #lookAhead(): void {
    const from = this.#known;
    this.#known += 32;
    for (let at = 0; at < this.#listedCount; at++) this.#listed[at]!.advance(this.#known << 10);
    this.#some = this.#meet(this.#length + from) & bitsBelow(this.#end - from);
  }

  /** Writes out the entries of 32 words. */
  #spell(from: number): number {
    const { entries } = this;
    const words = this.#words;
    let count = 0;
    // Behind the last word of a bitset there is something else.
    for (let some = this.#meet(from) & bitsBelow(this.#length - from); some !== 0; some &= some - 1) {
      const word = lowestBit(some);
      const first = (from + word) << 5;
      for (let left = words[BLOCK + word]!; left !== 0; left &= left - 1) entries[count++] = first | lowestBit(left);
    }
    return count;
  }

  #meet(from: number): number {
    return this.#together(from * WORD_BYTES, this.#setsEnd * WORD_BYTES, this.#groupsEnd * WORD_BYTES);
  }
}

const bitsBelow = (count: number): number => (count >= 32 ? -1 : (1 << count) - 1);
