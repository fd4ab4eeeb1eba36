import { createHash } from "node:crypto";

/** Records that one partition key may bring a second before it is spread: half of what a shard takes (1,000 records a second). */
export const SPREAD_FROM = 500;

/** Counts the records of each key in the running second. Bounded: it forgets all keys each second. */
export class KeyRates {
  #second = -1;
  #counts = new Map<string, number>();

  /** The number of records of the key in this second, with this one. */
  count(key: string, nowMilliseconds: number): number {
    const second = Math.floor(nowMilliseconds / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#counts = new Map();
    }
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return count;
  }
}

/**
 * The partition key of a record: a hash of the visitor, so that a visitor's records stay in one shard and in order, and no id stands in
 * clear in a key. Above `SPREAD_FROM` records a second the rest of that second goes to further buckets, one for each 500: no visitor owns a
 * shard. Across buckets the order of arrival is lost, and event time restores it.
 */
export function partitionKey(visitor: string, countInSecond: number): string {
  const bucket = Math.floor((countInSecond - 1) / SPREAD_FROM);
  const hash = createHash("sha256").update(visitor).digest("hex").slice(0, 32);
  return bucket === 0 ? hash : `${hash}#${bucket}`;
}
