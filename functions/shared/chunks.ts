/** Most that one request of a service takes. */
export interface RequestLimits {
  readonly items: number;
  readonly bytes: number;
}

/** The items in order, in as few runs as keep the limits; an item that alone exceeds the bytes is a run of its own. */
export function chunksOf<Item>(items: readonly Item[], bytesOf: (item: Item) => number, most: RequestLimits): Item[][] {
  const chunks: Item[][] = [];
  let bytes = 0;
  for (const item of items) {
    const size = bytesOf(item);
    const current = chunks.at(-1);
    if (current && current.length < most.items && bytes + size <= most.bytes) {
      current.push(item);
      bytes += size;
    } else {
      chunks.push([item]);
      bytes = size;
    }
  }
  return chunks;
}
