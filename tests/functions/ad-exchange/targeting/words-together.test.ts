import assert from "node:assert/strict";
import fc from "fast-check";
import {
  BLOCK_AT,
  bitMemory,
  GROUPS_AT,
  RESERVED,
  SETS_AT,
  wordsTogether,
} from "../../../../functions/ad-exchange/domain/targeting/words-together";

const SETS = 9;
const LENGTH = 70;
const set = fc.integer({ min: 0, max: SETS - 1 });

describe("Words of bitsets", () => {
  const memory = bitMemory(4 * SETS * LENGTH);
  const together = wordsTogether(memory);
  const words = new Uint32Array(memory.buffer);
  const placeOf = (number: number) => RESERVED + 4 * LENGTH * number;

  /** @returns what comes of 32 words, and a bit for each that is not zero */
  function ask(from: number, all: readonly number[], any: readonly (readonly number[])[]): [number[], number] {
    let sets = SETS_AT / 4;
    for (const one of all) words[sets++] = placeOf(one);
    let groups = GROUPS_AT / 4;
    for (const group of any) {
      words[groups] = 4 * (groups + 1 + group.length);
      for (const [index, one] of group.entries()) words[groups + 1 + index] = placeOf(one);
      groups += 1 + group.length;
    }
    const filled = together(4 * from, 4 * sets, 4 * groups) >>> 0;
    return [[...words.subarray(BLOCK_AT / 4, BLOCK_AT / 4 + 32)], filled];
  }

  it("are put together as one after the other would be", () => {
    const sparse = fc.tuple(fc.nat(0xffffffff), fc.nat(0xffffffff)).map(([one, other]) => (one | other) >>> 0);
    fc.assert(
      fc.property(
        fc.array(fc.oneof(sparse, fc.constant(0), fc.constant(0xffffffff)), {
          minLength: SETS * LENGTH,
          maxLength: SETS * LENGTH,
        }),
        fc.integer({ min: 0, max: LENGTH - 32 }),
        fc.array(set, { minLength: 1, maxLength: 12 }),
        fc.array(fc.array(set, { minLength: 1, maxLength: 18 }), { maxLength: 6 }),
        (values, from, all, any) => {
          words.set(values, RESERVED / 4);
          const at = (number: number, index: number) => values[number * LENGTH + from + index]!;
          const expected = Array.from({ length: 32 }, (_, index) => {
            const every = all.reduce((word, one) => word & at(one, index), -1);
            const some = any.map((group) => group.reduce((word, one) => word | at(one, index), 0));
            return some.reduce((word, one) => word & one, every) >>> 0;
          });
          const filled = expected.reduce((bits, word, index) => (word === 0 ? bits : bits | (1 << index)), 0) >>> 0;
          assert.deepEqual(ask(from, all, any), [expected, filled]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are read up to the last one of a memory", () => {
    const small = bitMemory(4);
    const last = (small.buffer.byteLength - 128) / 4;
    const view = new Uint32Array(small.buffer);
    view[SETS_AT / 4] = 0;
    view[last + 31] = 1;
    assert.equal(wordsTogether(small)(4 * last, SETS_AT + 4, GROUPS_AT) >>> 0, 0x80000000);
  });

  it("are read from the last word of the last bitset on, also where it ends with a page", () => {
    const full = bitMemory(65_536 - RESERVED);
    const view = new Uint32Array(full.buffer);
    const last = 65_536 - 4;
    view[SETS_AT / 4] = last;
    view[last / 4] = 7;
    assert.equal(wordsTogether(full)(0, SETS_AT + 4, GROUPS_AT) & 1, 1);
    assert.equal(view[BLOCK_AT / 4], 7);
  });
});
