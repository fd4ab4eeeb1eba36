import { addOffers } from "../../../functions/ad-exchange/bid-handler/campaign-offer";
import { CANDIDATES } from "../../../functions/ad-exchange/bid-handler/exchange";
import type { Readiness } from "../../../functions/ad-exchange/bid-handler/readiness";
import { clear } from "../../../functions/ad-exchange/domain/auction/clear";
import type { Offer } from "../../../functions/ad-exchange/domain/offer";
import { readBidRequest } from "../../../functions/ad-exchange/domain/openrtb/read-bid-request";
import { permittedIn } from "../../../functions/ad-exchange/domain/privacy/permitted";
import { auctionTypeOf, slotsOf } from "../../../functions/ad-exchange/domain/slots-of";
import { Matches } from "../../../functions/ad-exchange/domain/targeting/matches";
import { traitsOf } from "../../../functions/ad-exchange/domain/traits-of";

/** The decision up to a stage: what one stage costs is what it adds to the one before. Each returns something, so that nothing is left out. */
export class Stages {
  private readonly matches = new Matches(CANDIDATES);

  constructor(private readonly ready: Readiness) {}

  read(body: string | Uint8Array): number {
    return this.request(body).imp.length;
  }

  traits(body: string | Uint8Array): number {
    return this.asked(body).slots.length;
  }

  match(body: string | Uint8Array): number {
    const { index, traits, slots } = this.asked(body);
    let found = 0;
    for (const slot of slots) found += index.match(traits, slot, this.matches);
    return found;
  }

  auction(body: string | Uint8Array): number {
    const { request, index, settings, traits, slots } = this.asked(body);
    const offers: Offer[] = [];
    for (const slot of slots) {
      this.matches.clear();
      index.match(traits, slot, this.matches);
      addOffers(offers, index, slot, this.matches);
    }
    const { incrementMicros } = settings;
    return clear(slots, offers, { auctionId: request.id, at: auctionTypeOf(request), incrementMicros }).results.length;
  }

  private request(body: string | Uint8Array) {
    const read = readBidRequest(body);
    if (!read.ok) throw new Error(read.problem);
    return read.request;
  }

  private asked(body: string | Uint8Array) {
    const request = this.request(body);
    const now = Date.now();
    const { settings, rates, index } = this.ready.at(now)!;
    const permitted = permittedIn(request, settings.privacy, now);
    const traits = traitsOf(request, permitted, now, settings.uncountedImpressions === "refuse");
    return { request, settings, index, traits, slots: slotsOf(request, (price, of) => rates.toMicros(price, of)) };
  }
}
