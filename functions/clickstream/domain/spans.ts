import { TIME_LETTERS } from "./fields";

/** Bounds of every sort key that begins with a time: times begin with a digit. */
export const EARLIEST = "0";
export const LATEST = ":";

export const ORDERS = ["asc", "desc"] as const;
export type Order = (typeof ORDERS)[number];

/** What is between two sort keys, both included, in an order of time. A time alone is before every key that begins with it. */
export interface Span {
  readonly low: string;
  readonly high: string;
  readonly order: Order;
}

/** Compares sort keys as DynamoDB does, by their bytes in UTF-8: JavaScript's own order of texts is another one beyond the BMP. */
export function comparePositions(a: string, b: string): number {
  const [timeA, timeB] = [a.slice(0, TIME_LETTERS), b.slice(0, TIME_LETTERS)];
  if (timeA !== timeB) return timeA < timeB ? -1 : 1;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
