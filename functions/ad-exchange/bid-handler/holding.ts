import { atMost, type Limits } from "../domain/auction/at-most";
import { without } from "../domain/auction/clear";
import { expiryOf } from "../domain/auction/expiry";
import type { Outcome as AuctionOutcome, SlotResult } from "../domain/auction/outcome";
import type { Micros } from "../domain/money";
import type { Offer } from "../domain/offer";
import { LOSS } from "../domain/openrtb/codes";
import type { Awaitable, Budgets, Hold } from "../domain/ports";
import type { Asking } from "./asking";
import { CampaignOffer } from "./campaign-offer";
import type { Case } from "./case";
import { holdId } from "./hold-id";
import { ANSWER } from "./stopwatch";
import type { Trace } from "./trace";

/** So often a winner without money is replaced by the next; then the campaigns whose money is not held are out. */
const MOST_ROUNDS = 3;
const NOTHING: readonly Hold[] = [];
/** Who keeps the books did not answer: no money may be spent. */
const NOTHING_HELD: readonly boolean[] = [];

/**
 * Has the money of an auction's winners held, as long as their notices may come, and gives back what was held for offers
 * that do not win in the end. What is held when all is done is what the answer bills.
 */
export class Holding {
  /** All that may be held, each under its last amount; what the books have not refused may be. */
  private held: readonly Hold[] = NOTHING;
  private revision = 0;

  constructor(
    private readonly budgets: Budgets,
    private readonly asking: Asking,
    private readonly one: Case,
    private readonly graceSeconds: number,
    private readonly limits: Limits | undefined,
    private readonly trace: Trace | undefined,
  ) {}

  /**
   * The auction whose winners have their money. Who has none left is out, and the auction is as if it had not been there;
   * then all is within the caps anew, since its place may be somebody's who had reached one.
   */
  sold(auction: AuctionOutcome): Awaitable<AuctionOutcome> {
    return this.holding(auction, atMost(auction, this.limits), 1);
  }

  /** No answer is sent: nothing of it is billed. */
  giveUp(): void {
    if (this.held.length > 0) this.release(this.held.map((hold) => this.lowered(hold, 0)));
    this.held = NOTHING;
  }

  /** @param auction of which caps have taken out nobody, `outcome` what they leave of it */
  private holding(auction: AuctionOutcome, outcome: AuctionOutcome, round: number): Awaitable<AuctionOutcome> {
    const asked = this.missing(outcome);
    if (asked.length === 0) return this.settled(outcome);
    this.revision++;
    this.held = this.held.length === 0 ? asked : this.held.filter(({ id }) => !isNamed(id, asked)).concat(asked);
    const answer = this.asking.ask("budgets", (deadline) => this.budgets.hold(asked, deadline), NOTHING_HELD);
    return this.asking.after(ANSWER, answer, (said) => {
      const isHeld = Array.isArray(said) ? said : NOTHING_HELD;
      if (!areAll(isHeld, asked.length)) return this.withoutBroke(auction, asked, isHeld, round);
      return round === 1 ? outcome : this.settled(outcome);
    });
  }

  private withoutBroke(
    auction: AuctionOutcome,
    asked: readonly Hold[],
    isHeld: readonly boolean[],
    round: number,
  ): Awaitable<AuctionOutcome> {
    const broke = asked.filter((_hold, at) => isHeld[at] !== true);
    this.trace?.note("budgets", { spent: broke.map(({ offer }) => offer.key) });
    // Who has not been answered for may be held all the same: it is given back when all is settled.
    const refused = asked.filter((_hold, at) => isHeld[at] === false);
    this.held = this.held.filter((hold) => !refused.includes(hold));
    const rest = without(auction, offersOf(broke), LOSS.budgetSpent);
    if (isHeld === NOTHING_HELD) return this.settled(this.ofHeldOnly(this.withoutUnknown(rest)));
    if (round === MOST_ROUNDS) return this.settled(this.ofHeldOnly(rest));
    return this.holding(rest, atMost(rest, this.limits), round + 1);
  }

  /** Without books no campaign can be shown to have money, nor to have had it to bid with. */
  private withoutUnknown(auction: AuctionOutcome): AuctionOutcome {
    const known = new Set(offersOf(this.held));
    const isOut = (offer: Offer) => offer instanceof CampaignOffer && !known.has(offer);
    return without(auction, auction.offers.filter(isOut), LOSS.budgetSpent);
  }

  /** Nothing is asked any more: whose money is not held, or not enough of it, is out. Each round takes out an offer, so it ends. */
  private ofHeldOnly(auction: AuctionOutcome): AuctionOutcome {
    for (let rest = auction; ; ) {
      const outcome = atMost(rest, this.limits);
      const short = this.missing(outcome);
      if (short.length === 0) return outcome;
      rest = without(rest, offersOf(short), LOSS.budgetSpent);
    }
  }

  /** Gives back what the winners do not cost. */
  private settled(outcome: AuctionOutcome): AuctionOutcome {
    const less: Hold[] = [];
    const kept: Hold[] = [];
    for (const hold of this.held) {
      const costMicros = costIn(outcome, hold.offer);
      const now = costMicros === hold.costMicros ? hold : this.lowered(hold, costMicros);
      if (now !== hold) less.push(now);
      if (costMicros > 0) kept.push(now);
    }
    if (less.length === 0) return outcome;
    this.held = kept;
    this.release(less);
    return outcome;
  }

  /** Of the winners, what is not held yet, or not as much. */
  private missing({ results }: AuctionOutcome): readonly Hold[] {
    let holds = NOTHING as Hold[];
    for (let at = 0; at < results.length; at++) {
      const result = results[at]!;
      const { winner } = result;
      if (!(winner instanceof CampaignOffer)) continue;
      const costMicros = costOf(result.priceMicros);
      if (this.amountOf(winner) >= costMicros) continue;
      if (holds === NOTHING) holds = [];
      holds.push(this.holdFor(result, winner, costMicros));
    }
    return holds;
  }

  /** -1 where nothing is held, not even 0. */
  private amountOf(offer: Offer): Micros {
    const { held } = this;
    for (let at = 0; at < held.length; at++) if (held[at]!.offer === offer) return held[at]!.costMicros;
    return -1;
  }

  private holdFor({ slot }: SlotResult, offer: CampaignOffer, costMicros: Micros): Hold {
    const { request, traits, seller } = this.one;
    const seconds = expiryOf(slot.imp, offer.type, traits.channel) + this.graceSeconds;
    return {
      id: holdId(seller, request.id, slot.imp.id, offer.campaign),
      revision: this.revision + 1,
      campaign: offer.campaign,
      costMicros,
      expiresAt: traits.now + seconds * 1_000,
      offer,
    };
  }

  private lowered(hold: Hold, costMicros: Micros): Hold {
    return { ...hold, revision: this.revision + 1, costMicros };
  }

  /** Nothing waits for it, and who fails to give money back does not undo a sale. */
  private release(holds: readonly Hold[]): void {
    this.revision++;
    try {
      this.budgets.release(holds);
    } catch {
      this.asking.failed("budgets");
    }
  }
}

const isNamed = (id: string, holds: readonly Hold[]): boolean => holds.some((hold) => hold.id === id);
const offersOf = (holds: readonly Hold[]): Offer[] => holds.map(({ offer }) => offer);

/** 0 of an offer that has not won. */
function costIn({ results }: AuctionOutcome, offer: Offer): Micros {
  for (const { winner, priceMicros } of results) if (winner === offer) return costOf(priceMicros);
  return 0;
}

function areAll(answers: readonly boolean[], count: number): boolean {
  for (let at = 0; at < count; at++) if (answers[at] !== true) return false;
  return true;
}

/** Of one impression: a thousandth of a CPM, rounded half to even. */
function costOf(cpmMicros: Micros): Micros {
  const whole = Math.floor(cpmMicros / 1_000);
  const rest = cpmMicros - whole * 1_000;
  return rest > 500 || (rest === 500 && whole % 2 === 1) ? whole + 1 : whole;
}
