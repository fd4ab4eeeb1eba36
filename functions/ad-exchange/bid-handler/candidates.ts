import type { Limits } from "../domain/auction/at-most";
import { dealClasses } from "../domain/auction/deal-classes";
import { standingOf } from "../domain/auction/standing";
import type { Offer } from "../domain/offer";
import type { Awaitable, Caps } from "../domain/ports";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { Matches } from "../domain/targeting/matches";
import type { Slot, Traits } from "../domain/traits";
import type { Asking } from "./asking";
import { addOffers, CampaignOffer } from "./campaign-offer";
import type { Case } from "./case";
import { ANSWER } from "./stopwatch";
import type { Trace } from "./trace";
import { noteMatches } from "./trace-notes";

const NO_DEALS: Slot["deals"] = [];
/** Whoever counts did not answer: nobody is known to be under a cap. */
const NONE_LEFT: readonly number[] = [];
const NOBODY: Capped = { campaigns: [], offered: [] };
const NONE_KNOWN: ReadonlyMap<string, unknown> = new Map();
/** Each asks whoever counts once more. */
const MOST_REFILLS = 2;

/** Campaigns, each once, and for how many impressions each offers. */
interface Capped {
  readonly campaigns: readonly string[];
  readonly offered: readonly number[];
}

/** The campaigns that may bid for a request's slots: those that match, and that the user has not seen too often. */
export class Candidates {
  readonly offers: Offer[] = [];
  /** Why there is no offer at all. */
  none: "noDemand" | "dailyUserCap" | "unmatchedUser" = "noDemand";
  /** Of campaigns that offer for more impressions than their caps leave; undefined where there are none. */
  limits: Limits | undefined;
  private traits: Traits;
  private matches!: Matches;
  /** By campaign that was asked for, how many impressions its cap leaves; of none as long as that is enough for all. */
  private readonly left = new Map<string, number>();
  /** Ordinals of campaigns that match and may not bid because of their caps. */
  private readonly out = new Set<number>();
  private refills = 0;

  constructor(
    private readonly index: CampaignIndex,
    private readonly caps: Caps,
    private readonly asking: Asking,
    private readonly one: Case,
    private readonly trace: Trace | undefined,
  ) {
    this.traits = one.traits;
  }

  /**
   * Bids under a deal win against all others whatever these pay, and those of better-standing deals against other deals'. So
   * each class of them is looked for by itself: among the best of the others there may be none of it. Who has a cap is not looked
   * for where nobody can be counted.
   */
  match(traits: Traits, matches: Matches): void {
    this.traits = traits;
    this.matches = matches;
    for (let at = 0; at < this.one.slots.length; at++) this.fill(this.one.slots[at]!);
    if (this.offers.length === 0 && traits.isUncounted && this.wouldMatch({ ...traits, isUncounted: false }))
      this.none = "unmatchedUser";
  }

  private fill(slot: Slot, barred?: ReadonlySet<number>): void {
    if (slot.deals.length === 0) this.find(slot, barred);
    else {
      this.fillDeals(slot, barred);
      if (!slot.privateOnly) this.find({ ...slot, deals: NO_DEALS }, barred);
    }
  }

  /** Who bids under a deal does not under those that come behind it. */
  private fillDeals(slot: Slot, barred: ReadonlySet<number> | undefined): void {
    const classes = dealClasses(slot.deals);
    let passed = barred;
    for (let at = 0; at < classes.length; at++) {
      const before = this.offers.length;
      this.find({ ...slot, privateOnly: true, deals: classes[at]! }, passed);
      if (at + 1 < classes.length) passed = new Set([...(passed ?? []), ...ordinalsOf(this.offers.slice(before))]);
    }
  }

  private find(slot: Slot, barred: ReadonlySet<number> | undefined): void {
    const { index, matches, trace } = this;
    index.match(this.traits, slot, matches, barred);
    addOffers(this.offers, index, slot, matches);
    if (trace) noteMatches(trace, index, this.traits, slot, matches);
  }

  private wouldMatch(traits: Traits): boolean {
    return this.one.slots.some((slot) => this.index.match(traits, slot, this.matches) > 0);
  }

  /**
   * A cap is a promise to the advertiser: who cannot be counted, or is not known to be under it, is not shown the campaign,
   * and what is left of it holds for all impressions of the request together: see `limits`.
   */
  underCaps(): Awaitable<void> {
    const { userKey } = this.traits;
    const { campaigns, offered } = userKey === "" ? NOBODY : this.capped(this.left);
    if (campaigns.length === 0) return this.limit();
    const answer = this.asking.ask("caps", (deadline) => this.caps.left(userKey, campaigns, deadline), NONE_LEFT);
    return this.asking.after(ANSWER, answer, (said) => {
      const left = Array.isArray(said) ? said : NONE_LEFT;
      if (isEnough(left, offered)) return this.limit();
      for (let at = 0; at < campaigns.length; at++) this.left.set(campaigns[at]!, wholeOf(left[at]));
      const out = this.drop();
      if (out.length > 0) this.refill(out, left === NONE_LEFT);
      return this.underCaps();
    });
  }

  /** Campaigns that have a cap, but for some. Offers are few: going through them costs less than a map. */
  private capped(butFor: ReadonlyMap<string, unknown>): Capped {
    const { offers } = this;
    const [campaigns, offered, ordinals]: [string[], number[], number[]] = [[], [], []];
    for (let at = 0; at < offers.length; at++) {
      const offer = offers[at] as CampaignOffer;
      if (!offer.isCapped || (butFor.size > 0 && butFor.has(offer.campaign))) continue;
      const known = ordinals.indexOf(offer.ordinal);
      if (known >= 0) offered[known]!++;
      else {
        ordinals.push(offer.ordinal);
        campaigns.push(offer.campaign);
        offered.push(1);
      }
    }
    return { campaigns, offered };
  }

  /** Takes out those whose caps are reached. */
  private drop(): readonly CampaignOffer[] {
    const all = this.offers.splice(0) as CampaignOffer[];
    const out: CampaignOffer[] = [];
    for (const offer of all) {
      const isOut = offer.isCapped && this.left.get(offer.campaign) === 0;
      (isOut ? out : this.offers).push(offer);
      if (isOut) this.out.add(offer.ordinal);
    }
    if (out.length > 0) this.none = "dailyUserCap";
    return out;
  }

  /**
   * Only the best were asked for. Where caps leave bids of fewer than two seats among those that stand alike, those that
   * come behind may win or set the price, and are looked for, a bounded number of times.
   * @param isUnanswered whoever counts did not answer: who has a cap is not looked for any more
   */
  private refill(out: readonly CampaignOffer[], isUnanswered: boolean): void {
    if (++this.refills > MOST_REFILLS) return;
    if (isUnanswered) this.traits = { ...this.traits, isUncounted: true };
    for (const slot of this.one.slots) {
      const isOf = (offer: Offer) => offer.slot === slot.index;
      const short = new Set(out.filter(isOf).map(({ deal }) => standingOf(deal)));
      if (![...short].some((standing) => seatsIn(this.offers.filter(isOf), standing) < 2)) continue;
      const others = this.offers.filter((offer) => !isOf(offer));
      this.offers.splice(0, this.offers.length, ...others);
      this.fill(slot, this.out);
    }
  }

  /** What caps leave holds for all impressions together. */
  private limit(): void {
    const { left } = this;
    if (left.size === 0) return;
    const { campaigns, offered } = this.capped(NONE_KNOWN);
    const most = new Map<string, number>();
    for (let at = 0; at < campaigns.length; at++) {
      const some = left.get(campaigns[at]!);
      if (some !== undefined && some < offered[at]!) most.set(campaigns[at]!, some);
    }
    if (most.size > 0) this.limits = { nameOf: campaignOf, most };
    if (most.size > 0 || this.out.size > 0) this.note();
  }

  private note(): void {
    const { limits, index } = this;
    const out = [...this.out].map((ordinal) => index.keyOf(ordinal));
    this.trace?.note("caps", { out, ...(limits && { left: Object.fromEntries(limits.most) }) });
  }
}

function isEnough(left: readonly number[], offered: readonly number[]): boolean {
  for (let at = 0; at < offered.length; at++) if (wholeOf(left[at]) < offered[at]!) return false;
  return true;
}

const ordinalsOf = (offers: readonly Offer[]): number[] => offers.map((offer) => (offer as CampaignOffer).ordinal);

/** Of the offers that stand so. */
const seatsIn = (offers: readonly Offer[], standing: number): number =>
  new Set(offers.filter(({ deal }) => standingOf(deal) === standing).map(({ seat }) => seat)).size;

/** What is no whole number is nothing. */
const wholeOf = (left: number | undefined): number =>
  left !== undefined && Number.isSafeInteger(left) && left > 0 ? left : 0;

const campaignOf = (offer: Offer): string | undefined => (offer instanceof CampaignOffer ? offer.campaign : undefined);
