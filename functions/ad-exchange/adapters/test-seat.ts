import type { BidRequest, Imp, Native } from "../domain/openrtb/bid-request";
import type { Bid } from "../domain/openrtb/bid-response";
import { MARKUP, type MarkupType } from "../domain/openrtb/codes";
import { NATIVE_KINDS, readNativeRequest } from "../domain/openrtb/native-request";
import type { Demand, SeatAnswer } from "../domain/ports";

/** Two seats, so that a second price, a private deal and a blocked seat can be seen. */
const VAST = '<VAST version="4.2"><Ad id="1"><InLine></InLine></Ad></VAST>';
export const TEST_SEATS = ["test-seat-a", "test-seat-b"] as const;

/**
 * Seats that bid by rule and without a network: the first twice an impression's floor and 0.50 over it, the second 0.25
 * less; the first under the impression's first deal. They look at no seat list, blocked category or size: what may not
 * win is for the exchange to refuse. For stacks that try things out.
 */
export const testSeats: Demand = {
  ask(body) {
    const request = JSON.parse(body()) as BidRequest;
    return TEST_SEATS.map((seat, place) => answerOf(request, seat, place));
  },
};

function answerOf(request: BidRequest, seat: string, place: number): SeatAnswer {
  const currency = request.cur?.[0] ?? "USD";
  const bid = request.imp.flatMap((imp) => bidFor(imp, seat, place, currency));
  if (bid.length === 0) return { seat, says: "nothing" };
  return { seat, says: "bids", response: { id: request.id, cur: currency, seatbid: [{ seat, bid }] } };
}

/** No bid where the floor is in another currency than the bid: this seat has no rates. */
function bidFor(imp: Imp, seat: string, place: number, currency: string): Bid[] {
  const deal = place === 0 ? imp.pmp?.deals?.[0] : undefined;
  const floorIn = (deal ? deal.bidfloorcur : imp.bidfloorcur) ?? "USD";
  if (floorIn !== currency) return [];
  const floor = (deal ? deal.bidfloor : imp.bidfloor) ?? 0;
  const price = Math.round((floor * 2 + 0.5 - place * 0.25) * 1e4) / 1e4;
  const base = "https://seat.example/notice";
  const notice = (kind: string) =>
    `${base}/${kind}?price=\${AUCTION_PRICE}&bid=\${AUCTION_BID_ID}&loss=\${AUCTION_LOSS}`;
  return [
    {
      ...{ id: `${seat}-${imp.id}`, impid: imp.id, price, adomain: ["seat.example"], crid: `${seat}-creative` },
      ...{ nurl: notice("win"), burl: notice("bill"), lurl: notice("loss"), cat: ["IAB3"], exp: 300 },
      ...(deal ? { dealid: deal.id } : {}),
      ...markupFor(imp),
    },
  ];
}

function markupFor(imp: Imp): Pick<Bid, "adm" | "w" | "h" | "dur"> & { readonly mtype: MarkupType } {
  if (imp.banner) {
    const { w, h } = imp.banner.format?.[0] ?? imp.banner;
    return { mtype: MARKUP.banner, adm: '<img src="https://seat.example/a.png">', ...(w && h ? { w, h } : {}) };
  }
  if (imp.native) {
    const native = { ver: "1.2", link: { url: "https://seat.example" }, assets: assetsFor(imp.native) };
    return { mtype: MARKUP.native, adm: JSON.stringify({ native }) };
  }
  const media = imp.video ?? imp.audio;
  const dur = media?.rqddurs?.[0] ?? media?.maxduration ?? 15;
  return { mtype: imp.video ? MARKUP.video : MARKUP.audio, adm: VAST, dur };
}

/** Whatever is asked for. */
function assetsFor(native: Native): readonly object[] {
  const read = readNativeRequest(native);
  const assets = read.ok ? read.request.assets : [];
  const made = { title: { text: "A seat" }, data: { value: "A seat" }, video: { vasttag: VAST } };
  const img = { url: "https://seat.example/a.png" };
  return assets.map(({ id, ...asked }) => {
    const kind = NATIVE_KINDS.find((each) => asked[each] !== undefined);
    return { id, ...(kind && { [kind]: kind === "img" ? img : made[kind] }) };
  });
}
