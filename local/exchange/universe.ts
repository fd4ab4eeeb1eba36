import type { Random } from "../random";

/** A value and how often it comes, in parts of the list's sum. */
export type Weighted<T> = readonly (readonly [value: T, weight: number])[];

/** What campaigns aim at and requests come with: one world, so that they meet about as often as they would. */
export const COUNTRIES: Weighted<string> = [
  ...([["USA", 38] as const, ["GBR", 9] as const, ["DEU", 8] as const, ["FRA", 6] as const] as const),
  ...([["CAN", 5] as const, ["ITA", 4] as const, ["ESP", 4] as const, ["JPN", 4] as const] as const),
  ...([["BRA", 4] as const, ["AUS", 3] as const, ["IND", 3] as const, ["MEX", 3] as const] as const),
  ...([["NLD", 2] as const, ["POL", 2] as const, ["SWE", 2] as const, ["CHE", 1] as const] as const),
  ...([["AUT", 1] as const, ["KOR", 1] as const, ["ZAF", 0.5] as const, ["NZL", 0.5] as const] as const),
];

/** ISO-3166-2 regions, without their country. */
export const REGIONS: Readonly<Record<string, readonly string[]>> = {
  USA: ["CA", "TX", "FL", "NY", "PA", "IL", "OH", "GA", "NC", "MI", "NJ", "VA", "WA", "AZ", "MA", "CO", "OR"],
  GBR: ["ENG", "SCT", "WLS", "NIR"],
  DEU: ["BE", "BY", "HH", "HE", "NW", "SN", "BW"],
  CAN: ["ON", "QC", "BC", "AB"],
  FRA: ["IDF", "PAC", "ARA", "OCC"],
};

export const LANGUAGE_OF: Readonly<Record<string, string>> = {
  ...{ DEU: "de", AUT: "de", CHE: "de", FRA: "fr", ITA: "it", ESP: "es", MEX: "es", JPN: "ja", BRA: "pt", NLD: "nl" },
  ...{ POL: "pl", SWE: "sv", KOR: "ko" },
};

export const ZONE_OF: Readonly<Record<string, string>> = {
  ...{ USA: "America/New_York", GBR: "Europe/London", DEU: "Europe/Berlin", FRA: "Europe/Paris", JPN: "Asia/Tokyo" },
  ...{ CAN: "America/Toronto", AUS: "Australia/Sydney", BRA: "America/Sao_Paulo", IND: "Asia/Kolkata" },
};

export type Size = readonly [w: number, h: number];
export const BANNER_SIZES: Weighted<Size> = [
  [[300, 250], 34],
  [[320, 50], 20],
  [[728, 90], 14],
  [[160, 600], 6],
  [[300, 600], 6],
  [[970, 250], 5],
  [[320, 480], 5],
  [[336, 280], 3],
  [[468, 60], 2],
  [[320, 100], 3],
  [[970, 90], 1],
  [[120, 600], 1],
];

export const CATEGORIES: readonly string[] = Array.from({ length: 26 }, (_, group) => [
  `IAB${group + 1}`,
  ...Array.from({ length: 6 }, (_, sub) => `IAB${group + 1}-${sub + 1}`),
]).flat();

/** The lower the number, the more there is of it: about a Zipf distribution, as segments, sites and advertisers have it. */
export const skewed = (random: Random, below: number): number => Math.floor(below ** random.next()) - 1;

export const segment = (random: Random): string => {
  const number = skewed(random, 2_000);
  return `dmp-${number % 7}:s${number}`;
};
export const siteDomain = (random: Random): string => {
  const number = skewed(random, 20_000);
  return `${["news", "games", "sport", "cook", "travel", "auto"][number % 6]}-${number}.example`;
};
export const appBundle = (random: Random): string => `com.studio${skewed(random, 3_000)}.app`;
export const dealId = (random: Random): string => `deal-${random.below(400)}`;
export const advertiserDomain = (number: number): string => `brand-${number}.example`;

export function weighted<T>(random: Random, values: Weighted<T>): T {
  let left = random.next() * values.reduce((total, [, weight]) => total + weight, 0);
  for (const [value, weight] of values) {
    left -= weight;
    if (left < 0) return value;
  }
  return values[0]![0];
}
