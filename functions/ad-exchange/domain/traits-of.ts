import type { BidRequest, Content, Data, Device, Geo, Site } from "./openrtb/bid-request";
import { hostOf } from "./openrtb/host-of";
import type { Permitted } from "./privacy/permitted";
import type { Traits } from "./traits";

const NONE: readonly string[] = [];
/** IAB Content Taxonomy 1.0, where a request names none. */
const DEFAULT_TAXONOMY = 1;

/**
 * What decisions may know of a request. The place is the device's current one ([3.2.19]); a user's home is not taken for
 * it. Segments of the content say nothing of the user and stay where those of the user may not be used.
 * @param now milliseconds since the epoch
 * @param refusesUncounted whoever cannot be counted is shown no campaign that has a frequency cap
 */
export function traitsOf(request: BidRequest, permitted: Permitted, now: number, refusesUncounted = false): Traits {
  const { site, app, dooh, device, user } = request;
  const place = site ?? app;
  const content = place?.content ?? dooh?.content;
  const geo = device?.geo;
  const userKey = permitted.userKey ? userKeyOf(device, user?.id) : "";
  return {
    country: upper(geo?.country),
    region: regionOf(geo),
    deviceType: device?.devicetype ?? 0,
    os: lower(device?.os ?? platformOf(device)),
    channel: site !== undefined ? "site" : app !== undefined ? "app" : dooh !== undefined ? "dooh" : "",
    domain: site !== undefined ? domainOf(site) : plainDomain(dooh?.domain),
    bundle: lower(app?.bundle),
    language: languageOf(device),
    categories: categoriesOf(place, content),
    cattax: place?.cattax ?? (place === undefined ? content?.cattax : undefined) ?? DEFAULT_TAXONOMY,
    segments: segmentsOf(permitted.segments ? user?.data : undefined, content?.data),
    blockedCategories: uppers(request.bcat),
    blockedCattax: request.cattax ?? DEFAULT_TAXONOMY,
    allowedCategories: uppers(request.acat),
    blockedAdvertisers: lowers(request.badv),
    blockedApps: lowers(request.bapp),
    creativeLanguages: lowers(hasAny(request.wlang) ? request.wlang : request.wlangb),
    allowedSeats: request.wseat ?? NONE,
    blockedSeats: request.bseat ?? NONE,
    userKey,
    isUncounted: refusesUncounted && userKey === "",
    now,
  };
}

/** Text that is in the right case already, as nearly all is, is not copied. */
const lower = (text: string | undefined): string => (text === undefined ? "" : text.toLowerCase());

function upper(text: string | undefined): string {
  if (text === undefined) return "";
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > LAST_UPPER) return text.toUpperCase();
  return text;
}
/** "Z": behind it are the lower case letters, and those beyond ASCII. */
const LAST_UPPER = 90;

/** The list itself where every text of it is in the right case. */
function cased(given: readonly string[] | undefined, inCase: (text: string) => string): readonly string[] {
  if (given === undefined) return NONE;
  for (let at = 0; at < given.length; at++) if (inCase(given[at]!) !== given[at]) return given.map(inCase);
  return given;
}
const lowers = (given: readonly string[] | undefined) => cased(given, lower);
const uppers = (given: readonly string[] | undefined) => cased(given, upper);

const hasAny = (given: readonly unknown[] | undefined): boolean => given !== undefined && given.length > 0;

/** ISO-3166-2 is "US-CA"; the specification asks for the part behind the country, and gets both. */
function regionOf(geo: Geo | undefined): string {
  const region = upper(geo?.region);
  return region.charCodeAt(2) === HYPHEN ? region.slice(3) : region;
}
const HYPHEN = 45;

/** Of the structured user agent, [3.2.29], which nobody has checked. */
function platformOf(device: Device | undefined): string | undefined {
  const platform = device?.sua?.platform;
  const brand = typeof platform === "object" && platform !== null ? (platform as { brand?: unknown }).brand : undefined;
  return typeof brand === "string" ? brand : undefined;
}

/** Libraries write "pt_BR" for BCP 47's "pt-BR". */
function languageOf(device: Device | undefined): string {
  const language = lower(device?.language ?? device?.langb);
  return language.includes("_") ? language.replaceAll("_", "-") : language;
}

const domainOf = (site: Site): string =>
  site.domain === undefined || site.domain === "" ? plainDomain(hostOf(site.page)) : plainDomain(site.domain);

/** Without the dot of the root, with which a blocked domain would seem another one. */
function plainDomain(domain: string | undefined): string {
  const plain = lower(domain);
  return plain.endsWith(".") ? plain.slice(0, -1) : plain;
}

type Categorised = Pick<Site, "cat" | "sectioncat" | "pagecat" | "cattax">;

/** Those of the content too where they are of the same taxonomy; one list that is alone is not copied. */
function categoriesOf(place: Categorised | undefined, content: Content | undefined): readonly string[] {
  const taxonomy = place === undefined ? content?.cattax : place.cattax;
  const ofContent = (content?.cattax ?? DEFAULT_TAXONOMY) === (taxonomy ?? DEFAULT_TAXONOMY) ? content?.cat : undefined;
  let all = joined(place?.cat, place?.sectioncat);
  all = joined(all, place?.pagecat);
  return uppers(joined(all, ofContent));
}

function joined<T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly T[] | undefined {
  if (one === undefined || one.length === 0) return other;
  return other === undefined || other.length === 0 ? one : one.concat(other);
}

/** A segment is named by its provider and its own id: without both it is nobody's. */
function segmentsOf(ofUser: readonly Data[] | undefined, ofContent: readonly Data[] | undefined): readonly string[] {
  if (!hasAny(ofUser) && !hasAny(ofContent)) return NONE;
  const segments: string[] = [];
  addSegments(ofUser, segments);
  addSegments(ofContent, segments);
  return segments;
}

function addSegments(given: readonly Data[] | undefined, segments: string[]): void {
  if (given === undefined) return;
  for (const { id, segment } of given) {
    if (id === undefined || id === "" || segment === undefined) continue;
    for (const each of segment) if (each.id !== undefined && each.id !== "") segments.push(`${id}:${each.id}`);
  }
}

/**
 * The device's advertising id, else the exchange's id of the user; never made up. Devices whose user has opted out send
 * an id of zeros, which would be one user for all of them.
 */
function userKeyOf(device: Device | undefined, user: string | undefined): string {
  const ifa = device?.ifa;
  const key = ifa !== undefined && !isZeroed(ifa) ? ifa.toLowerCase() : (user ?? "");
  return key.isWellFormed() ? key : "";
}

/** Nothing but zeros and hyphens, or nothing at all. */
function isZeroed(ifa: string): boolean {
  for (let at = 0; at < ifa.length; at++) {
    const letter = ifa.charCodeAt(at);
    if (letter !== ZERO && letter !== HYPHEN) return false;
  }
  return true;
}
const ZERO = 48;
