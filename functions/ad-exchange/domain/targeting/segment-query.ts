import { lowestBit } from "./bits";
import { Group, MOST_VALUES } from "./group";
import type { Question } from "./question";
import { REASON, type Reason } from "./reasons";
import type { Segment } from "./segment";
import type { SlotTerms } from "./slot-terms";
import { SINGLE_DIMENSIONS, SPACE } from "./spaces";

/** Bitsets that a request, or a slot, may need made: more than its names are. */
const MOST_NAMES = 120;
/** Of live entries, of the dimensions of one value, and of the groups. */
const MOST_SETS = 1 + SINGLE_DIMENSIONS + 6;

/** A request and a slot as bitsets of one segment: which of its entries may match. One is kept and asked anew. */
export class SegmentQuery {
  /** The request has too many values of it for bitsets: each entry's rules are asked. */
  asksSegments = false;
  asksPlaces = false;
  asksCategories = false;
  readonly block = new Int32Array(32);
  readonly #words: Uint32Array;
  /** Bitsets that have every entry that may match: of live entries, of each dimension of one value, and of whatever else is one bitset. */
  readonly #sets = new Int32Array(MOST_SETS);
  #count = 0;
  /** How many of them are of the request; those behind are of the slot. */
  #ofRequest = 0;
  /** Where an entry has to be in one of several bitsets. */
  readonly #groups: Group[] = [];
  #groupsOfRequest = 0;
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
    const { segment } = this;
    segment.makeRoom(MOST_NAMES);
    this.#count = this.#groups.length = 0;
    this.#sets[this.#count++] = segment.live;
    for (let dimension = 0; dimension < SINGLE_DIMENSIONS; dimension++)
      this.#sets[this.#count++] = this.#single(question, dimension);
    this.asksSegments = this.#several(this.#segments, SPACE.segment, question.segments);
    this.asksPlaces = this.#several(this.#places, SPACE.place, question.places);
    this.asksCategories = this.#several(this.#categories, SPACE.category, question.categories);
    const { allowedSeats } = question;
    this.#seats.reset(-1);
    if (question.traits!.allowedSeats.length === 0 || allowedSeats.length > MOST_VALUES) this.#seats.passAll();
    else this.#gather(this.#seats, allowedSeats);
    this.#require(this.#seats);
    this.#ofRequest = this.#count;
    this.#groupsOfRequest = this.#groups.length;
  }

  askSlot({ formats, deals, knownDeals, slot }: SlotTerms, question: Question): void {
    const { segment } = this;
    if (segment.makeRoom(MOST_NAMES)) this.ask(question);
    this.#count = this.#ofRequest;
    this.#groups.length = this.#groupsOfRequest;
    this.#formats.reset(-1);
    for (let at = 0; at < formats.length; at++) {
      const bits = segment.bits(formats[at]!);
      if (bits >= 0) this.#formats.addBits(bits);
      else if (formats[at]! >= 0) segment.gather(formats[at]!, this.#formats);
    }
    this.#require(this.#formats);
    this.#deals.reset(slot.privateOnly ? -1 : segment.unrestricted(SPACE.deal));
    if (knownDeals > MOST_VALUES) this.#deals.passAll();
    else if (knownDeals > 0) this.#gather(this.#deals, deals);
    this.#require(this.#deals);
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
    for (let at = 0; at < this.#groups.length; at++) this.#groups[at]!.advance(limit);
  }

  /** A word of the entries that may match, or of its summary; right as far as it was advanced. */
  #word(at: number): number {
    const words = this.#words;
    const sets = this.#sets;
    let word = words[sets[0]! + at]! & words[sets[1]! + at]! & words[sets[2]! + at]!;
    word &= words[sets[3]! + at]! & words[sets[4]! + at]! & words[sets[5]! + at]!;
    for (let set = SINGLE_DIMENSIONS + 1; set < this.#count; set++) word &= words[sets[set]! + at]!;
    for (let group = 0; group < this.#groups.length && word !== 0; group++) word &= this.#groups[group]!.word(at);
    return word;
  }

  /** The first of its conditions that an entry does not meet. */
  lacks(entry: number): Reason {
    this.#advance(Number.POSITIVE_INFINITY);
    const has = (bits: number) => ((this.#words[bits + (entry >>> 5)]! >>> (entry & 31)) & 1) === 1;
    const hasIn = (group: Group) => ((group.word(entry >>> 5) >>> (entry & 31)) & 1) === 1;
    if (!has(this.segment.live)) return REASON.notLive;
    if (!has(this.#sets[1 + SPACE.geo]!)) return REASON.geo;
    if (!has(this.#sets[1 + SPACE.deviceType]!)) return REASON.deviceType;
    if (!has(this.#sets[1 + SPACE.os]!)) return REASON.os;
    if (!has(this.#sets[1 + SPACE.channel]!)) return REASON.channel;
    if (!has(this.#sets[1 + SPACE.language]!)) return REASON.language;
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
    this.#require(group);
    return names.length > MOST_VALUES;
  }

  /** An entry has to be in it. What is one bitset needs no group; what says nothing is not asked. */
  #require(group: Group): void {
    const set = group.set;
    if (set < 0) this.#groups.push(group);
    else if (set !== this.segment.all) this.#sets[this.#count++] = set;
  }

  #gather(group: Group, names: readonly number[]): void {
    for (let at = 0; at < names.length; at++) if (names[at]! >= 0) this.segment.gather(names[at]!, group);
  }
}
