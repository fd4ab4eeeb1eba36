import type { Creative } from "../campaign";
import { Dayparts } from "./dayparts";
import { creativeCategories, type Draft, withCovering } from "./draft";
import {
  CREATIVE,
  CREATIVE_DOUBLE,
  doublesAt,
  ENTRY,
  ENTRY_DOUBLE,
  grown,
  maskOf,
  type Records,
  recordsIn,
  wordsAt,
} from "./records";
import { RULE, RulesBuilder } from "./rules";
import { coveringOf, DEFAULT_TAXONOMY, SPACE } from "./spaces";

/** What numbers names: a dictionary, or one in the making. */
export interface Names {
  add(space: number, text: string): number;
}

/** Entries and their creatives, row by row: of a snapshot in the making, and of the overlay of one. */
export class TableBuilder {
  #entries = recordsIn(new Float64Array(0));
  #creatives = recordsIn(new Float64Array(0));
  readonly dayparts = new Dayparts();
  readonly #rules = new RulesBuilder();
  #count = 0;
  #creativeCount = 0;

  constructor(private readonly names: Names) {}

  get entries(): Records {
    return this.#entries;
  }

  get creatives(): Records {
    return this.#creatives;
  }

  get count(): number {
    return this.#count;
  }

  get creativeCount(): number {
    return this.#creativeCount;
  }

  get rules(): Uint32Array {
    return this.#rules.words;
  }

  /** How much of `rules` is used. */
  get rulesLength(): number {
    return this.#rules.used;
  }

  /** @returns its ordinal */
  add(draft: Draft): number {
    const { campaign, daypart, bidMicros, start, end, tie } = draft;
    const { frequencyCap, creatives } = campaign;
    const entry = this.#count;
    if (doublesAt(entry) === this.#entries.doubles.length) this.#entries = grown(this.#entries);
    const { doubles, words } = this.#entries;
    const at = wordsAt(entry);
    doubles[doublesAt(entry) + ENTRY_DOUBLE.bidMicros] = bidMicros;
    doubles[doublesAt(entry) + ENTRY_DOUBLE.start] = start;
    doubles[doublesAt(entry) + ENTRY_DOUBLE.end] = end;
    words[at + ENTRY.tie] = tie;
    words[at + ENTRY.version] = campaign.version;
    words[at + ENTRY.seat] = this.names.add(SPACE.seat, campaign.seat);
    words[at + ENTRY.advertiser] = this.names.add(SPACE.advertiser, campaign.advertiser);
    words[at + ENTRY.capImpressions] = frequencyCap?.impressions ?? 0;
    words[at + ENTRY.capSeconds] = frequencyCap?.seconds ?? 0;
    words[at + ENTRY.daypart] = daypart === undefined ? 0 : this.dayparts.add(daypart.zone, daypart.hours) + 1;
    words[at + ENTRY.rulesAt] = this.#rulesOf(draft);
    words[at + ENTRY.firstCreative] = this.#creativeCount;
    words[at + ENTRY.creatives] = creatives.length;
    for (const creative of creatives) this.#addCreative(creative);
    this.#count = entry + 1;
    return entry;
  }

  #numbers = (space: number, texts: readonly string[] | undefined): number[] => [
    ...new Set(texts?.map((text) => this.names.add(space, text))),
  ];

  #rulesOf({ not, named }: Draft): number {
    return this.#rules.add([
      [RULE.deals, this.#numbers(SPACE.deal, named[SPACE.deal])],
      [RULE.anySegment, this.#numbers(SPACE.segment, named[SPACE.segment])],
      [RULE.anyPlace, this.#numbers(SPACE.place, named[SPACE.place])],
      [RULE.anyCategory, this.#numbers(SPACE.category, named[SPACE.category])],
      [RULE.notSegments, this.#numbers(SPACE.segment, not.segments)],
      [RULE.notPlaces, this.#numbers(SPACE.place, not.places)],
      [RULE.notCategories, this.#numbers(SPACE.category, not.categories)],
    ]);
  }

  #addCreative(creative: Creative): void {
    const { categories = [], cattax = DEFAULT_TAXONOMY, language } = creative;
    const number = this.#creativeCount;
    if (doublesAt(number) === this.#creatives.doubles.length) this.#creatives = grown(this.#creatives);
    this.#creativeCount = number + 1;
    const { doubles, words } = this.#creatives;
    const at = wordsAt(number);
    doubles[doublesAt(number) + CREATIVE_DOUBLE.durationSeconds] = creative.durationSeconds ?? 0;
    doubles[doublesAt(number) + CREATIVE_DOUBLE.bitrate] = creative.bitrate ?? 0;
    words[at + CREATIVE.w] = creative.w ?? 0;
    words[at + CREATIVE.h] = creative.h ?? 0;
    words[at + CREATIVE.attributes] = maskOf(creative.attributes);
    words[at + CREATIVE.apis] = maskOf(creative.apis);
    words[at + CREATIVE.type] = creative.type;
    words[at + CREATIVE.protocol] = creative.protocol ?? 0;
    words[at + CREATIVE.secure] = creative.secure ? 1 : 0;
    words[at + CREATIVE.taxonomy] = categories.length > 0 ? cattax : 0;
    words[at + CREATIVE.hasLanguage] = language ? 1 : 0;
    words[at + CREATIVE.rulesAt] = this.#creativeRules(creative, cattax);
  }

  #creativeRules(creative: Creative, cattax: number): number {
    const language = creative.language?.toLowerCase() ?? "";
    const languages = [language, coveringOf(language)].filter((one) => one !== "");
    const mimes = creative.mimes?.map((mime) => mime.toLowerCase());
    const apps = creative.bundle === undefined ? [] : [creative.bundle.toLowerCase()];
    const domains = creative.advertiserDomains.flatMap(withCovering);
    return this.#rules.add([
      [RULE.domains, this.#numbers(SPACE.advertiserDomain, domains)],
      [RULE.categories, this.#numbers(SPACE.creativeCategory + cattax, creativeCategories(creative))],
      [RULE.app, this.#numbers(SPACE.app, apps)],
      [RULE.mimes, this.#numbers(SPACE.mime, mimes)],
      [RULE.languages, this.#numbers(SPACE.creativeLanguage, languages)],
    ]);
  }
}
