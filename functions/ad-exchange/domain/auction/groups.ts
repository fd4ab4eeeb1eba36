import type { Micros } from "../money";
import type { Offer } from "../offer";
import { LOSS, type LossReason } from "../openrtb/codes";
import type { Slot } from "../traits";
import type { AuctionRules } from "./outcome";
import { type Ranking, rank, slotsByIndex } from "./ranking";
import { refusalOf, standingOf, worthOf } from "./standing";
import { lotOf } from "./tie";

/** Offers of one seat that win an impression each, for every impression that one of them is for, or nothing, [4.2.2]. */
interface Group {
  readonly name: string;
  /** By the index of the slot. */
  readonly members: Map<number, Offer[]>;
}

/**
 * The ranking without the groups that cannot win as a whole. One group leaves at a time, the one that pays least of
 * those that win a part; then all is ranked again. Each round loses a group, so it ends, and the same offers in
 * another order end the same. A group that has left does not come back for another that leaves after it.
 */
export function withWholeGroups(
  slots: readonly Slot[],
  offers: readonly Offer[],
  rules: AuctionRules,
  withdrawn: ReadonlyMap<Offer, LossReason>,
  first: Ranking,
): { readonly ranking: Ranking; readonly refused: ReadonlyMap<Offer, LossReason> } {
  const byIndex = slotsByIndex(slots);
  const refused = new Map(withdrawn);
  const groups = groupsOf(offers);
  let ranking = first;
  for (;;) {
    let leaver: { group: Group; reason: LossReason } | undefined;
    let least: Micros = Number.POSITIVE_INFINITY;
    for (const group of groups) {
      const hopeless = hopelessness(group, byIndex, refused);
      const reason = hopeless === LOSS.won ? partialLoss(group, ranking) : hopeless;
      if (reason === LOSS.won) continue;
      const pays = hopeless === LOSS.won ? paymentOf(group, ranking, byIndex) : -1;
      if (pays < least || (pays === least && isBefore(group, leaver!.group, rules.auctionId))) {
        leaver = { group, reason };
        least = pays;
      }
    }
    if (leaver === undefined) return { ranking, refused };
    groups.delete(leaver.group);
    for (const members of leaver.group.members.values()) {
      for (const offer of members)
        if (!refused.has(offer)) refused.set(offer, ownReason(offer, byIndex, leaver.reason));
    }
    ranking = rank(slots, offers, rules, refused);
  }
}

function groupsOf(offers: readonly Offer[]): Set<Group> {
  const byName = new Map<string, Group>();
  for (const offer of offers) {
    if (offer.group === "") continue;
    const name = `${offer.seat}\n${offer.group}`;
    const group: Group = byName.get(name) ?? { name, members: new Map() };
    byName.set(name, group);
    const members = group.members.get(offer.slot);
    if (members === undefined) group.members.set(offer.slot, [offer]);
    else members.push(offer);
  }
  return new Set(byName.values());
}

/** Why a group has no chance: the reason of the slot for which none of its offers may take part; 0 where it has. */
function hopelessness(
  { members }: Group,
  byIndex: readonly (Slot | undefined)[],
  refused: ReadonlyMap<Offer, LossReason>,
): LossReason {
  let worst: LossReason = LOSS.won;
  for (const [index, offers] of members) {
    let reason: LossReason = LOSS.won;
    let stands = false;
    for (const offer of offers) {
      const why = refused.get(offer) ?? refusalIn(byIndex[index], offer);
      if (why === LOSS.won) stands = true;
      else if (reason === LOSS.won || why < reason) reason = why;
    }
    if (!stands && (worst === LOSS.won || reason < worst)) worst = reason;
  }
  return worst;
}

/** Why a group wins a part only; 0 where it wins everything or nothing. */
function partialLoss({ members }: Group, { best }: Ranking): LossReason {
  let wins = false;
  let reason: LossReason = LOSS.won;
  for (const [index, offers] of members) {
    const winner = best[index];
    if (winner === undefined) continue;
    if (offers.includes(winner)) wins = true;
    else if (reason !== LOSS.lostToHigherBid) reason = softest(winner, offers);
  }
  return wins ? reason : LOSS.won;
}

const paymentOf = ({ members }: Group, { best }: Ranking, byIndex: readonly (Slot | undefined)[]): Micros => {
  let sum = 0;
  for (const [index, offers] of members) {
    const winner = best[index];
    const slot = byIndex[index];
    if (winner !== undefined && slot !== undefined && offers.includes(winner)) sum += worthOf(winner, slot);
  }
  return sum;
};

function isBefore(one: Group, other: Group, auctionId: string): boolean {
  const lot = lotOf(auctionId, one.name) - lotOf(auctionId, other.name);
  return lot === 0 ? one.name < other.name : lot < 0;
}

/** Lost to a deal only where every one of the group's offers stands lower. */
function softest(winner: Offer, losers: readonly Offer[]): LossReason {
  for (const loser of losers) if (lossTo(winner, loser) === LOSS.lostToHigherBid) return LOSS.lostToHigherBid;
  return LOSS.lostToDeal;
}

/** Loss reason of an offer that took part. */
export const lossTo = (winner: Offer, loser: Offer): LossReason =>
  standingOf(winner.deal) > standingOf(loser.deal) ? LOSS.lostToDeal : LOSS.lostToHigherBid;

const refusalIn = (slot: Slot | undefined, offer: Offer): LossReason =>
  slot === undefined ? LOSS.internalError : refusalOf(offer, slot);

const ownReason = (offer: Offer, byIndex: readonly (Slot | undefined)[], ofGroup: LossReason): LossReason => {
  const own = refusalIn(byIndex[offer.slot], offer);
  return own === LOSS.won ? ofGroup : own;
};
