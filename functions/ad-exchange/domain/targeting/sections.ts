/** The types of sections; a snapshot's header names one for each. */
const ARRAYS = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f64: Float64Array,
} as const;
type Kind = keyof typeof ARRAYS;
export type Section = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float64Array;

/** "SLIX", read as a little-endian number. */
const MAGIC = 0x58494c53;
/** Rises with every change of what sections there are or what they mean: readers take no other. */
const FORMAT = 3;
/** Magic, format, whole length, length of the header; then four that are free. */
const PREAMBLE = 8;
const PREAMBLE_BYTES = PREAMBLE * 4;
/** Every section begins at a multiple of it, as a view of doubles has to. */
const ALIGNMENT = 8;

interface Header<Facts> {
  readonly facts: Facts;
  readonly sections: Readonly<Record<string, readonly [kind: Kind, at: number, length: number]>>;
}

/** One file of facts (JSON) and sections (arrays as they lie in memory), little endian. */
export function writeSections(facts: unknown, sections: Readonly<Record<string, Section>>): Uint8Array {
  let at = 0;
  const places = Object.entries(sections).map(([name, section]) => {
    const place = [name, [kindOf(section), at, section.length]] as const;
    at = aligned(at + section.byteLength);
    return place;
  });
  const header = new TextEncoder().encode(JSON.stringify({ facts, sections: Object.fromEntries(places) }));
  const start = aligned(PREAMBLE_BYTES + header.length);
  const bytes = new Uint8Array(start + at);
  new Uint32Array(bytes.buffer, 0, PREAMBLE).set([MAGIC, FORMAT, bytes.length, header.length]);
  bytes.set(header, PREAMBLE_BYTES);
  for (const [index, section] of Object.values(sections).entries())
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), start + places[index]![1][1]);
  return bytes;
}

/**
 * Facts and sections of a file, as views of it; whoever loads it owns its bytes and may write to them.
 * @throws when it is not such a file, or cut short
 */
export function readSections<Facts>(bytes: Uint8Array): { facts: Facts; sections: Record<string, Section> } {
  if (bytes.byteOffset % ALIGNMENT !== 0 || bytes.length < PREAMBLE_BYTES) throw broken("it is cut or not aligned");
  const [magic, format, length, headerLength] = new Uint32Array(bytes.buffer, bytes.byteOffset, PREAMBLE);
  if (magic !== MAGIC) throw broken("it does not begin like one");
  if (format !== FORMAT) throw broken(`its format is ${format}, not ${FORMAT}`);
  if (length !== bytes.length) throw broken(`it has ${bytes.length} bytes of ${length}`);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + PREAMBLE_BYTES, headerLength).toString("utf8");
  const header = JSON.parse(text) as Header<Facts>;
  const start = bytes.byteOffset + aligned(PREAMBLE_BYTES + headerLength!);
  const sections: Record<string, Section> = {};
  for (const [name, [kind, at, count]] of Object.entries(header.sections))
    sections[name] = new ARRAYS[kind](bytes.buffer as ArrayBuffer, start + at, count);
  return { facts: header.facts, sections };
}

const aligned = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;

const kindOf = (section: Section): Kind =>
  (Object.keys(ARRAYS) as Kind[]).find((kind) => section.constructor === ARRAYS[kind])!;

const broken = (why: string): Error => new Error(`snapshot: ${why}; build a new one.`);
