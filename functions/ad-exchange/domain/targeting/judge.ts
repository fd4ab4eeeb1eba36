import type { Creative } from "../campaign";
import { MARKUP, type MarkupType } from "../openrtb/codes";
import { creativeFit, namesAny, ruleOf, saysAny } from "./creative-fit";
import type { Question } from "./question";
import { REASON, type Reason } from "./reasons";
import { CREATIVE, CREATIVE_DOUBLE, doublesAt, ENTRY, ENTRY_DOUBLE, wordsAt } from "./records";
import { countOf, kindOf, RULE } from "./rules";
import type { SegmentQuery } from "./segment-query";
import type { SlotTerms } from "./slot-terms";

/** Asks one entry what bitsets do not say of it; if it matches, `creative` and `deal` are what it matches with. */
export class Judge {
  /** Number of the creative in its segment. */
  creative = -1;
  /** Index of the slot's deal, -1 for the open auction. */
  deal = -1;

  constructor(
    private readonly question: Question,
    private readonly terms: SlotTerms,
  ) {}

  judge(query: SegmentQuery, entry: number, decoded: (creative: number) => Creative): Reason {
    const { question } = this;
    const { entries, rules, dayparts } = query.segment;
    const now = question.traits!.now;
    const { doubles, words } = entries;
    const at = wordsAt(entry);
    if (question.asksSeats && !question.admits(words[at + ENTRY.seat]!)) return REASON.seat;
    const times = doublesAt(entry);
    if (now < doubles[times + ENTRY_DOUBLE.start]! || now >= doubles[times + ENTRY_DOUBLE.end]!) return REASON.flight;
    const daypart = words[at + ENTRY.daypart]!;
    if (daypart !== 0 && !dayparts.has(daypart - 1, now)) return REASON.daypart;
    const start = words[at + ENTRY.rulesAt]!;
    const end = start + 1 + rules[start]!;
    let deals = 0;
    for (let head = start + 1; head < end; head += 1 + countOf(rules[head]!)) {
      const kind = kindOf(rules[head]!);
      if (kind === RULE.deals) deals = head;
      else {
        const reason = this.#judgeRule(query, head, kind);
        if (reason !== REASON.fits) return reason;
      }
    }
    return deals === 0 ? this.#judgeOpen(query, entry, decoded) : this.#judgeDeals(query, entry, deals, decoded);
  }

  #judgeRule(
    { segment: { rules }, asksSegments, asksPlaces, asksCategories }: SegmentQuery,
    head: number,
    kind: number,
  ): Reason {
    const { question } = this;
    switch (kind) {
      case RULE.notSegments:
        return saysAny(rules, head, question) ? REASON.excludedSegment : REASON.fits;
      case RULE.notPlaces:
        return saysAny(rules, head, question) ? REASON.deniedPlace : REASON.fits;
      case RULE.notCategories:
        return saysAny(rules, head, question) ? REASON.excludedCategory : REASON.fits;
      case RULE.anySegment:
        return asksSegments && !saysAny(rules, head, question) ? REASON.segment : REASON.fits;
      case RULE.anyPlace:
        return asksPlaces && !saysAny(rules, head, question) ? REASON.place : REASON.fits;
      case RULE.anyCategory:
        return asksCategories && !saysAny(rules, head, question) ? REASON.contentCategory : REASON.fits;
      default:
        return REASON.fits;
    }
  }

  #judgeOpen(query: SegmentQuery, entry: number, decoded: (creative: number) => Creative): Reason {
    if (this.terms.slot.privateOnly) return REASON.deal;
    return this.#judgeCreatives(query, entry, -1, decoded);
  }

  /** The first of the slot's deals that it names and that takes it. */
  #judgeDeals(query: SegmentQuery, entry: number, head: number, decoded: (creative: number) => Creative): Reason {
    const { deals, dealSeats, slot } = this.terms;
    const { rules, entries } = query.segment;
    let reason: Reason = REASON.deal;
    for (let deal = 0; deal < deals.count; deal++) {
      if (deals.at(deal) < 0 || !hasName(rules, head, deals.at(deal))) continue;
      if (slot.deals[deal]!.seats.length > 0 && !dealSeats[deal]!.has(entries.words[wordsAt(entry) + ENTRY.seat]!))
        continue;
      reason = this.#judgeCreatives(query, entry, deal, decoded);
      if (reason === REASON.fits) return reason;
    }
    return reason;
  }

  /** The first of its creatives that fits. @returns what the last one lacks, if none does */
  #judgeCreatives(query: SegmentQuery, entry: number, deal: number, decoded: (creative: number) => Creative): Reason {
    const { words } = query.segment.entries;
    const first = words[wordsAt(entry) + ENTRY.firstCreative]!;
    const end = first + words[wordsAt(entry) + ENTRY.creatives]!;
    let reason: Reason = REASON.format;
    for (let at = first; at < end; at++) {
      reason = this.#judgeCreative(query, entry, at, deal, decoded);
      if (reason !== REASON.fits) continue;
      this.creative = at;
      this.deal = deal;
      return reason;
    }
    return reason;
  }

  #judgeCreative(
    { segment }: SegmentQuery,
    entry: number,
    at: number,
    deal: number,
    decoded: (creative: number) => Creative,
  ): Reason {
    const { terms } = this;
    const { creatives, rules } = segment;
    const type = creatives.words[wordsAt(at) + CREATIVE.type] as MarkupType;
    const seconds = creatives.doubles[doublesAt(at) + CREATIVE_DOUBLE.durationSeconds]!;
    const bidMicros = segment.entries.doubles[doublesAt(entry) + ENTRY_DOUBLE.bidMicros]!;
    if (bidMicros < terms.floorOf(deal, type, seconds)) return REASON.floor;
    const reason = creativeFit(segment, at, terms, this.question, decoded);
    if (reason !== REASON.fits) return reason;
    const start = creatives.words[wordsAt(at) + CREATIVE.rulesAt]!;
    if (type === MARKUP.video || type === MARKUP.audio) {
      if (!namesAny(rules, ruleOf(rules, start, RULE.mimes), terms.mimes[type]!)) return REASON.mime;
    }
    if (deal < 0 || terms.slot.deals[deal]!.advertiserDomains.length === 0) return REASON.fits;
    return namesAny(rules, ruleOf(rules, start, RULE.domains), terms.dealDomains[deal]!) ? REASON.fits : REASON.deal;
  }
}

function hasName(rules: Uint32Array, head: number, name: number): boolean {
  const end = head + countOf(rules[head]!);
  for (let at = head + 1; at <= end; at++) if (rules[at] === name) return true;
  return false;
}
