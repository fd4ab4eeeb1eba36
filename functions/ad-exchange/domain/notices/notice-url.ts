import type { Micros } from "../money";
import type { Holder, Signature, Signer } from "./signer";

export type NoticeKind = "win" | "bill" | "loss" | "view" | "click";

/** What a notice URL says of its bid; signed. */
export interface Notice {
  /** Whose impression it is: ids of auctions are unique to a publisher at best. "" where nobody has said. */
  readonly publisher: string;
  /** The request's id. */
  readonly auction: string;
  readonly imp: string;
  /** The bid's id in the answer. */
  readonly bid: string;
  /** "" for a seat outside. */
  readonly campaign: string;
  readonly seat: string;
  /** CPM that it cleared at. */
  readonly priceMicros: Micros;
  /** ISO-4217, of the price. */
  readonly currency: string;
  /** Seconds since the epoch. */
  readonly issued: number;
  /** Seconds since the epoch; from then on the URL does nothing. */
  readonly expires: number;
  /** Where a click leads; "" where there is nothing to click. */
  readonly target: string;
}

/** The same with its texts as JSON: whoever writes bids has most of them so. */
export interface WrittenNotice extends Notice {}

const VERSION = 1;
const HOLDERS: ReadonlyMap<string, Holder> = new Map([
  ["win", "server"],
  ["bill", "server"],
  ["loss", "server"],
  ["view", "browser"],
  ["click", "browser"],
]);

/**
 * The signed parts of a bid's notice URLs, `{payload}.{keyId}.{signature}`: for win, bill and loss, and for view and click.
 * The whole URL is `{base}/n/{kind}/` and this; what comes in its query is not signed.
 */
export function noticeTokens(notice: WrittenNotice, signer: Signer): Signature {
  const { publisher, auction, imp, bid, campaign, seat, priceMicros, currency, issued, expires, target } = notice;
  // Put together, a list takes a quarter of what it takes to write one of all fields.
  const of = `${publisher},${auction},${imp},${bid},${campaign},${seat}`;
  const payload = base64Url(`[${VERSION},${of},${priceMicros},${currency},${issued},${expires},${target}]`);
  const { server, browser } = signer.sign(payload);
  const start = `${payload}.${signer.keyId}.`;
  return { server: start + server, browser: start + browser };
}

/** Memory for one text at a time. A letter is at most three bytes of UTF-8. */
const SCRATCH = Buffer.allocUnsafeSlow(12_288);

const base64Url = (text: string): string =>
  text.length * 3 <= SCRATCH.length
    ? SCRATCH.toString("base64url", 0, SCRATCH.write(text))
    : Buffer.from(text).toString("base64url");

export type VerifiedNotice =
  | { readonly ok: true; readonly kind: NoticeKind; readonly notice: Notice }
  | { readonly ok: false; readonly because: "malformed" | "unknown key" | "forged" | "expired" };

const LONGEST = 16_384;
const PATH = /\/n\/([a-z]{1,8})\/([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]+)$/;

/**
 * What a notice URL says, if the exchange has signed it and its time is not over.
 * @param url whole, or its path; a query is not looked at
 * @param now milliseconds since the epoch
 */
export function verifyNotice(url: string, keys: Signer, now: number): VerifiedNotice {
  const malformed: VerifiedNotice = { ok: false, because: "malformed" };
  const end = url.search(/[?#]/);
  const path = end < 0 ? url : url.slice(0, end);
  const parts = path.length > LONGEST ? null : PATH.exec(path);
  if (parts === null) return malformed;
  const [, kind = "", payload = "", keyId = "", signature = ""] = parts;
  const holder = HOLDERS.get(kind);
  if (holder === undefined) return malformed;
  const isOurs = keys.verifies(holder, payload, keyId, signature);
  if (isOurs !== true) return { ok: false, because: isOurs === undefined ? "unknown key" : "forged" };
  const notice = readPayload(payload);
  if (notice === undefined || (kind === "click" && notice.target === "")) return malformed;
  if (now >= notice.expires * 1000) return { ok: false, because: "expired" };
  return { ok: true, kind: kind as NoticeKind, notice };
}

/** Of a payload that is the exchange's own, so that only its version is in question. */
function readPayload(payload: string): Notice | undefined {
  const fields = JSON.parse(Buffer.from(payload, "base64url").toString()) as readonly unknown[];
  if (fields[0] !== VERSION) return undefined;
  const [, publisher, auction, imp, bid, campaign, seat, ...more] = fields as never[];
  const [priceMicros, currency, issued, expires, target] = more;
  return { publisher, auction, imp, bid, campaign, seat, priceMicros, currency, issued, expires, target } as never;
}
