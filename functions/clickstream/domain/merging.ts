import { chunksOf } from "../../shared/chunks";

/** Sources whose first items are read at a time. */
const OPENED = { items: 50, bytes: Number.POSITIVE_INFINITY };

/**
 * The items of several sources, each in order, as one in order. Reads one item of each ahead and no more, so that who stops early has not
 * read far.
 */
export async function* merged<T>(
  sources: readonly AsyncIterable<T>[],
  compare: (a: T, b: T) => number,
): AsyncGenerator<T, void> {
  const iterators = sources.map((source) => source[Symbol.asyncIterator]());
  try {
    const heads: IteratorResult<T>[] = [];
    for (const group of chunksOf(iterators, () => 0, OPENED))
      heads.push(...(await Promise.all(group.map((iterator) => iterator.next()))));
    for (;;) {
      let least = -1;
      for (const [index, head] of heads.entries())
        if (!head.done && (least < 0 || compare(head.value, heads[least]!.value) < 0)) least = index;
      if (least < 0) return;
      yield heads[least]!.value;
      heads[least] = await iterators[least]!.next();
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}

/** Items that fit into one answer, and whether there are more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly more: boolean;
}

export interface PageLimits {
  readonly items: number;
  readonly bytes: number;
}

/** The first items that keep the limits; one that alone exceeds the bytes is a page of its own. */
export async function pageOf<T>(
  source: AsyncIterable<T>,
  bytesOf: (item: T) => number,
  most: PageLimits,
): Promise<Page<T>> {
  const items: T[] = [];
  let bytes = 0;
  for await (const item of source) {
    bytes += bytesOf(item);
    if (items.length === most.items || (items.length > 0 && bytes > most.bytes)) return { items, more: true };
    items.push(item);
  }
  return { items, more: false };
}
