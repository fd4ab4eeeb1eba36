import type { Campaign, Creative } from "../campaign";
import type { Micros } from "../money";
import { coveringOf, DEFAULT_TAXONOMY, DIMENSIONS, SPACE } from "./spaces";
import { tieOf } from "./tie";
import type { Zone } from "./zones";

/** Amount as decimal text in a currency, in the exchange's currency; undefined for a currency without a rate. */
export type ToMicros = (amount: string, currency: string) => Micros | undefined;

/** A campaign with everything that matching asks of it spelled out: what snapshots and overlays are made of. */
export interface Draft {
  readonly campaign: Campaign;
  readonly isActive: boolean;
  readonly bidMicros: Micros;
  /** Milliseconds since the epoch; Infinity where it has no end. */
  readonly start: number;
  readonly end: number;
  readonly tie: number;
  readonly daypart: { readonly zone: Zone; readonly hours: Uint32Array } | undefined;
  /** By dimension: the values that it names, none twice; undefined where it takes all. */
  readonly named: readonly (readonly string[] | undefined)[];
  readonly notGeo: readonly string[];
  /** What the request may have nothing of. */
  readonly not: {
    readonly segments: readonly string[];
    readonly places: readonly string[];
    readonly categories: readonly string[];
  };
  readonly formats: readonly string[];
}

const FORMATS = ["", "banner", "video", "audio", "native"];
const WORDS_OF_WEEK = 6;

/**
 * @param zoneOf its time zone by name; undefined for one that is not known
 * @returns what is wrong with it, as text, if it can never bid
 */
export function draftOf(
  campaign: Campaign,
  toMicros: ToMicros,
  zoneOf: (name: string) => Zone | undefined,
): Draft | string {
  const { targeting, flight, creatives, bid, currency } = campaign;
  const bidMicros = toMicros(bid, currency);
  if (bidMicros === undefined || !(bidMicros > 0)) return `bid is ${bid} ${currency}`;
  const start = Date.parse(flight.start);
  const end = flight.end === undefined ? Number.POSITIVE_INFINITY : Date.parse(flight.end);
  if (Number.isNaN(start) || Number.isNaN(end)) return `flight is ${flight.start} to ${flight.end}`;
  if (creatives.length === 0) return "it has no creative";
  const daypart = daypartOf(campaign, zoneOf);
  if (typeof daypart === "string") return daypart;
  return {
    ...{ campaign, bidMicros, start, end, daypart, isActive: campaign.status === "active" },
    tie: tieOf(campaign.advertiser, campaign.id),
    named: namedBy(campaign),
    notGeo: targeting.notGeo ?? [],
    not: {
      segments: targeting.notSegments ?? [],
      places: lower(targeting.deny),
      categories: targeting.notCategories ?? [],
    },
    formats: [...new Set(creatives.flatMap(formatsOf))],
  };
}

function daypartOf(
  { targeting: { daypart } }: Campaign,
  zoneOf: (name: string) => Zone | undefined,
): Draft["daypart"] | string {
  if (daypart === undefined || daypart.hours.length === 0) return undefined;
  const zone = zoneOf(daypart.timeZone);
  if (zone === undefined) return `time zone is ${daypart.timeZone}`;
  const hours = new Uint32Array(WORDS_OF_WEEK);
  for (const hour of daypart.hours) hours[hour >>> 5]! |= 1 << (hour & 31);
  return { zone, hours };
}

function namedBy({ targeting }: Campaign): Draft["named"] {
  const named: (readonly string[] | undefined)[] = new Array(DIMENSIONS).fill(undefined);
  const name = (space: number, values: readonly (string | number)[] | undefined) => {
    if (values !== undefined && values.length > 0) named[space] = [...new Set(values.map(String))];
  };
  name(SPACE.geo, targeting.geo);
  name(
    SPACE.deviceType,
    targeting.deviceTypes?.flatMap((type) => (type === 1 ? [1, 4, 5] : [type])),
  );
  name(SPACE.os, lower(targeting.os));
  name(SPACE.channel, targeting.channels);
  name(SPACE.language, lower(targeting.languages));
  name(SPACE.segment, targeting.segments);
  name(SPACE.place, lower(targeting.allow));
  name(SPACE.category, targeting.categories);
  name(SPACE.deal, targeting.deals);
  return named;
}

const lower = (values: readonly string[] | undefined): string[] => (values ?? []).map((value) => value.toLowerCase());

function formatsOf({ type, w, h }: Creative): string[] {
  const format = FORMATS[type]!;
  return format === "banner" && w !== undefined && h !== undefined ? [format, `${w}x${h}`] : [format];
}

/** Whether it takes a value of a dimension of which requests have one. @param covering what covers the value, or "" */
export function takes({ named, notGeo }: Draft, dimension: number, value: string, covering: string): boolean {
  if (dimension === SPACE.geo && names(notGeo, value, covering)) return false;
  const list = named[dimension];
  return list === undefined || names(list, value, covering);
}

const names = (list: readonly string[], value: string, covering: string): boolean =>
  list.includes(value) || (covering !== "" && list.includes(covering));

/** What covers a value of a dimension; "" where nothing does. */
export const coveringIn = (dimension: number, value: string): string =>
  dimension === SPACE.geo || dimension === SPACE.language ? coveringOf(value) : "";

/** A domain and those it is under: "a.b.example" is under "b.example" and "example". */
export function withCovering(domain: string): string[] {
  const labels = domain.toLowerCase().split(".");
  return labels.map((_, index) => labels.slice(index).join("."));
}

/** Categories of a creative that a block of may hit it: its own, and in the default taxonomy their groups. */
export function creativeCategories({ categories = [], cattax = DEFAULT_TAXONOMY }: Creative): string[] {
  if (cattax !== DEFAULT_TAXONOMY) return [...new Set(categories)];
  return [...new Set(categories.flatMap((category) => [category, coveringOf(category)]))].filter((one) => one !== "");
}
