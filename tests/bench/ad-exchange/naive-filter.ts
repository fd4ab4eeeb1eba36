import { floorOf } from "../../../functions/ad-exchange/domain/auction/floors";
import type { Campaign, Creative } from "../../../functions/ad-exchange/domain/campaign";
import type { Banner, Video } from "../../../functions/ad-exchange/domain/openrtb/bid-request";
import { MARKUP } from "../../../functions/ad-exchange/domain/openrtb/codes";
import { microsOfText } from "../../../functions/ad-exchange/domain/price";
import { tieOf } from "../../../functions/ad-exchange/domain/targeting/tie";
import { hourOfWeek, type Zone, zoneFrom } from "../../../functions/ad-exchange/domain/targeting/zones";
import type { DealTerms, Slot, Traits } from "../../../functions/ad-exchange/domain/traits";

/** A campaign with all that can be known before a request comes; a condition that it does not have is undefined. */
interface Prepared extends Conditions {
  readonly campaign: Campaign;
  readonly bidMicros: number;
  readonly start: number;
  readonly end: number;
  readonly zone: Zone | undefined;
  readonly hours: ReadonlySet<number> | undefined;
  readonly deviceTypes: readonly number[] | undefined;
}

/** Lists: most are of one or two values, and then quicker to go through than a set is to ask. */
type Conditions = Readonly<Record<(typeof CONDITIONS)[number], readonly string[] | undefined>>;
const CONDITIONS = [
  ...(["geo", "notGeo", "os", "channels", "languages", "segments", "notSegments"] as const),
  ...(["allow", "deny", "categories", "notCategories", "deals"] as const),
];

/** What a request says, each with what covers it. */
interface Said {
  readonly traits: Traits;
  readonly places: readonly string[];
  readonly geo: readonly string[];
  readonly languages: readonly string[];
  readonly categories: readonly string[];
}

/**
 * What one would write who has no index: campaigns prepared as far as that goes and sorted by their bids, and for each
 * request a loop over all of them that leaves each with the first condition that fails. Knows what the bench's requests ask.
 */
export class NaiveFilter {
  private readonly campaigns: readonly Prepared[];

  constructor(campaigns: Iterable<Campaign>, now: number) {
    const bidMicros = ({ bid }: Campaign) => microsOfText(bid) ?? 0;
    const tie = ({ advertiser, id }: Campaign) => tieOf(advertiser, id);
    // Sorted before they are read as JSON: so they lie in memory as the loop goes, and equal texts are one.
    this.campaigns = Array.from(campaigns)
      .sort((one, other) => bidMicros(other) - bidMicros(one) || tie(one) - tie(other))
      .map((campaign) => preparedOf(JSON.parse(JSON.stringify(campaign)), now))
      .filter(({ campaign: { status }, end }) => status === "active" && end > now);
  }

  /** All that match, best bid first. */
  match(traits: Traits, slot: Slot): Campaign[] {
    const said = saidBy(traits);
    const found: Campaign[] = [];
    for (const prepared of this.campaigns) if (matches(prepared, said, slot)) found.push(prepared.campaign);
    return found;
  }
}

const given = <T>(list: readonly T[] | undefined) => (list === undefined || list.length === 0 ? undefined : list);

function preparedOf(campaign: Campaign, now: number): Prepared {
  const { bid, flight, targeting } = campaign;
  const { daypart, deviceTypes } = targeting;
  const lists = CONDITIONS.map((name) => [name, given<string>(targeting[name])]);
  return {
    ...{ campaign, bidMicros: microsOfText(bid) ?? 0 },
    deviceTypes: given(deviceTypes?.flatMap((type) => (type === 1 ? [1, 4, 5] : [type]))),
    ...{ start: Date.parse(flight.start), end: flight.end ? Date.parse(flight.end) : Number.POSITIVE_INFINITY },
    zone: daypart && zoneFrom(daypart.timeZone, now),
    hours: daypart && new Set(daypart.hours),
    ...(Object.fromEntries(lists) as Conditions),
  };
}

/** A value, and what is in front of its hyphen. */
const withGroup = (value: string): string[] => (value.includes("-") ? [value, value.split("-")[0]!] : [value]);
const suffixes = (domain: string): string[] =>
  domain.split(".").map((_, index, labels) => labels.slice(index).join("."));

function saidBy(traits: Traits): Said {
  const { country, region, language, domain, bundle, categories } = traits;
  return {
    traits,
    places: [...(domain === "" ? [] : suffixes(domain)), ...(bundle === "" ? [] : [bundle])],
    geo: country === "" ? [] : region === "" ? [country] : [`${country}-${region}`, country],
    languages: withGroup(language),
    categories: [...new Set(categories.flatMap(withGroup))],
  };
}

function hasAny(list: readonly string[], values: readonly string[]): boolean {
  for (const value of values) if (list.includes(value)) return true;
  return false;
}

const misses = (list: readonly string[] | undefined, values: readonly string[]) =>
  list !== undefined && !hasAny(list, values);
const hits = (list: readonly string[] | undefined, values: readonly string[]) =>
  list !== undefined && hasAny(list, values);

function matches(prepared: Prepared, said: Said, slot: Slot): boolean {
  const { campaign, bidMicros, start, end, zone, deviceTypes, os, channels, deals } = prepared;
  const { traits } = said;
  if (slot.deals.length === 0 && (bidMicros < leastOf(slot) || deals !== undefined)) return false;
  if (misses(prepared.geo, said.geo) || hits(prepared.notGeo, said.geo)) return false;
  if (deviceTypes !== undefined && !deviceTypes.includes(traits.deviceType)) return false;
  if (os !== undefined && !os.includes(traits.os)) return false;
  if (channels !== undefined && !channels.includes(traits.channel)) return false;
  if (misses(prepared.languages, said.languages)) return false;
  if (misses(prepared.segments, traits.segments) || hits(prepared.notSegments, traits.segments)) return false;
  if (misses(prepared.allow, said.places) || hits(prepared.deny, said.places)) return false;
  if (misses(prepared.categories, said.categories) || hits(prepared.notCategories, said.categories)) return false;
  if (traits.now < start || traits.now >= end) return false;
  if (zone !== undefined && !prepared.hours!.has(hourOfWeek(zone, traits.now))) return false;
  if (traits.allowedSeats.length > 0 && !traits.allowedSeats.includes(campaign.seat)) return false;
  if (traits.blockedSeats.includes(campaign.seat)) return false;
  if (deals === undefined) return !slot.privateOnly && hasCreative(prepared, said, slot, undefined);
  return slot.deals.some(
    (deal) =>
      deals.includes(deal.id) &&
      (deal.seats.length === 0 || deal.seats.includes(campaign.seat)) &&
      hasCreative(prepared, said, slot, deal),
  );
}

const leastOf = ({ floorMicros, videoFloors, audioFloors }: Slot) =>
  videoFloors === undefined && audioFloors === undefined ? floorMicros : 0;

function hasCreative({ campaign, bidMicros }: Prepared, said: Said, slot: Slot, deal: DealTerms | undefined): boolean {
  for (const creative of campaign.creatives) {
    if (!fits(creative, said, slot)) continue;
    if (bidMicros >= floorOf(slot, deal, creative.type, creative.durationSeconds ?? 0)) return true;
  }
  return false;
}

function fits(creative: Creative, { traits }: Said, { imp }: Slot): boolean {
  const { type, attributes, apis, categories = [], advertiserDomains, bundle, language } = creative;
  const medium = [undefined, imp.banner, imp.video, imp.audio, imp.native][type];
  if (medium === undefined || (imp.secure === 1 && !creative.secure)) return false;
  if (type === MARKUP.banner && !sizeFits(creative, imp.banner!)) return false;
  if ((type === MARKUP.video || type === MARKUP.audio) && !playerFits(creative, medium as Video)) return false;
  if (attributes?.some((one) => medium.battr?.includes(one)) || apis?.some((one) => !medium.api?.includes(one)))
    return false;
  for (const category of categories) if (hasAny(traits.blockedCategories, withGroup(category))) return false;
  for (const domain of advertiserDomains) if (hasAny(traits.blockedAdvertisers, suffixes(domain))) return false;
  if (bundle !== undefined && traits.blockedApps.includes(bundle)) return false;
  const { creativeLanguages } = traits;
  return creativeLanguages.length === 0 || (language !== undefined && creativeLanguages.includes(language));
}

const sizeFits = ({ w = 0, h = 0 }: Creative, banner: Banner): boolean =>
  (banner.format ?? [banner]).some((format) => {
    if ("wratio" in format && w * format.hratio! !== h * format.wratio!) return false;
    if ("wmin" in format && w < format.wmin!) return false;
    return (format.w === undefined || format.w === w) && (format.h === undefined || format.h === h);
  });

function playerFits({ durationSeconds = 0, mimes = [], protocol = 0, bitrate = 0 }: Creative, player: Video): boolean {
  const { minduration = 0, maxduration = Number.POSITIVE_INFINITY, poddur = Number.POSITIVE_INFINITY } = player;
  if (durationSeconds < minduration || durationSeconds > maxduration || durationSeconds > poddur) return false;
  if (player.protocols !== undefined && !player.protocols.includes(protocol)) return false;
  if (player.maxbitrate !== undefined && bitrate > player.maxbitrate) return false;
  return mimes.some((mime) => player.mimes.includes(mime));
}
