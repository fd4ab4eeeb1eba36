import type { BidRequest } from "../domain/openrtb/bid-request";
import { readBidRequest } from "../domain/openrtb/read-bid-request";
import type { Awaitable } from "../domain/ports";
import { explainPermitted, permittedIn } from "../domain/privacy/permitted";
import type { Exchangeable } from "../domain/rates";
import { type Dropped, slotsOf } from "../domain/slots-of";
import { Matches } from "../domain/targeting/matches";
import { traitsOf } from "../domain/traits-of";
import type { Answer, Call } from "./call";
import type { Case } from "./case";
import { nothing } from "./nothing";
import type { Ready } from "./readiness";
import type { Sale } from "./sale";
import { ANSWER, READ, Stopwatch } from "./stopwatch";
import { deadlineOf } from "./time-left";
import { Trace } from "./trace";
import type { World } from "./world";

/**
 * Candidates that a slot is matched with, of two seats at least where there are: one wins, one sets the price, the others
 * stand in where money or caps are used up. Each is looked at in every decision.
 */
export const CANDIDATES = 6;

/** From the bytes of a bid request to those of its answer. */
export class Exchange {
  private readonly matches = new Matches(CANDIDATES);

  constructor(private readonly world: World) {}

  /** Answers whatever a request says, at once where nothing has to be waited for; fails only for a fault of the exchange's own. */
  answer(call: Call): Awaitable<Answer> {
    const watch = new Stopwatch(this.world.clock);
    const begun = this.begin(call, watch);
    watch.lap(READ);
    if ("status" in begun) return this.measured(begun, 0, watch);
    const answer = begun.answer(this.matches);
    if (answer instanceof Promise) return answer.then((late) => this.measured(late, begun.late, watch));
    return this.measured(answer, begun.late, watch);
  }

  private measured(answer: Answer, late: number, watch: Stopwatch): Answer {
    watch.lap(ANSWER);
    const { outcome, bids } = answer;
    this.world.meter.record({ outcome, bids, late, stages: watch.times }, this.world.now());
    return answer;
  }

  private begin({ body, caller, receivedAt }: Call, watch: Stopwatch): Sale | Answer {
    const read = readBidRequest(body);
    if (!read.ok) return read.status === 413 ? TOO_LARGE : MALFORMED;
    const { request } = read;
    if (caller !== undefined && isOfAnother(request, caller.publisher)) return FORBIDDEN;
    const now = this.world.now();
    const ready = this.world.ready.at(now);
    if (ready === undefined) return nothing(request, "notReady");
    const trace = request.test === 1 && ready.settings.debug ? new Trace(this.world.clock, watch.started) : undefined;
    const deadline = deadlineOf(request, receivedAt, ready.settings.deadlines);
    trace?.note("read", { id: request.id, imps: request.imp.length, leftMilliseconds: deadline - now });
    if (now + ready.settings.deadlines.answerMilliseconds >= deadline)
      return nothing(request, "insufficientTime", { trace });
    const one = this.caseOf(request, ready, { now, deadline, caller }, trace);
    return one === undefined
      ? nothing(request, "noCurrency", { trace })
      : new this.world.Sale(this.world, ready, one, watch, trace);
  }

  /** Privacy is decided before anything else looks at who is behind a request. Undefined where no price can be named. */
  private caseOf(
    request: BidRequest,
    { settings, rates }: Ready,
    { now, deadline, caller }: { readonly now: number; readonly deadline: number; readonly caller: Call["caller"] },
    trace: Trace | undefined,
  ): Case | undefined {
    const permitted = permittedIn(request, settings.privacy, now);
    const traits = traitsOf(request, permitted, now, settings.uncountedImpressions === "refuse");
    const dropped: Dropped[] | undefined = trace && [];
    const slots = slotsOf(request, (price, currency) => rates.toMicros(price, currency), dropped);
    if (trace) {
      const { ids, preciseGeo, segments, userKey } = permitted;
      trace.note("privacy", { ids, preciseGeo, segments, userKey, because: explainPermitted(permitted) });
      if (dropped !== undefined && dropped.length > 0) trace.note("money", { dropped });
    }
    const currency = currencyOf(request, rates);
    if (currency === undefined || slots.length === 0) return undefined;
    const seller = caller?.publisher ?? publisherOf(request) ?? "";
    return { request, permitted, traits, slots, currency, deadline, seller, isOwn: caller !== undefined };
  }
}

const empty = (status: 400 | 403 | 413, outcome: Answer["outcome"]): Answer => ({ status, body: "", outcome, bids: 0 });
/** Without content, [2.1]. */
const MALFORMED = empty(400, "malformed");
const TOO_LARGE = empty(413, "tooLarge");
const FORBIDDEN = empty(403, "forbidden");

/** A publisher's token sells that publisher's impressions; a request that names no publisher is taken for its own. */
function isOfAnother(request: BidRequest, publisher: string | undefined): boolean {
  const named = publisherOf(request);
  return named !== undefined && named !== "" && named !== publisher;
}

const publisherOf = ({ site, app, dooh }: BidRequest): string | undefined => (site ?? app ?? dooh)?.publisher?.id;

/** Of the answer: the first that the request takes and that has a rate; the exchange's own where it names none. */
function currencyOf({ cur }: BidRequest, rates: Exchangeable): string | undefined {
  if (cur === undefined || cur.length === 0) return rates.base;
  for (let at = 0; at < cur.length; at++) if (rates.fromBase(0, cur[at]!) !== undefined) return cur[at];
  return undefined;
}
