/** Value of each base64url letter (RFC 4648, section 5) by its code; 64 for what is none. */
const SIX_BITS = new Uint8Array(128).fill(64);
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
for (let value = 0; value < LETTERS.length; value++) SIX_BITS[LETTERS.charCodeAt(value)] = value;

const LONGEST_FIBONACCI = 24;

/**
 * Where base64url letters end, from `from` on: at the first letter that is none, or at the end of the text. What stands
 * there tells the caller whether the text is well formed.
 */
export function endOfLetters(text: string, from: number): number {
  let at = from;
  // The comparison keeps letters past ASCII from falling out of the table.
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 127 || SIX_BITS[code] === 64) break;
  }
  return at;
}

/**
 * Reads bits straight from base64url text: nothing is decoded that nobody asks for. Past the end every read gives 0 and
 * `failed` is set, so that a decision looks at it once, at its end.
 */
export class BitReader {
  /** Bit that is read next. */
  at = 0;
  failed = false;
  readonly length: number;

  /** @param end from `endOfLetters`: every letter before it has a value */
  constructor(
    private readonly text: string,
    private readonly from: number,
    end: number,
  ) {
    this.length = (end - from) * 6;
  }

  /** Unsigned, of at most 24 bits. */
  int(bits: number): number {
    const end = this.at + bits;
    if (end > this.length) {
      this.failed = true;
      return 0;
    }
    const before = (this.at / 6) | 0;
    const within = this.at - before * 6;
    let letter = this.from + before;
    let value = SIX_BITS[this.text.charCodeAt(letter)]! & (63 >> within);
    let read = 6 - within;
    while (read < bits) {
      value = (value << 6) | SIX_BITS[this.text.charCodeAt(++letter)]!;
      read += 6;
    }
    this.at = end;
    return value >>> (read - bits);
  }

  flag(): boolean {
    return this.int(1) === 1;
  }

  skip(bits: number): void {
    this.at += bits;
    if (this.at > this.length) this.failed = true;
  }

  /** Fibonacci coding, at least 1 (GPP Consent String Specification, "Fibonacci Encoding"): the digits end with two ones. */
  fibonacci(): number {
    let value = 0;
    let weight = 1;
    let next = 2;
    let before = false;
    for (let digits = 0; digits < LONGEST_FIBONACCI && !this.failed; digits++) {
      const one = this.flag();
      if (one && before) return value;
      if (one) value += weight;
      const sum = weight + next;
      weight = next;
      next = sum;
      before = one;
    }
    this.failed = true;
    return 0;
  }
}
