/** How much a campaign may hold. */
export const MOST = {
  /** Bytes of the document as JSON: as an item it stays below DynamoDB's 400 KB, and so does its copy among the changes. */
  documentBytes: 256 * 1024,
  /** Levels of a document; a campaign has five. */
  depth: 12,
  creatives: 50,
  /** Values of a list. */
  listed: 1_000,
  /** Domains and bundles of a list. */
  places: 5_000,
  /** Letters of one creative's markup. */
  markup: 65_536,
  pixels: 16_384,
  seconds: 3_600,
  capSeconds: 30 * 86_400,
} as const;

/** Names that stand in paths and keys. */
export const ID = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

/** Members of a campaign that its advertiser writes; everything else is the exchange's. */
export const WRITABLE = [
  ...["name", "status", "bid", "currency", "budget", "frequencyCap", "flight", "targeting", "creatives"],
] as const;

/** ISO-4217, as far as the runtime knows them. */
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));
export const isCurrency = (text: string): boolean => CURRENCIES.has(text);

/** Whether it is an IANA name; offsets are none, for they know no summer time. */
export function isTimeZone(text: string): boolean {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: text });
    return true;
  } catch {
    return false;
  }
}
