import { backOff, type Clock } from "../../shared/clock";
import { doing, FinalFailure, RetryableFailure } from "../../shared/outcome";
import type { EnrichmentStore, KnownRow, ProcessedEvent, RowKey } from "../adapters/enrichment-store";
import type { EventBus } from "../adapters/event-bus";
import type { TickSeries } from "../adapters/tick-series";
import type { CandidateName } from "../domain/candidates";
import type { Conditioned } from "../domain/conditions";
import { seriesOf } from "../domain/market-event";
import { type Tick, toTick } from "../domain/tick";
import type { Attempt } from "../stage/attempt";
import { auditRow, type ProcessingStatus } from "../stage/audit-row";
import { type AlertDetail, ourDetail, SCHEMA_VERSION, type ValidatedDetail } from "../stage/details";
import type { Outcome, StageWorld } from "../stage/run-stage";
import { type Revision, type Revisions, revisionsOf } from "./revisions";

export interface ProcessingWorld extends StageWorld {
  readonly series: TickSeries;
  readonly events: EnrichmentStore;
  readonly bus: EventBus;
  readonly tunables: Conditioned;
  readonly clock: Clock;
}

/** Rounds against concurrent writers of neighbouring events before the conflict is Lambda's to retry. */
const MOST_TRIES = 8;

type Known = ReadonlyMap<string, KnownRow>;

/**
 * What a round of processing came to, and what is to be alerted of: the subject where it meets a candidate condition, or did
 * when its audit row was written, and followers that do and had been processed before. One that had not publishes its own
 * alert in its turn.
 */
interface Settled {
  readonly status: ProcessingStatus;
  readonly alerts: readonly Revision[];
}

/**
 * Enriches one validated event, marks it processed, revises every processed event after it that it changes, and publishes
 * an alert for each of them that meets a candidate condition. The result does not depend on the order in which events
 * arrive: whoever processes last has seen every claim, and an enrichment never replaces one that knew more.
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
  const processed = revisions.followers.filter(({ eventId }) => known?.get(eventId)?.status === "PROCESSED");
  const own = known?.get(detail.eventId);
  if (own?.status === "PROCESSED") return again(attempt, world, revisions.subject, own, processed);
  const followers = processed.filter((follower) => follower.improves(known!.get(follower.eventId)!));
  const row = auditRow(attempt, "PROCESSED", {
    ...candidatesIn(revisions.subject),
    ...(followers.length > 0 ? { revised: followers.map(({ eventId }) => eventId) } : {}),
  });
  if (!(await write(world, processedFrom(revisions.subject, followers), row, tries))) return undefined;
  const subject = await caughtUp(world, revisions, tick);
  const measured = [subject, ...followers];
  return {
    status: "PROCESSED",
    alerts: measured.filter((each) => isCandidate(each) || (each === subject && row.candidates)),
  };
}

/**
 * The subject as known after it was marked processed. Whoever claims a place in its window from then on finds it PROCESSED
 * and revises it; whoever claimed one between the first reading and the mark may have found it VALIDATED and left it to
 * this reading.
 */
async function caughtUp(world: ProcessingWorld, { series, subject }: Revisions, tick: Tick): Promise<Revision> {
  const { window } = subject;
  const { windowEvents } = world.tunables;
  const from = window.length < windowEvents ? BEFORE_ALL : window[0]!.position;
  const now = await doing("counting the window", () => world.series.countBetween(series, from, tick.position));
  if (now <= window.length) return subject;
  const upTo = await doing("reading the window", () => world.series.upTo(series, tick.position, windowEvents));
  return improved(world, revisionsOf(series, upTo, tick, world.tunables).subject);
}

/** Sorts before every position. */
const BEFORE_ALL = "0";

/** Writes what the revision knows, unless its row knows as much. */
async function improved(world: ProcessingWorld, revision: Revision): Promise<Revision> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const result = await doing("improving the measurements", () => world.events.improve(revision.toEnrichment()));
    if (result !== "conflict") return revision;
    await backOff(world.clock, tries);
  }
  throw new RetryableFailure(`${revision.eventId} met concurrent writers of its measurements ${MOST_TRIES} times`);
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

/**
 * The event was processed before. What may have failed since is its catching up and the publication, so both are done
 * again, for the followers that it may have revised, too.
 */
async function again(
  attempt: Attempt,
  world: ProcessingWorld,
  subject: Revision,
  own: KnownRow,
  followers: readonly Revision[],
): Promise<Settled> {
  if (subject.improves(own)) await improved(world, subject);
  const row = auditRow(attempt, "DUPLICATE", candidatesIn(subject));
  await doing("writing the audit row", () => world.audit.append(row));
  return { status: "DUPLICATE", alerts: [subject, ...followers].filter(isCandidate) };
}

const isCandidate = (revision: Revision): boolean => revision.candidates.length > 0;

function candidatesIn(subject: Revision): { candidates?: readonly CandidateName[] } {
  return isCandidate(subject) ? { candidates: subject.candidates } : {};
}

async function knownRows(world: ProcessingWorld, keys: readonly RowKey[]): Promise<Known> {
  const known = await doing("reading the events", () => world.events.known(keys));
  const [subject] = keys;
  if (subject && !known.has(subject.eventId)) {
    throw new FinalFailure(`${subject.eventId} has no row at ${subject.timestamp}; replay its raw event instead.`);
  }
  return known;
}

const processedFrom = (subject: Revision, followers: readonly Revision[]): ProcessedEvent => ({
  eventId: subject.eventId,
  timestamp: subject.timestamp,
  enrichment: subject.toEnrichment(),
  followers: followers.map((follower) => follower.toEnrichment()),
});

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
    const measured = { measurements: revision.measurements, candidates: revision.candidates };
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
