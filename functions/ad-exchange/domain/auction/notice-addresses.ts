/**
 * What stands around the tokens of a bid's notices, and in front of those of its clicks and views: put together once, for it
 * is a third of a bid's text.
 *
 * Macros in the queries are for whoever sells on what the answer offers and knows better how that went. They are not
 * signed: what is billed is the signed price.
 */
export interface NoticeAddresses {
  readonly win: string;
  readonly bill: string;
  readonly loss: string;
  readonly end: string;
  readonly click: string;
  readonly view: string;
}

/** @param url without a slash at the end; nothing in it that a URL writes with a percent sign */
export const noticeAddresses = (url: string): NoticeAddresses => ({
  win: `"nurl":"${url}/n/win/`,
  bill: `?price=\${AUCTION_PRICE}","burl":"${url}/n/bill/`,
  loss: `?price=\${AUCTION_PRICE}&ts=\${AUCTION_IMP_TS}","lurl":"${url}/n/loss/`,
  end: `?loss=\${AUCTION_LOSS}&min=\${AUCTION_MIN_TO_WIN}",`,
  click: `${url}/n/click/`,
  view: `${url}/n/view/`,
});

/** Members of a bid, with a comma behind them. */
export const noticeMembers = (token: string, { win, bill, loss, end }: NoticeAddresses): string =>
  win + token + bill + token + loss + token + end;
