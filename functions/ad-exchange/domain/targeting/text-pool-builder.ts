import { type Pieces, piecesOf } from "./text-pieces";
import type { TextSections } from "./text-pool";

/** Bytes that a piece has to save; fewer, and it is written out wherever it stands. */
const LEAST_SAVED = 16;
/** What a piece's number takes where it stands, mostly. */
const NUMBER_BYTES = 2;

/** Texts in the making of a snapshot; equal ones are there once. */
export class TextPoolBuilder {
  readonly #numbers = new Map<string, number>();

  add(text: string): number {
    const known = this.#numbers.get(text) ?? this.#numbers.size;
    this.#numbers.set(text, known);
    return known;
  }

  /** Everything that was added, and where each text begins, by its number. */
  build(): { readonly sections: TextSections; readonly places: Uint32Array } {
    const pieces = piecesOf([...this.#numbers.keys()]);
    const numbers = sharedIn(pieces);
    const shared = new Bytes();
    const pieceEnds = Uint32Array.from(numbers.keys(), (piece) => shared.text(pieces.names[piece]!));
    const texts = new Bytes();
    const places = Uint32Array.from(pieces.runs, (run) => {
      const place = texts.length;
      write(run, pieces, numbers, texts);
      return place;
    });
    return { sections: { pieceEnds, pieces: shared.all, texts: texts.all }, places };
  }
}

/** The pieces that are worth it with their new numbers: the most used have the shortest. */
function sharedIn({ names, counts }: Pieces): ReadonlyMap<number, number> {
  const saved = (piece: number) => (counts[piece]! - 1) * names[piece]!.length - counts[piece]! * NUMBER_BYTES;
  const shared = names.map((_, piece) => piece).filter((piece) => saved(piece) >= LEAST_SAVED);
  shared.sort((one, other) => counts[other]! - counts[one]! || one - other);
  return new Map(shared.map((piece, number) => [piece, number]));
}

function write(run: Int32Array, { names }: Pieces, numbers: ReadonlyMap<number, number>, to: Bytes): void {
  let own = "";
  const writeOwn = () => {
    if (own === "") return;
    to.number(Buffer.byteLength(own) * 2);
    to.text(own);
    own = "";
  };
  for (const piece of run) {
    const number = numbers.get(piece);
    if (number === undefined) own += names[piece]!;
    else {
      writeOwn();
      to.number(number * 2 + 1);
    }
  }
  writeOwn();
  to.number(0);
}

/** Bytes that grow. */
class Bytes {
  length = 0;
  #bytes = Buffer.alloc(1 << 16);

  get all(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.length));
  }

  /** @returns where it ends */
  text(text: string): number {
    this.#makeRoom(Buffer.byteLength(text));
    this.length += this.#bytes.write(text, this.length);
    return this.length;
  }

  number(number: number): void {
    this.#makeRoom(5);
    let rest = number;
    for (; rest > 127; rest >>>= 7) this.#bytes[this.length++] = (rest & 127) | 128;
    this.#bytes[this.length++] = rest;
  }

  #makeRoom(bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return;
    this.#bytes = Buffer.concat([this.#bytes], Math.max(this.#bytes.length * 2, this.length + bytes));
  }
}
