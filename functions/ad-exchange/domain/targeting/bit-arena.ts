import type { Bits } from "./bits";

/**
 * Bitsets of one size in one array, each known by where it begins: a loop that ANDs a dozen of them then has one array to
 * look into and not a dozen.
 */
export class BitArena {
  readonly words: Uint32Array;
  #used = 0;

  /** @param length of a bitset with its summary. @param sets that there is room for; memory is only taken when it is used */
  constructor(
    private readonly length: number,
    sets: number,
  ) {
    this.words = new Uint32Array(length * sets);
  }

  get used(): number {
    return this.#used;
  }

  /** How many more there is room for. */
  get room(): number {
    return (this.words.length - this.#used) / Math.max(1, this.length);
  }

  /** @param like what it begins as; empty when left out. @returns where it is. @throws RangeError when there is no room */
  add(like?: Bits): number {
    if (this.#used + this.length > this.words.length) throw new RangeError("no room for another bitset");
    const at = this.#used;
    this.#used += this.length;
    if (like === undefined) this.words.fill(0, at, this.#used);
    else this.words.set(like, at);
    return at;
  }

  view(at: number): Bits {
    return this.words.subarray(at, at + this.length);
  }

  /** Forgets all that were added after. */
  cut(used: number): void {
    this.#used = used;
  }
}
