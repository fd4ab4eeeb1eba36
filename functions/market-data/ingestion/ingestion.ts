import { backOff, type Clock } from "../../shared/clock";
import { doing, FinalFailure, RetryableFailure } from "../../shared/outcome";
import type { EventBus } from "../adapters/event-bus";
import type { AcceptedEvent, EventStore, StoredEvent } from "../adapters/event-store";
import { eventIdOf, type MarketEvent, payloadHashOf, seriesOf } from "../domain/market-event";
import { isLate, toTick } from "../domain/tick";
import type { Tunables } from "../domain/tunables";
import { type RejectionReason, validate } from "../domain/validation";
import type { Attempt } from "../stage/attempt";
import { auditRow, type IngestionStatus } from "../stage/audit-row";
import { SCHEMA_VERSION, type ValidatedDetail } from "../stage/details";
import type { Outcome, StageWorld } from "../stage/run-stage";
import { claimedEventId, payloadText } from "./rejected-input";

export interface IngestionWorld extends StageWorld {
  readonly events: EventStore;
  readonly bus: EventBus;
  readonly tunables: Tunables;
  readonly clock: Clock;
}

/** Tries of the transaction against other deliveries of the same event before the conflict is Lambda's to retry. */
const MOST_TRIES = 5;

/**
 * Takes in one raw event: rejects it with a reason, or claims its identity and stores it durably, and only then
 * publishes it as validated. Every delivery after the first finds the claim: it publishes again while the event has not
 * been processed, since the publication may be what failed, and otherwise leaves a row that says it was a duplicate.
 */
export async function ingest(attempt: Attempt, world: IngestionWorld): Promise<Outcome> {
  const { detail, source, time: receivedAt } = attempt.envelope;
  const { allowedSources, futureSkewSeconds, latenessSeconds } = world.tunables;
  const verdict = validate(detail, { source, receivedAt, allowedSources, futureSkewSeconds });
  if (!verdict.accepted) return reject(attempt, world, verdict.reason, verdict.detail);
  const accepted = acceptedFrom(verdict.event, source, receivedAt, latenessSeconds);
  attempt.eventId = accepted.eventId;
  if (!(await accept(attempt, world, accepted))) return comeAgain(attempt, world, accepted);
  await publish(attempt, world, accepted, accepted);
  return { status: "VALIDATED", counts: { EventsValidated: 1 } };
}

function acceptedFrom(event: MarketEvent, source: string, receivedAt: string, latenessSeconds: number): AcceptedEvent {
  return {
    eventId: eventIdOf(event),
    series: seriesOf(event),
    source,
    receivedAt,
    late: isLate(event, receivedAt, latenessSeconds),
    payloadHash: payloadHashOf(event),
    event,
    tick: toTick(event),
  };
}

/** False when the identity is taken. */
async function accept(attempt: Attempt, { events, clock }: IngestionWorld, accepted: AcceptedEvent): Promise<boolean> {
  for (let tries = 1; tries <= MOST_TRIES; tries++) {
    const row = auditRow(attempt, "VALIDATED");
    const result = await doing("storing the event", () => events.accept(accepted, row));
    if (result !== "conflict") return result === "written";
    await backOff(clock, tries);
  }
  throw new RetryableFailure(`${accepted.eventId} met another delivery of itself ${MOST_TRIES} times`);
}

async function publish(
  attempt: Attempt,
  world: IngestionWorld,
  { eventId, event }: AcceptedEvent,
  { receivedAt, late }: Pick<StoredEvent, "receivedAt" | "late">,
): Promise<void> {
  const { replayId } = attempt;
  const detail: ValidatedDetail = {
    schemaVersion: SCHEMA_VERSION,
    eventId,
    receivedAt,
    late,
    ...(replayId === undefined ? {} : { replayId }),
    event,
  };
  await doing("publishing the validated event", () =>
    world.bus.publish([{ detailType: "MarketData.Validated", detail }]),
  );
}

/** What is stored decides about a delivery that finds the identity taken, not what this delivery says of its arrival. */
async function comeAgain(attempt: Attempt, world: IngestionWorld, accepted: AcceptedEvent): Promise<Outcome> {
  const { eventId, series, event, tick, payloadHash } = accepted;
  const claim = await doing("reading the claim", () => world.events.claimOf(series, event.sequence));
  const timestamp = claim?.timestamp ?? tick.eventTime; // an expired claim leaves the row itself
  const stored = await doing("reading the event", () => world.events.storedAt(eventId, timestamp));
  const takenBy = claim?.payloadHash ?? stored?.payloadHash;
  if (takenBy !== undefined && takenBy !== payloadHash) {
    const conflict = `sequence ${event.sequence} of ${series} is taken by an event of ${timestamp} with another payload`;
    return reject(attempt, world, "sequence_conflict", conflict);
  }
  if (!stored) {
    throw new FinalFailure(
      `${eventId} is claimed but has no row at ${timestamp}; empty the series table along with the events table.`,
    );
  }
  if (stored.status === "PROCESSED") return conclude(attempt, world, "DUPLICATE", { Duplicates: 1 });
  await publish(attempt, world, accepted, stored);
  return conclude(attempt, world, "REPUBLISHED", { EventsRepublished: 1 });
}

async function reject(
  attempt: Attempt,
  world: IngestionWorld,
  reason: RejectionReason,
  detail: string,
): Promise<Outcome> {
  const input = attempt.envelope.detail;
  attempt.eventId = claimedEventId(input) ?? attempt.eventId;
  const extras = { reason, detail, payload: payloadText(input) };
  await doing("writing the audit row", () => world.audit.append(auditRow(attempt, "REJECTED", extras)));
  return { status: "REJECTED", counts: { EventsRejected: 1 }, reason };
}

async function conclude(
  attempt: Attempt,
  world: IngestionWorld,
  status: IngestionStatus,
  counts: Readonly<Record<string, number>>,
): Promise<Outcome> {
  await doing("writing the audit row", () => world.audit.append(auditRow(attempt, status)));
  return { status, counts };
}
