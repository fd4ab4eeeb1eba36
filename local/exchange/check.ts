import type { Campaign } from "../../functions/ad-exchange/domain/campaign";
import type { BidRequest, Deal, DurFloors, Imp } from "../../functions/ad-exchange/domain/openrtb/bid-request";
import type { Bid, BidResponse } from "../../functions/ad-exchange/domain/openrtb/bid-response";
import { AUCTION } from "../../functions/ad-exchange/domain/openrtb/codes";
import { microsOfText } from "../../functions/ad-exchange/domain/price";
import type { Exchangeable } from "../../functions/ad-exchange/domain/rates";
import { misfits, unshowable } from "./fits";
import type { PrivacyKind } from "./privacy-kinds";

/** What answers are held against. */
export interface Known {
  /** By "<advertiser>#<id>". */
  readonly campaigns: ReadonlyMap<string, Campaign>;
  readonly rates: Exchangeable;
  /** What notice URLs begin with. */
  readonly noticeUrl: string;
}

/** A request, what may be known of its user, and when it was sent, in milliseconds since the epoch. */
export interface Asked {
  readonly request: BidRequest;
  readonly privacy: PrivacyKind;
  readonly at: number;
}

/** A bid that is right, in the exchange's currency. */
export interface SoldBid {
  readonly bid: Bid;
  readonly priceMicros: number;
}

export interface Checked {
  readonly sold: readonly SoldBid[];
  /** What is wrong with the answer. */
  readonly problems: readonly string[];
}

/** Millionths by which two conversions of one amount may differ. */
const ROUNDING = 2;

/** Holds a 200's body against its request and against what is known of every campaign. */
export function check(body: string, asked: Asked, known: Known): Checked {
  const { request } = asked;
  const response = parsed(body);
  if (response === undefined) return { sold: [], problems: ["the answer is no JSON object"] };
  const { id, cur = "USD", seatbid = [] } = response;
  const problems: string[] = [];
  const expect = (holds: boolean, what: string) => void (holds || problems.push(what));
  expect(id === request.id, `id is ${id}`);
  expect((request.cur ?? ["USD"]).includes(cur), `currency ${cur} is none of ${request.cur}`);
  expect(seatbid.length > 0, "it has no bid");
  const sold: SoldBid[] = [];
  const taken = new Set<string>();
  for (const { seat, bid: bids } of seatbid) {
    for (const bid of bids) {
      expect(!taken.has(bid.impid), `imp ${bid.impid} is sold twice`);
      taken.add(bid.impid);
      const priceMicros = known.rates.toMicros(bid.price, cur) ?? Number.NaN;
      for (const what of wrongWith(bid, seat, { ...asked, cur, priceMicros }, known))
        problems.push(`imp ${bid.impid}, ${bid.cid}: ${what}`);
      sold.push({ bid, priceMicros });
    }
  }
  return { sold, problems };
}

function parsed(body: string): BidResponse | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as BidResponse) : undefined;
  } catch {
    return undefined;
  }
}

interface Priced extends Asked {
  readonly cur: string;
  readonly priceMicros: number;
}

function wrongWith(bid: Bid, seat: string | undefined, asked: Priced, known: Known): string[] {
  const { request, privacy, at } = asked;
  const imp = request.imp.find(({ id }) => id === bid.impid);
  const campaign = known.campaigns.get(bid.cid ?? "");
  const creative = campaign?.creatives.find(({ id }) => id === bid.crid);
  if (!imp) return ["there is no such impression"];
  if (!campaign || !creative) return [`there is no creative ${bid.crid} of that campaign`];
  const deal = imp.pmp?.deals?.find(({ id }) => id === bid.dealid);
  return [
    ...(seat === campaign.seat ? [] : [`seat is ${seat}`]),
    ...misfits(campaign, request, privacy, at),
    ...unshowable(creative, imp, request),
    ...wrongDeal(bid, deal, imp, campaign),
    ...wrongPrice(asked, { imp, deal, campaign, seconds: creative.durationSeconds ?? 0 }, known.rates),
    ...wrongTexts(bid, known.noticeUrl),
  ];
}

function wrongDeal({ dealid }: Bid, deal: Deal | undefined, imp: Imp, { targeting, seat }: Campaign): string[] {
  if (dealid === undefined) {
    if (imp.pmp?.private_auction === 1) return ["no deal in a private auction"];
    return targeting.deals && targeting.deals.length > 0 ? ["it bids under deals only"] : [];
  }
  if (!deal) return [`deal ${dealid} was not offered`];
  if (!targeting.deals?.includes(dealid)) return [`it has no deal ${dealid}`];
  return deal.wseat && deal.wseat.length > 0 && !deal.wseat.includes(seat) ? [`deal ${dealid} is not its seat's`] : [];
}

interface Terms {
  readonly imp: Imp;
  readonly deal: Deal | undefined;
  readonly campaign: Campaign;
  readonly seconds: number;
}

/** From the floor to what the campaign is ready to pay; under a fixed price that and nothing else. */
function wrongPrice({ request, priceMicros, cur }: Priced, terms: Terms, rates: Exchangeable): string[] {
  const { imp, deal, campaign, seconds } = terms;
  const floor = deal ? (deal.bidfloor ?? 0) : floorFor(imp, seconds);
  const floorMicros = rates.toMicros(floor, (deal ? deal.bidfloorcur : imp.bidfloorcur) ?? "USD");
  const bidMicros = rates.toBase(microsOfText(campaign.bid) ?? 0, campaign.currency);
  if (floorMicros === undefined || bidMicros === undefined) return ["floor or bid has no rate"];
  const slack = cur === "USD" && imp.bidfloorcur !== "EUR" ? 0 : ROUNDING;
  const at = deal?.at ?? request.at ?? AUCTION.secondPricePlus;
  return [
    ...(priceMicros > 0 ? [] : [`price is ${priceMicros}`]),
    ...(priceMicros >= floorMicros - slack ? [] : [`${priceMicros} is below the floor, ${floorMicros}`]),
    ...(priceMicros <= bidMicros + slack ? [] : [`${priceMicros} is above its bid, ${bidMicros}`]),
    ...(at === AUCTION.firstPrice && Math.abs(priceMicros - bidMicros) > slack
      ? ["a first price that is not the bid"]
      : []),
    ...(at === AUCTION.fixedPrice && Math.abs(priceMicros - floorMicros) > slack ? ["not the price agreed on"] : []),
  ];
}

/** By the seconds of the creative where floors are given so. */
function floorFor({ bidfloor = 0, video, audio }: Imp, seconds: number): number {
  const ranges: readonly DurFloors[] = seconds > 0 ? (video?.durfloors ?? audio?.durfloors ?? []) : [];
  const holding = ranges.filter(({ mindur = 0, maxdur = Infinity }) => seconds >= mindur && seconds <= maxdur);
  return holding.length > 0 ? Math.max(...holding.map((range) => range.bidfloor ?? 0)) : bidfloor;
}

/** Notices that only the exchange can have made, and markup in which no macro of its own is left. */
function wrongTexts({ nurl, burl, lurl, adm }: Bid, noticeUrl: string): string[] {
  const notices = [nurl, burl, lurl].every((url) => url?.startsWith(`${noticeUrl}/n/`));
  return [
    ...(notices ? [] : ["a notice URL is missing or another's"]),
    ...(adm ? [] : ["it has no markup"]),
    ...(adm?.includes("${SLUICE_") ? ["a macro is left in the markup"] : []),
  ];
}
