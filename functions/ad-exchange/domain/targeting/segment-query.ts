import { lowestBit } from "./bits";
import { Group, MOST_VALUES } from "./group";
import type { Question } from "./question";
import { REASON, type Reason } from "./reasons";
import type { Segment } from "./segment";
import type { SlotTerms } from "./slot-terms";
import { SINGLE_DIMENSIONS, SPACE } from "./spaces";

/** Bitsets that a request, or a slot, may need made: more than its names are. */
const MOST_NAMES = 120;

/** A request and a slot as bitsets of one segment: which of its entries may match. One is kept and asked anew. */
export class SegmentQuery {
  /** The request has too many values of it for bitsets: each entry's rules are asked. */
  asksSegments = false;
  asksPlaces = false;
  asksCategories = false;
  readonly block = new Int32Array(32);
  readonly #words: Uint32Array;
  /**
   * Bitsets of the dimensions of which a request has one value, and what they have in common where that is kept: those of
   * the formats have only that, then.
   */
  readonly #singles: number[] = [];
  #common = 0;
  #hasSeats = false;
  readonly #segments: Group;
  readonly #places: Group;
  readonly #categories: Group;
  readonly #seats: Group;
  readonly #formats: Group;
  readonly #deals: Group;

  constructor(readonly segment: Segment) {
    this.#words = segment.arena;
    this.#segments = new Group(segment, segment.scratch(0));
    this.#places = new Group(segment, segment.scratch(1));
    this.#categories = new Group(segment, segment.scratch(2));
    this.#seats = new Group(segment, segment.scratch(3));
    this.#formats = new Group(segment, segment.scratch(4));
    this.#deals = new Group(segment, segment.scratch(5));
  }

  /** Takes what is alike for all slots of a request. */
  ask(question: Question): void {
    this.segment.makeRoom(MOST_NAMES);
    for (let dimension = 0; dimension < SINGLE_DIMENSIONS; dimension++)
      this.#singles[dimension] = this.#single(question, dimension);
    this.#common = this.#singles[0]!;
    for (let dimension = 1; dimension < SINGLE_DIMENSIONS && this.#common >= 0; dimension++)
      this.#common = this.segment.both(this.#common, this.#singles[dimension]!);
    this.asksSegments = this.#several(this.#segments, SPACE.segment, question.segments);
    this.asksPlaces = this.#several(this.#places, SPACE.place, question.places);
    this.asksCategories = this.#several(this.#categories, SPACE.category, question.categories);
    const { allowedSeats } = question;
    this.#hasSeats = question.traits!.allowedSeats.length > 0 && allowedSeats.length <= MOST_VALUES;
    this.#seats.reset(-1);
    if (this.#hasSeats) this.#gather(this.#seats, allowedSeats);
    else this.#seats.passAll();
  }

  askSlot({ formats, deals, knownDeals, slot }: SlotTerms, question: Question): void {
    const { segment } = this;
    if (segment.makeRoom(MOST_NAMES)) this.ask(question);
    this.#formats.reset(-1);
    for (let at = 0; at < formats.length; at++) {
      const bits = segment.bits(formats[at]!);
      if (bits >= 0) this.#formats.addBits(this.#common < 0 ? bits : segment.both(this.#common, bits));
      else if (formats[at]! >= 0) segment.gather(formats[at]!, this.#formats);
    }
    this.#deals.reset(slot.privateOnly ? -1 : segment.unrestricted(SPACE.deal));
    if (knownDeals > MOST_VALUES) this.#deals.passAll();
    else if (knownDeals > 0) this.#gather(this.#deals, deals);
  }

  /** Makes the words of all entries below a number right. */
  advance(limit: number): void {
    this.#segments.advance(limit);
    this.#places.advance(limit);
    this.#categories.advance(limit);
    this.#seats.advance(limit);
    this.#formats.advance(limit);
    this.#deals.advance(limit);
  }

  /**
   * Looks at the entries of one word of the summary: 32 words of 32 entries. What may match of them is in `block` then.
   * @returns a bit for each word that is not zero
   */
  search(summary: number): number {
    const { block } = this;
    this.#advance((summary + 1) << 10);
    let some = this.#word(this.segment.words + summary);
    let found = 0;
    while (some !== 0) {
      const index = lowestBit(some);
      some &= some - 1;
      const word = this.#word((summary << 5) | index);
      block[index] = word;
      if (word !== 0) found |= 1 << index;
    }
    return found;
  }

  /** Makes the words of all entries below a number right. */
  #advance(limit: number): void {
    this.#segments.advance(limit);
    this.#places.advance(limit);
    this.#categories.advance(limit);
    this.#formats.advance(limit);
    this.#deals.advance(limit);
    if (this.#hasSeats) this.#seats.advance(limit);
  }

  /** A word of the entries that may match, or of its summary; right as far as it was advanced. */
  #word(at: number): number {
    const words = this.#words;
    let word = words[this.segment.live + at]! & this.#formats.word(at);
    if (this.#common < 0)
      for (let index = 0; index < SINGLE_DIMENSIONS; index++) word &= words[this.#singles[index]! + at]!;
    if (word === 0) return 0;
    word &= this.#segments.word(at) & this.#deals.word(at);
    if (word === 0) return 0;
    word &= this.#categories.word(at) & this.#places.word(at);
    return this.#hasSeats ? word & this.#seats.word(at) : word;
  }

  /** The first of its conditions that an entry does not meet. */
  lacks(entry: number): Reason {
    this.#advance(Number.POSITIVE_INFINITY);
    const has = (bits: number) => ((this.#words[bits + (entry >>> 5)]! >>> (entry & 31)) & 1) === 1;
    const hasIn = (group: Group) => ((group.word(entry >>> 5) >>> (entry & 31)) & 1) === 1;
    if (!has(this.segment.live)) return REASON.notLive;
    if (!has(this.#singles[SPACE.geo]!)) return REASON.geo;
    if (!has(this.#singles[SPACE.deviceType]!)) return REASON.deviceType;
    if (!has(this.#singles[SPACE.os]!)) return REASON.os;
    if (!has(this.#singles[SPACE.channel]!)) return REASON.channel;
    if (!has(this.#singles[SPACE.language]!)) return REASON.language;
    if (!hasIn(this.#segments)) return REASON.segment;
    if (!hasIn(this.#places)) return REASON.place;
    if (!hasIn(this.#categories)) return REASON.contentCategory;
    if (!hasIn(this.#deals)) return REASON.deal;
    if (!hasIn(this.#formats)) return REASON.format;
    return hasIn(this.#seats) ? REASON.fits : REASON.seat;
  }

  #single({ single, covering }: Question, dimension: number): number {
    const { segment } = this;
    const own = segment.bits(single[dimension]!);
    if (own >= 0) return own;
    const covered = segment.bits(covering[dimension]!);
    return covered >= 0 ? covered : segment.unrestricted(dimension);
  }

  /** @returns whether there are too many */
  #several(group: Group, dimension: number, names: readonly number[]): boolean {
    group.reset(this.segment.unrestricted(dimension));
    if (names.length > MOST_VALUES) group.passAll();
    else this.#gather(group, names);
    return names.length > MOST_VALUES;
  }

  #gather(group: Group, names: readonly number[]): void {
    for (let at = 0; at < names.length; at++) if (names[at]! >= 0) this.segment.gather(names[at]!, group);
  }
}
