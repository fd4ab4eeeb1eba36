/**
 * What entries and creatives have rules of: lists of names, each with the number of names and what they are for in front.
 * A block of rules begins with its length; the block at 0 is empty.
 */
export const RULE = {
  notSegments: 1,
  notPlaces: 2,
  notCategories: 3,
  /** Those of `any` and of deals are in bitsets too; asked only where a request has too many values for those. */
  anySegment: 4,
  anyPlace: 5,
  anyCategory: 6,
  deals: 7,
  domains: 8,
  categories: 9,
  app: 10,
  mimes: 11,
  languages: 12,
} as const;

const KIND_SHIFT = 24;
const COUNT = (1 << KIND_SHIFT) - 1;

export const kindOf = (head: number): number => head >>> KIND_SHIFT;
export const countOf = (head: number): number => head & COUNT;

/** Blocks of rules; equal ones are kept once. */
export class RulesBuilder {
  #words = new Uint32Array(1_024);
  #used = 1;
  readonly #known = new Map<string, number>();

  get words(): Uint32Array {
    return this.#words;
  }

  get used(): number {
    return this.#used;
  }

  /** @returns where the block begins */
  add(rules: readonly (readonly [kind: number, names: readonly number[]])[]): number {
    const block = rules.flatMap(([kind, names]) =>
      names.length === 0 ? [] : [((kind << KIND_SHIFT) | names.length) >>> 0, ...names],
    );
    if (block.length === 0) return 0;
    const key = block.join();
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const at = this.#used;
    this.#makeRoom(block.length + 1);
    this.#words[at] = block.length;
    this.#words.set(block, at + 1);
    this.#used += block.length + 1;
    this.#known.set(key, at);
    return at;
  }

  #makeRoom(more: number): void {
    if (this.#used + more <= this.#words.length) return;
    const longer = new Uint32Array(Math.max(this.#words.length * 2, this.#used + more));
    longer.set(this.#words);
    this.#words = longer;
  }
}
