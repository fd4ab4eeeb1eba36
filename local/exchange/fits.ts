import type { Campaign, Creative, Targeting } from "../../functions/ad-exchange/domain/campaign";
import type { BidRequest, Imp } from "../../functions/ad-exchange/domain/openrtb/bid-request";
import { MARKUP } from "../../functions/ad-exchange/domain/openrtb/codes";
import type { PrivacyKind } from "./privacy-kinds";

/**
 * Why a campaign should not have won an impression of a request: its conditions one after another, written without any of the
 * exchange's own code. What is not looked at here (dayparts, codecs) is not called wrong.
 */
export function misfits(campaign: Campaign, request: BidRequest, privacy: PrivacyKind, at: number): string[] {
  const { targeting, flight, status } = campaign;
  const conditions: readonly (readonly [holds: boolean, what: string])[] = [
    [status === "active", `status is ${status}`],
    [Date.parse(flight.start) <= at, "its flight has not begun"],
    [flight.end === undefined || Date.parse(flight.end) > at, "its flight is over"],
    ...audience(targeting, request, privacy),
    ...place(targeting, request),
    [!campaign.frequencyCap || privacy.counting, "it is capped and nobody may count"],
    [!request.wseat || request.wseat.includes(campaign.seat), "its seat is not among wseat"],
    [!request.bseat?.includes(campaign.seat), "its seat is among bseat"],
  ];
  return conditions.flatMap(([holds, what]) => (holds ? [] : [what]));
}

type Conditions = readonly (readonly [holds: boolean, what: string])[];

const names = (list: readonly unknown[] | undefined): list is readonly unknown[] =>
  list !== undefined && list.length > 0;

/** "Mobile/Tablet - General" (1) is a phone (4) or a tablet (5): AdCOM 1.0, "Device Types". */
const kindsOf = (deviceType = 0): readonly number[] =>
  deviceType === 4 || deviceType === 5 ? [deviceType, 1] : [deviceType];

function audience(targeting: Targeting, { device, user }: BidRequest, { segments: may }: PrivacyKind): Conditions {
  const { geo, notGeo, deviceTypes, os, languages, segments, notSegments } = targeting;
  const { country = "", region = "" } = device?.geo ?? {};
  const isIn = (places: readonly string[]) => places.includes(country) || places.includes(`${country}-${region}`);
  const known = may
    ? (user?.data ?? []).flatMap(({ id, segment }) => (segment ?? []).map((one) => `${id}:${one.id}`))
    : [];
  return [
    [!names(geo) || isIn(geo), `it is for ${geo}, the request of ${country}-${region}`],
    [!names(notGeo) || !isIn(notGeo), `it is not for ${country}-${region}`],
    [
      !names(deviceTypes) || kindsOf(device?.devicetype).some((kind) => deviceTypes.includes(kind)),
      `device type ${device?.devicetype}`,
    ],
    [!names(os) || os.includes((device?.os ?? "").toLowerCase()), `os ${device?.os}`],
    [!names(languages) || languages.includes(device?.language ?? ""), `language ${device?.language}`],
    [!names(segments) || segments.some((one) => known.includes(one)), "none of its segments may be known of the user"],
    [!names(notSegments) || !notSegments.some((one) => known.includes(one)), "a segment that it excludes"],
  ];
}

function place(targeting: Targeting, { site, app, dooh }: BidRequest): Conditions {
  const { allow, deny, categories, notCategories, channels } = targeting;
  const channel = site ? "site" : app ? "app" : "dooh";
  const where = (site?.domain ?? app?.bundle ?? dooh?.domain ?? "").toLowerCase();
  const isAmong = (list: readonly string[]) => list.some((one) => where === one || (site && where.endsWith(`.${one}`)));
  const about = [...((site ?? app)?.cat ?? []), ...((site ?? app)?.content?.cat ?? [])];
  const isAbout = (list: readonly string[]) =>
    list.some((one) => about.some((cat) => cat === one || cat.startsWith(`${one}-`)));
  return [
    [!names(channels) || channels.includes(channel), `it is not for ${channel}`],
    [!names(allow) || isAmong(allow), `${where} is not allowed`],
    [!names(deny) || !isAmong(deny), `${where} is denied`],
    [!names(categories) || isAbout(categories), `it is not for ${about}`],
    [!names(notCategories) || !isAbout(notCategories), `it excludes one of ${about}`],
  ];
}

const MEDIA = {
  [MARKUP.banner]: "banner",
  [MARKUP.video]: "video",
  [MARKUP.audio]: "audio",
  [MARKUP.native]: "native",
} as const;

/** Why a creative should not be shown in an impression. */
export function unshowable(creative: Creative, imp: Imp, request: BidRequest): string[] {
  const { type, secure, attributes = [], categories = [], advertiserDomains, bundle, w, h } = creative;
  const medium = imp[MEDIA[type]];
  const battr = medium?.battr ?? [];
  const { bcat = [], badv = [], bapp = [], wlang = [] } = request;
  const under = (domain: string) => badv.some((one) => domain === one || domain.endsWith(`.${one}`));
  const blocked = categories.filter((cat) => bcat.some((one) => cat === one || cat.startsWith(`${one}-`)));
  const conditions: Conditions = [
    [medium !== undefined, `a ${MEDIA[type]} where none is asked for`],
    [imp.secure !== 1 || secure, "it is not secure"],
    [!attributes.some((each) => battr.includes(each)), "an attribute is blocked"],
    [!advertiserDomains.some(under), "its advertiser is blocked"],
    [blocked.length === 0, `categories ${blocked} are blocked`],
    [bundle === undefined || !bapp.includes(bundle), "its app is blocked"],
    [
      !names(wlang) || creative.language === undefined || wlang.includes(creative.language),
      `language ${creative.language}`,
    ],
    [type !== MARKUP.banner || imp.instl === 1 || hasSize(imp, w ?? 0, h ?? 0), `${w}×${h} is none of its sizes`],
  ];
  return conditions.flatMap(([holds, what]) => (holds ? [] : [what]));
}

function hasSize({ banner }: Imp, w: number, h: number): boolean {
  if (!banner) return false;
  const sizes = [...(banner.format ?? []), ...(banner.w ? [{ w: banner.w, h: banner.h ?? 0 }] : [])];
  return sizes.some((size) => (size.w === w && size.h === h) || ("wratio" in size && size.wratio !== undefined));
}
