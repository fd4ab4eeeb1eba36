import { MARKUP, NO_BID } from "../../functions/ad-exchange/domain/openrtb/codes";
import { type Fields, isRecord } from "../../functions/shared/fields";
import { traceView } from "./trace-view";
import { treeOf } from "./tree";
import { fieldsIn, money, nameOfCode, textIn } from "./view-parts";

/** The answer to a bid request for whoever tries it out: what is sold to whom for how much, and how that was decided. */
export function bidView(request: Fields, response: Fields): string[] {
  const imps = fieldsIn(request.imp);
  const { cur = "USD", nbr } = response;
  const bids = fieldsIn(response.seatbid).flatMap(({ seat, bid }) =>
    fieldsIn(bid).map((one): Fields => ({ ...one, seat })),
  );
  const sold = imps.map(({ id }) => {
    const bid = bids.find(({ impid }) => impid === id);
    return bid === undefined ? { imp: `imp ${textIn(id)}: not sold` } : bidFields(bid, textIn(cur));
  });
  const ext = isRecord(response.ext) ? response.ext : {};
  const why = typeof nbr === "number" ? `: ${nameOfCode(NO_BID, nbr)}` : "";
  const title = bids.length === 0 ? `no bid${why}` : `${bids.length} of ${imps.length} impressions sold`;
  const trace = traceView(fieldsIn(ext.trace));
  return treeOf(title, {
    ...(bids.length > 0 ? { answer: sold } : {}),
    ...(trace.length > 0 ? { trace } : {}),
    ...(trace.length === 0 && ext.seatnonbid !== undefined ? { "others, by status code": ext.seatnonbid } : {}),
  });
}

function bidFields(bid: Fields, currency: string): Fields {
  const { impid, price, seat, cid, crid, adomain, dealid, exp, dur, adm } = bid;
  const seconds = typeof dur === "number" ? `, ${dur} s` : "";
  return {
    imp: `imp ${textIn(impid)}: ${money(price)} ${currency} a thousand, from ${textIn(seat)}`,
    ...(cid === undefined ? {} : { campaign: cid }),
    creative: `${textIn(crid)}, ${formOf(bid)}${seconds}`,
    advertiser: adomain,
    ...(dealid === undefined ? {} : { deal: dealid }),
    ...(exp === undefined ? {} : { expires: `${textIn(exp)} s after the auction` }),
    ...(adm === undefined ? {} : { markup: adm }),
  };
}

function formOf({ mtype, w, h }: Fields): string {
  const size = w === undefined ? "" : ` ${textIn(w)}×${textIn(h)}`;
  return typeof mtype === "number" ? `${nameOfCode(MARKUP, mtype)}${size}` : `unknown${size}`;
}
