import type { Campaign, Creative, Targeting } from "../../functions/ad-exchange/domain/campaign";
import { MARKUP } from "../../functions/ad-exchange/domain/openrtb/codes";
import { Random } from "../random";
import * as world from "./universe";

export interface CampaignOptions {
  readonly seed: number;
  readonly count: number;
  /** Flights are about it. */
  readonly now: Date;
}

const DAY = 86_400_000;
/** Campaigns of an advertiser, and advertisers of a seat, on average. */
const PER_ADVERTISER = 10;
const ADVERTISERS_PER_SEAT = 5;

/** Campaigns as an exchange has them: most aim at one country, a size and little else; the same for a seed, whatever the count. */
export function* generateCampaigns({ seed, count, now }: CampaignOptions): Generator<Campaign> {
  for (let number = 0; number < count; number++)
    yield campaignOf(number, new Random(seed * 1_000_003 + number), now.getTime());
}

function campaignOf(number: number, random: Random, now: number): Campaign {
  const owner = Math.floor(number / PER_ADVERTISER);
  const country = world.weighted(random, world.COUNTRIES);
  const start = now - random.below(40) * DAY - DAY;
  const targeting = targetingOf(random, country);
  return {
    advertiser: `adv-${owner}`,
    id: `cmp-${number}`,
    name: `Campaign ${number}`,
    status: random.chance(0.97) ? "active" : "paused",
    seat: `seat-${Math.floor(owner / ADVERTISERS_PER_SEAT)}`,
    bid: bidOf(random, targeting),
    currency: "USD",
    budget: { total: `${1_000 + random.below(90_000)}.00`, daily: `${50 + random.below(2_000)}.00` },
    ...(random.chance(0.6) ? { frequencyCap: { impressions: 1 + random.below(9), seconds: 86_400 } } : {}),
    flight: {
      start: new Date(random.chance(0.03) ? now + DAY : start).toISOString(),
      ...(random.chance(0.8) ? { end: new Date(now + (1 + random.below(60)) * DAY).toISOString() } : {}),
    },
    targeting,
    creatives: creativesOf(random, number, owner, country),
    version: 1 + random.below(6),
    changedAt: new Date(start).toISOString(),
  };
}

/** Decimal text, from 0.20 on; who aims closer pays more. */
function bidOf(random: Random, { segments, deals }: Targeting): string {
  const middle = Math.exp(0.55 + 0.7 * random.normal());
  const cents = 20 + Math.floor(middle * 100 * (segments ? 1.5 : 1) * (deals ? 2 : 1));
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

const several = <T>(random: Random, most: number, make: () => T): T[] => [
  ...new Set(Array.from({ length: 1 + random.below(most) }, make)),
];

/** What a line item aims at: each condition is rare but for the country. */
function targetingOf(random: Random, country: string): Targeting {
  const regions = world.REGIONS[country];
  const near = regions && random.chance(0.2);
  const geo = near ? several(random, 4, () => `${country}-${random.pick(regions)}`) : [country];
  const others = several(random, 3, () => world.weighted(random, world.COUNTRIES));
  const language = world.LANGUAGE_OF[country] ?? "en";
  const zone = world.ZONE_OF[country] ?? "UTC";
  return {
    ...(random.chance(0.88) ? { geo: random.chance(0.1) ? [...new Set([...geo, ...others])] : geo } : {}),
    ...(random.chance(0.03) ? { notGeo: others.filter((other) => other !== country) } : {}),
    ...(random.chance(0.35) ? { deviceTypes: random.pick([[1], [4, 5], [2], [3, 7], [4]]) } : {}),
    ...(random.chance(0.15) ? { os: random.pick([["ios"], ["android"], ["windows", "macos"]]) } : {}),
    ...(random.chance(0.3) ? { segments: several(random, 6, () => world.segment(random)) } : {}),
    ...(random.chance(0.1) ? { notSegments: several(random, 3, () => world.segment(random)) } : {}),
    ...(random.chance(0.15) ? { daypart: { timeZone: zone, hours: random.pick(DAYPARTS) } } : {}),
    ...(random.chance(0.06) ? { allow: several(random, 30, () => placeOf(random)) } : {}),
    ...(random.chance(0.25) ? { deny: several(random, 20, () => placeOf(random)) } : {}),
    ...(random.chance(0.15) ? { categories: several(random, 5, () => random.pick(world.CATEGORIES)) } : {}),
    ...(random.chance(0.2) ? { notCategories: random.pick([["IAB25", "IAB26"], ["IAB7"], ["IAB14", "IAB11"]]) } : {}),
    ...(random.chance(0.3) ? { channels: random.pick([["site"], ["app"], ["site", "app"], ["dooh"]] as const) } : {}),
    ...(random.chance(0.1) ? { languages: [language] } : {}),
    ...(random.chance(0.05) ? { deals: several(random, 3, () => world.dealId(random)) } : {}),
  };
}

const placeOf = (random: Random) => (random.chance(0.7) ? world.siteDomain(random) : world.appBundle(random));

const hoursOf = (days: readonly number[], from: number, to: number) =>
  days.flatMap((day) => Array.from({ length: to - from }, (_, hour) => day * 24 + from + hour));
const WEEKDAYS = [0, 1, 2, 3, 4];
const DAYPARTS = [
  hoursOf(WEEKDAYS, 8, 18),
  hoursOf([...WEEKDAYS, 5, 6], 6, 23),
  hoursOf([...WEEKDAYS, 5, 6], 17, 24),
  hoursOf([5, 6], 0, 24),
];

const KINDS: world.Weighted<keyof typeof MARKUP> = [
  ["banner", 78],
  ["video", 12],
  ["native", 7],
  ["audio", 3],
];

function creativesOf(random: Random, number: number, owner: number, country: string): Creative[] {
  const kind = world.weighted(random, KINDS);
  const shared = sharedOf(random, owner, country);
  const makers = { banner: bannerOf, video: videoOf, audio: audioOf, native: nativeOf };
  return Array.from({ length: 1 + (random.chance(0.3) ? random.below(3) : 0) }, (_, index) => {
    const id = `cr-${number}-${index + 1}`;
    return {
      id,
      clickTarget: `https://${shared.advertiserDomains[0]}/l/${number}`,
      ...shared,
      ...makers[kind](random, id),
    };
  });
}

/** What all creatives of a campaign have alike. */
function sharedOf(random: Random, owner: number, country: string) {
  const domain = world.advertiserDomain(owner);
  return {
    advertiserDomains: [random.chance(0.1) ? `shop.${domain}` : domain],
    categories: several(random, 2, () => random.pick(world.CATEGORIES)),
    secure: random.chance(0.97),
    ...(random.chance(0.2) ? { attributes: several(random, 2, () => 1 + random.below(16)) } : {}),
    ...(random.chance(0.5) ? { language: world.LANGUAGE_OF[country] ?? "en" } : {}),
    ...(random.chance(0.05) ? { bundle: `com.brand${owner}.app` } : {}),
  };
}

function bannerOf(random: Random, id: string) {
  const [w, h] = world.weighted(random, world.BANNER_SIZES);
  const markup = `<a href="\${SLUICE_CLICK}"><img src="https://cdn.example/${id}.jpg" width="${w}" height="${h}"></a>`;
  return { type: MARKUP.banner, w, h, markup, ...(random.chance(0.05) ? { apis: [5] } : {}) };
}

function videoOf(random: Random, id: string) {
  const durationSeconds = random.pick([6, 15, 15, 15, 30, 30]);
  const media = `<MediaFile type="video/mp4" width="1280" height="720">https://cdn.example/${id}.mp4</MediaFile>`;
  const rest = { w: 1280, h: 720, durationSeconds, mimes: ["video/mp4"], protocol: random.pick([2, 3, 6, 7]) };
  const bitrate = random.pick([800, 1_500, 2_500]);
  return { type: MARKUP.video, markup: vast(id, durationSeconds, media), bitrate, ...rest };
}

function audioOf(random: Random, id: string) {
  const durationSeconds = random.pick([15, 30]);
  const media = `<MediaFile type="audio/mp4">https://cdn.example/${id}.m4a</MediaFile>`;
  const rest = { durationSeconds, mimes: ["audio/mp4", "audio/mpeg"], protocol: 10, bitrate: 128 };
  return { type: MARKUP.audio, markup: vast(id, durationSeconds, media), ...rest };
}

const vast = (id: string, seconds: number, media: string) =>
  `<VAST version="3.0"><Ad id="${id}"><InLine><Creatives><Creative><Linear><Duration>00:00:${String(seconds).padStart(2, "0")}</Duration><MediaFiles>${media}</MediaFiles></Linear></Creative></Creatives></InLine></Ad></VAST>`;

function nativeOf(_: Random, id: string) {
  const link = { url: `\${SLUICE_CLICK}` };
  const assets = [
    { id: 1, title: { text: `Offer ${id}` } },
    { id: 2, img: { url: `https://cdn.example/${id}.png` } },
  ];
  const markup = JSON.stringify({ native: { ver: "1.2", assets, link } });
  return { type: MARKUP.native, markup };
}
