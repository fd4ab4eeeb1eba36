import { floorOf } from "../auction/floors";
import type { Micros } from "../money";
import type { Audio, Banner, Video } from "../openrtb/bid-request";
import { MARKUP, type MarkupType } from "../openrtb/codes";
import type { DealTerms, DurationFloors, Slot } from "../traits";
import type { Dictionary } from "./dictionary";
import { Numbers } from "./numbers";
import { maskOf } from "./records";
import { SPACE } from "./spaces";

/** Sizes of a banner beyond which their bitsets are not asked but each creative. */
const MOST_SIZES = 8;
const MOST_SIZE_NAMES = 4_096;

/** A slot in the numbers of an index's dictionary; one is kept and taken anew for each slot. */
export class SlotTerms {
  slot!: Slot;
  /** Names of formats that it may take: a creative of none of them does not fit. */
  readonly formats = new Numbers();
  /** By deal of the slot: its name, or -1. */
  readonly deals = new Numbers();
  knownDeals = 0;
  readonly dealSeats: Numbers[] = [];
  readonly dealDomains: Numbers[] = [];
  /** By type of markup; of types that it does not take 0. */
  readonly blockedAttributes = new Uint32Array(5);
  readonly apis = new Uint32Array(5);
  readonly mimes = Array.from({ length: 5 }, () => new Numbers());
  /** No bid below it can be taken, whatever it is of and under which deal. */
  leastMicros: Micros = 0;
  readonly #types: Int32Array;
  readonly #sizes = new Map<number, number>();

  constructor(private readonly dictionary: Dictionary) {
    this.#types = Int32Array.from(["", "banner", "video", "audio", "native"], (type) =>
      dictionary.find(SPACE.format, type),
    );
  }

  take(slot: Slot): void {
    const { banner, video, audio, native } = slot.imp;
    this.slot = slot;
    this.formats.clear();
    if (banner !== undefined) this.#takeBanner(banner);
    if (video !== undefined) this.#takeTimed(MARKUP.video, video);
    if (audio !== undefined) this.#takeTimed(MARKUP.audio, audio);
    if (native !== undefined) this.#takeMedium(MARKUP.native, native.battr, native.api);
    this.#takeDeals(slot);
    this.leastMicros = leastOf(slot, this.deals);
  }

  /** The least that a bid may have with a creative of a type. */
  floorOf(deal: number, type: MarkupType, seconds: number): Micros {
    return floorOf(this.slot, deal < 0 ? undefined : this.slot.deals[deal], type, seconds);
  }

  #takeMedium(type: MarkupType, battr: readonly number[] | undefined, api: readonly number[] | undefined): void {
    this.formats.add(this.#typeName(type));
    this.#takeRules(type, battr, api);
  }

  #takeRules(type: MarkupType, battr: readonly number[] | undefined, api: readonly number[] | undefined): void {
    this.blockedAttributes[type] = maskOf(battr);
    this.apis[type] = maskOf(api);
  }

  #takeTimed(type: MarkupType, { battr, api, mimes }: Video | Audio): void {
    this.#takeMedium(type, battr, api);
    const names = this.mimes[type]!;
    names.clear();
    for (const mime of mimes) {
      const name = this.dictionary.find(SPACE.mime, mime.toLowerCase());
      if (name >= 0) names.add(name);
    }
  }

  /** By its exact sizes where it has only such, and few; else by all banners, which are then looked at one by one. */
  #takeBanner(banner: Banner): void {
    this.#takeRules(MARKUP.banner, banner.battr, banner.api);
    const { format } = banner;
    const count = format === undefined ? 0 : format.length;
    const from = this.formats.count;
    if (count === 0) this.#takeSize(banner.w, banner.h);
    else if (count <= MOST_SIZES) for (let at = 0; at < count; at++) this.#takeSize(format![at]!.w, format![at]!.h);
    if (count <= MOST_SIZES && !this.formats.has(-2)) return;
    this.formats.count = from;
    this.formats.add(this.#typeName(MARKUP.banner));
  }

  /** -2 for a size that is not exact. */
  #takeSize(w: number | undefined, h: number | undefined): void {
    this.formats.add(w === undefined || h === undefined ? -2 : this.#sizeName(w, h));
  }

  #sizeName(w: number, h: number): number {
    const key = w * 65_536 + h;
    const known = this.#sizes.get(key);
    if (known !== undefined && known >= 0) return known;
    const name = this.dictionary.find(SPACE.format, `${w}x${h}`);
    if (this.#sizes.size >= MOST_SIZE_NAMES) this.#sizes.clear();
    this.#sizes.set(key, name);
    return name;
  }

  /** Looked up again while it is not known: a campaign that came later may be the first of its type. */
  #typeName(type: MarkupType): number {
    if (this.#types[type]! < 0)
      this.#types[type] = this.dictionary.find(SPACE.format, ["", "banner", "video", "audio", "native"][type]!);
    return this.#types[type]!;
  }

  #takeDeals({ deals }: Slot): void {
    this.deals.clear();
    this.knownDeals = 0;
    for (let at = 0; at < deals.length; at++) {
      const { id, seats, advertiserDomains } = deals[at]!;
      const name = this.dictionary.find(SPACE.deal, id);
      this.deals.add(name);
      if (name < 0) continue;
      this.knownDeals++;
      this.dealSeats[at] = this.#known(SPACE.seat, seats);
      this.dealDomains[at] = this.#known(SPACE.advertiserDomain, advertiserDomains);
    }
  }

  #known(space: number, texts: readonly string[]): Numbers {
    const names = new Numbers();
    for (const text of texts) {
      const name = this.dictionary.find(space, text);
      if (name >= 0) names.add(name);
    }
    return names;
  }
}

function leastOf(slot: Slot, names: Numbers): Micros {
  const { videoFloors, audioFloors, floorMicros } = slot;
  const open = Math.min(leastByDuration(videoFloors, floorMicros), leastByDuration(audioFloors, floorMicros));
  let least = slot.privateOnly ? Number.POSITIVE_INFINITY : open;
  for (let at = 0; at < names.count; at++) {
    if (names.at(at) < 0) continue;
    const deal = slot.deals[at]!;
    least = Math.min(least, dealLeast(deal, open));
  }
  return least;
}

const dealLeast = (deal: DealTerms, open: Micros): Micros =>
  deal.inheritsFloor === true ? open : leastByDuration(deal.durationFloors, deal.floorMicros);

function leastByDuration(floors: DurationFloors | undefined, flat: Micros): Micros {
  if (floors === undefined) return flat;
  // A price a second may come to less than the flat floor, of a short creative.
  let least = floors.perSecondMicros > 0 ? Math.min(flat, floors.leastMicros) : flat;
  for (const { floorMicros } of floors.ranges) least = Math.min(least, floorMicros);
  return least;
}
