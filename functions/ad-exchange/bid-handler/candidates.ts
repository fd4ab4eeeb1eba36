import type { Limits } from "../domain/auction/at-most";
import type { Offer } from "../domain/offer";
import type { Awaitable, Caps } from "../domain/ports";
import type { CampaignIndex } from "../domain/targeting/campaign-index";
import type { Matches } from "../domain/targeting/matches";
import type { Slot, Traits } from "../domain/traits";
import type { Asking } from "./asking";
import { addOffers, CampaignOffer } from "./campaign-offer";
import type { Case } from "./case";
import type { ExchangeSettings } from "./settings";
import { ANSWER } from "./stopwatch";
import type { Trace } from "./trace";
import { noteMatches } from "./trace-notes";

const NO_DEALS: Slot["deals"] = [];
/** Whoever counts did not answer: nobody is known to be under a cap. */
const NONE_LEFT: readonly number[] = [];

/** The campaigns that may bid for a request's slots: those that match, and that the user has not seen too often. */
export class Candidates {
  readonly offers: Offer[] = [];
  /** Why there is no offer at all. */
  none: "noDemand" | "dailyUserCap" | "unmatchedUser" = "noDemand";
  /** Of campaigns that offer for more impressions than their caps leave; undefined where there are none. */
  limits: Limits | undefined;
  private traits: Traits;

  constructor(
    private readonly index: CampaignIndex,
    private readonly caps: Caps,
    private readonly uncounted: ExchangeSettings["uncountedImpressions"],
    private readonly asking: Asking,
    private readonly one: Case,
    private readonly trace: Trace | undefined,
  ) {
    this.traits = one.traits;
  }

  /**
   * Bids under a deal win against all others whatever these pay. So they are looked for by themselves: among the best of
   * the open auction there may be none of them.
   */
  match(traits: Traits, matches: Matches): void {
    this.traits = traits;
    for (let at = 0; at < this.one.slots.length; at++) {
      const slot = this.one.slots[at]!;
      if (slot.deals.length === 0) this.find(slot, matches);
      else {
        this.find({ ...slot, privateOnly: true }, matches);
        if (!slot.privateOnly) this.find({ ...slot, deals: NO_DEALS }, matches);
      }
    }
  }

  private find(slot: Slot, matches: Matches): void {
    const { index } = this;
    matches.clear();
    index.match(this.traits, slot, matches);
    addOffers(this.offers, index, slot, matches);
    if (this.trace) noteMatches(this.trace, index, this.traits, slot, matches);
  }

  /**
   * A cap is a promise to the advertiser: who cannot be counted, or is not known to be under it, is not shown the campaign,
   * and what is left of it holds for all impressions of the request together: see `limits`.
   */
  underCaps(): Awaitable<void> {
    const { offers } = this;
    let hasCapped = false;
    for (let at = 0; at < offers.length && !hasCapped; at++) hasCapped = (offers[at] as CampaignOffer).isCapped;
    if (!hasCapped) return undefined;
    const { userKey } = this.traits;
    if (userKey === "") {
      if (this.uncounted === "refuse") this.drop((offer) => offer.isCapped);
      return undefined;
    }
    const offered = this.offered();
    const campaigns = [...offered.keys()];
    const answer = this.asking.ask("caps", (deadline) => this.caps.left(userKey, campaigns, deadline), NONE_LEFT);
    return this.asking.after(ANSWER, answer, (left) => this.keepTo(left, offered));
  }

  /** By each campaign that has a cap, how many impressions it offers for: it is asked for once. */
  private offered(): ReadonlyMap<string, number> {
    const offered = new Map<string, number>();
    for (let at = 0; at < this.offers.length; at++) {
      const offer = this.offers[at] as CampaignOffer;
      if (offer.isCapped) offered.set(offer.campaign, (offered.get(offer.campaign) ?? 0) + 1);
    }
    return offered;
  }

  /** @param left parallel to the keys of `offered` */
  private keepTo(left: readonly number[], offered: ReadonlyMap<string, number>): void {
    const reached = new Set<string>();
    const most = new Map<string, number>();
    let at = 0;
    for (const [campaign, offers] of offered) {
      const some = left[at++];
      if (some === undefined || !Number.isSafeInteger(some) || some <= 0) reached.add(campaign);
      else if (some < offers) most.set(campaign, some);
    }
    if (most.size > 0) this.limits = { nameOf: campaignOf, most };
    if (reached.size > 0) this.drop((offer) => reached.has(offer.campaign));
    else if (most.size > 0) this.noteCaps([]);
  }

  private drop(isOut: (offer: CampaignOffer) => boolean): void {
    const all = this.offers.splice(0) as CampaignOffer[];
    this.none = this.traits.userKey === "" ? "unmatchedUser" : "dailyUserCap";
    for (const offer of all) if (!isOut(offer)) this.offers.push(offer);
    if (this.trace) this.noteCaps([...new Set(all.filter(isOut).map(({ campaign }) => campaign))]);
  }

  private noteCaps(out: readonly string[]): void {
    const { limits } = this;
    this.trace?.note("caps", { out, ...(limits && { left: Object.fromEntries(limits.most) }) });
  }
}

const campaignOf = (offer: Offer): string | undefined => (offer instanceof CampaignOffer ? offer.campaign : undefined);
