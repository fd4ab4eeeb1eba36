import type { Bits } from "./bits";
import { type BitMemory, bitMemory, RESERVED } from "./words-together";

/**
 * Bitsets of one size in one array, each known by where it begins: a loop that ANDs a dozen of them then has one array to
 * look into and not a dozen.
 */
export class BitArena {
  readonly words: Uint32Array;
  /** What they lie in: whoever puts them together reads them there. */
  readonly memory: BitMemory;
  #used: number;
  readonly #end: number;

  /** @param length of a bitset with its summary. @param sets that there is room for; memory is only taken when it is used */
  constructor(
    private readonly length: number,
    sets: number,
  ) {
    this.memory = bitMemory(4 * length * sets);
    this.words = new Uint32Array(this.memory.buffer);
    this.#used = RESERVED / 4;
    this.#end = this.#used + length * sets;
  }

  get used(): number {
    return this.#used;
  }

  /** How many more there is room for. */
  get room(): number {
    return (this.#end - this.#used) / Math.max(1, this.length);
  }

  /** @param like what it begins as; empty when left out. @returns where it is. @throws RangeError when there is no room */
  add(like?: Bits): number {
    if (this.#used + this.length > this.#end) throw new RangeError("no room for another bitset");
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
