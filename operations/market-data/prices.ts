import { parseCsv } from "./csv";
import type { OutgoingEvent } from "./sender";

/** How rows of prices become raw market events. */
export interface PriceOptions {
  /** The EventBridge source the events are sent from, for example `exchange.xnas`. */
  readonly source: string;
  /** The venue (ISO 10383 MIC) and feed of rows that name none. */
  readonly venue: string;
  readonly feed: string;
  readonly currency: string;
  /** The size of rows that name none, as decimal text. */
  readonly size: string;
  /** The sequence number before the first row's, for rows that name none. */
  readonly sequenceBase: number;
}

/**
 * Turns CSV rows into `trade` events. Columns: `symbol`, `price`, and `date` or `eventTime`; optional `size`, `venue`,
 * `feed`, `sequence`, `currency`. Every event carries its own time as the envelope's, so that history is not late.
 * Rows of one symbol are numbered in time order. Throws one error that lists every row that cannot be read.
 */
export function tradesFromCsv(text: string, options: PriceOptions): OutgoingEvent[] {
  const problems: string[] = [];
  const rows = parseCsv(text).flatMap((row, index) => {
    const when = timeOf(row.eventTime || row.date || row.time || "");
    const missing = [
      row.symbol ? "" : "symbol",
      row.price ? "" : "price",
      when ? "" : "date or eventTime (any date JavaScript reads, or RFC 3339)",
    ].filter(Boolean);
    if (missing.length === 0) return [{ row, when: when! }];
    problems.push(`row ${index + 2}: no readable ${missing.join(", ")}`);
    return [];
  });
  if (problems.length > 0) throw new Error(`The file cannot be sent:\n  ${problems.join("\n  ")}`);
  const sequences = new Map<string, number>();
  return rows
    .sort((a, b) => a.when.getTime() - b.when.getTime())
    .map(({ row, when }) => {
      const sequence = (sequences.get(row.symbol!) ?? options.sequenceBase) + 1;
      sequences.set(row.symbol!, sequence);
      return { source: options.source, time: when, detail: tradeOf(row, when, sequence, options) };
    });
}

function tradeOf(row: Record<string, string>, when: Date, sequence: number, options: PriceOptions): object {
  return {
    venue: row.venue || options.venue,
    feed: row.feed || options.feed,
    symbol: row.symbol,
    sequence: row.sequence ? Number(row.sequence) : sequence,
    eventTime: row.eventTime?.endsWith("Z") ? row.eventTime : when.toISOString(),
    type: "trade",
    price: row.price,
    size: row.size || options.size,
    currency: row.currency || options.currency,
  };
}

function timeOf(text: string): Date | undefined {
  const time = new Date(/\d{4}$/.test(text) ? `${text} UTC` : text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
