import type { Bid } from "../openrtb/bid-response";
import { LOSS, type LossReason } from "../openrtb/codes";
import type { Traits } from "../traits";
import { loadsInsecurely } from "./insecure";

/** Label, dot, label: what can be compared with a list of domains. */
const DOMAIN = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/i;
/** IAB content taxonomy 1.0, the default; the one in which a code names its parent: "IAB1-2" is of "IAB1". */
const TAXONOMY_1 = 1;

/** What the publisher refuses, as a set, for thousands of domains are not rare. */
export interface Blocks {
  readonly advertisers: ReadonlySet<string>;
  readonly apps: ReadonlySet<string>;
}

export const blocksOf = (traits: Traits): Blocks => ({
  advertisers: new Set(traits.blockedAdvertisers),
  apps: new Set(traits.blockedApps),
});

/** Whether the list names the domain or one that it is under: "ford.com" covers "www.ford.com". */
export function covers(domains: ReadonlySet<string>, domain: string): boolean {
  for (let from = 0; from >= 0; ) {
    if (domains.has(domain.slice(from))) return true;
    const dot = domain.indexOf(".", from);
    from = dot < 0 ? -1 : dot + 1;
  }
  return false;
}

/**
 * Why the creative itself may not be shown; 0 where it may. An advertiser that is not named cannot be compared with the
 * publisher's list, so `adomain` is asked for; a blocked category that may be written in another taxonomy counts as found.
 */
export function creativeProblem(bid: Bid, traits: Traits, blocks: Blocks, secure: boolean): LossReason {
  const { adm, crid, adomain = [], bundle, language } = bid;
  // Markup that comes with the win notice, [4.3.1], would cost the publisher another trip: not taken.
  if (!adm) return LOSS.missingMarkup;
  if (!crid) return LOSS.missingCreativeId;
  if (adomain.length === 0) return LOSS.missingApproval;
  for (const domain of adomain) if (!DOMAIN.test(domain)) return LOSS.invalidAdvertiserDomain;
  for (const domain of adomain) if (covers(blocks.advertisers, domain.toLowerCase())) return LOSS.advertiserExcluded;
  if (bundle && blocks.apps.has(bundle.toLowerCase())) return LOSS.appExcluded;
  if (hasWrongCategory(bid, traits)) return LOSS.categoryExcluded;
  if (language && !mayBeIn(language.toLowerCase(), traits.creativeLanguages)) return LOSS.languageExcluded;
  return secure && loadsInsecurely(adm) ? LOSS.notSecure : LOSS.won;
}

function hasWrongCategory({ cat = [], cattax = TAXONOMY_1 }: Bid, traits: Traits): boolean {
  const { blockedCategories: blocked, allowedCategories: allowed = [], blockedCattax = TAXONOMY_1 } = traits;
  if (blocked.length === 0 && allowed.length === 0) return false;
  if (cat.length === 0) return allowed.length > 0;
  if (cattax !== blockedCattax) return true;
  for (const category of cat) if (isAmong(category, blocked, cattax)) return true;
  if (allowed.length === 0) return false;
  for (const category of cat) if (isAmong(category, allowed, cattax)) return false;
  return true;
}

function isAmong(category: string, list: readonly string[], cattax: number): boolean {
  if (list.includes(category)) return true;
  const dash = cattax === TAXONOMY_1 ? category.indexOf("-") : -1;
  return dash > 0 && list.includes(category.slice(0, dash));
}

/** "xx" is a creative without words, [4.2.3]. */
const mayBeIn = (language: string, languages: readonly string[]): boolean =>
  languages.length === 0 || language === "xx" || languages.includes(language);
