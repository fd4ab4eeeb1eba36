import { holdId } from "../../../../functions/ad-exchange/bid-handler/hold-id";
import type { Budgets, Hold } from "../../../../functions/ad-exchange/domain/ports";
import { microsOfNumber } from "../../../../functions/ad-exchange/domain/price";
import type { Asked } from "./exchange";

/**
 * What becomes of one call: it is answered at once, later, or a moment too late for the publisher; its answer never comes,
 * or is a failure, with the books kept before, after all else, or not at all; or it is nonsense.
 */
export const FATES = [
  ...(["at once", "later", "overdue", "unanswered", "in the end", "fails", "fails before", "nonsense"] as const),
];
export type Fate = (typeof FATES)[number];

interface Entry {
  readonly campaign: string;
  readonly revision: number;
  readonly costMicros: number;
  readonly isHeld: boolean;
}

/** Books as the port describes them, over a connection that is as bad as it is told to be. */
export class FakeLedger implements Budgets {
  /** By campaign, the most that was ever held at once. */
  readonly most = new Map<string, number>();
  private readonly entries = new Map<string, Entry>();
  private readonly waiting: (() => void)[] = [];
  private calls = 0;

  /**
   * @param budgets micros by campaign; who is not named has none
   * @param fates of the calls one after the other; the last one of all that follow
   * @param overdue called when an answer comes too late
   */
  constructor(
    private readonly budgets: ReadonlyMap<string, number>,
    private readonly fates: readonly Fate[],
    private readonly overdue: () => void,
  ) {}

  hold(holds: readonly Hold[]): boolean[] | Promise<boolean[]> {
    const fate = this.fates[Math.min(this.calls++, this.fates.length - 1)] ?? "at once";
    const keep = () => holds.map((hold) => this.keep(hold));
    if (fate === "in the end" || fate === "fails before") this.waiting.push(keep);
    if (fate === "in the end") return new Promise(() => {});
    if (fate === "fails before") throw new Error("down");
    const answer = keep();
    if (fate === "nonsense") return undefined as never;
    if (fate === "unanswered") return new Promise(() => {});
    if (fate === "fails") return Promise.reject(new Error("down"));
    if (fate === "at once") return answer;
    return Promise.resolve().then(() => {
      if (fate === "overdue") this.overdue();
      return answer;
    });
  }

  /** On its way until everything arrives. */
  release(holds: readonly Hold[]): void {
    for (const hold of holds) this.waiting.push(() => this.lower(hold));
  }

  /** Everything that is on its way arrives. @param from which of it comes first */
  arrive(from: number): void {
    const all = this.waiting.splice(0);
    for (let at = 0; at < all.length; at++) all[(at * 7 + from) % all.length]!();
    // Steps of seven meet each once unless there are a multiple of seven; then all of them come again in order.
    if (all.length % 7 === 0) for (const one of all) one();
  }

  /** Micros by id, of all that is held. */
  get held(): Readonly<Record<string, number>> {
    const held = [...this.entries].filter(([, { costMicros }]) => costMicros > 0);
    return Object.fromEntries(held.map(([id, { costMicros }]) => [id, costMicros]));
  }

  private keep({ id, revision, campaign, costMicros }: Hold): boolean {
    const known = this.entries.get(id);
    if (known !== undefined && known.revision >= revision) return known.revision === revision && known.isHeld;
    const sum = this.sumOf(campaign) - (known?.costMicros ?? 0) + costMicros;
    const isHeld = sum <= (this.budgets.get(campaign) ?? 0);
    this.entries.set(id, { campaign, revision, costMicros: isHeld ? costMicros : 0, isHeld });
    this.most.set(campaign, Math.max(this.most.get(campaign) ?? 0, this.sumOf(campaign)));
    return isHeld;
  }

  private lower({ id, revision, campaign, costMicros }: Hold): void {
    const known = this.entries.get(id);
    if (known !== undefined && known.revision >= revision) return;
    const left = Math.min(known?.costMicros ?? 0, costMicros);
    this.entries.set(id, { campaign, revision, costMicros: left, isHeld: false });
  }

  private sumOf(campaign: string): number {
    let sum = 0;
    for (const entry of this.entries.values()) if (entry.campaign === campaign) sum += entry.costMicros;
    return sum;
  }
}

/** What each own bid of an answer to pub-1 bills, in USD, by the id of its hold: a thousandth of the price, half to even. */
export function billedBy({ bids }: Pick<Asked, "bids">, auction = "auction-1"): Readonly<Record<string, number>> {
  const own = bids.flatMap(({ cid, impid, price }) => {
    if (cid === undefined) return [];
    const micros = microsOfNumber(price)!;
    const [whole, rest] = [Math.floor(micros / 1_000), micros % 1_000];
    const cost = rest > 500 || (rest === 500 && whole % 2 === 1) ? whole + 1 : whole;
    return [[holdId("pub-1", auction, impid, cid), cost] as const];
  });
  return Object.fromEntries(own.filter(([, cost]) => cost > 0));
}
