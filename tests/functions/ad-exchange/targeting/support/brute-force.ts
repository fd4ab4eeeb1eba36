import { floorOf } from "../../../../../functions/ad-exchange/domain/auction/floors";
import type { Campaign, Creative, Targeting } from "../../../../../functions/ad-exchange/domain/campaign";
import type { Banner, Video } from "../../../../../functions/ad-exchange/domain/openrtb/bid-request";
import { tieOf } from "../../../../../functions/ad-exchange/domain/targeting/tie";
import type { DealTerms, Slot, Traits } from "../../../../../functions/ad-exchange/domain/traits";

export interface Match {
  readonly campaign: Campaign;
  readonly creative: Creative;
  readonly deal: number;
  readonly bidMicros: number;
}

/** Bids of tests have two decimals. */
export const centsToMicros = (amount: string, currency: string): number | undefined =>
  currency === "USD" ? Math.round(Number(amount) * 100) * 10_000 : undefined;

/** All campaigns that may bid, by their definition, one after the other; best bid first. */
export function matchesAll(campaigns: readonly Campaign[], traits: Traits, slot: Slot): Match[] {
  const matches = campaigns.flatMap((campaign) => {
    const match = matchOf(campaign, traits, slot);
    return match === undefined ? [] : [match];
  });
  return matches.sort((one, other) => other.bidMicros - one.bidMicros || tie(one) - tie(other));
}

const tie = ({ campaign }: Match) => tieOf(campaign.advertiser, campaign.id);

/** The best of them, at most `ofSeat` of a seat unless there are too few without. */
export function best(matches: readonly Match[], most: number, ofSeat: number): Match[] {
  const first: Match[] = [];
  for (const match of matches) {
    const before = first.filter(({ campaign }) => campaign.seat === match.campaign.seat);
    if (first.length < most && before.length < ofSeat) first.push(match);
  }
  const rest = matches.filter((match) => !first.includes(match)).slice(0, most - first.length);
  return matches.filter((match) => first.includes(match) || rest.includes(match));
}

function matchOf(campaign: Campaign, traits: Traits, slot: Slot): Match | undefined {
  const bidMicros = centsToMicros(campaign.bid, campaign.currency);
  if (bidMicros === undefined || bidMicros <= 0 || campaign.status !== "active") return undefined;
  if (!seatMay(campaign.seat, traits) || !isInFlight(campaign, traits.now)) return undefined;
  if (!aimsAt(campaign.targeting, traits)) return undefined;
  if (traits.isUncounted && campaign.frequencyCap !== undefined) return undefined;
  const named = campaign.targeting.deals ?? [];
  const deals: (DealTerms | undefined)[] =
    named.length > 0
      ? slot.deals.filter(
          ({ id, seats }) => named.includes(id) && (seats.length === 0 || seats.includes(campaign.seat)),
        )
      : slot.privateOnly
        ? []
        : [undefined];
  for (const deal of deals) {
    for (const creative of campaign.creatives) {
      if (!fits(creative, traits, slot) || !isOf(creative, deal)) continue;
      if (bidMicros < floorOf(slot, deal, creative.type, creative.durationSeconds ?? 0)) continue;
      return { campaign, creative, bidMicros, deal: deal === undefined ? -1 : slot.deals.indexOf(deal) };
    }
  }
  return undefined;
}

const isGiven = <T>(list: readonly T[] | undefined): list is readonly T[] => list !== undefined && list.length > 0;
const isUnder = (domain: string, other: string) => domain === other || domain.endsWith(`.${other}`);
const isWithin = (value: string, other: string) => value === other || value.startsWith(`${other}-`);

const seatMay = (seat: string, { allowedSeats, blockedSeats }: Traits) =>
  isGiven(allowedSeats) ? allowedSeats.includes(seat) : !blockedSeats.includes(seat);

const isInFlight = ({ flight }: Campaign, now: number) =>
  Date.parse(flight.start) <= now && (flight.end === undefined || now < Date.parse(flight.end));

function aimsAt(targeting: Targeting, traits: Traits): boolean {
  const { country, region, deviceType, os, channel, language, segments, domain, bundle } = traits;
  const place = country && region ? `${country}-${region}` : country;
  const inPlace = (one: string) => place !== "" && isWithin(place, one);
  if (isGiven(targeting.geo) && !targeting.geo.some(inPlace)) return false;
  if (targeting.notGeo?.some(inPlace)) return false;
  const types = [deviceType, ...(deviceType === 4 || deviceType === 5 ? [1] : [])];
  if (isGiven(targeting.deviceTypes) && !targeting.deviceTypes.some((type) => types.includes(type))) return false;
  if (isGiven(targeting.os) && !targeting.os.includes(os)) return false;
  if (isGiven(targeting.channels) && !targeting.channels.some((one) => one === channel)) return false;
  if (isGiven(targeting.languages) && !targeting.languages.some((one) => isWithin(language, one))) return false;
  if (isGiven(targeting.segments) && !targeting.segments.some((one) => segments.includes(one))) return false;
  if (targeting.notSegments?.some((one) => segments.includes(one))) return false;
  const at = (one: string) => (domain !== "" && isUnder(domain, one)) || (bundle !== "" && bundle === one);
  if (isGiven(targeting.allow) && !targeting.allow.some(at)) return false;
  if (targeting.deny?.some(at)) return false;
  const categories = traits.cattax <= 1 ? traits.categories : [];
  const about = (one: string) => categories.some((category) => isWithin(category, one));
  if (isGiven(targeting.categories) && !targeting.categories.some(about)) return false;
  if (targeting.notCategories?.some(about)) return false;
  return isOpenNow(targeting, traits.now);
}

const DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function isOpenNow({ daypart }: Targeting, now: number): boolean {
  if (daypart === undefined || daypart.hours.length === 0) return true;
  const format = { timeZone: daypart.timeZone, weekday: "short", hour: "2-digit", hourCycle: "h23" } as const;
  const [day = "", hour = ""] = new Date(now).toLocaleString("en-US", format).split(/[ ,]+/);
  return daypart.hours.includes(DAYS.indexOf(day) * 24 + Number(hour));
}

function isOf(creative: Creative, deal: DealTerms | undefined): boolean {
  if (deal === undefined || !isGiven(deal.advertiserDomains)) return true;
  return creative.advertiserDomains.some((own) => deal.advertiserDomains.some((domain) => isUnder(own, domain)));
}

function fits(creative: Creative, traits: Traits, { imp }: Slot): boolean {
  const medium = [undefined, imp.banner, imp.video, imp.audio, imp.native][creative.type];
  if (medium === undefined) return false;
  if (imp.secure === 1 && !creative.secure) return false;
  if (creative.attributes?.some((one) => medium.battr?.includes(one))) return false;
  if (creative.apis?.some((one) => !medium.api?.includes(one))) return false;
  if (creative.type === 1 && !sizeFits(creative, imp.banner!)) return false;
  if (creative.type === 1 && imp.banner!.btype?.includes(KINDS[creative.markup] ?? 0)) return false;
  if (creative.type === 2 && (imp.video!.linearity === 2 || !turnsAlike(creative, imp.video!))) return false;
  if (
    (creative.type === 2 || creative.type === 3) &&
    !playerFits(creative, (imp.video && creative.type === 2 ? imp.video : imp.audio) as Video)
  )
    return false;
  return isPermitted(creative, traits);
}

/** Banner types of the markups that creatives of tests have; of others there is none. */
const KINDS: Readonly<Record<string, number>> = { "<b>é": 1, "<img src=x>": 2, "<script>": 3, "<iframe src=x>": 4 };

function sizeFits({ w = 0, h = 0 }: Creative, banner: Banner): boolean {
  const formats = isGiven(banner.format) ? banner.format : [{ w: banner.w, h: banner.h }];
  return formats.some((format) => {
    const { wratio, hratio, wmin } = format as { wratio?: number; hratio?: number; wmin?: number };
    const isExact = (format.w ?? w) === w && (format.h ?? h) === h;
    const isInRatio = wratio === undefined || hratio === undefined || (w > 0 && w / h === wratio / hratio);
    return isExact && isInRatio && w >= (wmin ?? 0);
  });
}

function turnsAlike({ w = 0, h = 0 }: Creative, player: Video): boolean {
  if (w === 0 || h === 0 || player.w === undefined || player.h === undefined) return true;
  return Math.sign(w - h) * Math.sign(player.w - player.h) >= 0;
}

function playerFits({ durationSeconds, mimes = [], protocol, bitrate }: Creative, player: Video): boolean {
  const isBetween = (value: number | undefined, least: number | undefined, most: number | undefined) =>
    ((least ?? 0) <= 0 || (value !== undefined && value >= least!)) &&
    (most === undefined || (value !== undefined && value <= most));
  if (!isBetween(durationSeconds, player.minduration, player.maxduration)) return false;
  if (!isBetween(durationSeconds, undefined, player.poddur)) return false;
  if (isGiven(player.rqddurs) && !player.rqddurs.includes(durationSeconds ?? -1)) return false;
  if (isGiven(player.protocols) && !player.protocols.includes(protocol ?? -1)) return false;
  if (!isBetween(bitrate, player.minbitrate, player.maxbitrate)) return false;
  return mimes.some((mime) => player.mimes.includes(mime));
}

function isPermitted(creative: Creative, traits: Traits): boolean {
  const { categories = [], cattax = 1, advertiserDomains, bundle, language } = creative;
  const { blockedCategories, allowedCategories = [], blockedAdvertisers, blockedApps, creativeLanguages } = traits;
  const isComparable = cattax === (traits.blockedCattax || 1);
  const isAmong = (list: readonly string[]) =>
    categories.some((own) => list.some((one) => (cattax === 1 ? isWithin(own, one) : own === one)));
  if (isGiven(blockedCategories) && categories.length > 0 && (!isComparable || isAmong(blockedCategories)))
    return false;
  if (isGiven(allowedCategories) && (!isComparable || !isAmong(allowedCategories))) return false;
  if (advertiserDomains.some((own) => blockedAdvertisers.some((domain) => isUnder(own, domain)))) return false;
  if (bundle !== undefined && blockedApps.includes(bundle)) return false;
  return (
    !isGiven(creativeLanguages) || creativeLanguages.some((one) => language !== undefined && isWithin(language, one))
  );
}
