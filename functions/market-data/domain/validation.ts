import { isRecord } from "../../shared/fields";
import { DetailReader } from "./detail-reader";
import { isTime, type MarketEvent, nanosecondsOf } from "./market-event";
import { shown } from "./problems";
import { Rejected, type RejectionReason } from "./rejection";

export { REJECTION_REASONS, type RejectionReason } from "./rejection";

/** `detail` names the field and its value in words. */
export type Verdict =
  | { readonly accepted: true; readonly event: MarketEvent }
  | { readonly accepted: false; readonly reason: RejectionReason; readonly detail: string };

export interface ValidationContext {
  readonly source: string;
  /** The envelope's time. */
  readonly receivedAt: string;
  /** Exact, or a prefix that ends in `*`. */
  readonly allowedSources: readonly string[];
  readonly futureSkewSeconds: number;
}

/** Bytes of a detail as JSON text. */
export const LARGEST_DETAIL = 65_536;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks the detail of a raw event against the published schema (market-event.schema.json beside this file) and the rules
 * that a schema cannot say. Unknown fields are tolerated and left out. Never throws, whatever JSON came in.
 */
export function validate(detail: unknown, context: ValidationContext): Verdict {
  try {
    if (!isAllowed(context.source, context.allowedSources)) {
      throw new Rejected("source_not_allowed", `source ${shown(context.source)} is not one of this system's`);
    }
    if (!isRecord(detail)) throw new Rejected("not_an_object", `detail is ${shown(detail)}; give an object`);
    refuseLarge(detail);
    const event = eventFrom(new DetailReader(detail));
    refuseInconsistent(event);
    refuseFuture(event, context);
    return { accepted: true, event };
  } catch (error) {
    if (error instanceof Rejected) return { accepted: false, reason: error.reason, detail: error.detail };
    throw error;
  }
}

const isAllowed = (source: string, allowed: readonly string[]): boolean =>
  allowed.some((entry) => (entry.endsWith("*") ? source.startsWith(entry.slice(0, -1)) : source === entry));

function refuseLarge(detail: Fields): void {
  const bytes = sizeOf(detail);
  if (bytes === undefined) throw new Rejected("too_large", "detail is nested too deeply to be written as JSON");
  if (bytes > LARGEST_DETAIL) {
    throw new Rejected("too_large", `detail has ${bytes} bytes; give at most ${LARGEST_DETAIL}`);
  }
}

/** Undefined for what cannot be written: JSON.parse takes far deeper nesting than JSON.stringify. */
function sizeOf(detail: Fields): number | undefined {
  try {
    return Buffer.byteLength(JSON.stringify(detail));
  } catch {
    return undefined;
  }
}

const TIME_SAYS = "RFC 3339 in UTC, years 1970 to 2999, for example 2026-01-05T14:30:00.123456789Z";
const TIME_FORM = /^(19[7-9]\d|2\d{3})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const INTERVAL_FORM = /^P(?=.)(\d{1,6}Y)?(\d{1,6}M)?(\d{1,6}W)?(\d{1,6}D)?(T(?=\d)(\d{1,6}H)?(\d{1,6}M)?(\d{1,6}S)?)?$/;
const LONGEST_HALT_REASON = 200;

function eventFrom(read: DetailReader): MarketEvent {
  const common = {
    venue: read.text("venue", /^[A-Z0-9]{4}$/, "an ISO 10383 market identifier such as XNAS"),
    feed: read.text("feed", /^[A-Za-z0-9._-]{1,32}$/, "1 to 32 letters, digits, ., _ and -"),
    symbol: read.text("symbol", /^[A-Z0-9][A-Z0-9./-]{0,23}$/, "1 to 24 capitals, digits, ., / and -"),
    sequence: read.sequence("sequence"),
    eventTime: timeOf(read),
  };
  const type = read.text("type", /^/, "trade, quote, bar, halt or correction");
  const specific = Object.hasOwn(SPECIFIC, type) ? SPECIFIC[type] : undefined;
  if (!specific) {
    throw new Rejected("unknown_type", `type is ${shown(type)}; give ${Object.keys(SPECIFIC).join(", ")}`);
  }
  return { ...common, type, ...specific(read) } as MarketEvent;
}

function timeOf(read: DetailReader): string {
  const time = read.text("eventTime", TIME_FORM, TIME_SAYS);
  if (!isTime(time)) throw new Rejected("bad_format", `eventTime is ${shown(time)}; give ${TIME_SAYS}`);
  return time;
}

const currencyOf = (read: DetailReader) => read.text("currency", /^[A-Z]{3}$/, "an ISO 4217 code such as USD");

const SPECIFIC: Readonly<Record<string, (read: DetailReader) => object>> = {
  trade: (read) => ({ price: read.price("price"), size: read.size("size"), currency: currencyOf(read) }),
  quote: (read) => ({
    bid: read.price("bid"),
    bidSize: read.size("bidSize"),
    ask: read.price("ask"),
    askSize: read.size("askSize"),
    currency: currencyOf(read),
  }),
  bar: (read) => ({
    open: read.price("open"),
    high: read.price("high"),
    low: read.price("low"),
    close: read.price("close"),
    volume: read.size("volume"),
    interval: read.text("interval", INTERVAL_FORM, "an ISO 8601 duration such as PT1M"),
    currency: currencyOf(read),
  }),
  halt: (read) => {
    const reason = read.optionalText("reason", LONGEST_HALT_REASON);
    return { state: read.oneOf("state", ["halted", "resumed"]), ...(reason === undefined ? {} : { reason }) };
  },
  correction: (read) => {
    const action = read.oneOf("action", ["cancel", "replace"]);
    const corrects = read.sequence("corrects");
    if (action === "cancel") return { corrects, action };
    return { corrects, action, price: read.price("price"), size: read.size("size"), currency: currencyOf(read) };
  },
};

function refuseInconsistent(event: MarketEvent): void {
  if (event.type === "correction" && event.corrects >= event.sequence) {
    throw new Rejected(
      "out_of_range",
      `corrects is ${event.corrects}; give a sequence before the correction's own, ${event.sequence}`,
    );
  }
  if (event.type !== "bar") return;
  const { open, high, low, close } = event;
  const isOutside = (price: string) => scaled(price) < scaled(low) || scaled(price) > scaled(high);
  if (isOutside(open) || isOutside(close)) {
    throw new Rejected(
      "inconsistent_prices",
      `low ${low}, open ${open}, close ${close}, high ${high}: give low ≤ open, close ≤ high`,
    );
  }
}

const FRACTION_DIGITS = 12;

/** Decimal text as a whole number of 10^-12: ingestion needs no decimal library in its bundle. */
function scaled(text: string): bigint {
  const [whole = "", fraction = ""] = text.replace("-", "").split(".");
  const value = BigInt(whole + fraction.padEnd(FRACTION_DIGITS, "0"));
  return text.startsWith("-") ? -value : value;
}

/** Judged against the envelope's time, so that a replay judges alike; an envelope without one cannot judge. */
function refuseFuture({ eventTime }: MarketEvent, { receivedAt, futureSkewSeconds }: ValidationContext): void {
  if (!isTime(receivedAt)) return;
  const latest = nanosecondsOf(receivedAt) + BigInt(Math.round(futureSkewSeconds * 1e9));
  if (nanosecondsOf(eventTime) > latest) {
    throw new Rejected(
      "future_event_time",
      `eventTime is ${eventTime}, received ${receivedAt}; at most ${futureSkewSeconds} s ahead`,
    );
  }
}
