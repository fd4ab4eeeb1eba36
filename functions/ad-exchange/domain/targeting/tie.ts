/**
 * What decides the order of equal bids, the lower first: a hash of the campaign's name, so that no advertiser comes first
 * by how it is called. FNV-1a, 32 bits, spread.
 */
export function tieOf(advertiser: string, id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < advertiser.length; at++) hash = Math.imul(hash ^ advertiser.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ 0x23, 0x01000193);
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
