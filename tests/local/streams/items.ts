import type { Item } from "./estate";

/** Items numbered from the first up to and without the last. */
export const items = (from: number, to: number, extra: (n: number) => Partial<Item> = () => ({})): Item[] =>
  Array.from({ length: to - from }, (_, index) => ({ n: from + index, ...extra(from + index) }));

export const numbers = (from: number, to: number): number[] => items(from, to).map(({ n }) => n);

/** Each once, the lowest first. */
export const ascending = (some: Iterable<number>): number[] => [...new Set(some)].sort((a, b) => a - b);
