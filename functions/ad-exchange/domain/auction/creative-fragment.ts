import type { Creative } from "../campaign";
import { compileTemplate, type Template } from "../notices/macros";

/** What an answer says of a creative whatever the auction: made once, when the creative becomes known. */
export interface CreativeFragment {
  /** Members of a bid object, without braces or a comma at either end: `"crid":"1","mtype":1,…`. */
  readonly members: string;
  /** The markup, its text escaped for JSON. */
  readonly markup: Template;
  readonly creative: string;
  /** "" where a click leads nowhere. */
  readonly clickTarget: string;
  /** The same where the markup has a click to make, else "". */
  readonly signedTarget: string;
  /** The markup has other macros than clicks and views: their values come of the auction. */
  readonly isOfAuction: boolean;
}

export function creativeFragment(creative: Creative): CreativeFragment {
  const { id, type, w, h, markup, clickTarget = "", advertiserDomains, categories, cattax } = creative;
  const { attributes, apis, language, durationSeconds, protocol, bundle } = creative;
  const members = {
    adid: id,
    crid: id,
    adomain: advertiserDomains,
    bundle,
    cattax: categories === undefined ? undefined : cattax,
    cat: categories,
    attr: attributes,
    apis,
    protocol,
    language,
    w,
    h,
    dur: durationSeconds,
    mtype: type,
  };
  const text = JSON.stringify(members).slice(1, -1);
  const template = compileTemplate(markup, jsonText);
  const { needs } = template;
  return {
    members: text,
    markup: template,
    creative: id,
    clickTarget,
    signedTarget: needs.has("click") ? clickTarget : "",
    isOfAuction: needs.size > Number(needs.has("click")) + Number(needs.has("view")),
  };
}

/** Text as it stands between a JSON string's quotes. */
export const jsonText = (text: string): string => JSON.stringify(text).slice(1, -1);
