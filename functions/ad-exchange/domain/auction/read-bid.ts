import { isRecord } from "../../../shared/fields";
import type { Bid } from "../openrtb/bid-response";

const TEXTS = ["adid", "bundle", "iurl", "cid", "crid", "tactic", "language", "dealid"] as const;
const URLS = ["nurl", "burl", "lurl"] as const;
const WHOLES = ["cattax", "protocol", "w", "h", "wratio", "hratio", "exp", "dur", "mtype"] as const;
const TEXT_LISTS = ["adomain", "cat"] as const;
const WHOLE_LISTS = ["attr", "apis"] as const;

const MOST_IN_A_LIST = 1_000;
/** Letters: ids stand in signed URLs, and an answer that one bid makes too large to be sent is lost for everybody. */
const LONGEST_ID = 512;
const LONGEST_TEXT = 8_192;
const LONGEST_MARKUP = 256 * 1024;
/** A request that we send ourselves goes to these only. */
const HTTP = /^https?:\/\/[^\s]+$/i;

/**
 * What the exchange reads of a seat's bid; undefined where an attribute is not of its type [4.2.3]. Anything else is
 * left out, null counts as absent. The price is as it came, if at all: 0 stands for a price that is missing.
 */
export function readBid(raw: unknown): Bid | undefined {
  if (!isRecord(raw)) return undefined;
  const { id, impid, price = 0 } = raw;
  if (!(isText(id) && id !== "" && id.length <= LONGEST_ID && isText(impid))) return undefined;
  if (price !== null && !(typeof price === "number" && price >= 0 && price < Number.POSITIVE_INFINITY))
    return undefined;
  const bid: Record<string, unknown> = { id, impid, price: price ?? 0 };
  const takes = (names: readonly string[], is: (value: unknown) => boolean): boolean => {
    for (const name of names) {
      const value = raw[name] ?? undefined;
      if (value === undefined) continue;
      if (!is(value)) return false;
      bid[name] = value;
    }
    return true;
  };
  const whole =
    takes(TEXTS, isText) &&
    takes(["adm"], isMarkup) &&
    takes(URLS, (value) => value === "" || (isText(value) && HTTP.test(value))) &&
    takes(WHOLES, isWhole) &&
    takes(TEXT_LISTS, (value) => isListOf(value, isText)) &&
    takes(WHOLE_LISTS, (value) => isListOf(value, isWhole));
  return whole ? (bid as unknown as Bid) : undefined;
}

const isText = (value: unknown): value is string => typeof value === "string" && value.length <= LONGEST_TEXT;
const isMarkup = (value: unknown): boolean => typeof value === "string" && value.length <= LONGEST_MARKUP;
const isWhole = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
const isListOf = (value: unknown, is: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length <= MOST_IN_A_LIST && value.every(is);
