import { isTime, type MarketEvent, nanosecondsOf } from "./market-event";
import { DECIMAL, isRecord, shown } from "./problems";

/** Why an event is not accepted; one of these stands in the audit row and as a dimension of the metric. */
export const REJECTION_REASONS = [
  "source_not_allowed",
  "not_an_object",
  "too_large",
  "missing_field",
  "wrong_type",
  "bad_format",
  "out_of_range",
  "unknown_type",
  "inconsistent_prices",
  "future_event_time",
  "sequence_conflict",
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** `detail` names the field and its value in words. */
export type Verdict =
  | { readonly accepted: true; readonly event: MarketEvent }
  | { readonly accepted: false; readonly reason: RejectionReason; readonly detail: string };

export interface ValidationContext {
  readonly source: string;
  /** The envelope's time. */
  readonly receivedAt: string;
  readonly allowedSources: readonly string[];
  readonly futureSkewSeconds: number;
}

/** Bytes of a detail as JSON text. */
export const LARGEST_DETAIL = 65_536;

class Rejected {
  constructor(
    readonly reason: RejectionReason,
    readonly detail: string,
  ) {}
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks the detail of a raw event against the published schema (market-event.schema.json beside this file) and the rules
 * that a schema cannot say. Unknown fields are tolerated and left out. Never throws, whatever the input.
 */
export function validate(detail: unknown, context: ValidationContext): Verdict {
  try {
    if (!isAllowed(context.source, context.allowedSources)) {
      throw new Rejected("source_not_allowed", `source ${shown(context.source)} is not one of this system's`);
    }
    if (!isRecord(detail)) throw new Rejected("not_an_object", `detail is ${shown(detail)}; give an object`);
    refuseLarge(detail);
    const event = eventFrom(detail);
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
  if (bytes > LARGEST_DETAIL)
    throw new Rejected("too_large", `detail has ${bytes} bytes; give at most ${LARGEST_DETAIL}`);
}

/** Nesting too deep for JSON text cannot have come in as JSON text of an allowed size. */
function sizeOf(detail: Fields): number {
  try {
    return Buffer.byteLength(JSON.stringify(detail));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Reads own fields only: a field called `__proto__` is a field like any other. */
class Reader {
  constructor(private readonly fields: Fields) {}

  has(name: string): boolean {
    return Object.hasOwn(this.fields, name) && this.fields[name] !== undefined;
  }

  text(name: string, form: RegExp, says: string): string {
    const value = this.value(name);
    if (typeof value !== "string") throw new Rejected("wrong_type", `${name} is ${shown(value)}; give text, ${says}`);
    if (!form.test(value)) throw new Rejected("bad_format", `${name} is ${shown(value)}; give ${says}`);
    return value;
  }

  optionalText(name: string, longest: number): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.value(name);
    if (typeof value !== "string") throw new Rejected("wrong_type", `${name} is ${shown(value)}; give text`);
    if ([...value].length > longest) throw new Rejected("out_of_range", `${name} is longer than ${longest} characters`);
    return value;
  }

  sequence(name: string): number {
    const value = this.value(name);
    if (typeof value !== "number") throw new Rejected("wrong_type", `${name} is ${shown(value)}; give a number`);
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new Rejected("out_of_range", `${name} is ${shown(value)}; give a whole number from 0 to 2^53 - 1`);
    }
    return value;
  }

  price(name: string): string {
    return this.text(name, DECIMAL, 'decimal text, for example "10.25"');
  }

  size(name: string): string {
    const value = this.price(name);
    if (value.startsWith("-")) throw new Rejected("out_of_range", `${name} is ${shown(value)}; a size is not negative`);
    return value;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = this.value(name);
    if (typeof value !== "string")
      throw new Rejected("wrong_type", `${name} is ${shown(value)}; give ${choices.join(" or ")}`);
    const choice = choices.find((each) => each === value);
    if (choice === undefined)
      throw new Rejected("bad_format", `${name} is ${shown(value)}; give ${choices.join(" or ")}`);
    return choice;
  }

  private value(name: string): unknown {
    if (!this.has(name)) throw new Rejected("missing_field", `${name} is missing`);
    return this.fields[name];
  }
}

const TIME_SAYS = "RFC 3339 in UTC since 1970, for example 2026-01-05T14:30:00.123456789Z";
const TIME_FORM = /^(19[7-9]\d|[2-9]\d{3})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?Z$/;
const currencyOf = (read: Reader) => read.text("currency", /^[A-Z]{3}$/, "an ISO 4217 code such as USD");

function eventFrom(fields: Fields): MarketEvent {
  const read = new Reader(fields);
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

function timeOf(read: Reader): string {
  const time = read.text("eventTime", TIME_FORM, TIME_SAYS);
  if (!isTime(time)) throw new Rejected("bad_format", `eventTime is ${shown(time)}; give ${TIME_SAYS}`);
  return time;
}

const SPECIFIC: Readonly<Record<string, (read: Reader) => object>> = {
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
    interval: read.text(
      "interval",
      /^P(?=.)(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?$/,
      "an ISO 8601 duration such as PT1M",
    ),
    currency: currencyOf(read),
  }),
  halt: (read) => {
    const reason = read.optionalText("reason", 200);
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
  const outside = [open, close].find((price) => compare(price, low) < 0 || compare(price, high) > 0);
  if (outside !== undefined || compare(low, high) > 0) {
    throw new Rejected(
      "inconsistent_prices",
      `low ${low}, open ${open}, close ${close}, high ${high}: give low ≤ open, close ≤ high`,
    );
  }
}

const FRACTION_DIGITS = 12;

/** Below, at or above zero as `a` is below, at or above `b`; exact. */
function compare(a: string, b: string): number {
  const [left, right] = [scaled(a), scaled(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

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
