/** Lists of OpenRTB 2.6 and AdCOM 1.0 that decisions name, by their numbers. */

/** Section 5.24 of OpenRTB 2.5; AdCOM "No-Bid Reason Codes"; 500 and up are the exchange's own. */
export const NO_BID = {
  unknown: 0,
  technicalError: 1,
  invalidRequest: 2,
  knownSpider: 3,
  suspectedNonHuman: 4,
  proxyIp: 5,
  unsupportedDevice: 6,
  blockedPublisher: 7,
  /** Nothing identifies the user, and all that fits has a frequency cap. */
  unmatchedUser: 8,
  /** The user has seen all that fits as often as its frequency caps allow. */
  dailyUserCap: 9,
  dailyDomainCap: 10,
  insufficientTime: 15,
  incompleteSupplyChain: 16,
  blockedSupplyChainNode: 17,
  /** No campaign and no seat has anything for any of the impressions. */
  noDemand: 500,
  /** There were bids; each was refused. */
  allRefused: 501,
  /** The index or the keys are not loaded yet. */
  notReady: 502,
  /** No currency that the request takes, or that its floors are in, has a rate. */
  noCurrency: 503,
} as const;
export type NoBidReason = (typeof NO_BID)[keyof typeof NO_BID];

/** Section 5.25 of OpenRTB 2.5; AdCOM "Loss Reason Codes". */
export const LOSS = {
  won: 0,
  internalError: 1,
  impressionExpired: 2,
  invalidResponse: 3,
  invalidDeal: 4,
  invalidAuctionId: 5,
  invalidAdvertiserDomain: 6,
  missingMarkup: 7,
  missingCreativeId: 8,
  missingPrice: 9,
  missingApproval: 10,
  belowFloor: 100,
  belowDealFloor: 101,
  lostToHigherBid: 102,
  lostToDeal: 103,
  seatBlocked: 104,
  creativeUnknownReason: 200,
  creativePending: 201,
  creativeDisapproved: 202,
  creativeSize: 203,
  creativeFormat: 204,
  advertiserExcluded: 205,
  appExcluded: 206,
  notSecure: 207,
  languageExcluded: 208,
  categoryExcluded: 209,
  attributeExcluded: 210,
  adTypeExcluded: 211,
  animationTooLong: 212,
  notAllowedInDeal: 213,
  /** Of the exchange's own: 1000 and up. */
  budgetSpent: 1000,
  /** The user has seen the campaign as often as its cap allows, counting the impressions of this request that it wins. */
  capReached: 1001,
  currencyUnknown: 1003,
} as const;
export type LossReason = (typeof LOSS)[keyof typeof LOSS];

export const MARKUP = { banner: 1, video: 2, audio: 3, native: 4 } as const;
export type MarkupType = (typeof MARKUP)[keyof typeof MARKUP];

export const AUCTION = { firstPrice: 1, secondPricePlus: 2, fixedPrice: 3 } as const;
