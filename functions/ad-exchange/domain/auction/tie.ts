const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * Lot of an offer in one auction, 32 bits: the lower wins a tie. It depends on the ids alone, so neither the order in
 * which bids arrive nor a repetition changes who wins, and over many auctions nobody is preferred.
 */
export function lotOf(auctionId: string, key: string): number {
  let hash = mixed(FNV_OFFSET, auctionId);
  hash = mixed(Math.imul(hash ^ 0xff, FNV_PRIME), key);
  // FNV alone leaves the last characters in the low bits; keys often differ in nothing else.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function mixed(start: number, text: string): number {
  let hash = start;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}
