import { backOff, type Clock } from "../../shared/clock";
import { doing, FinalFailure, RetryableFailure } from "../../shared/outcome";
import type { EnrichmentStore, KnownRow, ProcessedEvent, RowKey } from "../adapters/enrichment-store";
import type { EventBus } from "../adapters/event-bus";
import type { TickSeries } from "../adapters/tick-series";
import { seriesOf } from "../domain/market-event";
import { type Tick, toTick } from "../domain/tick";
import type { Tunables } from "../domain/tunables";
import type { Attempt } from "../stage/attempt";
import { auditRow, type ProcessingStatus } from "../stage/audit-row";
import { type AlertDetail, ourDetail, SCHEMA_VERSION, type ValidatedDetail } from "../stage/details";
import type { Outcome, StageWorld } from "../stage/run-stage";
import { type Revision, type Revisions, revisionsOf } from "./revisions";

export interface ProcessingWorld extends StageWorld {
  readonly series: TickSeries;
  readonly events: EnrichmentStore;
  readonly bus: EventBus;
  readonly tunables: Tunables;
  readonly clock: Clock;
}

/** Rounds against concurrent writers of neighbouring events before the conflict is Lambda's to retry. */
const MOST_TRIES = 8;

type Known = ReadonlyMap<string, KnownRow>;

/** What a round of processing came to, and the events whose alerts are to be published, the subject's own first. */
interface Settled {
  readonly status: ProcessingStatus;
  readonly alerts: readonly Revision[];
}

/**
 * Enriches one validated event and every event after it that it changes, marks it processed, and publishes an alert
 * for each of them that meets a candidate condition. The result does not depend on the order in which events arrive:
 * whoever processes last has seen every claim, and an enrichment never replaces one that knew more.
 */
export async function processEvent(attempt: Attempt, world: ProcessingWorld): Promise<Outcome> {
  const detail = ourDetail<ValidatedDetail>(attempt.envelope.detail);
  attempt.eventId = detail.eventId;
  const tick = toTick(detail.event);
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const settled = detail.late
      ? await settleLate(attempt, world, tick, tries)
      : await settle(attempt, world, detail, tick, tries);
    if (settled) {
      await publish(attempt, world, detail, settled.alerts);
      return outcomeOf(attempt, world, detail, settled);
    }
  }
  throw new RetryableFailure(`${detail.eventId} met concurrent writers of its neighbours ${MOST_TRIES} times`);
}

async function settle(
  attempt: Attempt,
  world: ProcessingWorld,
  detail: ValidatedDetail,
  tick: Tick,
  tries: number,
): Promise<Settled | undefined> {
  const { tunables } = world;
  const series = seriesOf(detail.event);
  const around = await doing("reading the series", () =>
    world.series.around(series, tick.position, tunables.windowEvents),
  );
  const revisions = revisionsOf(series, around, tick, tunables);
  // The ordinary event is the newest of its series and touches no other row: nothing needs to be read before writing.
  const alone = tries === 1 && revisions.followers.length === 0;
  const known = alone ? undefined : await knownRows(world, [revisions.subject, ...revisions.followers]);
  if (known?.get(detail.eventId)?.status === "PROCESSED") return again(attempt, world, revisions, known);
  const followers = revisions.followers.filter((follower) => improves(follower, known));
  const candidates = revisions.subject.candidates();
  const row = auditRow(attempt, "PROCESSED", {
    ...(candidates.length > 0 ? { candidates } : {}),
    ...(followers.length > 0 ? { revised: followers.map(({ eventId }) => eventId) } : {}),
  });
  if (!(await write(world, processedFrom(revisions.subject, followers, known), row, tries))) return undefined;
  return { status: "PROCESSED", alerts: alertsOf(revisions.subject, followers, known) };
}

/** A late event belongs to no window: it is only marked. */
async function settleLate(
  attempt: Attempt,
  world: ProcessingWorld,
  { eventTime }: Tick,
  tries: number,
): Promise<Settled | undefined> {
  const key = { eventId: attempt.eventId, timestamp: eventTime };
  const known = tries === 1 ? undefined : await knownRows(world, [key]);
  if (known?.get(key.eventId)?.status === "PROCESSED") {
    await doing("writing the audit row", () => world.audit.append(auditRow(attempt, "DUPLICATE")));
    return { status: "DUPLICATE", alerts: [] };
  }
  if (!(await write(world, { ...key, followers: [] }, auditRow(attempt, "LATE"), tries))) return undefined;
  return { status: "LATE", alerts: [] };
}

/** The event was processed before; what may have failed is the publication, so all of it is published again. */
async function again(
  attempt: Attempt,
  world: ProcessingWorld,
  { subject, followers }: Revisions,
  known: Known,
): Promise<Settled> {
  const candidates = subject.candidates();
  const row = auditRow(attempt, "DUPLICATE", candidates.length > 0 ? { candidates } : {});
  await doing("writing the audit row", () => world.audit.append(row));
  return { status: "DUPLICATE", alerts: alertsOf(subject, followers, known) };
}

async function knownRows(world: ProcessingWorld, keys: readonly RowKey[]): Promise<Known> {
  const known = await doing("reading the events", () => world.events.known(keys));
  const [subject] = keys;
  if (subject && !known.has(subject.eventId)) {
    throw new FinalFailure(`${subject.eventId} has no row at ${subject.timestamp}; replay its raw event instead.`);
  }
  return known;
}

const improves = (follower: Revision, known: Known | undefined): boolean => {
  const row = known?.get(follower.eventId);
  return row !== undefined && follower.improves(row);
};

function processedFrom(subject: Revision, followers: readonly Revision[], known: Known | undefined): ProcessedEvent {
  const { eventId, timestamp } = subject;
  const revised = followers.map((follower) => {
    const status = known?.get(follower.eventId)?.status ?? "VALIDATED";
    return { ...follower.toEnrichment(), status };
  });
  return { eventId, timestamp, enrichment: subject.toEnrichment(), followers: revised };
}

/** False when another round is needed. A refusal says that rows were written meanwhile; only a conflict needs a pause. */
async function write(
  { events, clock }: ProcessingWorld,
  processed: ProcessedEvent,
  row: Parameters<EnrichmentStore["record"]>[1],
  tries: number,
): Promise<boolean> {
  const result = await doing("storing the measurements", () => events.record(processed, row));
  if (result === "conflict") await backOff(clock, tries);
  return result === "written";
}

/**
 * The subject's alert and those of followers that have been processed before. A follower that has not will publish its
 * own: the write that revises it is refused if it has been processed meanwhile, so no alert falls between the two.
 */
function alertsOf(subject: Revision, followers: readonly Revision[], known: Known | undefined): readonly Revision[] {
  const processed = followers.filter(({ eventId }) => known?.get(eventId)?.status === "PROCESSED");
  return [subject, ...processed].filter((revision) => revision.candidates().length > 0);
}

/** The alert of a revised follower carries the replay of the event that revised it: a replay never alerts anybody. */
async function publish(
  { replayId }: Attempt,
  world: ProcessingWorld,
  subject: ValidatedDetail,
  alerts: readonly Revision[],
): Promise<void> {
  if (alerts.length === 0) return;
  const revised = alerts.filter(({ eventId }) => eventId !== subject.eventId);
  const stored = await doing("reading the revised events", () => world.events.inputs(revised));
  const inputs = new Map([subject, ...stored].map((input) => [input.eventId, input]));
  const replay = replayId === undefined ? {} : { replayId };
  const events = alerts.flatMap((revision) => {
    const input = inputs.get(revision.eventId);
    if (!input) return []; // removed since it was revised
    const { eventId, receivedAt, event } = input;
    const measured = { measurements: revision.measurements, candidates: revision.candidates() };
    const detail: AlertDetail = { schemaVersion: SCHEMA_VERSION, eventId, receivedAt, ...replay, event, ...measured };
    return { detailType: "MarketData.Alert" as const, detail };
  });
  await doing("publishing the alerts", () => world.bus.publish(events));
}

const COUNTED = { PROCESSED: "EventsProcessed", LATE: "LateEvents", DUPLICATE: "Duplicates" } as const;

function outcomeOf(
  { replayId }: Attempt,
  { clock }: ProcessingWorld,
  { receivedAt }: ValidatedDetail,
  { status, alerts }: Settled,
): Outcome {
  const counts = { [COUNTED[status]]: 1, ...(alerts.length > 0 ? { Candidates: alerts.length } : {}) };
  return { status, counts, ...(replayId === undefined ? { endToEndMs: clock.now() - Date.parse(receivedAt) } : {}) };
}
