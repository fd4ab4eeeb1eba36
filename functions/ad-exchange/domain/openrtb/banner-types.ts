import type { Banner } from "./bid-request";

/** List 5.2 of OpenRTB 2.5, which `banner.btype` blocks by; 2.6 has kept the attribute and names no list. */
export const BANNER_TYPE = { text: 1, image: 2, script: 3, iframe: 4 } as const;

const IFRAME = /<iframe[\s/>]/i;
const SCRIPT = /<script[\s/>]/i;
/** What is drawn or played and is no text. */
const IMAGE = /<(?:img|picture|svg|video|canvas|object|embed)[\s/>]|\burl\(/i;
const TEXT = /(?:^|>)\s*[^\s<>]/;

const NONE: readonly number[] = [];

/**
 * The kinds of banner that markup is, as far as its text shows. A frame and a script are what they are wherever they
 * stand, both where there are both: what they load is not looked at. Without either it is an image, or text with nothing
 * drawn. Nothing at all where it is none of them: what is unknown is not refused.
 */
export function bannerTypesOf(markup: string): readonly number[] {
  const hasFrame = IFRAME.test(markup);
  const hasScript = SCRIPT.test(markup);
  if (hasFrame) return hasScript ? [BANNER_TYPE.script, BANNER_TYPE.iframe] : [BANNER_TYPE.iframe];
  if (hasScript) return [BANNER_TYPE.script];
  if (IMAGE.test(markup)) return [BANNER_TYPE.image];
  return TEXT.test(markup) ? [BANNER_TYPE.text] : NONE;
}

/** Whether a place blocks banners that are of these kinds, [3.2.6]. */
export function blocksAny({ btype }: Banner, types: readonly number[]): boolean {
  for (const type of types) if (btype?.includes(type)) return true;
  return false;
}
