/**
 * Records of 64 bytes, one behind the other: doubles in front, then words. What is asked of one lies in one line of the
 * processor's cache; a typed array for each field would cost a line each.
 */
export interface Records {
  readonly doubles: Float64Array;
  readonly words: Uint32Array;
}

const DOUBLES_SHIFT = 3;
const WORDS_SHIFT = 4;

/** Where a record begins among the doubles, and among the words. */
export const doublesAt = (record: number): number => record << DOUBLES_SHIFT;
export const wordsAt = (record: number): number => record << WORDS_SHIFT;

export const recordsIn = (doubles: Float64Array): Records => ({
  doubles,
  words: new Uint32Array(doubles.buffer, doubles.byteOffset, doubles.length * 2),
});
export const countOfRecords = ({ doubles }: Records): number => doubles.length >>> DOUBLES_SHIFT;

/** The same records with room for twice as many. */
export function grown({ doubles }: Records): Records {
  const longer = new Float64Array(Math.max(doublesAt(16), doubles.length * 2));
  longer.set(doubles);
  return recordsIn(longer);
}

/** Places in the record of an entry: of its doubles, and of its words. */
export const ENTRY_DOUBLE = { bidMicros: 0, start: 1, end: 2 } as const;
export const ENTRY = {
  tie: 6,
  version: 7,
  /** Names in the dictionary. */
  seat: 8,
  advertiser: 9,
  capImpressions: 10,
  capSeconds: 11,
  /** Number of the daypart plus one; 0 for none. */
  daypart: 12,
  /** Where its rules begin; 0 for none. */
  rulesAt: 13,
  /** Of its creatives, which are `creatives` many in a row. */
  firstCreative: 14,
  creatives: 15,
} as const;

/** Places in the record of a creative. */
export const CREATIVE_DOUBLE = { durationSeconds: 0, bitrate: 1 } as const;
export const CREATIVE = {
  w: 4,
  h: 5,
  /** Bit n: it has attribute n, needs API n; bit 31: one of 31 or more, which the creative itself is asked for. */
  attributes: 6,
  apis: 7,
  rulesAt: 8,
  type: 9,
  protocol: 10,
  secure: 11,
  /** Taxonomy of its categories; 0 where it has none. */
  taxonomy: 12,
  /** 1 where it names the language that it is in. */
  hasLanguage: 13,
} as const;

/** A number as a bit of a mask; 31 and more share the last. */
export const bitOf = (number: number): number => 1 << (number >= 0 && number < 31 ? number : 31);

export function maskOf(numbers: readonly number[] | undefined): number {
  let mask = 0;
  if (numbers !== undefined) for (let at = 0; at < numbers.length; at++) mask |= bitOf(numbers[at]!);
  return mask >>> 0;
}

/** The bit that stands for more than one number. */
export const OTHERS = 0x80000000;
