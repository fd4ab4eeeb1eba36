import { type Campaign, type Creative, campaignKey } from "../campaign";
import type { Micros } from "../money";
import type { MarkupType } from "../openrtb/codes";
import type { Slot, Traits } from "../traits";
import { BaseSegment } from "./base-segment";
import { clearBit, setBit } from "./bits";
import { CampaignPlaces, NOWHERE } from "./campaign-places";
import type { Applied, Change } from "./change";
import type { Dictionary } from "./dictionary";
import { draftOf, type ToMicros } from "./draft";
import { Matcher, type Searched } from "./matcher";
import type { Matches } from "./matches";
import { OVERLAY_CAPACITY, OverlaySegment } from "./overlay-segment";
import { REASONS, type ReasonName } from "./reasons";
import { CREATIVE, CREATIVE_DOUBLE, countOfRecords, doublesAt, ENTRY, ENTRY_DOUBLE, wordsAt } from "./records";
import type { SnapshotParts } from "./snapshot";
import { SnapshotTexts } from "./snapshot-texts";
import { type Zone, zoneFrom } from "./zones";

/** What is known of a matched campaign beside its creative. */
export interface CampaignFacts {
  readonly advertiser: string;
  readonly id: string;
  readonly seat: string;
  readonly version: number;
  readonly bidMicros: Micros;
  readonly frequencyCap?: Campaign["frequencyCap"];
}

export interface Explanation {
  readonly advertiser: string;
  readonly id: string;
  readonly bidMicros: Micros;
  /** "fits", or the first condition that fails. */
  readonly reason: ReasonName;
}

/**
 * All campaigns, ready to be matched: a snapshot, and what has changed since. Everything it answers is there at once; it
 * asks nothing and waits for nothing. A request's `Traits` are not to be changed once they were given to it.
 */
export class CampaignIndex implements Searched {
  readonly generation: number;
  /** Milliseconds since the epoch: what was written before is in it. */
  readonly builtAt: number;
  /** When the latest change that it has seen was written. */
  lastChangeAt: number;
  readonly base: BaseSegment;
  readonly overlayOrdinal: number;
  readonly overlayCreative: number;
  readonly #size: number;
  #overlay: OverlaySegment | undefined;
  readonly #dictionary: Dictionary;
  readonly #texts: SnapshotTexts;
  /** By ordinal, of campaigns that have won: they are not put together again. As long as the ordinals, so that it stays a plain array. */
  readonly #keys: (string | undefined)[];
  /** By number: a few hundred, of which each auction compares some. */
  readonly #seats = new Map<number, string>();
  readonly #matcher: Matcher;
  readonly #places: CampaignPlaces;

  constructor(parts: SnapshotParts) {
    this.generation = parts.generation;
    this.builtAt = parts.builtAt;
    this.lastChangeAt = parts.builtAt;
    this.base = new BaseSegment(parts);
    this.overlayOrdinal = countOfRecords(parts.entries);
    this.overlayCreative = countOfRecords(parts.creatives);
    this.#keys = new Array(this.overlayOrdinal + OVERLAY_CAPACITY);
    this.#size = parts.size;
    this.#dictionary = parts.dictionary;
    this.#texts = new SnapshotTexts(parts);
    this.#places = new CampaignPlaces(parts, this.#texts);
    this.#matcher = new Matcher(this, parts.dictionary);
  }

  /** Campaigns that are newer than the snapshot; undefined as long as there are none. */
  get overlay(): OverlaySegment | undefined {
    return this.#overlay;
  }

  /** Campaigns of the snapshot, and changes that came after it. */
  get size(): { readonly snapshot: number; readonly changed: number } {
    return { snapshot: this.#size, changed: this.#overlay?.size ?? 0 };
  }

  /**
   * The campaigns that may bid for a slot, best bid first: at most `into.most`, and of one seat at most half of them as long
   * as others match.
   * @param barred ordinals of campaigns that are passed over; nobody when left out
   * @returns how many
   */
  match(traits: Traits, slot: Slot, into: Matches, barred?: ReadonlySet<number>): number {
    return this.#matcher.match(traits, slot, into, barred);
  }

  /** The best-priced campaigns with what keeps each from a slot; slow, for the trace of a test request. */
  explain(traits: Traits, slot: Slot, limit: number): Explanation[] {
    this.#matcher.forget();
    this.#matcher.ask(traits, slot);
    const changed = Array.from({ length: this.size.changed }, (_, entry) => this.overlayOrdinal + entry);
    const best = Array.from({ length: Math.min(limit, this.#size) }, (_, entry) => entry);
    const byBid = (one: number, other: number) => this.bidMicros(other) - this.bidMicros(one);
    return [...changed, ...best]
      .filter((ordinal) => this.#places.isCurrent(this.keyOf(ordinal), ordinal))
      .sort(byBid)
      .slice(0, limit)
      .map((ordinal) => this.#explained(ordinal));
  }

  bidMicros(ordinal: number): Micros {
    const { doubles } = (this.#isChanged(ordinal) ? this.#overlay! : this.base).entries;
    return doubles[doublesAt(this.#entryOf(ordinal)) + ENTRY_DOUBLE.bidMicros]!;
  }

  campaign(ordinal: number): CampaignFacts {
    const segment = this.#isChanged(ordinal) ? this.#overlay! : this.base;
    const entry = this.#entryOf(ordinal);
    const { words } = segment.entries;
    const at = wordsAt(entry);
    const impressions = words[at + ENTRY.capImpressions]!;
    return {
      advertiser: this.#dictionary.textOf(words[at + ENTRY.advertiser]!),
      id: this.#isChanged(ordinal) ? this.#overlay!.campaign(entry).id : this.#texts.id(entry),
      seat: this.#dictionary.textOf(words[at + ENTRY.seat]!),
      version: words[at + ENTRY.version]!,
      bidMicros: this.bidMicros(ordinal),
      ...(impressions > 0 ? { frequencyCap: { impressions, seconds: words[at + ENTRY.capSeconds]! } } : {}),
    };
  }

  /** "<advertiser>#<id>". */
  keyOf(ordinal: number): string {
    const known = this.#keys[ordinal];
    if (known !== undefined) return known;
    const key = campaignKey(this.campaign(ordinal));
    this.#keys[ordinal] = key;
    return key;
  }

  /** A seat's text by its number. */
  seat(number: number): string {
    const known = this.#seats.get(number);
    if (known !== undefined) return known;
    const text = this.#dictionary.textOf(number);
    this.#seats.set(number, text);
    return text;
  }

  /** Whether it has a frequency cap. */
  isCapped(ordinal: number): boolean {
    return this.#entriesOf(ordinal).words[wordsAt(this.#entryOf(ordinal)) + ENTRY.capImpressions]! > 0;
  }

  typeOf(creative: number): MarkupType {
    return this.#creativesOf(creative).words[wordsAt(this.#creativeAt(creative)) + CREATIVE.type] as MarkupType;
  }

  /** Seconds that the creative takes; 0 where it has none. */
  secondsOf(creative: number): number {
    return this.#creativesOf(creative).doubles[
      doublesAt(this.#creativeAt(creative)) + CREATIVE_DOUBLE.durationSeconds
    ]!;
  }

  /** The same object as long as it is in use, so that what is derived of it can be kept with it. */
  creative(number: number): Creative {
    return number < this.overlayCreative
      ? this.#texts.creative(number)
      : this.#overlay!.creative(number - this.overlayCreative);
  }

  /** Takes a change, once and in any order with others of the campaign: tens of microseconds. */
  applyChange(change: Change, toMicros: ToMicros): Applied {
    const { version, campaign, at = 0 } = change;
    this.lastChangeAt = Math.max(this.lastChangeAt, at);
    if (version <= this.#places.version(change)) return "known";
    const before = this.#places.ordinal(change);
    if (before !== NOWHERE) this.#setLive(before, false);
    const [applied, ordinal] = this.#add(campaign, toMicros);
    this.#matcher.forget();
    this.#places.move(change, version, ordinal);
    return applied;
  }

  /** Stops a campaign from bidding, or lets it bid again: one bit. @returns whether it is there */
  setLive(advertiser: string, id: string, isLive: boolean): boolean {
    const ordinal = this.#places.ordinal({ advertiser, id });
    if (ordinal === NOWHERE) return false;
    this.#setLive(ordinal, isLive);
    return true;
  }

  #add(campaign: Campaign | undefined, toMicros: ToMicros): readonly [Applied, number] {
    if (campaign === undefined || campaign.status !== "active") return ["taken", NOWHERE];
    const draft = draftOf(campaign, toMicros, this.#zoneOf);
    if (typeof draft === "string") return ["refused", NOWHERE];
    this.#overlay ??= new OverlaySegment(this.#dictionary);
    const added = this.#overlay.add(draft);
    return added < 0 ? ["full", NOWHERE] : ["taken", this.overlayOrdinal + added];
  }

  /** The snapshot has those of its campaigns; asking Intl takes most of a millisecond. */
  #zoneOf = (name: string): Zone | undefined =>
    this.base.dayparts.zones.find((zone) => zone.name === name) ?? zoneFrom(name, this.builtAt);

  #setLive(ordinal: number, isLive: boolean): void {
    if (this.#isChanged(ordinal)) this.#overlay!.setLive(this.#entryOf(ordinal), isLive);
    else if (ordinal < this.#size) (isLive ? setBit : clearBit)(this.base.liveBits, this.base.words, ordinal);
  }

  #entriesOf = (ordinal: number) => (this.#isChanged(ordinal) ? this.#overlay! : this.base).entries;
  #creativesOf = (creative: number) => (creative < this.overlayCreative ? this.base : this.#overlay!).creatives;
  #creativeAt = (creative: number) => (creative < this.overlayCreative ? creative : creative - this.overlayCreative);
  #isChanged = (ordinal: number): boolean => ordinal >= this.overlayOrdinal;
  #entryOf = (ordinal: number): number => (this.#isChanged(ordinal) ? ordinal - this.overlayOrdinal : ordinal);

  #explained(ordinal: number): Explanation {
    const { advertiser, id, bidMicros } = this.campaign(ordinal);
    const reason = this.#matcher.reason(this.#isChanged(ordinal), this.#entryOf(ordinal));
    return { advertiser, id, bidMicros, reason: REASONS[reason]! };
  }
}
