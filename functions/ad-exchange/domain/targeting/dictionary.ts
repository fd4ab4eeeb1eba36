/** Tables of a dictionary as a snapshot has them. */
export interface DictionaryTables {
  /** Where the text of each name begins among `text`, its space in front; one more at the end. */
  readonly textAt: Uint32Array;
  /** UTF-16 code units, so that a name is compared without being decoded. */
  readonly text: Uint16Array;
  /**
   * Hash table with open addressing: a name's hash and its number plus one, side by side as they are looked at together; 0
   * and 0 are free. A power of two of pairs.
   */
  readonly slots: Uint32Array;
}

/** Names that can be added to a loaded dictionary; there is room for them in its table. */
export const SPARE_NAMES = 65_536;

/**
 * Numbers for names, each in a space. Reads the tables of a snapshot as they are, so that loading costs nothing; names
 * that are added later are kept beside them.
 */
export class Dictionary {
  readonly #slots: Uint32Array;
  readonly #mask: number;
  readonly #loaded: number;
  readonly #added: { readonly space: number; readonly text: string }[] = [];

  constructor(private readonly tables: DictionaryTables) {
    this.#slots = tables.slots;
    this.#mask = tables.slots.length / 2 - 1;
    this.#loaded = tables.textAt.length - 1;
  }

  /** How many names there are: every number is below it. */
  get size(): number {
    return this.#loaded + this.#added.length;
  }

  /** Its number, or -1. */
  find(space: number, text: string): number {
    return this.findHashed(space, text, 0, hashOf(space, text));
  }

  /** Number of the text from `from` on, whose hash is known already; or -1. */
  findHashed(space: number, text: string, from: number, hash: number): number {
    for (let slot = hash & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const number = this.#slots[2 * slot + 1]! - 1;
      if (number < 0) return -1;
      if (this.#slots[2 * slot] === hash && this.#is(number, space, text, from)) return number;
    }
  }

  /** @throws RangeError when there is no room for more */
  add(space: number, text: string): number {
    const hash = hashOf(space, text);
    const known = this.findHashed(space, text, 0, hash);
    if (known >= 0) return known;
    if (this.#added.length >= SPARE_NAMES)
      throw new RangeError(`dictionary: ${SPARE_NAMES} names were added; load a newer snapshot.`);
    const number = this.size;
    this.#added.push({ space, text });
    put(this.#slots, hash, number);
    return number;
  }

  textOf(number: number): string {
    if (number >= this.#loaded) return this.#added[number - this.#loaded]!.text;
    const { text, textAt } = this.tables;
    return String.fromCharCode(...text.subarray(textAt[number]! + 1, textAt[number + 1]));
  }

  #is(number: number, space: number, text: string, from: number): boolean {
    if (number >= this.#loaded) return this.#isAdded(number - this.#loaded, space, text, from);
    const units = this.tables.text;
    const start = this.tables.textAt[number]! + 1;
    const length = this.tables.textAt[number + 1]! - start;
    if (length !== text.length - from || units[start - 1] !== space) return false;
    for (let at = 0; at < length; at++) if (units[start + at] !== text.charCodeAt(from + at)) return false;
    return true;
  }

  #isAdded(index: number, space: number, text: string, from: number): boolean {
    const added = this.#added[index]!;
    return added.space === space && added.text === (from === 0 ? text : text.slice(from));
  }
}

/** A space's seed: hashes of equal texts in two spaces differ. */
export const seedOf = (space: number): number => Math.imul(space + 1, 0x9e3779b1) | 0;

/** One more code unit, in front of those that were hashed: FNV-1a backwards, so that all suffixes of a name cost one pass. */
export const withUnit = (state: number, unit: number): number => Math.imul(state ^ unit, 0x01000193);

/** Spreads a state over the bits that a table is addressed by. */
export const finished = (state: number): number => (state ^ (state >>> 15) ^ (state >>> 7)) >>> 0;

function hashOf(space: number, text: string): number {
  let state = seedOf(space);
  for (let at = text.length - 1; at >= 0; at--) state = withUnit(state, text.charCodeAt(at));
  return finished(state);
}

function put(slots: Uint32Array, hash: number, number: number): void {
  const mask = slots.length / 2 - 1;
  let slot = hash & mask;
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = number + 1;
}

/** A dictionary in the making: for the builder of snapshots, which has no bound. */
export class DictionaryBuilder {
  readonly #numbers: Map<string, number>[] = [];
  readonly #texts: string[] = [];
  readonly #spaces: number[] = [];

  get size(): number {
    return this.#texts.length;
  }

  add(space: number, text: string): number {
    this.#numbers[space] ??= new Map();
    const numbers = this.#numbers[space];
    const known = numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#spaces.push(space);
    numbers.set(text, number);
    return number;
  }

  tables(): DictionaryTables {
    const { size } = this;
    const textAt = new Uint32Array(size + 1);
    this.#texts.forEach((text, number) => {
      textAt[number + 1] = textAt[number]! + 1 + text.length;
    });
    const text = new Uint16Array(textAt[size]!);
    const slots = new Uint32Array(2 * 2 ** Math.ceil(Math.log2(2 * (size + SPARE_NAMES))));
    this.#texts.forEach((one, number) => {
      const start = textAt[number]!;
      text[start] = this.#spaces[number]!;
      for (let at = 0; at < one.length; at++) text[start + 1 + at] = one.charCodeAt(at);
      put(slots, hashOf(this.#spaces[number]!, one), number);
    });
    return { textAt, text, slots };
  }
}
