import { domainToASCII } from "node:url";

const LABELS = /^(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])$/;
const BUNDLE = /^[a-z0-9][a-z0-9._-]{0,254}$/;

/** A domain as requests name it: lower case, punycode, no dot at the end. Undefined for an address, a URL or a single label. */
export function domainOf(text: string): string | undefined {
  // `domainToASCII` reads what a URL's host may be: "a.b/c" is "a.b" to it, and "0x7f.1" an address.
  if (/[\s/?#@:%\\[\]]/.test(text)) return undefined;
  const ascii = domainToASCII(text).replace(/\.$/, "");
  return LABELS.test(ascii) ? ascii : undefined;
}

/** A domain, or the name of an app in its store ("com.example.game", "835599320"), lower case. */
export function placeOf(text: string): string | undefined {
  const lower = text.toLowerCase();
  return BUNDLE.test(lower) ? lower : domainOf(text);
}
