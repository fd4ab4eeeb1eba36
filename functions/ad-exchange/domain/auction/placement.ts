import { bannerTypesOf, blocksAny } from "../openrtb/banner-types";
import type { Audio, Banner, Format, Imp, Video } from "../openrtb/bid-request";
import type { Bid } from "../openrtb/bid-response";
import { LOSS, type LossReason, MARKUP, type MarkupType } from "../openrtb/codes";
import { assetsOf, nativeFits } from "../openrtb/native-fit";

/**
 * The kind of markup: what the bid says, else the only one that is offered, else what the markup looks like. Undefined
 * where the impression does not offer it.
 */
export function typeOf(bid: Bid, imp: Imp): MarkupType | undefined {
  const { mtype } = bid;
  if (mtype !== undefined) return offers(imp, mtype) ? mtype : undefined;
  let only: MarkupType | undefined;
  let count = 0;
  for (const type of Object.values(MARKUP)) {
    if (!offers(imp, type)) continue;
    only = type;
    count++;
  }
  if (count <= 1) return only;
  const looks = looksLike(bid.adm ?? "", imp);
  return offers(imp, looks) ? looks : undefined;
}

function offers(imp: Imp, type: MarkupType): boolean {
  if (type === MARKUP.banner) return imp.banner !== undefined;
  if (type === MARKUP.video) return imp.video !== undefined;
  if (type === MARKUP.audio) return imp.audio !== undefined;
  return type === MARKUP.native && imp.native !== undefined;
}

function looksLike(markup: string, imp: Imp): MarkupType {
  const start = markup.trimStart().slice(0, 200);
  if (start.startsWith("{")) return MARKUP.native;
  if (/<VAST\b/i.test(start)) return imp.video === undefined ? MARKUP.audio : MARKUP.video;
  return MARKUP.banner;
}

/** Why the creative does not fit the place it is bid for; 0 where it does. */
export function placementProblem(bid: Bid, type: MarkupType, imp: Imp): LossReason {
  const place = type === MARKUP.banner ? imp.banner : type === MARKUP.native ? imp.native : mediaOf(type, imp);
  if (place === undefined) return LOSS.creativeFormat;
  if (bid.attr?.some((attribute) => place.battr?.includes(attribute))) return LOSS.attributeExcluded;
  // "If an API is not explicitly listed, it is assumed not to be supported", [3.2.6].
  if (bid.apis?.some((api) => place.api?.includes(api) !== true)) return LOSS.creativeFormat;
  if (type === MARKUP.banner) return bannerProblem(bid, imp.banner!);
  if (type !== MARKUP.native) return mediaProblem(bid, mediaOf(type, imp)!);
  return nativeFits(imp.native!, assetsOf(bid.adm!)) ? LOSS.won : LOSS.creativeFormat;
}

const mediaOf = (type: MarkupType, imp: Imp): Video | Audio | undefined =>
  type === MARKUP.video ? imp.video : imp.audio;

function bannerProblem(bid: Bid, banner: Banner): LossReason {
  if (banner.btype !== undefined && blocksAny(banner, bannerTypesOf(bid.adm!))) return LOSS.adTypeExcluded;
  return fits(bid, banner) ? LOSS.won : LOSS.creativeSize;
}

/**
 * Without a size the bid fits where there is but one. A creative of a flexible format says its ratio, or has a size of
 * that ratio and at least the least width, [3.2.10].
 */
function fits({ w, h, wratio, hratio }: Bid, { format = [], w: width, h: height }: Banner): boolean {
  const plain: Format | undefined = width === undefined || height === undefined ? undefined : { w: width, h: height };
  const sizes = format.length > 0 ? format : plain === undefined ? [] : [plain];
  if (sizes.length === 0) return true;
  const bySize = w !== undefined && h !== undefined;
  if (!bySize && wratio === undefined) return sizes.length === 1;
  for (const size of sizes) {
    if (bySize && size.w === w && size.h === h) return true;
    if (size.wratio === undefined || size.hratio === undefined) continue;
    if (bySize) {
      if (w * size.hratio === h * size.wratio && w >= (size.wmin ?? 0)) return true;
    } else if (wratio! * size.hratio === (hratio ?? 0) * size.wratio) return true;
  }
  return false;
}

/** One of the required durations has to be said; where there are only bounds, a bid that says none is taken at its word. */
function mediaProblem({ dur, protocol }: Bid, media: Video | Audio): LossReason {
  const { minduration = 0, maxduration = Number.POSITIVE_INFINITY, rqddurs, protocols, poddur } = media;
  if (protocol !== undefined && protocols !== undefined && !protocols.includes(protocol)) return LOSS.creativeFormat;
  if (dur === undefined) return rqddurs === undefined ? LOSS.won : LOSS.creativeFormat;
  // The whole of a pod that is filled as bids come, [3.2.7].
  if (poddur !== undefined && dur > poddur) return LOSS.creativeFormat;
  if (rqddurs !== undefined) return rqddurs.includes(dur) ? LOSS.won : LOSS.creativeFormat;
  return dur >= minduration && dur <= maxduration ? LOSS.won : LOSS.creativeFormat;
}
