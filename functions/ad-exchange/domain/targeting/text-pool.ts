/**
 * Texts of a snapshot. Each is a row of whole numbers, seven bits a byte, the lowest first, the last byte below 128: an odd one
 * is twice the number of a piece that many texts share, and one; an even one twice the length of a text of its own that follows;
 * 0 is the end. Everything is UTF-8.
 */
export interface TextSections {
  /** Where each piece ends. */
  readonly pieceEnds: Uint32Array;
  readonly pieces: Uint8Array;
  readonly texts: Uint8Array;
}

/** Texts of a snapshot, put together when they are asked for. Pieces are kept: there are few. */
export class TextPool {
  readonly #pieces: Buffer;
  readonly #texts: Buffer;
  readonly #pieceEnds: Uint32Array;
  readonly #known: string[] = [];
  #at = 0;

  constructor({ pieceEnds, pieces, texts }: TextSections) {
    this.#pieceEnds = pieceEnds;
    this.#pieces = Buffer.from(pieces.buffer, pieces.byteOffset, pieces.byteLength);
    this.#texts = Buffer.from(texts.buffer, texts.byteOffset, texts.byteLength);
  }

  /** @param place where it begins */
  at(place: number): string {
    this.#at = place;
    let text = "";
    for (let head = this.#read(); head > 0; head = this.#read()) {
      const number = head >>> 1;
      text += (head & 1) === 1 ? this.#piece(number) : this.#own(number);
    }
    return text;
  }

  #own(length: number): string {
    const from = this.#at;
    this.#at += length;
    return this.#texts.toString("utf8", from, this.#at);
  }

  #piece(number: number): string {
    const known = this.#known[number];
    if (known !== undefined) return known;
    const from = number === 0 ? 0 : this.#pieceEnds[number - 1];
    const made = this.#pieces.toString("utf8", from, this.#pieceEnds[number]);
    this.#known[number] = made;
    return made;
  }

  #read(): number {
    let number = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.#texts[this.#at++]!;
      number |= (byte & 127) << shift;
      // Behind the last byte there is none, which is an end, too.
      if (!(byte > 127)) return number;
    }
  }
}
