import { atMost } from "../domain/auction/at-most";
import { clear, without } from "../domain/auction/clear";
import type { Outcome as AuctionOutcome } from "../domain/auction/outcome";
import { type NoticeTerms, noticesOf } from "../domain/notices/notices-of";
import type { Offer } from "../domain/offer";
import { LOSS, NO_BID } from "../domain/openrtb/codes";
import { outboundBody } from "../domain/openrtb/outbound-body";
import type { Awaitable, Fraud, SeatAnswer } from "../domain/ports";
import { auctionTypeOf } from "../domain/slots-of";
import type { Matches } from "../domain/targeting/matches";
import type { Traits } from "../domain/traits";
import { answerTermsOf, answerWith, type Unoffered } from "./answering";
import { Asking } from "./asking";
import type { Answer } from "./call";
import { Candidates } from "./candidates";
import type { Case } from "./case";
import { Holding } from "./holding";
import { nothing } from "./nothing";
import type { Ready } from "./readiness";
import { offersOfSeats } from "./seats";
import { ANSWER, MATCH, type Stopwatch } from "./stopwatch";
import type { Trace } from "./trace";
import { noteAuction } from "./trace-notes";
import type { World } from "./world";

const NO_SEGMENTS: readonly string[] = [];
const NO_ANSWERS: readonly SeatAnswer[] = [];
/** As long as no seat outside has said anything. */
const NOTHING_SAID: Unoffered = { refused: [], silent: [] };
const NONE_UNTOLD: readonly Offer[] = [];
const UNCHECKED = { verdict: "pass" } as const;

/** The selling of one request's impressions: who may bid is asked, bids are taken, the auction is held and answered. */
export class Sale {
  private readonly asking: Asking;
  private readonly candidates: Candidates;
  private unoffered: Unoffered = NOTHING_SAID;
  private traits: Traits;
  private holding: Holding | undefined;
  private readonly isTest: boolean;

  constructor(
    private readonly world: World,
    private readonly ready: Ready,
    private readonly one: Case,
    private readonly watch: Stopwatch,
    private readonly trace: Trace | undefined,
  ) {
    this.traits = one.traits;
    this.isTest = one.request.test === 1;
    const { deadlines } = ready.settings;
    this.asking = new Asking(world.now, one.traits.now, one.deadline, deadlines, watch, trace);
    this.candidates = new Candidates(ready.index, world.ports.caps, this.asking, one, trace);
  }

  /** Answers that came after their deadline, or never. */
  get late(): number {
    return this.asking.late;
  }

  /** Everything in its order; waits for no port that has its answer at once. */
  answer(matches: Matches): Awaitable<Answer> {
    return this.asking.after(MATCH, this.segments(), (more) => {
      this.know(more);
      return this.asking.after(MATCH, this.fraud(), (check) =>
        check.verdict === "refuse" ? this.suspected(check.reason) : this.sell(matches),
      );
    });
  }

  private sell(matches: Matches): Awaitable<Answer> {
    // Seats outside take longest, so they think while campaigns are matched.
    const demand = this.demand();
    this.candidates.match(this.traits, matches);
    this.watch.lap(MATCH);
    return this.asking.after(ANSWER, this.candidates.underCaps(), () =>
      this.asking.after(ANSWER, demand, (answers) => {
        this.take(answers);
        const outcome = this.auction();
        return this.asking.after(ANSWER, this.sold(outcome), (sold) => this.delivered(sold));
      }),
    );
  }

  /** Only of somebody who may be known and can be recognised. */
  private segments(): Awaitable<readonly string[]> {
    const { traits, one } = this;
    if (!one.permitted.segments || traits.userKey === "") return NO_SEGMENTS;
    return this.asking.ask("segments", (deadline) => this.world.ports.segments.of(traits, deadline), NO_SEGMENTS);
  }

  private know(more: readonly string[]): void {
    if (more.length === 0) return;
    this.traits = { ...this.traits, segments: [...this.traits.segments, ...more] };
    // How many, not which: whoever tests could ask for anybody, and is not to learn what is stored of them.
    this.trace?.note("segments", { more: more.length });
  }

  /** Who is not checked in time is let pass: a refusal that nobody has decided would cost every publisher its sales. */
  private fraud(): ReturnType<Fraud["check"]> {
    return this.asking.ask("fraud", (deadline) => this.world.ports.fraud.check(this.traits, deadline), UNCHECKED);
  }

  private suspected(reason: number): Answer {
    this.trace?.note("fraud", { refused: reason });
    const known = Object.entries(NO_BID).find(([, code]) => code === reason)?.[0];
    const outcome = (known ?? "suspectedNonHuman") as keyof typeof NO_BID;
    return nothing(this.one.request, outcome, { trace: this.trace });
  }

  private demand(): Awaitable<readonly SeatAnswer[]> {
    const { ports, testDemand } = this.world;
    const demand = this.isTest && this.ready.settings.testSeat ? testDemand : ports.demand;
    return this.asking.ask(
      "demand",
      (deadline) => demand.ask(() => this.outbound(deadline), this.traits, deadline),
      NO_ANSWERS,
    );
  }

  /** What seats outside may get of the request, and the time that they have. */
  private outbound(deadline: number): string {
    const { request, permitted, seller, isOwn } = this.one;
    const { asi, sid = "" } = this.ready.settings;
    const tmax = Math.max(1, Math.floor(deadline - this.world.now()));
    return outboundBody(request, permitted, { asi, sid: seller || sid, isSource: isOwn, tmax });
  }

  private take(answers: readonly SeatAnswer[]): void {
    if (answers.length === 0) return;
    const { offers, refused, silent, late } = offersOfSeats(answers, this.one, this.traits, this.ready.rates);
    for (const offer of offers) this.candidates.offers.push(offer);
    this.unoffered = { refused, silent };
    this.asking.late += late;
    this.trace?.note("demand", {
      seats: answers.map(({ seat, says }) => ({ seat, says })),
      refused: refused.map(({ seat, reason, bid }) => ({ seat, imp: bid?.impid, loss: reason })),
    });
  }

  private auction(): AuctionOutcome {
    const { request, slots } = this.one;
    const { incrementMicros } = this.ready.settings;
    const rules = { auctionId: request.id, at: auctionTypeOf(request), incrementMicros };
    const outcome = clear(slots, this.candidates.offers, rules);
    const untold = this.untold();
    return untold.length === 0 ? outcome : without(outcome, untold, LOSS.currencyUnknown);
  }

  /** Offers that are too much to be told in the answer's currency: one of them would be the end of the whole answer. */
  private untold(): readonly Offer[] {
    const { rates, fromMicros } = this.ready;
    const { currency } = this.one;
    if (currency === rates.base) return NONE_UNTOLD;
    return this.candidates.offers.filter(({ priceMicros }) => fromMicros(priceMicros, currency) === undefined);
  }

  /** Nothing of a test is billed, so nothing is held for it. */
  private sold(auction: AuctionOutcome): Awaitable<AuctionOutcome> {
    const { limits } = this.candidates;
    if (this.isTest) return atMost(auction, limits);
    const { budgets } = this.world.ports;
    const { graceSeconds } = this.ready.settings;
    this.holding = new Holding(budgets, this.asking, this.one, graceSeconds, limits, this.trace);
    return this.holding.sold(auction);
  }

  /** What is not delivered, or comes too late for the publisher, holds no money: nobody would ever settle it. */
  private delivered(sold: AuctionOutcome): Answer {
    try {
      if (!this.asking.isOver) return this.answered(sold);
      this.holding?.giveUp();
      return this.answered(without(sold, sold.offers, LOSS.impressionExpired));
    } catch (error) {
      this.holding?.giveUp();
      throw error;
    }
  }

  private answered(sold: AuctionOutcome): Answer {
    const { one, ready, trace } = this;
    const terms = answerTermsOf(one, ready, this.world);
    if (trace) noteAuction(trace, sold);
    const answer = answerWith(sold, terms, one, this.unoffered, this.reason(), trace);
    // Nobody hears of a win whose answer could not be written.
    this.tell(sold, terms);
    return answer;
  }

  /** Why nothing is sold, where that is so. */
  private reason(): keyof typeof NO_BID {
    if (this.asking.isOver) return "insufficientTime";
    const { offers, none } = this.candidates;
    return offers.length + this.unoffered.refused.length === 0 ? none : "allRefused";
  }

  /** Seats outside have asked to be told how their bids came out. Whoever fails to tell them does not undo the sale. */
  private tell(sold: AuctionOutcome, terms: NoticeTerms): void {
    if (this.unoffered === NOTHING_SAID) return;
    const notices = noticesOf(sold, this.unoffered.refused, terms);
    if (notices.length === 0) return;
    try {
      this.world.ports.notices.take(notices);
    } catch {
      this.asking.failed("notices");
    }
  }
}
