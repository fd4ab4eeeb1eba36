/**
 * The innermost loop of matching as a WebAssembly module: the ANDs and ORs of 32 words of bitsets, 128 bits at a time, which
 * JavaScript has no operation for. It is some two hundred bytes, put together here instruction by instruction, so that what
 * runs is what can be read, and there is no compiler to have.
 *
 * The words of a bitset are looked at 32 at a time, whether or not there is anything in them: that costs a tenth of what
 * looking for the few that are worth it does.
 */

/** Bytes in front of all bitsets: places of bitsets that all have to have an entry; of groups; then the words that come of it. */
export const SETS_AT = 0;
export const GROUPS_AT = 128;
export const BLOCK_AT = 1_024;
export const RESERVED = 2_048;

/**
 * Puts the words from one on together and writes them to `BLOCK_AT`. All places are in bytes.
 * @param from of the first word, in each bitset
 * @param setsEnd where the list of bitsets ends, which has one at least
 * @param groupsEnd where the list of groups ends: of each where it ends, and then its bitsets, one at least
 * @returns a bit for each word that is not zero
 */
export type WordsTogether = (from: number, setsEnd: number, groupsEnd: number) => number;

/** What bitsets lie in. Takes as much as is written to; of addresses it takes gigabytes, as all such memory does. */
export interface BitMemory {
  readonly buffer: ArrayBuffer;
}

/** The part of WebAssembly that is asked for; its types are known to browsers only. */
const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Assembly }).WebAssembly;
interface Assembly {
  readonly Memory: new (options: { initial: number }) => BitMemory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { readonly f: WordsTogether } };
}

const PAGE = 65_536;
/** What is read behind the last bitset. */
const BEHIND = 128;

/** @param bytes of all bitsets, which are behind `RESERVED` */
export const bitMemory = (bytes: number): BitMemory =>
  new Memory({ initial: Math.ceil((RESERVED + bytes + BEHIND) / PAGE) });

export function wordsTogether(memory: BitMemory): WordsTogether {
  compiled ??= new Module(moduleOf(body()));
  return new Instance(compiled, { m: { m: memory } }).exports.f;
}

let compiled: object | undefined;

const I32 = 0x7f;
const V128 = 0x7b;
/** Lanes of 128 bits that are put together side by side; the loop over bitsets runs twice. */
const LANES = [0, 1, 2, 3];

const unsigned = (value: number): number[] =>
  value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
const signed = (value: number): number[] =>
  value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
const vector = (...items: readonly number[][]): number[] => [...unsigned(items.length), ...items.flat()];
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];
const text = (letters: string): number[] => sized([...Buffer.from(letters)]);
const section = (id: number, bytes: readonly number[]): number[] => [id, ...sized(bytes)];

const get = (local: number): number[] => [0x20, local];
const set = (local: number, ...value: readonly number[][]): number[] => [...value.flat(), 0x21, local];
const constant = (value: number): number[] => [0x41, ...signed(value)];
const add = (one: number[], other: number[]): number[] => [...one, ...other, 0x6a];
const isBelow = (one: number[], other: number[]): number[] => [...one, ...other, 0x49];
const or = (one: number[], other: number[]): number[] => [...one, ...other, 0x72];
const shiftedLeft = (one: number[], by: number[]): number[] => [...one, ...by, 0x74];
const shiftedRight = (one: number[], by: number[]): number[] => [...one, ...by, 0x76];
const loaded = (at: number[]): number[] => [...at, 0x28, 2, 0];
const simd = (operation: number): number[] => [0xfd, ...unsigned(operation)];
const laneLoaded = (at: number[], offset: number): number[] => [...at, ...simd(0), 0, ...unsigned(offset)];
const laneStored = (at: number[], offset: number, value: number[]): number[] => [
  ...[...at, ...value, ...simd(11), 0],
  ...unsigned(offset),
];
const zeros = [...simd(12), ...new Array<number>(16).fill(0)];
const ones = [...simd(12), ...new Array<number>(16).fill(0xff)];
const bothOf = (one: number[], other: number[]): number[] => [...one, ...other, ...simd(78)];
const anyOf = (one: number[], other: number[]): number[] => [...one, ...other, ...simd(80)];
/** A bit for each of four words that is not zero. */
const filled = (lane: number[]): number[] => [...lane, ...zeros, ...simd(56), ...simd(164)];
/** Does it, and again as long as something holds. */
const repeated = (work: readonly number[][], again: number[]): number[] => [
  ...[0x03, 0x40, ...work.flat()],
  ...[...again, 0x0d, 0, 0x0b],
];
const when = (condition: number[], work: readonly number[][]): number[] => [
  ...condition,
  ...[0x04, 0x40, ...work.flat(), 0x0b],
];

/** Locals: the three parameters, numbers, and lanes. */
const [FROM, SETS_END, GROUPS_END, AT, PLACE, END, OUT, FILLED, RESULT] = [0, 1, 2, 3, 4, 5, 6, 7, 8] as const;
const [WORDS, ANY] = [9, 13] as const;

function body(): number[] {
  const step = set(AT, add(get(AT), constant(4)));
  const place = set(PLACE, add(loaded(get(AT)), get(FROM)));
  const each = (work: (lane: number) => number[]) => LANES.flatMap(work);
  const inLane = (lane: number) => laneLoaded(get(PLACE), 16 * lane);
  const sets = repeated(
    [place, each((lane) => set(WORDS + lane, bothOf(get(WORDS + lane), inLane(lane)))), step],
    isBelow(get(AT), get(SETS_END)),
  );
  const members = repeated(
    [place, each((lane) => set(ANY + lane, anyOf(get(ANY + lane), inLane(lane)))), step],
    isBelow(get(AT), get(END)),
  );
  const groups = repeated(
    [
      set(END, loaded(get(AT))),
      each((lane) => set(ANY + lane, zeros)),
      ...[step, members],
      each((lane) => set(WORDS + lane, bothOf(get(WORDS + lane), get(ANY + lane)))),
    ],
    isBelow(get(AT), get(GROUPS_END)),
  );
  const told = LANES.map((lane) => shiftedLeft(filled(get(WORDS + lane)), constant(4 * lane))).reduce(or);
  return [
    ...set(OUT, constant(BLOCK_AT)),
    ...repeated(
      [
        each((lane) => set(WORDS + lane, ones)),
        ...[set(AT, constant(SETS_AT)), sets],
        ...[set(AT, constant(GROUPS_AT)), when(isBelow(get(AT), get(GROUPS_END)), [groups])],
        each((lane) => laneStored(get(OUT), 16 * lane, get(WORDS + lane))),
        set(FILLED, shiftedRight(add(get(OUT), constant(-BLOCK_AT)), constant(2))),
        set(RESULT, or(get(RESULT), shiftedLeft(told, get(FILLED)))),
        set(FROM, add(get(FROM), constant(64))),
        set(OUT, add(get(OUT), constant(64))),
      ],
      isBelow(get(OUT), constant(BLOCK_AT + 128)),
    ),
    ...get(RESULT),
  ];
}

/** One function, "f", of three numbers that gives one, and the memory "m" of "m". */
function moduleOf(code: readonly number[]): Uint8Array {
  const locals = vector([6, I32], [8, V128]);
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector([0x60, ...vector([I32], [I32], [I32]), ...vector([I32])])),
    ...section(2, vector([...text("m"), ...text("m"), 2, 0, 1])),
    ...section(3, vector([0])),
    ...section(7, vector([...text("f"), 0, 0])),
    ...section(10, vector(sized([...locals, ...code, 0x0b]))),
  ]);
}
