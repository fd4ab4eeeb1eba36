import { Group, MOST_VALUES } from "./group";
import type { Numbers } from "./numbers";
import type { Question } from "./question";
import { REASON, type Reason } from "./reasons";
import type { Segment } from "./segment";
import { Sieve } from "./sieve";
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
  /** Tells them. */
  readonly sieve: Sieve;
  readonly #words: Uint32Array;
  /** By dimension of which requests have one value: the entries that take it. */
  readonly #singles = new Int32Array(SINGLE_DIMENSIONS);
  readonly #segments: Group;
  readonly #places: Group;
  readonly #categories: Group;
  readonly #seats: Group;
  readonly #formats: Group;
  readonly #deals: Group;
  readonly #uncapped: Group;

  constructor(readonly segment: Segment) {
    this.#words = segment.arena;
    this.sieve = new Sieve(segment);
    this.#segments = new Group(segment, segment.scratch(0));
    this.#places = new Group(segment, segment.scratch(1));
    this.#categories = new Group(segment, segment.scratch(2));
    this.#seats = new Group(segment, segment.scratch(3));
    this.#formats = new Group(segment, segment.scratch(4));
    this.#deals = new Group(segment, segment.scratch(5));
    this.#uncapped = new Group(segment, segment.scratch(6));
  }

  /** Takes what is alike for all slots of a request. */
  ask(question: Question): void {
    const { segment } = this;
    segment.makeRoom(MOST_NAMES);
    this.sieve.clear();
    for (let dimension = 0; dimension < SINGLE_DIMENSIONS; dimension++) {
      this.#singles[dimension] = this.#single(question, dimension);
      this.sieve.require(this.#singles[dimension]!);
    }
    this.sieve.require(segment.live);
    this.asksSegments = this.#several(this.#segments, SPACE.segment, question.segments);
    this.asksPlaces = this.#several(this.#places, SPACE.place, question.places);
    this.asksCategories = this.#several(this.#categories, SPACE.category, question.categories);
    const { allowedSeats } = question;
    this.#seats.reset(-1);
    if (question.traits!.allowedSeats.length === 0 || allowedSeats.count > MOST_VALUES) this.#seats.passAll();
    else this.#gather(this.#seats, allowedSeats);
    this.#require(this.#seats);
    this.#uncapped.reset(-1);
    if (question.uncapped === undefined) this.#uncapped.passAll();
    else if (question.uncapped >= 0) segment.gather(question.uncapped, this.#uncapped);
    this.#require(this.#uncapped);
    this.sieve.keep();
  }

  askSlot({ formats, deals, knownDeals, slot }: SlotTerms, question: Question): void {
    const { segment } = this;
    if (segment.makeRoom(MOST_NAMES)) this.ask(question);
    this.sieve.again();
    this.#formats.reset(-1);
    for (let at = 0; at < formats.count; at++) {
      const bits = segment.bits(formats.at(at));
      if (bits >= 0) this.#formats.addBits(bits);
      else if (formats.at(at) >= 0) segment.gather(formats.at(at), this.#formats);
    }
    this.#require(this.#formats);
    this.#deals.reset(slot.privateOnly ? -1 : segment.unrestricted(SPACE.deal));
    if (knownDeals > MOST_VALUES) this.#deals.passAll();
    else if (knownDeals > 0) this.#gather(this.#deals, deals);
    this.#require(this.#deals);
  }

  /** The first of its conditions that an entry does not meet. */
  lacks(entry: number): Reason {
    const has = (bits: number) => ((this.#words[bits + (entry >>> 5)]! >>> (entry & 31)) & 1) === 1;
    const hasIn = (group: Group) => {
      group.advance(Number.POSITIVE_INFINITY);
      return ((group.word(entry >>> 5) >>> (entry & 31)) & 1) === 1;
    };
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
    if (!hasIn(this.#seats)) return REASON.seat;
    return hasIn(this.#uncapped) ? REASON.fits : REASON.cap;
  }

  #single({ single, covering }: Question, dimension: number): number {
    const { segment } = this;
    const own = segment.bits(single[dimension]!);
    if (own >= 0) return own;
    const covered = segment.bits(covering[dimension]!);
    return covered >= 0 ? covered : segment.unrestricted(dimension);
  }

  /** @returns whether there are too many */
  #several(group: Group, dimension: number, names: Numbers): boolean {
    group.reset(this.segment.unrestricted(dimension));
    if (names.count > MOST_VALUES) group.passAll();
    else this.#gather(group, names);
    this.#require(group);
    return names.count > MOST_VALUES;
  }

  /** An entry has to be in it. What is one bitset needs no group; what says nothing is not asked. */
  #require(group: Group): void {
    const set = group.set;
    if (set < 0) this.sieve.requireAny(group);
    else if (set !== this.segment.all) this.sieve.require(set);
  }

  #gather(group: Group, names: Numbers): void {
    for (let at = 0; at < names.count; at++) if (names.at(at) >= 0) this.segment.gather(names.at(at), group);
  }
}
