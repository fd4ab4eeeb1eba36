import { type Bits, emptyBits, flipBits, setBit, wordsFor } from "./bits";
import { coveringIn, type Draft, takes } from "./draft";
import { DIMENSIONS, SINGLE_DIMENSIONS, SPACE, UNCAPPED } from "./spaces";
import type { Names } from "./table-builder";

/**
 * For each name the entries that a request with it may get, as what differs from a base: a list where that is short, a
 * bitset where a list would be longer than one.
 */
export interface Postings {
  readonly postingAt: Uint32Array;
  /** `DENSE` for a bitset; its place is then among `dense`. */
  readonly postingLength: Uint32Array;
  /** What a list differs from: another name, `NOTHING`, or the entries that take all of a dimension. */
  readonly postingBase: Int32Array;
  readonly lists: Uint32Array;
  readonly dense: Uint32Array;
  /** By dimension, one bitset behind the other: the entries that take all of it. */
  readonly unrestricted: Uint32Array;
  /** Entries that bid: all. */
  readonly live: Uint32Array;
}

export const DENSE = 0xffffffff;
export const NOTHING = -1;
/** The base that is the entries without a condition in a dimension, and back. */
export const baseOfDimension = (dimension: number): number => -2 - dimension;
export const dimensionOfBase = (base: number): number => -2 - base;

interface Posting {
  readonly name: number;
  readonly base: number;
  /** Rising. */
  readonly entries: readonly number[];
}

/** @param drafts active ones, in the order of their ordinals */
export function postingsOf(drafts: readonly Draft[], names: Names & { readonly size: number }): Postings {
  const words = wordsFor(drafts.length);
  const unrestricted = unrestrictedOf(drafts, words);
  const postings: Posting[] = [];
  for (let dimension = 0; dimension < SINGLE_DIMENSIONS; dimension++)
    postings.push(...singlePostings(dimension, drafts, names));
  for (let dimension = SINGLE_DIMENSIONS; dimension < DIMENSIONS; dimension++)
    postings.push(...plainPostings(dimension, drafts, names, (draft) => draft.named[dimension]));
  postings.push(...plainPostings(SPACE.format, drafts, names, ({ formats }) => formats));
  postings.push(...plainPostings(SPACE.seat, drafts, names, ({ campaign }) => [campaign.seat]));
  postings.push(...plainPostings(SPACE.cap, drafts, names, capOf));
  return packed(postings, { names: names.size, entries: drafts.length, words, unrestricted });
}

const UNCAPPED_ONLY: readonly string[] = [UNCAPPED];
const capOf = ({ campaign }: Draft) => (campaign.frequencyCap === undefined ? UNCAPPED_ONLY : undefined);

function unrestrictedOf(drafts: readonly Draft[], words: number): Bits[] {
  return Array.from({ length: DIMENSIONS }, (_, dimension) => {
    const bits = emptyBits(words);
    drafts.forEach(({ named }, entry) => {
      if (named[dimension] === undefined) setBit(bits, words, entry);
    });
    return bits;
  });
}

/** Of a dimension of which requests have one value: a value differs from what covers it only by entries that name it. */
function singlePostings(dimension: number, drafts: readonly Draft[], names: Names): Posting[] {
  const naming = entriesBy(drafts, ({ named, notGeo }) =>
    dimension === SPACE.geo ? [...(named[dimension] ?? []), ...notGeo] : named[dimension],
  );
  for (const value of [...naming.keys()]) {
    const covering = coveringIn(dimension, value);
    if (covering !== "") listIn(naming, covering);
  }
  return [...naming].map(([value, entries]) => {
    const covering = coveringIn(dimension, value);
    const base = covering === "" ? baseOfDimension(dimension) : names.add(dimension, covering);
    const differs = (entry: number) => {
      const draft = drafts[entry]!;
      const before = covering === "" ? draft.named[dimension] === undefined : takes(draft, dimension, covering, "");
      return takes(draft, dimension, value, covering) !== before;
    };
    return { name: names.add(dimension, value), base, entries: entries.filter(differs) };
  });
}

function plainPostings(
  space: number,
  drafts: readonly Draft[],
  names: Names,
  valuesOf: (draft: Draft) => readonly string[] | undefined,
): Posting[] {
  return [...entriesBy(drafts, valuesOf)].map(([value, entries]) => ({
    ...{ name: names.add(space, value), base: NOTHING, entries },
  }));
}

/** The entries of each value, rising, none twice. */
function entriesBy(drafts: readonly Draft[], valuesOf: (draft: Draft) => readonly string[] | undefined) {
  const entries = new Map<string, number[]>();
  drafts.forEach((draft, entry) => {
    for (const value of valuesOf(draft) ?? []) {
      const list = listIn(entries, value);
      if (list.at(-1) !== entry) list.push(entry);
    }
  });
  return entries;
}

function listIn(lists: Map<string, number[]>, value: string): number[] {
  const list = lists.get(value) ?? [];
  lists.set(value, list);
  return list;
}

interface Frame {
  readonly names: number;
  readonly entries: number;
  readonly words: number;
  readonly unrestricted: readonly Bits[];
}

function packed(postings: readonly Posting[], { names: size, entries, words, unrestricted }: Frame): Postings {
  const length = emptyBits(words).length;
  const isDense = ({ entries }: Posting) => entries.length > length;
  const byName = new Map(postings.map((posting) => [posting.name, posting]));
  const bitsOf = ({ base, entries }: Posting): Bits => {
    const bits =
      base >= 0
        ? bitsOf(byName.get(base)!)
        : base === NOTHING
          ? emptyBits(words)
          : unrestricted[dimensionOfBase(base)]!.slice();
    flipBits(bits, words, Uint32Array.from(entries));
    return bits;
  };
  const at = new Uint32Array(size);
  const lengths = new Uint32Array(size);
  const bases = new Int32Array(size).fill(NOTHING);
  const lists: number[] = [];
  const dense = new Uint32Array(postings.filter(isDense).length * length);
  let denseUsed = 0;
  for (const posting of postings) {
    bases[posting.name] = posting.base;
    lengths[posting.name] = isDense(posting) ? DENSE : posting.entries.length;
    at[posting.name] = isDense(posting) ? denseUsed : lists.length;
    if (isDense(posting)) dense.set(bitsOf(posting), denseUsed);
    if (isDense(posting)) denseUsed += length;
    else for (const entry of posting.entries) lists.push(entry);
  }
  const all = new Uint32Array(unrestricted.length * length);
  unrestricted.forEach((bits, dimension) => {
    all.set(bits, dimension * length);
  });
  const live = emptyBits(words);
  for (let entry = 0; entry < entries; entry++) setBit(live, words, entry);
  return {
    live,
    postingAt: at,
    postingLength: lengths,
    postingBase: bases,
    lists: Uint32Array.from(lists),
    dense,
    unrestricted: all,
  };
}
