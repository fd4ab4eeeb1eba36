/**
 * A bitset of entries with its summary behind it: `wordsFor(n)` words of 32 entries, then one bit for each of those words
 * that is not zero. An AND of summaries says where an AND of the sets may have anything.
 */
export type Bits = Uint32Array;

export const wordsFor = (entries: number): number => (entries + 31) >>> 5;
const lengthFor = (words: number): number => words + ((words + 31) >>> 5);

export const emptyBits = (words: number): Bits => new Uint32Array(lengthFor(words));

/** @param at where the bitset begins, in an array of several */
export function setBit(bits: Bits, words: number, entry: number, at = 0): void {
  const word = entry >>> 5;
  bits[at + word]! |= 1 << (entry & 31);
  bits[at + words + (word >>> 5)]! |= 1 << (word & 31);
}

export function clearBit(bits: Bits, words: number, entry: number): void {
  const word = entry >>> 5;
  bits[word]! &= ~(1 << (entry & 31));
  if (bits[word] === 0) bits[words + (word >>> 5)]! &= ~(1 << (word & 31));
}

const hasBit = (bits: Bits, entry: number): boolean => ((bits[entry >>> 5]! >>> (entry & 31)) & 1) === 1;

/** Takes the entries out that are in, and the others in. */
export function flipBits(bits: Bits, words: number, entries: Uint32Array): void {
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!;
    if (hasBit(bits, entry)) clearBit(bits, words, entry);
    else setBit(bits, words, entry);
  }
}

/** Number of the lowest bit that is set; of a word that is not zero. */
export const lowestBit = (word: number): number => 31 - Math.clz32(word & -word);
