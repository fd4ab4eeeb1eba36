import type { Episode } from "../adapters/alert-book";
import type { Notification } from "../adapters/alert-topic";
import type { AlertDetail } from "../stage/details";

/**
 * The notification of an episode: a line a person understands, the figures, and the same as JSON. The measurements are
 * those of the candidate event, which is the one that opened the episode or one soon after it.
 */
export function messageOf(episode: Episode, { eventId, receivedAt, event, candidates }: AlertDetail): Notification {
  const { alert, ruleId: rule, severity, symbol, measurements } = episode;
  const [openedAt] = episode.episode.split("#");
  const subject = `[${severity}] ${rule}: ${symbol} on ${event.venue}`;
  const figures = Object.entries(measurements).map(([name, value]) => `  ${name}: ${value}`);
  const facts = [`Rule ${rule} (${severity}) holds for ${symbol} on ${event.venue} since ${openedAt}.`, "", ...figures];
  const text = [...facts, "", `Event ${eventId}, received ${receivedAt}; episode ${episode.episode} of ${alert}.`].join(
    "\n",
  );
  const { venue, feed } = event;
  const body = {
    rule,
    severity,
    venue,
    feed,
    symbol,
    openedAt,
    episode: episode.episode,
    eventId,
    receivedAt,
    candidates,
  };
  return { symbol, rule, severity, subject, text, body: { ...body, measurements } };
}
