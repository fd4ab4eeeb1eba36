/** A text is cut behind marks that markup, addresses and JSON are full of: what differs from text to text mostly stands between two of them. */
const TOKEN = /[^\s"'<>/?&=,;:.]*[\s"'<>/?&=,;:.]*/g;
/** Pieces that stand side by side at least so many times become one, so many times over: one of up to eight tokens. */
const OFTEN = 16;
const ROUNDS = 3;
const END = -1;
const NO_PAIR = -1;
/** More than there are pieces, so that two of their numbers make one. */
const MOST_PIECES = 2 ** 26;

/** Texts as runs of pieces, which many of them share. */
export interface Pieces {
  /** By number. */
  readonly names: readonly string[];
  /** How often each is used. */
  readonly counts: Uint32Array;
  /** The numbers of the pieces that each text is made of, one text after the other. */
  readonly runs: Iterable<Int32Array>;
}

/** Cuts texts into pieces, short ones where they differ and long ones where they are alike. */
export function piecesOf(texts: readonly string[]): Pieces {
  const cutting = new Cutting();
  for (const text of texts) cutting.add(text);
  for (let round = 0; round < ROUNDS; round++) cutting.join();
  return cutting;
}

class Cutting implements Pieces {
  readonly names: string[] = [];
  readonly #known = new Map<string, number>();
  #numbers = new Int32Array(1 << 16);
  #length = 0;

  add(text: string): void {
    for (const token of text.match(TOKEN) ?? []) if (token !== "") this.#push(this.#numberOf(token));
    this.#push(END);
  }

  /** Makes pieces of pairs. Of two pairs that overlap the one that is there more often is made. */
  join(): void {
    const pairs = this.#pairs();
    const numbers = this.#numbers;
    const made = new Map<number, number>();
    const often = (at: number) => pairs.get(this.#pairAt(at)) ?? 0;
    let to = 0;
    for (let at = 0; at < this.#length; ) {
      const count = often(at);
      if (count >= OFTEN && count >= often(at + 1)) {
        numbers[to++] = this.#joined(this.#pairAt(at), made);
        at += 2;
      } else numbers[to++] = numbers[at++]!;
    }
    this.#length = to;
  }

  get counts(): Uint32Array {
    const counts = new Uint32Array(this.names.length);
    for (let at = 0; at < this.#length; at++) if (this.#numbers[at] !== END) counts[this.#numbers[at]!]!++;
    return counts;
  }

  get runs(): Iterable<Int32Array> {
    return this.#runs();
  }

  *#runs(): Generator<Int32Array> {
    for (let from = 0; from < this.#length; ) {
      const end = this.#numbers.indexOf(END, from);
      yield this.#numbers.subarray(from, end);
      from = end + 1;
    }
  }

  /** How often pairs are there of which both pieces are there often. */
  #pairs(): Map<number, number> {
    const { counts } = this;
    const pairs = new Map<number, number>();
    for (let at = 0; at + 1 < this.#length; at++) {
      const pair = this.#pairAt(at);
      if (pair === NO_PAIR || counts[this.#numbers[at]!]! < OFTEN || counts[this.#numbers[at + 1]!]! < OFTEN) continue;
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }
    return pairs;
  }

  /** The pair that begins there; none where a text ends. */
  #pairAt(at: number): number {
    if (at + 1 >= this.#length) return NO_PAIR;
    const [one, other] = [this.#numbers[at]!, this.#numbers[at + 1]!];
    return one === END || other === END ? NO_PAIR : one * MOST_PIECES + other;
  }

  #joined(pair: number, made: Map<number, number>): number {
    const known = made.get(pair);
    if (known !== undefined) return known;
    const number = this.names.push(this.names[Math.floor(pair / MOST_PIECES)]! + this.names[pair % MOST_PIECES]!) - 1;
    made.set(pair, number);
    return number;
  }

  #numberOf(token: string): number {
    const known = this.#known.get(token);
    if (known !== undefined) return known;
    const number = this.names.push(token) - 1;
    this.#known.set(token, number);
    return number;
  }

  #push(number: number): void {
    if (this.#length === this.#numbers.length) {
      const more = new Int32Array(this.#length * 2);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers[this.#length++] = number;
  }
}
