import { isMacro } from "../notices/macros";

/** Replaced by the URL that counts a click and leads on to the creative's target. */
export const CLICK = "SLUICE_CLICK";

const MACRO = /\$\{([^{}]{0,64})\}/g;
/** A name, and how it is encoded: "${AUCTION_PRICE:B64}". */
const NAMED = /^([A-Z][A-Z0-9_]*)(:[A-Za-z0-9]{1,16})?$/;

/** Macros of the exchange's kind that nobody would replace. Others are left alone: `${name}` is also JavaScript. */
export function unknownMacros(markup: string): readonly string[] {
  const unknown = new Set<string>();
  for (const [, inside = ""] of markup.matchAll(MACRO)) {
    const name = NAMED.exec(inside)?.[1];
    if (/^(AUCTION|OPENRTB|SLUICE)_/.test(name ?? inside) && !isMacro(name ?? "")) unknown.add(inside);
  }
  return [...unknown];
}

export const hasClick = (markup: string): boolean => markup.includes(`\${${CLICK}`);
