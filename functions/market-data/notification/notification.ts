import { backOff } from "../../shared/clock";
import { doing, RetryableFailure } from "../../shared/outcome";
import type { Page, PageChange } from "../adapters/alert-book";
import type { TickSeries } from "../adapters/tick-series";
import { type AlertRule, covers } from "../domain/alert-rule";
import { seriesOf } from "../domain/market-event";
import { type Tick, toTick } from "../domain/tick";
import type { Attempt } from "../stage/attempt";
import { auditRow, type NotificationStatus } from "../stage/audit-row";
import { type AlertDetail, ourDetail } from "../stage/details";
import type { Outcome, StageWorld } from "../stage/run-stage";
import { type DeliveryWorld, deliver, deliverLeft } from "./deliver";
import { outruns, progressOf, ticksNeeded } from "./progress";

export interface NotificationWorld extends StageWorld, DeliveryWorld {
  readonly series: TickSeries;
  readonly rules: readonly AlertRule[];
}

/** Rounds against attempts that change the same rule and series before the conflict is Lambda's to retry. */
const MOST_TRIES = 8;

/** What an event with several rules came to: the first of these that any rule came to. */
const PRECEDENCE = ["NOTIFIED", "SUPPRESSED_STORM", "ALREADY_OPEN", "NOT_MET"] as const;
type RuleOutcome = (typeof PRECEDENCE)[number];

/**
 * Decides on one candidate event: every rule that covers its symbol is advanced over the recent events of its series,
 * and each episode that opens is notified of once. A replayed event never alerts anybody.
 */
export async function notify(attempt: Attempt, world: NotificationWorld): Promise<Outcome> {
  const detail = ourDetail<AlertDetail>(attempt.envelope.detail);
  attempt.eventId = detail.eventId;
  if (attempt.replayId !== undefined) return conclude(attempt, world, detail, "SUPPRESSED_REPLAY", {});
  // A candidate condition is named like the rules it is the coarse form of: what it does not meet opens no episode. The
  // closing of one is found, with everything else since, when the condition is met again.
  const { symbol } = detail.event;
  const rules = world.rules.filter((rule) => detail.candidates.includes(rule.type) && covers(rule, symbol));
  const recent = rules.length === 0 ? [] : await recentTicks(world, detail);
  const decided = await Promise.allSettled(
    rules.map(async (rule) => [rule.id, await decide(attempt, world, detail, rule, recent)] as const),
  );
  // Every rule has its say before one that failed has the event retried.
  for (const result of decided) if (result.status === "rejected") throw result.reason;
  const outcomes = decided.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const all = outcomes.flatMap(([, each]) => each);
  const status = PRECEDENCE.find((outcome) => all.includes(outcome)) ?? "NOT_MET";
  return conclude(attempt, world, detail, status, Object.fromEntries(outcomes));
}

function recentTicks(world: NotificationWorld, { event }: AlertDetail): Promise<Tick[]> {
  const { position } = toTick(event);
  return doing("reading the series", () => world.series.upTo(seriesOf(event), position, ticksNeeded(world.tunables)));
}

/** What the rule came to, one outcome per episode that this attempt dealt with; at least one. */
async function decide(
  attempt: Attempt,
  world: NotificationWorld,
  detail: AlertDetail,
  rule: AlertRule,
  recent: readonly Tick[],
): Promise<RuleOutcome[]> {
  const alert = `${rule.id}#${seriesOf(detail.event)}`;
  const outcomes: RuleOutcome[] = [];
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const page = await doing("reading the alerts", () => world.book.read(alert));
    const ticks = await historyOf(world, detail, page, recent);
    const { change, met } = progressOf(attempt, detail.event.symbol, rule, ticks, page, world.tunables);
    const result = isEmpty(change)
      ? "written"
      : await doing("storing the episode", () => world.book.change(page, change));
    if (result === "written") {
      for (const episode of change.openings) outcomes.push(await deliver(world, detail, episode));
      const left = page.episodes.filter(({ status }) => status === "PENDING");
      const deliveries: (RuleOutcome | "busy")[] = [];
      for (const episode of left) deliveries.push(await deliverLeft(attempt, world, detail, episode));
      outcomes.push(...deliveries.filter((delivery) => delivery !== "busy"));
      if (!deliveries.includes("busy")) return outcomes.length > 0 ? outcomes : [met ? "ALREADY_OPEN" : "NOT_MET"];
    }
    if (result !== "refused") await backOff(world.clock, tries);
  }
  throw new RetryableFailure(`${alert} was being changed or published by other attempts ${MOST_TRIES} times`);
}

/** Most ticks that an open episode is followed over at once: a page of a query holds three times as many. */
const LONGEST_HISTORY = 1_000;

/** The recent ticks, or all since the open episode was last looked at: what closed it may have been no candidate. */
async function historyOf(
  { series, tunables }: NotificationWorld,
  { event }: AlertDetail,
  page: Page,
  recent: readonly Tick[],
): Promise<readonly Tick[]> {
  const [known] = page.episodes;
  if (!outruns(known, recent, tunables)) return recent;
  const [id, { position }] = [seriesOf(event), toTick(event)];
  const since = await doing("counting the series", () => series.countBetween(id, known.lastPosition, position));
  const count = Math.min(since + tunables.windowEvents - 1, LONGEST_HISTORY);
  return doing("reading the series", () => series.upTo(id, position, Math.max(count, recent.length + 1)));
}

const isEmpty = ({ openings, closings, followed }: PageChange): boolean =>
  openings.length + closings.length === 0 && followed === undefined;

const COUNTED: Partial<Record<string, string>> = {
  NOTIFIED: "AlertsRaised",
  SUPPRESSED_STORM: "AlertsSuppressed",
  SUPPRESSED_REPLAY: "AlertsSuppressed",
};

async function conclude(
  attempt: Attempt,
  { audit, clock }: NotificationWorld,
  { receivedAt }: AlertDetail,
  status: NotificationStatus,
  outcomes: Readonly<Record<string, readonly RuleOutcome[]>>,
): Promise<Outcome> {
  const rules = Object.fromEntries(Object.entries(outcomes).map(([rule, each]) => [rule, each.join(", ")]));
  await doing("writing the audit row", () => audit.append(auditRow(attempt, status, { rules })));
  const counts: Record<string, number> = {};
  for (const outcome of status === "SUPPRESSED_REPLAY" ? [status] : Object.values(outcomes).flat()) {
    const name = COUNTED[outcome];
    if (name) counts[name] = (counts[name] ?? 0) + 1;
  }
  const replayed = attempt.replayId !== undefined;
  return { status, counts, ...(replayed ? {} : { endToEndMs: clock.now() - Date.parse(receivedAt) }) };
}
