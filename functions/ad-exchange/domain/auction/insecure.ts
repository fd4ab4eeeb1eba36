/** Plain, or as JSON may write it. */
const PLAIN_HTTP = /\bhttp:(?:\/\/|\\\/\\\/)/gi;
/**
 * What stands before an address that is not loaded into the page: a name that looks like one, or where a click leads.
 */
const NOT_LOADED =
  /(?:\bxmlns(?::[\w-]+)?\s*=\s*["']|<!DOCTYPE[^>]*|<a\s[^>]*|<(?:NonLinear)?ClickThrough\b[^>]*>\s*(?:<!\[CDATA\[\s*)?)$/i;
/** Characters looked back, and addresses looked at: markup of a seat must not cost more than its size. */
const BACK = 256;
const MOST = 100;

/** Whether markup loads something over plain HTTP, as far as its text shows; what its scripts load later it cannot. */
export function loadsInsecurely(markup: string): boolean {
  let found = 0;
  for (const { index } of markup.matchAll(PLAIN_HTTP)) {
    if (++found > MOST || !NOT_LOADED.test(markup.slice(Math.max(0, index - BACK), index))) return true;
  }
  return false;
}
