import type { Creative } from "../campaign";
import { bannerTypesOf, blocksAny } from "../openrtb/banner-types";
import type { Audio, Banner, Format, Video } from "../openrtb/bid-request";
import { MARKUP, type MarkupType } from "../openrtb/codes";
import { assetsOf, type NativeAssets, nativeFits } from "../openrtb/native-fit";
import type { Numbers } from "./numbers";
import type { Question } from "./question";
import { REASON, type Reason } from "./reasons";
import { CREATIVE, CREATIVE_DOUBLE, doublesAt, OTHERS, type Records, wordsAt } from "./records";
import { countOf, kindOf, RULE } from "./rules";
import type { Segment } from "./segment";
import type { SlotTerms } from "./slot-terms";

const NONLINEAR = 2;

/** Why a creative may not be shown in a slot; "fits" if it may, price and deal apart. */
export function creativeFit(
  segment: Segment,
  creative: number,
  terms: SlotTerms,
  question: Question,
  decoded: (creative: number) => Creative,
): Reason {
  const { words } = segment.creatives;
  const at = wordsAt(creative);
  const type = words[at + CREATIVE.type] as MarkupType;
  const misfit = mediumFit(segment.creatives, creative, type, terms);
  if (misfit !== REASON.fits) return misfit;
  if (type === MARKUP.native && !nativeFits(terms.slot.imp.native!, assetsIn(decoded(creative)))) return REASON.assets;
  if (terms.slot.imp.secure === 1 && words[at + CREATIVE.secure] === 0) return REASON.notSecure;
  const refused = words[at + CREATIVE.attributes]! & terms.blockedAttributes[type]!;
  if ((refused & ~OTHERS) !== 0) return REASON.attribute;
  if (refused !== 0 && hasOther(decoded(creative).attributes, mediumOf(terms, type).battr)) return REASON.attribute;
  const needed = words[at + CREATIVE.apis]!;
  if ((needed & ~terms.apis[type]! & ~OTHERS) !== 0) return REASON.api;
  if ((needed & OTHERS) !== 0 && !offersAll(mediumOf(terms, type).api, decoded(creative).apis)) return REASON.api;
  const reason = rulesFit(segment, at, question);
  if (reason !== REASON.fits || type !== MARKUP.banner || terms.slot.imp.banner!.btype === undefined) return reason;
  return blocksAny(terms.slot.imp.banner!, typesOf(decoded(creative))) ? REASON.adType : reason;
}

/** Kept as long as the index keeps the creative. */
const ASSETS = new WeakMap<Creative, NativeAssets>();

function assetsIn(creative: Creative): NativeAssets {
  if (!ASSETS.has(creative)) ASSETS.set(creative, assetsOf(creative.markup));
  return ASSETS.get(creative);
}

const TYPES = new WeakMap<Creative, readonly number[]>();

function typesOf(creative: Creative): readonly number[] {
  const known = TYPES.get(creative);
  if (known !== undefined) return known;
  const types = bannerTypesOf(creative.markup);
  TYPES.set(creative, types);
  return types;
}

const mediumOf = (
  { slot: { imp } }: SlotTerms,
  type: MarkupType,
): { battr?: readonly number[]; api?: readonly number[] } =>
  (type === MARKUP.banner
    ? imp.banner
    : type === MARKUP.video
      ? imp.video
      : type === MARKUP.audio
        ? imp.audio
        : imp.native)!;

const hasOther = (has: readonly number[] = [], blocked: readonly number[] = []) =>
  has.some((one) => blocked.includes(one));
const offersAll = (offered: readonly number[] = [], needed: readonly number[] = []) =>
  needed.every((one) => offered.includes(one));

function mediumFit(creatives: Records, creative: number, type: MarkupType, terms: SlotTerms): Reason {
  const { imp } = terms.slot;
  const { words } = creatives;
  const at = wordsAt(creative);
  if (type === MARKUP.banner) {
    if (imp.banner === undefined) return REASON.format;
    return sizeFits(imp.banner, words[at + CREATIVE.w]!, words[at + CREATIVE.h]!) ? REASON.fits : REASON.size;
  }
  if (type === MARKUP.native) return imp.native === undefined ? REASON.format : REASON.fits;
  const medium = type === MARKUP.video ? imp.video : imp.audio;
  if (medium === undefined) return REASON.format;
  if (type === MARKUP.video && imp.video!.linearity === NONLINEAR) return REASON.linearity;
  if (type === MARKUP.video && !turnsLike(imp.video!, words[at + CREATIVE.w]!, words[at + CREATIVE.h]!))
    return REASON.size;
  return timedFit(creatives, creative, medium);
}

/** One of its formats, or its own size where it has none. What a format leaves out is any, [3.2.10]. */
function sizeFits({ format, w, h }: Banner, width: number, height: number): boolean {
  if (format === undefined || format.length === 0)
    return (w === undefined || w === width) && (h === undefined || h === height);
  for (let at = 0; at < format.length; at++) if (formatFits(format[at]!, width, height)) return true;
  return false;
}

function formatFits({ w, h, wratio, hratio, wmin }: Format, width: number, height: number): boolean {
  if ((w !== undefined && w !== width) || (h !== undefined && h !== height)) return false;
  if (wratio !== undefined && hratio !== undefined && (width === 0 || width * hratio !== height * wratio)) return false;
  return wmin === undefined || width >= wmin;
}

/** A video is scaled to its player, but never shown upright in one that lies, or the other way round. */
function turnsLike({ w, h }: Video, width: number, height: number): boolean {
  if (w === undefined || h === undefined || width === 0 || height === 0) return true;
  return !((w > h && width < height) || (w < h && width > height));
}

/** What a slot restricts has to be known of a creative. */
function timedFit({ doubles, words }: Records, creative: number, medium: Video | Audio): Reason {
  const seconds = doubles[doublesAt(creative) + CREATIVE_DOUBLE.durationSeconds]!;
  const { minduration = 0, maxduration, rqddurs, protocols, minbitrate = 0, maxbitrate, poddur } = medium;
  if (minduration > 0 && !(seconds >= minduration)) return REASON.duration;
  if (maxduration !== undefined && !(seconds > 0 && seconds <= maxduration)) return REASON.duration;
  if (poddur !== undefined && !(seconds > 0 && seconds <= poddur)) return REASON.duration;
  if (rqddurs !== undefined && rqddurs.length > 0 && !rqddurs.includes(seconds)) return REASON.duration;
  if (
    protocols !== undefined &&
    protocols.length > 0 &&
    !protocols.includes(words[wordsAt(creative) + CREATIVE.protocol]!)
  )
    return REASON.protocol;
  const bitrate = doubles[doublesAt(creative) + CREATIVE_DOUBLE.bitrate]!;
  if (minbitrate > 0 && !(bitrate >= minbitrate)) return REASON.bitrate;
  if (maxbitrate !== undefined && !(bitrate > 0 && bitrate <= maxbitrate)) return REASON.bitrate;
  return REASON.fits;
}

/** What the request blocks of creatives. */
function rulesFit({ creatives: { words }, rules }: Segment, at: number, question: Question): Reason {
  const traits = question.traits!;
  const start = words[at + CREATIVE.rulesAt]!;
  const end = start + 1 + rules[start]!;
  const taxonomy = words[at + CREATIVE.taxonomy]!;
  const mustBe = traits.allowedCategories !== undefined && traits.allowedCategories.length > 0;
  // Categories of another taxonomy than the blocked ones cannot be told from them: they are taken for blocked.
  const judges = mustBe || traits.blockedCategories.length > 0;
  if (judges && taxonomy !== 0 && taxonomy !== question.blockedTaxonomy) return REASON.category;
  if (mustBe && taxonomy === 0) return REASON.category;
  if (traits.creativeLanguages.length > 0 && words[at + CREATIVE.hasLanguage] === 0) return REASON.creativeLanguage;
  for (let head = start + 1; head < end; head += 1 + countOf(rules[head]!)) {
    const reason = ruleFits(rules, head, question, mustBe);
    if (reason !== REASON.fits) return reason;
  }
  return REASON.fits;
}

function ruleFits(rules: Uint32Array, head: number, question: Question, mustBe: boolean): Reason {
  const kind = kindOf(rules[head]!);
  if (kind === RULE.domains) return saysAny(rules, head, question) ? REASON.advertiser : REASON.fits;
  if (kind === RULE.app) return saysAny(rules, head, question) ? REASON.app : REASON.fits;
  if (kind === RULE.categories) {
    if (saysAny(rules, head, question)) return REASON.category;
    return mustBe && !allowsAny(rules, head, question) ? REASON.category : REASON.fits;
  }
  if (kind !== RULE.languages || question.traits!.creativeLanguages.length === 0) return REASON.fits;
  return saysAny(rules, head, question) ? REASON.fits : REASON.creativeLanguage;
}

/** Whether the request says any of the rule's names. */
export function saysAny(rules: Uint32Array, head: number, question: Question): boolean {
  const end = head + countOf(rules[head]!);
  for (let at = head + 1; at <= end; at++) if (question.says(rules[at]!)) return true;
  return false;
}

function allowsAny(rules: Uint32Array, head: number, question: Question): boolean {
  const end = head + countOf(rules[head]!);
  for (let at = head + 1; at <= end; at++) if (question.allows(rules[at]!)) return true;
  return false;
}

/** Where the creative's rule of a kind is; 0 for none. */
export function ruleOf(rules: Uint32Array, start: number, kind: number): number {
  const end = start + 1 + rules[start]!;
  for (let head = start + 1; head < end; head += 1 + countOf(rules[head]!)) {
    if (kindOf(rules[head]!) === kind) return head;
  }
  return 0;
}

/** Whether any of the rule's names is among a few. */
export function namesAny(rules: Uint32Array, head: number, names: Numbers): boolean {
  if (head === 0) return false;
  const end = head + countOf(rules[head]!);
  for (let at = head + 1; at <= end; at++) if (names.has(rules[at]!)) return true;
  return false;
}
