import type { Micros } from "../domain/money";
import type { Offer } from "../domain/offer";
import type { MarkupType } from "../domain/openrtb/codes";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { Matches } from "../domain/targeting/matches";
import type { DealTerms, Slot } from "../domain/traits";

/** What a campaign of the exchange's own offers for a slot. Texts are looked up when they are needed: for few of many. */
export class CampaignOffer implements Offer {
  readonly group = "";
  private named: string | undefined;

  constructor(
    private readonly index: CampaignIndex,
    /** Of the campaign in the index. */
    readonly ordinal: number,
    /** Number of the creative in the index. */
    readonly creative: number,
    readonly slot: number,
    readonly priceMicros: Micros,
    readonly deal: DealTerms | undefined,
    /** Number of the seat in the index: an auction asks it of all, and most are of few seats. */
    private readonly seatNumber: number,
  ) {}

  /** A campaign may win several slots of a request, so the slot is part of it. */
  get key(): string {
    return `${this.campaign}:${this.slot}`;
  }

  /** "<advertiser>#<id>". */
  get campaign(): string {
    this.named ??= this.index.keyOf(this.ordinal);
    return this.named;
  }

  get seat(): string {
    return this.index.seat(this.seatNumber);
  }

  get isCapped(): boolean {
    return this.index.isCapped(this.ordinal);
  }

  get type(): MarkupType {
    return this.index.typeOf(this.creative);
  }

  get durationSeconds(): number {
    return this.index.secondsOf(this.creative);
  }
}

/** The matches of a slot as offers, in their order, put behind those that are there. */
export function addOffers(offers: Offer[], index: CampaignIndex, slot: Slot, matches: Matches): void {
  for (let at = 0; at < matches.count; at++) {
    const deal = matches.deal[at]!;
    offers.push(
      new CampaignOffer(
        index,
        matches.ordinal[at]!,
        matches.creative[at]!,
        slot.index,
        matches.bidMicros[at]!,
        deal < 0 ? undefined : slot.deals[deal],
        matches.seat[at]!,
      ),
    );
  }
}
