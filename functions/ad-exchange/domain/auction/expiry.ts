import type { Imp } from "../openrtb/bid-request";
import { MARKUP, type MarkupType } from "../openrtb/codes";
import type { Traits } from "../traits";

const MINUTE = 60;
/** Seconds between auction and impression where neither side says, the rules of thumb of [7.2]. */
const BROWSER = MINUTE;
const APP_BANNER = 5 * MINUTE;
const APP_NATIVE = 10 * MINUTE;
const INTERSTITIAL = 30 * MINUTE;
/** "Very long or unknown", and the most: money is not held for longer, whatever a request asks for. */
const STITCHED = 60 * MINUTE;

/** Seconds for which a bid stands: the shorter of what the publisher needs and the bidder allows, at most an hour. */
export function expiryOf(imp: Imp, type: MarkupType, channel: Traits["channel"], ofBid?: number): number {
  const ofImp = imp.exp !== undefined && imp.exp > 0 ? Math.min(imp.exp, STITCHED) : usual(imp, type, channel);
  return ofBid !== undefined && ofBid > 0 ? Math.min(ofBid, ofImp) : ofImp;
}

function usual(imp: Imp, type: MarkupType, channel: Traits["channel"]): number {
  const isStream = type === MARKUP.video || type === MARKUP.audio;
  // 2 and 3: a server stitches the assets into the stream.
  if (isStream && (imp.ssai ?? 0) >= 2) return STITCHED;
  if (imp.instl === 1) return INTERSTITIAL;
  if (channel !== "app") return BROWSER;
  return type === MARKUP.native ? APP_NATIVE : APP_BANNER;
}
