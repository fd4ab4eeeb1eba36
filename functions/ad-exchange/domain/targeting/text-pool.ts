/** Texts in the making of a snapshot: UTF-8, equal ones once. */
export class TextPoolBuilder {
  readonly #numbers = new Map<string, number>();
  #bytes = Buffer.alloc(1 << 16);
  #used = 0;
  readonly #ends: number[] = [];

  add(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const length = Buffer.byteLength(text);
    if (this.#used + length > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#bytes.length * 2, this.#used + length));
    this.#used += this.#bytes.write(text, this.#used);
    this.#numbers.set(text, this.#numbers.size);
    this.#ends.push(this.#used);
    return this.#ends.length - 1;
  }

  /** Where each text ends, and the texts. */
  sections(): { textEnds: Uint32Array; texts: Uint8Array } {
    return { textEnds: Uint32Array.from(this.#ends), texts: new Uint8Array(this.#bytes.subarray(0, this.#used)) };
  }
}

/** Texts of a snapshot, decoded when they are asked for. */
export class TextPool {
  readonly #bytes: Buffer;

  constructor(
    private readonly ends: Uint32Array,
    texts: Uint8Array,
  ) {
    this.#bytes = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength);
  }

  at(number: number): string {
    return this.#bytes.toString("utf8", number === 0 ? 0 : this.ends[number - 1], this.ends[number]);
  }
}
