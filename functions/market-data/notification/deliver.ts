import type { Clock } from "../../shared/clock";
import { doing } from "../../shared/outcome";
import type { AlertBook, Episode } from "../adapters/alert-book";
import type { AlertTopic } from "../adapters/alert-topic";
import { seriesOf } from "../domain/market-event";
import type { Tunables } from "../domain/tunables";
import type { Attempt } from "../stage/attempt";
import type { AlertDetail } from "../stage/details";
import { messageOf } from "./message";

export interface DeliveryWorld {
  readonly book: AlertBook;
  readonly topic: AlertTopic;
  readonly tunables: Tunables;
  readonly clock: Clock;
}

export type Delivery = "NOTIFIED" | "SUPPRESSED_STORM" | "ALREADY_OPEN";

/**
 * Publishes a pending episode that this attempt holds, unless its series has had its share of notifications. SNS cannot
 * tell a message it has had, so an attempt publishes only while it holds the episode, and lets go of it when it fails.
 */
export async function deliver(world: DeliveryWorld, detail: AlertDetail, episode: Episode): Promise<Delivery> {
  const { book, topic } = world;
  try {
    if (!(await doing("counting the storm", () => admitted(world, detail, episode)))) {
      await doing("storing the suppression", () => book.settle(episode, "SUPPRESSED"));
      return "SUPPRESSED_STORM";
    }
    const messageId = await doing("publishing the alert", () => topic.publish(messageOf(episode, detail)));
    await doing("storing the notification", () => book.settle(episode, "NOTIFIED", messageId));
    return "NOTIFIED";
  } catch (error) {
    await book.release(episode).catch(() => undefined); // it lapses by itself; the failure matters more
    throw error;
  }
}

/**
 * Takes over a pending episode that an earlier attempt left behind, and delivers it. "busy": another attempt at this very
 * event may be publishing it, so this one cannot say yet that it is done.
 */
export async function deliverLeft(
  attempt: Attempt,
  world: DeliveryWorld,
  detail: AlertDetail,
  episode: Episode,
): Promise<Delivery | "busy"> {
  const claimant = { requestId: attempt.requestId, now: world.clock.now(), until: attempt.endsAt };
  const mine = await doing("claiming the episode", () => world.book.claim(episode, claimant));
  if (mine) return deliver(world, detail, episode);
  return episode.openedBy === attempt.eventId ? "busy" : "ALREADY_OPEN"; // otherwise its own event answers for it
}

/** Windows are those of the time of receipt, so that a retry counts in the same one. */
function admitted({ book, tunables }: DeliveryWorld, { event, receivedAt }: AlertDetail, episode: Episode) {
  const { limit, windowSeconds } = tunables.storm;
  const windowMs = windowSeconds * 1_000;
  const start = Math.floor(Date.parse(receivedAt) / windowMs) * windowMs;
  return book.admit(seriesOf(event), new Date(start).toISOString(), episode, limit);
}
