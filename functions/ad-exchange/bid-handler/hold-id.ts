/**
 * Names what money is held for. Ids of requests are unique to who sends them at best, so the seller is part of it; lengths
 * keep apart what other ids would make of the same letters.
 */
export const holdId = (seller: string, auction: string, imp: string, campaign: string): string =>
  `${seller.length}.${auction.length}.${imp.length}/${seller}/${auction}/${imp}/${campaign}`;
