import { without } from "../domain/auction/clear";
import { expiryOf } from "../domain/auction/expiry";
import type { Outcome as AuctionOutcome } from "../domain/auction/outcome";
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
const NOBODY: ReadonlySet<Offer> = new Set();
/** Who keeps the books did not answer: no money may be spent. */
const NOTHING_HELD: readonly boolean[] = [];

/** Has the money of an auction's winners held, as long as their notices may come. */
export class Holding {
  constructor(
    private readonly budgets: Budgets,
    private readonly asking: Asking,
    private readonly one: Case,
    private readonly graceSeconds: number,
    private readonly trace: Trace | undefined,
  ) {}

  /** Money of the campaigns that won. Who has none left is out, and the auction is as if it had not been there. */
  held(outcome: AuctionOutcome): Awaitable<AuctionOutcome> {
    const holds = this.holdsFor(outcome, NOBODY);
    return holds.length === 0 ? outcome : this.holding(outcome, holds, 1, NOBODY);
  }

  private holding(
    outcome: AuctionOutcome,
    holds: readonly Hold[],
    round: number,
    had: ReadonlySet<Offer>,
  ): Awaitable<AuctionOutcome> {
    const answer = this.asking.ask("budgets", (deadline) => this.budgets.hold(holds, deadline), NOTHING_HELD);
    return this.asking.after(ANSWER, answer, (isHeld) =>
      areAll(isHeld, holds.length) ? outcome : this.withoutBroke(outcome, holds, isHeld, round, had),
    );
  }

  private withoutBroke(
    outcome: AuctionOutcome,
    holds: readonly Hold[],
    isHeld: readonly boolean[],
    round: number,
    had: ReadonlySet<Offer>,
  ): Awaitable<AuctionOutcome> {
    const has = new Set(had);
    const broke: Offer[] = [];
    for (let at = 0; at < holds.length; at++) {
      if (isHeld[at] === true) has.add(holds[at]!.offer);
      else broke.push(holds[at]!.offer);
    }
    this.trace?.note("budgets", { spent: broke.map(({ key }) => key) });
    const isLast = round === MOST_ROUNDS || isHeld === NOTHING_HELD;
    const gone = isLast ? outcome.offers.filter((offer) => offer instanceof CampaignOffer && !has.has(offer)) : broke;
    const next = without(outcome, gone, LOSS.budgetSpent);
    const more = this.holdsFor(next, has);
    return more.length === 0 ? next : this.holding(next, more, round + 1, has);
  }

  private holdsFor({ results }: AuctionOutcome, has: ReadonlySet<Offer>): Hold[] {
    const holds: Hold[] = [];
    const { request, traits, seller } = this.one;
    for (let at = 0; at < results.length; at++) {
      const { winner, slot, priceMicros } = results[at]!;
      if (!(winner instanceof CampaignOffer) || has.has(winner)) continue;
      const seconds = expiryOf(slot.imp, winner.type, traits.channel) + this.graceSeconds;
      holds.push({
        id: holdId(seller, request.id, slot.imp.id, winner.campaign),
        campaign: winner.campaign,
        costMicros: costOf(priceMicros),
        expiresAt: traits.now + seconds * 1_000,
        offer: winner,
      });
    }
    return holds;
  }
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
