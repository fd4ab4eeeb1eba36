import assert from "node:assert/strict";
import fc from "fast-check";
import { BitArena } from "../../../../functions/ad-exchange/domain/targeting/bit-arena";
import { emptyBits, setBit, wordsFor } from "../../../../functions/ad-exchange/domain/targeting/bits";
import { Group } from "../../../../functions/ad-exchange/domain/targeting/group";
import type { Segment } from "../../../../functions/ad-exchange/domain/targeting/segment";
import { Sieve } from "../../../../functions/ad-exchange/domain/targeting/sieve";

/** So many that lists are written out in three parts. */
const ENTRIES = 70_001;

/** Bitsets of so many entries, as a segment has them. */
class Bitsets {
  readonly words: number;
  readonly arena: BitArena;
  readonly sieve: Sieve;
  readonly group: Group;

  constructor(entries: number) {
    this.words = wordsFor(entries);
    this.arena = new BitArena(emptyBits(this.words).length, 12);
    const scratch = this.arena.add();
    const { memory, words: arena } = this.arena;
    const segment = { words: this.words, memory, arena } as unknown as Segment;
    this.group = new Group(segment, scratch);
    this.sieve = new Sieve(segment);
  }

  add(entries: readonly number[]): number {
    const bits = emptyBits(this.words);
    for (const entry of entries) setBit(bits, this.words, entry);
    return this.arena.add(bits);
  }

  found(summaries: number): number[] {
    const found: number[] = [];
    this.sieve.begin(summaries);
    for (let count = this.sieve.next(); count > 0; count = this.sieve.next())
      found.push(...this.sieve.entries.subarray(0, count));
    return found;
  }
}

const rising = (list: readonly number[]) => [...new Set(list)].sort((one, other) => one - other);
const some = fc.array(fc.integer({ min: 0, max: ENTRIES - 1 }), { maxLength: 40 }).map(rising);

describe("A sieve", () => {
  it("tells in their order the entries that are in all of some bitsets and in one of a group, from lists too", () => {
    fc.assert(
      fc.property(some, some, some, some, some, (common, left, right, listed, own) => {
        const bitsets = new Bitsets(ENTRIES);
        const { sieve, group } = bitsets;
        sieve.require(bitsets.add([...common, ...left]));
        sieve.keep();
        sieve.require(bitsets.add([...common, ...right]));
        group.reset(bitsets.add(own));
        const half = Math.floor(common.length / 2);
        group.addBits(bitsets.add(common.slice(0, half)));
        group.addList(common, half, common.length);
        group.addList(listed, 0, listed.length);
        sieve.requireAny(group);
        const isIn = (entry: number) => (list: readonly number[]) => list.includes(entry);
        const inOne = (entry: number) => [common, listed, own].some(isIn(entry));
        const inAll = (entry: number) => common.includes(entry) || [left, right].every(isIn(entry));
        const all = rising([...common, ...left, ...right]);
        const expected = all.filter((entry) => inAll(entry) && inOne(entry));
        assert.deepEqual(bitsets.found(wordsFor(bitsets.words)), expected);
        assert.deepEqual(bitsets.found(wordsFor(bitsets.words)), expected, "and again, with lists written out");
        assert.deepEqual(
          bitsets.found(3),
          expected.filter((entry) => entry < 3 * 1_024),
        );
        sieve.again();
        assert.deepEqual(bitsets.found(wordsFor(bitsets.words)), rising([...common, ...left]));
      }),
      { numRuns: 200 },
    );
  });

  it("tells nothing of what lies behind a bitset", () => {
    for (const entries of [1, 32, 1_024, 1_025, 32_768, 33_000]) {
      const bitsets = new Bitsets(entries);
      const all = bitsets.arena.add();
      bitsets.arena.words.fill(0xffffffff, all);
      bitsets.sieve.require(all);
      const found = bitsets.found(wordsFor(bitsets.words));
      assert.deepEqual([found.length, found.at(-1)], [bitsets.words * 32, bitsets.words * 32 - 1], `of ${entries}`);
    }
  });
});
