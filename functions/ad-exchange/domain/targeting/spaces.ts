/**
 * What the names in an index are names of. The first nine are dimensions: a campaign that gives no values of one takes
 * all; those up to `language` have one value in a request, the others any number.
 */
export const SPACE = {
  geo: 0,
  deviceType: 1,
  os: 2,
  channel: 3,
  language: 4,
  segment: 5,
  place: 6,
  category: 7,
  deal: 8,
  /** Of creatives: "banner", "video", "audio", "native", and "300x250" of a banner. */
  format: 9,
  seat: 10,
  advertiser: 11,
  advertiserDomain: 12,
  app: 13,
  mime: 14,
  creativeLanguage: 15,
  /** "none": campaigns without a frequency cap. */
  cap: 16,
  /** Plus the number of the taxonomy. */
  creativeCategory: 17,
} as const;

/** The only name of its space. */
export const UNCAPPED = "none";

export const DIMENSIONS = 9;
/** Dimensions below it have one value in a request. */
export const SINGLE_DIMENSIONS = 5;

/** Taxonomy of categories where nothing is said: IAB content taxonomy 1.0, AdCOM "Category Taxonomies". */
export const DEFAULT_TAXONOMY = 1;

/** The value that covers this one: a region's country, a language's own, a category's group; "" where it has none. */
export function coveringOf(value: string): string {
  const hyphen = value.indexOf("-");
  return hyphen <= 0 ? "" : value.slice(0, hyphen);
}
