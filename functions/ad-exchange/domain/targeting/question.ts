import type { Traits } from "../traits";
import { wordsFor } from "./bits";
import { type Dictionary, finished, seedOf, withUnit } from "./dictionary";
import { MOST_VALUES } from "./group";
import { Numbers } from "./numbers";
import { coveringOf, DEFAULT_TAXONOMY, SINGLE_DIMENSIONS, SPACE, UNCAPPED } from "./spaces";

/** Entries that one request may have examined, over all of its slots. */
const EXAMINED_BY_REQUEST = 2_000;
const DOT = 46;

/**
 * What a request says, in the numbers of an index's dictionary. One is kept and asked anew for each request; asking it of
 * the same `Traits` again costs nothing.
 */
export class Question {
  /** By dimension of which a request has one value: its name, and what covers it; -1 where the index knows none. */
  readonly single = new Int32Array(SINGLE_DIMENSIONS);
  readonly covering = new Int32Array(SINGLE_DIMENSIONS);
  /** Known names, by dimension of which a request has several; and of seats that alone may bid. */
  readonly segments = new Numbers();
  readonly places = new Numbers();
  readonly categories = new Numbers();
  readonly allowedSeats = new Numbers();
  traits: Traits | undefined;
  /** Entries that may still be examined. */
  examinable = 0;
  /** Name of what campaigns without a cap have in common, where only they may bid; -1 where none of them is known. */
  uncapped: number | undefined;
  /** Some seats may not bid, and bitsets do not say which. */
  asksSeats = false;
  /** A bit for each name that the request says: few enough to stay in the processor's cache. */
  #said: Uint32Array;
  /** The same, of categories that alone creatives may be of. */
  #allowed: Uint32Array;
  readonly #touched = new Numbers();
  #names = -1;

  constructor(private readonly dictionary: Dictionary) {
    this.#said = new Uint32Array(wordsFor(dictionary.size));
    this.#allowed = new Uint32Array(wordsFor(dictionary.size));
  }

  /** @returns whether anything is new: the request, or names of the dictionary */
  ask(traits: Traits): boolean {
    if (traits === this.traits && this.dictionary.size === this.#names) return false;
    this.traits = traits;
    this.#names = this.dictionary.size;
    this.examinable = EXAMINED_BY_REQUEST;
    this.#forget();
    this.#askSingle(traits);
    this.#askSeveral(traits);
    this.#sayAll(SPACE.creativeLanguage, traits.creativeLanguages, undefined);
    this.#sayAll(SPACE.advertiserDomain, traits.blockedAdvertisers, undefined);
    this.#sayAll(SPACE.app, traits.blockedApps, undefined);
    const taxonomy = SPACE.creativeCategory + this.blockedTaxonomy;
    if (traits.allowedCategories !== undefined)
      this.#sayAll(taxonomy, traits.allowedCategories, undefined, this.#allowed);
    this.#sayAll(taxonomy, traits.blockedCategories, undefined);
    return true;
  }

  get blockedTaxonomy(): number {
    return this.traits!.blockedCattax || DEFAULT_TAXONOMY;
  }

  /** Whether the request says it: of segments, places, categories, seats that are blocked, whatever else is blocked. */
  says(name: number): boolean {
    return ((this.#said[name >>> 5]! >>> (name & 31)) & 1) === 1;
  }

  /** Whether a category is one that alone creatives may be of. */
  allows(category: number): boolean {
    return ((this.#allowed[category >>> 5]! >>> (category & 31)) & 1) === 1;
  }

  /** Whether a seat may bid. */
  admits(seat: number): boolean {
    const { allowedSeats } = this.traits!;
    return allowedSeats.length > 0 ? this.allowedSeats.has(seat) : !this.says(seat);
  }

  #forget(): void {
    for (let at = 0; at < this.#touched.count; at++)
      this.#said[this.#touched.at(at)] = this.#allowed[this.#touched.at(at)] = 0;
    this.#touched.clear();
    const words = wordsFor(this.dictionary.size);
    if (this.#said.length >= words) return;
    this.#said = new Uint32Array(words * 2);
    this.#allowed = new Uint32Array(words * 2);
  }

  #askSingle({ country, region, deviceType, os, channel, language }: Traits): void {
    const { dictionary, single, covering } = this;
    covering.fill(-1);
    covering[SPACE.geo] = country === "" ? -1 : dictionary.find(SPACE.geo, country);
    single[SPACE.geo] = country === "" || region === "" ? -1 : dictionary.find(SPACE.geo, `${country}-${region}`);
    single[SPACE.deviceType] = deviceType > 0 ? dictionary.find(SPACE.deviceType, String(deviceType)) : -1;
    single[SPACE.os] = os === "" ? -1 : dictionary.find(SPACE.os, os);
    single[SPACE.channel] = channel === "" ? -1 : dictionary.find(SPACE.channel, channel);
    single[SPACE.language] = language === "" ? -1 : dictionary.find(SPACE.language, language);
    const own = coveringOf(language);
    if (own !== "") covering[SPACE.language] = dictionary.find(SPACE.language, own);
  }

  #askSeveral(traits: Traits): void {
    this.segments.clear();
    this.#sayAll(SPACE.segment, traits.segments, this.segments);
    this.places.clear();
    if (traits.domain !== "") this.#saySuffixes(traits.domain);
    if (traits.bundle !== "") this.#sayOne(SPACE.place, traits.bundle, this.places);
    this.categories.clear();
    // Campaigns name categories of the default taxonomy: of another one nothing is known of the request's.
    if ((traits.cattax || DEFAULT_TAXONOMY) === DEFAULT_TAXONOMY) {
      this.#sayAll(SPACE.category, traits.categories, this.categories);
      for (const category of traits.categories) {
        const group = coveringOf(category);
        if (group !== "") this.#sayOne(SPACE.category, group, this.categories);
      }
    }
    this.allowedSeats.clear();
    for (const seat of traits.allowedSeats) {
      const name = this.dictionary.find(SPACE.seat, seat);
      if (name >= 0) this.allowedSeats.add(name);
    }
    this.#sayAll(SPACE.seat, traits.blockedSeats, undefined);
    this.uncapped = traits.isUncounted ? this.dictionary.find(SPACE.cap, UNCAPPED) : undefined;
    this.asksSeats = traits.blockedSeats.length > 0 || this.allowedSeats.count > MOST_VALUES;
  }

  #sayAll(space: number, texts: readonly string[], known: Numbers | undefined, bits = this.#said): void {
    for (let at = 0; at < texts.length; at++) this.#sayOne(space, texts[at]!, known, bits);
  }

  #sayOne(space: number, text: string, known: Numbers | undefined, bits = this.#said): void {
    const name = this.dictionary.find(space, text);
    if (name >= 0) this.#sayName(name, known, bits);
  }

  #sayName(name: number, known: Numbers | undefined, bits: Uint32Array): void {
    const word = name >>> 5;
    const bit = 1 << (name & 31);
    if ((bits[word]! & bit) !== 0) return;
    bits[word]! |= bit;
    this.#touched.add(word);
    if (known !== undefined) known.add(name);
  }

  /** A domain and those it is under: all of their hashes in one pass from its end. */
  #saySuffixes(domain: string): void {
    let state = seedOf(SPACE.place);
    for (let at = domain.length - 1; at >= 0; at--) {
      const unit = domain.charCodeAt(at);
      if (unit === DOT) this.#saySuffix(domain, at + 1, state);
      state = withUnit(state, unit);
    }
    this.#saySuffix(domain, 0, state);
  }

  #saySuffix(domain: string, from: number, state: number): void {
    const name = this.dictionary.findHashed(SPACE.place, domain, from, finished(state));
    if (name >= 0) this.#sayName(name, this.places, this.#said);
  }
}
