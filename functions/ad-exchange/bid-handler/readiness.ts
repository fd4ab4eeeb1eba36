import type { AnswerTerms } from "../domain/auction/answer-terms";
import type { Micros } from "../domain/money";
import type { Signer } from "../domain/notices/signer";
import { microsOfText } from "../domain/price";
import { type Exchangeable, prepareRates } from "../domain/rates";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { CampaignOffer } from "./campaign-offer";
import { Fragments } from "./fragments";
import type { ExchangeSettings } from "./settings";

/** What an auction cannot be held without; brought while the handler runs. */
export interface Ready {
  readonly index: CampaignIndex;
  readonly settings: ExchangeSettings;
  readonly signer: Signer;
  readonly rates: Exchangeable;
  /** What answers say of an offer of these campaigns. */
  readonly own: AnswerTerms["own"];
  readonly fromMicros: AnswerTerms["fromMicros"];
}

/** How long a table of rates is taken for today's. */
const RATES_FOR = 60_000;

/** Gathers what auctions need, and hands it out as one once all of it is there. A part that is replaced holds from the next request on. */
export class Readiness {
  private index: CampaignIndex | undefined;
  private own: Ready["own"] | undefined;
  private settings: ExchangeSettings | undefined;
  private signer: Signer | undefined;
  private made: Ready | undefined;
  private rates: Exchangeable | undefined;
  private ratesUntil = 0;

  put(part: Partial<Pick<Ready, "index" | "settings" | "signer">>): void {
    if (part.index !== undefined) this.own = ownBy(part.index);
    this.index = part.index ?? this.index;
    this.settings = part.settings ?? this.settings;
    this.signer = part.signer ?? this.signer;
    this.made = this.rates = undefined;
  }

  /** There are settings. */
  get isSettled(): boolean {
    return this.settings !== undefined;
  }

  /** @param now milliseconds since the epoch */
  at(now: number): Ready | undefined {
    if (this.made !== undefined && now < this.ratesUntil) return this.made;
    const { index, own, settings, signer } = this;
    const rates = this.ratesAt(now);
    if (index === undefined || own === undefined || settings === undefined) return undefined;
    if (signer === undefined || rates === undefined) return undefined;
    this.made = { index, own, settings, signer, rates, fromMicros: (micros, of) => rates.fromBase(micros, of) };
    return this.made;
  }

  /** A campaign's amount in the exchange's currency; undefined without a rate. */
  microsOf(amount: string, currency: string, now: number): Micros | undefined {
    const micros = microsOfText(amount);
    return micros === undefined ? undefined : this.ratesAt(now)?.toBase(micros, currency);
  }

  private ratesAt(now: number): Exchangeable | undefined {
    if (this.rates !== undefined && now < this.ratesUntil) return this.rates;
    if (this.settings === undefined) return undefined;
    const { rates, ratesMaximumAgeDays: maximumAgeDays } = this.settings;
    // What was made with the rates of before is not handed out any more.
    this.made = undefined;
    this.rates = prepareRates(rates, now, { maximumAgeDays });
    this.ratesUntil = now + RATES_FOR;
    return this.rates;
  }
}

function ownBy(index: CampaignIndex): Ready["own"] {
  const fragments = new Fragments(index);
  return (offer) => fragments.of(offer as CampaignOffer);
}
