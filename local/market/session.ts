import { Random } from "../random";
import { MALFORMED } from "./malformed";

/** One raw event of a generated session. */
export interface SessionEntry {
  /** Milliseconds after the session's start at which it is sent. */
  readonly at: number;
  readonly source: string;
  readonly detail: Readonly<Record<string, unknown>> | string | number | null;
  /** What ingestion is to make of it. */
  readonly expectation: "accept" | "duplicate" | "reject";
  /** Why, of a rejection. */
  readonly reason?: string;
}

export interface SessionOptions {
  readonly seed: number;
  readonly events: number;
  readonly startTime: Date;
  readonly ratePerMinute: number;
  /** Shares of the events, 0 to 1; realistic small ones when left out. */
  readonly duplicates?: number;
  readonly malformed?: number;
  /** Events that happened ten seconds before they are sent. */
  readonly late?: number;
  /** Events that are sent after some that happened later. */
  readonly reordered?: number;
}

/** Where a symbol trades: how the exchanges of the default configuration are called. */
const VENUES = [
  { venue: "XNAS", source: "exchange.xnas", feed: "ITCH", currency: "USD" },
  { venue: "XNYS", source: "exchange.xnys", feed: "PILLAR", currency: "USD" },
  { venue: "XLON", source: "exchange.xlon", feed: "MITCH", currency: "GBP" },
  { venue: "XEUR", source: "exchange.xeur", feed: "EOBI", currency: "EUR" },
] as const;

const SYMBOLS = [
  ...["AAPL", "MSFT", "NVDA", "AMZN", "GOOG", "META", "TSLA", "AMD", "INTC", "QCOM"],
  ...["JPM", "XOM", "KO", "DIS", "BA", "GE", "IBM"],
  ...["VOD", "BP", "HSBA", "RIO"],
  ...["FDAX", "FESX", "FGBL", "OGBL"],
];
/** Where the lists above change venue. */
const VENUE_OF = SYMBOLS.map((_, index) => VENUES[index < 10 ? 0 : index < 17 ? 1 : index < 21 ? 2 : 3]!);

class Instrument {
  sequence = 0;
  halted = false;
  lastTrade: number | undefined;

  constructor(
    readonly symbol: string,
    readonly place: (typeof VENUES)[number],
    /** In hundredths. */
    public ticks: number,
  ) {}
}

const text = (hundredths: number): string => {
  const digits = String(Math.abs(hundredths)).padStart(3, "0");
  return `${hundredths < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
};

/**
 * A trading session that a seed decides: prices walk at random in ticks of 0.01, busy symbols trade more, the open and
 * sudden news bring bursts, now and then a sequence number is missing, a trade is corrected, a symbol is halted, an
 * event comes twice, late, or malformed.
 */
export function generateSession(options: SessionOptions): SessionEntry[] {
  const { duplicates = 0.02, malformed = 0.01, late = 0.003, reordered = 0.03 } = options;
  const random = new Random(options.seed);
  const instruments = SYMBOLS.map((symbol, i) => new Instrument(symbol, VENUE_OF[i]!, 2_000 + random.below(30_000)));
  const start = options.startTime.getTime();
  const entries: SessionEntry[] = [];
  let news: { instrument: Instrument; left: number; drift: number } | undefined;
  for (const at of arrivals(options, random)) {
    const draw = random.next();
    const earlier = entries.at(-1 - random.below(40));
    if (draw < duplicates && earlier?.expectation === "accept") {
      entries.push({ ...earlier, at, expectation: "duplicate" });
    } else if (draw < duplicates + malformed) {
      const { detail, reason } = random.pick(MALFORMED);
      entries.push({
        at,
        source: VENUES[0].source,
        detail: detail(new Date(start + at)),
        expectation: "reject",
        reason,
      });
    } else {
      if (!news && random.chance(0.002))
        news = { instrument: random.pick(instruments), left: 25, drift: random.chance(0.5) ? 9 : -9 };
      const instrument = news?.instrument ?? instruments[Math.floor(random.next() ** 2 * instruments.length)]!;
      const happened = start + at - (random.chance(late) ? 10_000 : random.chance(reordered) ? random.below(1_500) : 0);
      entries.push(accepted(instrument, at, new Date(happened), random, news?.drift ?? 0));
      if (news && --news.left === 0) news = undefined;
    }
  }
  return entries;
}

/** Offsets in order: on average the rate, twice as busy in the first tenth, and in short bursts. */
function arrivals({ events, ratePerMinute }: SessionOptions, random: Random): number[] {
  const mean = 60_000 / ratePerMinute;
  const offsets: number[] = [];
  for (let index = 0, at = 0, burst = 0; index < events; index++) {
    if (burst === 0 && random.chance(0.005)) burst = 30;
    const pace = burst-- > 0 ? 0.2 : index < events / 10 ? 0.5 : 1;
    if (burst < 0) burst = 0;
    at += -Math.log(1 - random.next()) * mean * pace;
    offsets.push(Math.round(at));
  }
  const stretch = offsets.length > 0 ? (events * mean) / Math.max(1, offsets.at(-1)!) : 1;
  return offsets.map((at) => Math.round(at * stretch));
}

function accepted(instrument: Instrument, at: number, happened: Date, random: Random, drift: number): SessionEntry {
  const { symbol, place } = instrument;
  instrument.sequence += random.chance(0.002) ? 2 + random.below(4) : 1;
  instrument.ticks = Math.max(100, instrument.ticks + Math.round(random.normal() * 3 + drift));
  const { venue, feed } = place;
  const common = { venue, feed, symbol, sequence: instrument.sequence, eventTime: timeOf(happened, random) };
  const detail = { ...common, ...contentOf(instrument, random) };
  return { at, source: place.source, detail, expectation: "accept" };
}

/** Microseconds, as feeds give them. */
const timeOf = (time: Date, random: Random): string =>
  time.toISOString().replace("Z", `${String(random.below(1000)).padStart(3, "0")}Z`);

const size = (random: Random): string => String(Math.max(1, Math.round(Math.exp(random.normal() * 1.2 + 4))));

function contentOf(instrument: Instrument, random: Random): Record<string, unknown> {
  const { ticks, sequence, place } = instrument;
  const { currency } = place;
  const draw = random.next();
  if (instrument.halted || draw < 0.001) {
    instrument.halted = !instrument.halted;
    return { type: "halt", state: instrument.halted ? "halted" : "resumed", reason: "volatility pause" };
  }
  if (draw < 0.006 && instrument.lastTrade !== undefined && instrument.lastTrade < sequence) {
    const corrects = instrument.lastTrade;
    instrument.lastTrade = undefined;
    if (random.chance(0.5)) return { type: "correction", action: "cancel", corrects };
    return { type: "correction", action: "replace", corrects, price: text(ticks), size: size(random), currency };
  }
  if (draw < 0.02) {
    const [low, high] = [ticks - 1 - random.below(20), ticks + 1 + random.below(20)];
    const prices = { open: text(ticks - 1), high: text(high), low: text(low), close: text(ticks) };
    return { type: "bar", ...prices, volume: size(random), interval: "PT1M", currency };
  }
  if (draw < 0.35) {
    const half = 1 + random.below(random.chance(0.02) ? 60 : 3);
    const sides = { bid: text(ticks - half), bidSize: size(random), ask: text(ticks + half), askSize: size(random) };
    return { type: "quote", ...sides, currency };
  }
  instrument.lastTrade = sequence;
  return { type: "trade", price: text(ticks), size: random.chance(0.004) ? "20000" : size(random), currency };
}
