import type { Campaign, Creative } from "../campaign";
import { BitArena } from "./bit-arena";
import { clearBit, emptyBits, setBit, wordsFor } from "./bits";
import type { Dayparts } from "./dayparts";
import type { Dictionary } from "./dictionary";
import { coveringIn, type Draft, takes } from "./draft";
import type { Group } from "./group";
import type { Records } from "./records";
import { SCRATCHES, type Segment } from "./segment";
import { DIMENSIONS, SINGLE_DIMENSIONS, SPACE, UNCAPPED } from "./spaces";
import { TableBuilder } from "./table-builder";

/** Changed campaigns that an index takes until it needs a newer snapshot. */
export const OVERLAY_CAPACITY = 4_096;
/** Values of dimensions of which requests have one, together, that they may name. */
const MOST_VALUES_NAMED = 4_096;

interface Value {
  readonly dimension: number;
  readonly text: string;
  readonly covering: string;
  readonly at: number;
}

/**
 * Campaigns that are newer than the snapshot, in the order they came. An entry is never changed nor its place used again,
 * so that a decision that waits for something still finds the campaign it had found.
 */
export class OverlaySegment implements Segment {
  readonly words = wordsFor(OVERLAY_CAPACITY);
  readonly #arena = new BitArena(emptyBits(this.words).length, MOST_VALUES_NAMED);
  readonly arena = this.#arena.words;
  readonly memory = this.#arena.memory;
  readonly live = this.#arena.add();
  readonly all = this.#arena.add();
  readonly #unrestricted = Array.from({ length: DIMENSIONS }, () => this.#arena.add());
  readonly #scratches = Array.from({ length: SCRATCHES }, () => this.#arena.add());
  readonly #table: TableBuilder;
  readonly #values = new Map<number, Value>();
  readonly #lists = new Map<number, number[]>();
  readonly #drafts: Draft[] = [];
  readonly #creatives: Creative[] = [];
  #isFull = false;

  constructor(private readonly dictionary: Dictionary) {
    this.#table = new TableBuilder(dictionary);
    this.#arena.view(this.all).fill(0xffffffff);
  }

  get size(): number {
    return this.#drafts.length;
  }

  get entries(): Records {
    return this.#table.entries;
  }

  get creatives(): Records {
    return this.#table.creatives;
  }

  get rules(): Uint32Array {
    return this.#table.rules;
  }

  get dayparts(): Dayparts {
    return this.#table.dayparts;
  }

  campaign(entry: number): Campaign {
    return this.#drafts[entry]!.campaign;
  }

  creative(number: number): Creative {
    return this.#creatives[number]!;
  }

  scratch(number: number): number {
    return this.#scratches[number]!;
  }

  unrestricted(dimension: number): number {
    return this.#unrestricted[dimension]!;
  }

  bits(name: number): number {
    return this.#values.get(name)?.at ?? -1;
  }

  gather(name: number, group: Group): void {
    const list = this.#lists.get(name);
    if (list !== undefined) group.addList(list, 0, list.length);
  }

  /** Its entries are in no order. */
  summariesFrom(): number {
    return (wordsFor(this.size) + 31) >>> 5;
  }

  makeRoom(): boolean {
    return false;
  }

  /** @returns its ordinal, or -1 when there is no room for it: nothing is taken from then on */
  add(draft: Draft): number {
    if (this.#isFull || this.size >= OVERLAY_CAPACITY) return -1;
    try {
      return this.#add(draft);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.#isFull = true;
      return -1;
    }
  }

  #add(draft: Draft): number {
    const entry = this.#table.add(draft);
    this.#drafts.push(draft);
    this.#creatives.push(...draft.campaign.creatives);
    for (let dimension = 0; dimension < DIMENSIONS; dimension++) {
      if (draft.named[dimension] === undefined) this.#set(this.#unrestricted[dimension]!, entry);
      if (dimension < SINGLE_DIMENSIONS) this.#know(dimension, draft);
      else this.#list(dimension, draft.named[dimension] ?? [], entry);
    }
    for (const { dimension, text, covering, at } of this.#values.values())
      if (takes(draft, dimension, text, covering)) this.#set(at, entry);
    this.#list(SPACE.format, draft.formats, entry);
    this.#list(SPACE.seat, [draft.campaign.seat], entry);
    if (draft.campaign.frequencyCap === undefined) this.#list(SPACE.cap, [UNCAPPED], entry);
    if (draft.isActive) this.#set(this.live, entry);
    return entry;
  }

  setLive(entry: number, isLive: boolean): void {
    if (isLive) this.#set(this.live, entry);
    else clearBit(this.#arena.view(this.live), this.words, entry);
  }

  /** Makes the bitsets of the values that it names and of what covers them, as those of all before it are. */
  #know(dimension: number, { named, notGeo }: Draft): void {
    const texts = [...(named[dimension] ?? []), ...(dimension === SPACE.geo ? notGeo : [])];
    for (const text of texts.flatMap((one) => [coveringIn(dimension, one), one])) {
      if (text === "") continue;
      const name = this.dictionary.add(dimension, text);
      if (this.#values.has(name)) continue;
      const at = this.#arena.add();
      const covering = coveringIn(dimension, text);
      this.#drafts.forEach((draft, entry) => {
        if (takes(draft, dimension, text, covering)) this.#set(at, entry);
      });
      this.#values.set(name, { dimension, text, covering, at });
    }
  }

  #set = (at: number, entry: number): void => setBit(this.arena, this.words, entry, at);

  #list(space: number, texts: readonly string[], entry: number): void {
    for (const text of texts) {
      const name = this.dictionary.add(space, text);
      const list = this.#lists.get(name);
      if (list) list.push(entry);
      else this.#lists.set(name, [entry]);
    }
  }
}
