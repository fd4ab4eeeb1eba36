import type { Creative } from "../campaign";
import type { Slot, Traits } from "../traits";
import type { Dictionary } from "./dictionary";
import { Found } from "./found";
import { Judge } from "./judge";
import type { Matches } from "./matches";
import { Question } from "./question";
import { REASON, type Reason } from "./reasons";
import { doublesAt, ENTRY, ENTRY_DOUBLE, wordsAt } from "./records";
import type { Segment } from "./segment";
import { SegmentQuery } from "./segment-query";
import { SlotTerms } from "./slot-terms";

/** Entries that each slot may have examined, whatever others of its request took. */
const EXAMINED_BY_SLOT = 64;
/** Entries of seats that have enough matches that a slot may pass over. */
const PASSED_OVER = 20_000;

/** The part of an index that is searched in order, and the one that came after it. */
export interface Searched {
  readonly base: Segment;
  /** Undefined as long as nothing has changed. */
  readonly overlay: (Segment & { readonly size: number }) | undefined;
  /** Added to an ordinal, and to a creative's number, of the overlay. */
  readonly overlayOrdinal: number;
  readonly overlayCreative: number;
  creative(number: number): Creative;
}

/** Walks bitsets from the best bid down; stops when there are enough matches, below the floor, or when it has done enough. */
export class Matcher {
  readonly #question: Question;
  readonly #terms: SlotTerms;
  readonly #judge: Judge;
  readonly #base: SegmentQuery;
  #overlay: SegmentQuery | undefined;
  /** What the overlay matches with, and how much of it has been taken. */
  readonly #found = new Found();
  #taken = 0;
  #barred: ReadonlySet<number> | undefined;
  #examinable = 0;
  #passable = 0;

  constructor(
    private readonly searched: Searched,
    dictionary: Dictionary,
  ) {
    this.#question = new Question(dictionary);
    this.#terms = new SlotTerms(dictionary);
    this.#judge = new Judge(this.#question, this.#terms);
    this.#base = new SegmentQuery(searched.base);
  }

  /** Something has changed: the last request is not remembered. */
  forget(): void {
    this.#question.traits = undefined;
    const { overlay } = this.searched;
    if (overlay !== undefined) this.#overlay ??= new SegmentQuery(overlay);
  }

  match(traits: Traits, slot: Slot, into: Matches, barred: ReadonlySet<number> | undefined): number {
    this.ask(traits, slot);
    into.clear();
    this.#barred = barred;
    this.#found.clear();
    this.#taken = 0;
    if (this.#terms.formats.count === 0 || (slot.privateOnly && this.#terms.knownDeals === 0)) return 0;
    const allowed = Math.max(this.#question.examinable, EXAMINED_BY_SLOT);
    this.#passable = PASSED_OVER;
    const isCut = this.#searchChanged(allowed);
    this.#searchBase(into);
    while (this.#taken < this.#found.count && !into.isFull) this.#takeFound(into);
    this.#question.examinable -= allowed - this.#examinable;
    into.isCut = isCut || this.#examinable < 0 || this.#passable <= 0;
    return into.finish();
  }

  /** Makes bitsets of a request and a slot. */
  ask(traits: Traits, slot: Slot): void {
    if (this.#question.ask(traits)) {
      this.#base.ask(this.#question);
      this.#overlay?.ask(this.#question);
    }
    this.#terms.take(slot);
    this.#base.askSlot(this.#terms, this.#question);
    this.#overlay?.askSlot(this.#terms, this.#question);
  }

  /** The first condition that an entry does not meet, of the request and slot that were asked last. */
  reason(isOverlay: boolean, entry: number): Reason {
    const query = isOverlay ? this.#overlay! : this.#base;
    const reason = query.lacks(entry);
    return reason === REASON.fits
      ? this.#judge.judge(query, entry, isOverlay ? this.#decodedLater : this.#decoded)
      : reason;
  }

  #decoded = (creative: number): Creative => this.searched.creative(creative);
  #decodedLater = (creative: number): Creative => this.searched.creative(creative + this.searched.overlayCreative);

  /**
   * What has changed comes in no order: it may take half of what may be examined, so that the best of all others are looked
   * at however many changes there are that do not fit. @returns whether that was too little
   */
  #searchChanged(allowed: number): boolean {
    this.#examinable = allowed;
    if (this.#overlay === undefined) return false;
    const kept = allowed >>> 1;
    this.#examinable -= kept;
    this.#searchOverlay(this.#overlay);
    const isCut = this.#examinable < 0;
    this.#examinable = Math.max(0, this.#examinable) + kept;
    return isCut;
  }

  #searchBase(into: Matches): void {
    const { sieve, segment } = this.#base;
    sieve.begin(segment.summariesFrom(this.#terms.leastMicros));
    for (let count = sieve.next(); count > 0; count = sieve.next())
      for (let at = 0; at < count; at++) if (!this.#take(sieve.entries[at]!, into)) return;
  }

  /** The next entry in order. @returns whether to go on */
  #take(entry: number, into: Matches): boolean {
    const { doubles, words } = this.#base.segment.entries;
    const bidMicros = doubles[doublesAt(entry) + ENTRY_DOUBLE.bidMicros]!;
    if (bidMicros < this.#terms.leastMicros) return false;
    const at = wordsAt(entry);
    const found = this.#found;
    while (this.#taken < found.count && found.isBefore(this.#taken, bidMicros, words[at + ENTRY.tie]!)) {
      this.#takeFound(into);
      if (into.isFull) return false;
    }
    const owner = words[at + ENTRY.seat]!;
    if (!into.wants(owner)) return --this.#passable > 0;
    if (--this.#examinable < 0) return false;
    if (this.#judge.judge(this.#base, entry, this.#decoded) !== REASON.fits) return true;
    if (this.#barred?.has(entry)) return true;
    into.add(entry, this.#judge.creative, this.#judge.deal, bidMicros, owner);
    return !into.isFull;
  }

  #takeFound(into: Matches): void {
    const found = this.#found;
    const at = this.#taken++;
    const { overlayOrdinal, overlayCreative } = this.searched;
    const { ordinal, creative, deal, bidMicros, seat } = found;
    into.add(ordinal[at]! + overlayOrdinal, creative[at]! + overlayCreative, deal[at]!, bidMicros[at]!, seat[at]!);
  }

  #searchOverlay({ sieve, segment }: SegmentQuery): void {
    sieve.begin(segment.summariesFrom(this.#terms.leastMicros));
    for (let count = sieve.next(); count > 0; count = sieve.next())
      for (let at = 0; at < count; at++) if (!this.#find(sieve.entries[at]!)) return;
  }

  /** The next entry of the overlay. @returns whether to go on */
  #find(entry: number): boolean {
    const query = this.#overlay!;
    const { doubles, words } = query.segment.entries;
    const bid = doubles[doublesAt(entry) + ENTRY_DOUBLE.bidMicros]!;
    const tie = words[wordsAt(entry) + ENTRY.tie]!;
    if (bid < this.#terms.leastMicros || !this.#found.wants(bid, tie)) return true;
    if (--this.#examinable < 0) return false;
    if (this.#judge.judge(query, entry, this.#decodedLater) !== REASON.fits) return true;
    if (this.#barred?.has(entry + this.searched.overlayOrdinal)) return true;
    this.#found.add(entry, this.#judge.creative, this.#judge.deal, bid, tie, words[wordsAt(entry) + ENTRY.seat]!);
    return true;
  }
}
