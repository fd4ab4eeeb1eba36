import type { Episode, Page, PageChange } from "../adapters/alert-book";
import type { AlertRule } from "../domain/alert-rule";
import { advance, type OpenEpisode } from "../domain/episodes";
import type { Tick } from "../domain/tick";
import type { Tunables } from "../domain/tunables";
import type { Attempt } from "../stage/attempt";

/** What the recent events of a series change on a rule's page, and whether the rule holds at the newest of them. */
export interface Progress {
  readonly change: PageChange;
  readonly met: boolean;
}

/** How many ticks are needed to look back on `recentEvents`, each with a whole window before it. */
export const ticksNeeded = ({ recentEvents, windowEvents }: Tunables): number => recentEvents + windowEvents - 1;

/** New episodes are held by the attempt that opens them: it is the one to publish them. */
export function progressOf(
  attempt: Attempt,
  symbol: string,
  rule: AlertRule,
  recent: readonly Tick[],
  page: Page,
  tunables: Tunables,
): Progress {
  const known = page.episodes[0];
  const { openings, closing, lastPosition, met } = advance(rule, recent, seenFrom(known, recent, tunables), tunables);
  const opened = openings.map(
    ({ episode, measurements, closedAt }): Episode => ({
      alert: page.alert,
      episode,
      status: "PENDING",
      ruleId: rule.id,
      severity: rule.severity,
      symbol,
      openedBy: attempt.eventId,
      measurements,
      lastPosition,
      ...(closedAt === undefined ? {} : { closedAt }),
      claimedBy: attempt.requestId,
      claimedUntil: attempt.endsAt,
    }),
  );
  return { change: { openings: opened, closings: closing ? [closing] : [] }, met };
}

/**
 * The episode on record, as one that has seen the first ticks: where there is more history than was read, the windows
 * that end at them are cut short, and what is measured over those would open episodes that never were.
 */
function seenFrom(known: Episode | undefined, recent: readonly Tick[], tunables: Tunables): OpenEpisode | undefined {
  if (recent.length < ticksNeeded(tunables)) return known;
  const cut = recent[tunables.windowEvents - 2]?.position ?? "";
  const seen = known?.closedAt ?? known?.lastPosition ?? "";
  if (seen >= cut) return known;
  if (known && known.closedAt === undefined) return { episode: known.episode, lastPosition: cut };
  return { episode: cut, lastPosition: cut, closedAt: cut };
}
