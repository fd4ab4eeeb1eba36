import type { Creative } from "../campaign";
import { jsonString, jsonText } from "../json-text";
import { compileTemplate, type MacroMode, type Template } from "../notices/macros";
import { MARKUP } from "../openrtb/codes";

/** What an answer says of a campaign's creative whatever the auction: made once, when the creative becomes known. */
export interface CreativeFragment {
  /** "<advertiser>#<id>". */
  readonly campaign: string;
  /** Members of a bid object up to the quote that its markup begins with: `"cid":"…","crid":"1","mtype":1,…,"adm":"`. */
  readonly start: string;
  /** The markup, its text escaped for JSON. */
  readonly markup: Template;
  /** How the auction's values are written into it. */
  readonly mode: MacroMode;
  readonly creative: string;
  /** "" where a click leads nowhere. */
  readonly clickTarget: string;
  /** What notices of it say, as JSON. */
  readonly signed: { readonly campaign: string; readonly target: string };
  /** The markup has other macros than clicks and views: their values come of the auction. */
  readonly isOfAuction: boolean;
}

export function creativeFragment(creative: Creative, campaign: string): CreativeFragment {
  const { id, type, w, h, markup, clickTarget = "", advertiserDomains, categories, cattax } = creative;
  const { attributes, apis, language, durationSeconds, protocol, bundle } = creative;
  const members = {
    cid: campaign,
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
    adm: "",
  };
  const template = compileTemplate(markup, jsonText);
  const { needs } = template;
  return {
    campaign,
    start: JSON.stringify(members).slice(1, -2),
    markup: template,
    mode: type === MARKUP.native ? IN_JSON_WITHIN : IN_JSON,
    creative: id,
    clickTarget,
    // Where there is no click to make, nobody is to make one.
    signed: { campaign: jsonString(campaign), target: jsonString(needs.has("click") ? clickTarget : "") },
    isOfAuction: needs.size > Number(needs.has("click")) + Number(needs.has("view")),
  };
}

const IN_JSON: MacroMode = { escape: jsonText };
/** Native markup is JSON itself, and a macro stands in one of its texts. */
const IN_JSON_WITHIN: MacroMode = { escape: (value) => jsonText(jsonText(value)) };
