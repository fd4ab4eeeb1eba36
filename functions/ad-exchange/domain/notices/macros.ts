/**
 * What macros stand for, [4.4] and, for discounts, [7.16]; prices and amounts as decimal text, CPM, in the bid's currency.
 * "" is a value that is not known or not told: the macro is removed.
 */
export interface MacroValues {
  /** The request's id. */
  readonly auctionId: string;
  /** The response's `bidid`. */
  readonly bidId: string;
  readonly impId: string;
  readonly seatId: string;
  /** The bid's `adid`. */
  readonly adId: string;
  /** Clearing price, less the discount. */
  readonly price: string;
  readonly currency: string;
  /** Clearing price over bid price. */
  readonly mbr: string;
  readonly loss: string;
  /** [4.4.1]. */
  readonly minToWin: string;
  readonly multiplier: string;
  /** Milliseconds since the epoch. */
  readonly impTs: string;
  /** Of the bid's price: "20" is a fifth. */
  readonly discountPct: string;
  readonly discountCpm: string;
  /** The exchange's own: where a click leads through, and what a view calls. */
  readonly click: string;
  readonly view: string;
}
export type MacroField = keyof MacroValues;

const FIELDS: ReadonlyMap<string, MacroField> = new Map([
  ["AUCTION_ID", "auctionId"],
  ["AUCTION_BID_ID", "bidId"],
  ["AUCTION_IMP_ID", "impId"],
  ["AUCTION_SEAT_ID", "seatId"],
  ["AUCTION_AD_ID", "adId"],
  ["AUCTION_PRICE", "price"],
  ["AUCTION_CURRENCY", "currency"],
  ["AUCTION_MBR", "mbr"],
  ["AUCTION_LOSS", "loss"],
  ["AUCTION_MIN_TO_WIN", "minToWin"],
  ["AUCTION_MULTIPLIER", "multiplier"],
  ["AUCTION_IMP_TS", "impTs"],
  ["AUCTION_DISCOUNT_PCT", "discountPct"],
  ["AUCTION_DISCOUNT_CPM", "discountCpm"],
  ["SLUICE_CLICK", "click"],
  ["SLUICE_VIEW", "view"],
]);

/** Whether there is such a macro, its name without what surrounds it. */
export const isMacro = (name: string): boolean => FIELDS.has(name);

/** Values that come of the auction or of the impression, so that a rendering for review has none, [4.4]. */
const OF_THE_AUCTION: ReadonlySet<MacroField> = new Set<MacroField>([
  "price",
  "mbr",
  "loss",
  "minToWin",
  "multiplier",
  "impTs",
  "discountPct",
  "discountCpm",
]);

/**
 * Only names that begin like the standard's or the exchange's own: markup is full of scripts, and what they write as
 * `${width}` is not for the exchange to take out.
 */
const MACRO = /\$\{((?:AUCTION|SLUICE)_[A-Z0-9_]*)(?::([A-Za-z0-9_-]*))?\}/g;

/** Text split once at its macros, so that filling it in is one concatenation. */
export interface Template {
  /** One more than `macros`. */
  readonly literals: readonly string[];
  readonly macros: readonly TemplateMacro[];
  /** Which values it needs: they are made for it alone. */
  readonly needs: ReadonlySet<MacroField>;
}

export interface TemplateMacro {
  /** Undefined for a macro that nobody has defined: it is removed. */
  readonly field: MacroField | undefined;
  /** What stands behind the colon; "" for none. */
  readonly encoding: string;
}

export interface MacroMode {
  /** Rendered for a test or for review: what is not known, and all that comes of the auction, is "AUDIT". */
  readonly audit?: boolean;
  /** Applied to every value, for places where it is agreed that values are URL-escaped, or that the text is JSON. */
  readonly escape?: (value: string) => string;
  /** Agreed with a bidder beside "B64". */
  readonly encodings?: Readonly<Record<string, (value: string) => string>>;
}

const LIVE: MacroMode = {};

/** @param literal applied to all text between macros */
export function compileTemplate(text: string, literal = (part: string): string => part): Template {
  const literals: string[] = [];
  const macros: TemplateMacro[] = [];
  const needs = new Set<MacroField>();
  let from = 0;
  for (const { 0: whole, 1: name = "", 2: encoding = "", index } of text.matchAll(MACRO)) {
    literals.push(literal(text.slice(from, index)));
    const field = FIELDS.get(name);
    macros.push({ field, encoding });
    if (field !== undefined) needs.add(field);
    from = index + whole.length;
  }
  literals.push(literal(text.slice(from)));
  return { literals, macros, needs };
}

/** The text with every macro replaced; a value is not searched for macros again. */
export function expand({ literals, macros }: Template, values: MacroValues, mode: MacroMode = LIVE): string {
  let text = literals[0]!;
  for (let at = 0; at < macros.length; at++) text += textOf(macros[at]!, values, mode) + literals[at + 1]!;
  return text;
}

/** The same of a text that asks for nothing but where clicks and views go, as most of the exchange's own markup does. */
export function expandUrls({ literals, macros }: Template, click: string, view: string): string {
  let text = literals[0]!;
  for (let at = 0; at < macros.length; at++) {
    const { field, encoding } = macros[at]!;
    const url = field === "click" ? click : field === "view" ? view : "";
    text += (encoding === "" ? url : encode(url, encoding, LIVE)) + literals[at + 1]!;
  }
  return text;
}

function textOf({ field, encoding }: TemplateMacro, values: MacroValues, mode: MacroMode): string {
  if (field === undefined) return "";
  const known = values[field];
  const value = mode.audit === true && isForReview(field, known) ? "AUDIT" : known;
  const encoded = encoding === "" ? value : encode(value, encoding, mode);
  return mode.escape === undefined ? encoded : mode.escape(encoded);
}

/** Not so the exchange's own, which are addresses: there is nothing at "AUDIT". */
const isForReview = (field: MacroField, known: string): boolean =>
  OF_THE_AUCTION.has(field) || (known === "" && field !== "click" && field !== "view");

/** A code that is not agreed gives nothing: whoever asks for a price in cipher does not want it in the clear. */
function encode(value: string, encoding: string, { encodings }: MacroMode): string {
  if (value === "") return "";
  if (encodings !== undefined && Object.hasOwn(encodings, encoding)) return encodings[encoding]!(value);
  return encoding === "B64" ? Buffer.from(value).toString("base64") : "";
}
